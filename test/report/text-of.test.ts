import { describe, expect, test } from 'vitest';
import { entriesOf, PROBLEMS, WARNINGS } from '../../scripts/problem-catalogue/all.ts';
import type { Notice, Problem } from '../../src/model/problem.ts';
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
