import { expect, test } from 'vitest';
import type { Problem, Warning } from '../../src/model/problem.ts';
import { sarif } from '../../src/report/sarif.ts';
import { sarifFaults } from './sarif-schema.ts';

const diagnostic = (rule: string) =>
  ({ reason: 'diagnostic', rule, said: `about ${rule}`, advice: 'Do it' }) as const;
const at = { file: 'a.alloy', line: 2, column: 3 };
const place = { uri: 'a.alloy', line: 2, column: 3, text: 'x = 1', instead: false };

const documentOf = (problems: readonly Problem[], warnings: readonly Warning[], instead = false) =>
  JSON.parse(
    sarif(problems, warnings, {
      version: '1.2.3',
      complete: true,
      placeOf: () => ({ ...place, instead }),
      ruleOf: () => undefined,
    }),
  );

test('errors, warnings and notes keep their level, and rules are listed once', () => {
  const document = documentOf(
    [
      { code: 'config.check', params: diagnostic('a.b'), at },
      { code: 'config.check', params: diagnostic('a.b'), at },
    ],
    [
      { code: 'c.d', params: diagnostic('c.d'), at },
      { code: 'e.f', params: diagnostic('e.f'), at, severity: 'note' },
    ],
  );
  expect(sarifFaults(document)).toEqual([]);
  const [{ results, tool }] = document.runs;
  expect(results.map(({ ruleId, ruleIndex, level }: never) => [ruleId, ruleIndex, level])).toEqual([
    ['a.b', 0, 'error'],
    ['a.b', 0, 'error'],
    ['c.d', 1, 'warning'],
    ['e.f', 2, 'note'],
  ]);
  expect(tool.driver.rules.map(({ id }: { readonly id: string }) => id)).toEqual([
    'a.b',
    'c.d',
    'e.f',
  ]);
  expect(results[0].partialFingerprints).not.toEqual(results[1].partialFingerprints);
});

test('what is shown elsewhere says where it is', () => {
  const problem: Problem = { code: 'config.check', params: diagnostic('a.b'), at };
  expect(documentOf([problem], [], true).runs[0].results[0].message.text).toBe(
    'a.alloy:2:3: about a.b (a.b). Do it',
  );
});
