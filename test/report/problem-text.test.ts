import { expect, test } from 'vitest';
import { codeFrame } from '../../src/model/frame.ts';
import type { Notice, Problem } from '../../src/model/problem.ts';
import { paintWith } from '../../src/report/paint.ts';
import {
  errorTexts,
  problemsText,
  problemText,
  warningSum,
  warningTexts,
} from '../../src/report/problem-text.ts';

const style = { paint: paintWith(false), width: 80 };

const PROBLEMS: readonly Problem[] = [
  {
    code: 'inventory.schema',
    params: {
      reason: 'unknown-key',
      key: 'verison',
      known: ['version', 'listen'],
      near: 'version',
      setting: 'defaults.alloy',
    },
    at: { file: 'inventory.yaml', line: 3, column: 5 },
    detail: codeFrame('defaults:\n  alloy:\n    verison: 1.18.1\n', 3, 5),
  },
  {
    code: 'alloy.unready',
    params: {
      reason: 'no-answer',
      seconds: '60',
      said: '127.0.0.1:12345 closed the connection before it had sent the first line of its answer',
    },
    detail:
      'level=info msg="replaying WAL, this may take a while"\nlevel=info msg="segment loaded"\n',
  },
];

test('problems look like those of a compiler', async () => {
  await expect(problemsText(PROBLEMS, [], style)).toMatchFileSnapshot('golden/problems.txt');
});

test('no line is longer than the terminal', () => {
  for (const line of problemsText(PROBLEMS, [], style).split('\n'))
    expect(line.length).toBeLessThanOrEqual(80);
});

test('a problem of many hosts is shown once, with some of their names', () => {
  const hosts = Array.from({ length: 100 }, (_, i) => `web-${i}`);
  const on = (count: number) =>
    errorTexts([{ item: PROBLEMS[1]!, names: hosts.slice(0, count) }], style)[0]!;
  expect(on(100)).toContain('  on web-0, web-1,');
  expect(on(100)).toContain('web-11 and 88 more\n');
  expect(on(40)).toContain('web-39\n');
  expect(on(41)).toContain('web-11 and 29 more\n');
});

test('of many problems of one kind, three are told in full and the other hosts named; -v tells all', () => {
  const lost = (host: string, said: string): Problem => ({
    code: 'ssh.lost',
    host,
    params: { reason: 'dropped', endpoint: `ops@${host}`, said },
  });
  const groups = Array.from({ length: 30 }, (_, i) => {
    const host = `web-${i + 10}`;
    return { item: lost(host, `error ${i}`), names: [host] };
  });
  const other = { item: PROBLEMS[1]!, names: ['db-01'] };
  const texts = errorTexts([...groups.slice(0, 15), other, ...groups.slice(15)], style);
  expect(texts).toHaveLength(5);
  expect(texts[3]).toMatch(
    /^error\[ssh\.lost\]: more of this kind on 27 hosts; -v shows each\n {2}on web-13, web-14,/,
  );
  expect(errorTexts(groups, { ...style, whole: true })).toHaveLength(30);
  // to say that there is one more would take as much room
  expect(errorTexts(groups.slice(0, 4), style)).toHaveLength(4);
  // all that is wrong with one host is told
  const ofOne = groups.map(({ item }) => ({ item, names: ['web-10'] }));
  expect(errorTexts(ofOne, style)).toHaveLength(30);
});

test('warnings of one kind on many hosts are told in the same way', () => {
  const ahead = (i: number, severity: object) => ({
    item: { code: 'host.clock', params: { reason: 'off', aheadS: i }, ...severity } as Notice,
    names: [`web-${i + 10}`],
  });
  const numbers = Array.from({ length: 30 }, (_, i) => i);
  const groups = [
    ...numbers.map((i) => ahead(i, {})),
    ...numbers.map((i) => ahead(i, { severity: 'note' })),
  ];
  const texts = warningTexts(groups, style);
  expect(texts).toHaveLength(8);
  expect(texts[3]).toMatch(
    /^warning\[host\.clock\]: more of this kind on 27 hosts; -v shows each\n {2}on web-13, web-14,/,
  );
  expect(texts[7]).toMatch(/^note\[host\.clock\]: more of this kind on 27 hosts;/);
  expect(warningTexts(groups, { ...style, whole: true })).toHaveLength(60);
});

test('all that is found in the texts for hosts is told: somebody has to mend it', () => {
  const groups = Array.from({ length: 30 }, (_, i) => {
    const host = `web-${i}`;
    const at = { file: `config.alloy (rendered for ${host})`, line: i + 1, column: 1 };
    const params = { reason: 'diagnostic', rule: 'r', said: 'r', advice: 'Do it' };
    return { item: { code: 'r', host, at, params } as Notice, names: [host] };
  });
  expect(warningTexts(groups, style)).toHaveLength(30);
});

test('notes come after warnings, and are counted apart', () => {
  const said = (rule: string) => ({
    code: rule,
    params: { reason: 'diagnostic', rule, said: rule, advice: 'Do it' } as const,
  });
  const warnings = [{ ...said('n'), severity: 'note' as const }, said('w')];
  expect(problemsText([], warnings, style)).toBe(
    'warning[w]: w\n  help: Do it\n\nnote[n]: n\n  help: Do it\n\n1 warning, 1 note\n',
  );
  expect(warningSum(warnings.slice(0, 1))).toBe('1 note');
  expect(warningSum([])).toBe('');
});

test('a single problem has no totals', () => {
  expect(problemsText([PROBLEMS[0]!], [], style)).not.toContain('1 error');
  expect(problemsText(PROBLEMS, [], style)).toContain('\n2 errors\n');
});

test('a problem of one host names it, and links to its explanation where that is asked for', () => {
  const problem: Problem = {
    code: 'ssh.lost',
    host: 'web-01',
    params: { reason: 'nothing-started' },
  };
  const text = `error[ssh.lost]: the connection was lost before anything was started
  on web-01
  help: Run again: nothing was changed on the host
`;
  expect(problemText(problem, style)).toBe(text);
  expect(problemText(problem, { ...style, links: true })).toBe(
    `${text}  see docs/problems.md#sshlost\n`,
  );
});
