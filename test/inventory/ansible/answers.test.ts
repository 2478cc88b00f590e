import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withText } from '../../../src/report/text-of.ts';
import { ansibleCases, describeUnless, MISSING } from '../../missing.ts';
import { ANSWERS, type Answer, answerOf, CASES, type Question, rowsOf } from './answers.ts';

const RECORDED: { readonly answers: Readonly<Record<string, Answer>> } = JSON.parse(
  readFileSync(`${ANSWERS}ansible.gen.json`, 'utf8'),
);

const nameOf = ({ file, limit }: Question): string =>
  [file.replace(ANSWERS, ''), ...(limit === null ? [] : [limit])].join(' ');

/** A refusal says what to do, and where. */
function expectRefusal(answer: Answer): void {
  const problems = 'refused' in answer ? (answer.problems ?? []) : [];
  expect(problems, JSON.stringify(answer)).not.toEqual([]);
  for (const { code, at, message, hint } of problems.map(withText)) {
    expect([message, hint]).not.toContain('');
    if (!/limit|file/.test(code)) expect(at).toMatchObject({ line: expect.any(Number) });
  }
}

test('scripts/ansible-compare.ts --write has recorded an answer for every case', () => {
  expect(Object.keys(RECORDED.answers)).toEqual(CASES.map(nameOf));
});

test.each(CASES.map((one) => [nameOf(one), one.alloyup, one] as const))(
  '%s: %s',
  async (name, alloyup, question) => {
    const answer = await answerOf(question);
    if (alloyup === 'same') expect(answer).toEqual(RECORDED.answers[name]);
    else {
      expectRefusal(answer);
      expect('refused' in answer && answer.refused.split(',')).toContain(alloyup);
    }
  },
);

describeUnless(MISSING.ansibleCases)('the cases beside the repository', () => {
  const cases = MISSING.ansibleCases === undefined ? rowsOf(ansibleCases('cases.tsv')) : [];

  test.each(cases)('%s %s', async (file = '', args = '', expected = '') => {
    const limit = /^--limit '(.*)'$/.exec(args)?.[1] ?? null;
    const answer = await answerOf({ file: ansibleCases(file), limit });
    const [ansible = '', refusal] = expected.split(' | or ');
    if (ansible.startsWith('refuse') || (refusal && 'refused' in answer)) expectRefusal(answer);
    else expect('hosts' in answer ? textOf(answer) : answer).toBe(ansible);
  });
});

/** In the form of the table. */
const textOf = ({ hosts }: Extract<Answer, { hosts: unknown }>): string =>
  hosts
    .map(({ name, connection, address, port, user, groups, jump = [], identity = [] }) =>
      [
        name,
        `address=${connection === 'local' ? '(this machine)' : address}`,
        `port=${port ?? '-'}`,
        `user=${user ?? '-'}`,
        `groups=${groups.join(',') || '-'}`,
        ...(jump.length > 0 ? [`jump=${jump.join(',')}`] : []),
        ...(identity.length > 0 ? [`identity=${identity.join(',')}`] : []),
      ].join(' '),
    )
    .join(' ; ');
