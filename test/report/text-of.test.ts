import { describe, expect, test } from 'vitest';
import { entriesOf, PROBLEMS, WARNINGS } from '../../scripts/problem-catalogue/all.ts';
import type { Notice, Problem, Warning } from '../../src/model/problem.ts';
import { textOf } from '../../src/report/text-of.ts';

const examples = [...entriesOf(PROBLEMS), ...entriesOf(WARNINGS)].flatMap(([code, { examples }]) =>
  Object.entries(examples).map(
    ([reason, params]) => [`${code}, ${reason}`, code, { reason, ...params }] as const,
  ),
);

describe.each(examples)('%s', (_, code, params) => {
  const { message, hint } = textOf({ code, params, host: 'web-01' } as unknown as Notice);

  test('says what happened, without a full stop', () => {
    expect(message).not.toBe('');
    expect(message).not.toMatch(/\.$|undefined|\[object/);
  });

  test('says what to do, starting with a capital letter', () => {
    expect(hint).toMatch(/^[A-Z]/);
    expect(hint).not.toMatch(/\.$|undefined|\[object/);
  });

  test('leaves naming the host to the renderer', () => {
    expect(message).not.toMatch(/^web-01[: ]/);
  });
});

test('a problem of another version of alloyup keeps the text that was saved with it', () => {
  const saved = { code: 'ssh.gone', params: { reason: 'new' }, message: 'it went', hint: 'Wait' };
  expect(textOf(saved as unknown as Problem)).toEqual({ message: 'it went', hint: 'Wait' });
});

test('a value of several lines is one line of the message', () => {
  const params = { reason: 'liquid', said: 'one\ntwo' } as const;
  expect(textOf({ code: 'template.syntax', params })).toEqual({
    message: 'one two',
    hint: 'Fix the template here; docs/templates.md lists what is allowed',
  });
});

test('a problem of a jump host says so: the host that it is reported for is another', () => {
  const params = { reason: 'no-ssh-command', jump: 'ops@bastion' } as const;
  expect(textOf({ code: 'ssh.unsupported', params, host: 'web-01' }).message).toBe(
    'jump host ops@bastion: this machine has no ssh command',
  );
});

test.each([
  [[], 'region is a variable of your own, and not imported'],
  [[3], 'region is a variable of your own, and not imported (also on line 3)'],
  [
    [3, 4, 5, 6, 7, 8, 9],
    'region is a variable of your own, and not imported (also on lines 3, 4, 5, 6, 7 and 2 more)',
  ],
])('a warning names further lines: %j', (moreLines, message) => {
  const params = { reason: 'own-variable', variable: 'region', moreLines } as const;
  expect(textOf({ code: 'ansible.ignored', params }).message).toBe(message);
});

test.each([
  [1, "the repository's signing key expires in 1 day (2026-12-23)"],
  [-2, "the repository's signing key expired 2 days ago (2026-12-23)"],
])('a key that expires in %d days', (days, message) => {
  const warning: Warning = {
    code: 'key.expires',
    params: { reason: 'soon', days, date: '2026-12-23' },
  };
  expect(textOf(warning).message).toBe(message);
});

test.each([
  ['metrics_url', 'Add it to config.vars, e.g. metrics_url: X'],
  ['scrape.app.targets', 'Add it to config.vars.scrape.app, e.g. targets: X'],
])('where the missing parameter %s goes', (parameter, hint) => {
  const params = { reason: 'required', template: 'linux-host', parameter } as const;
  const rest = { meaning: 'Where', example: 'X', alternative: null, flag: false };
  expect(textOf({ code: 'template.variable', params: { ...params, ...rest } }).hint).toBe(hint);
});
