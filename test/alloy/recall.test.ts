import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { componentsOf } from '../../src/alloy/components.ts';
import { describeUnless, MISSING, recording } from '../missing.ts';
import {
  compare,
  countValid,
  describeRecall,
  isCaught,
  isLate,
  REFUSED_BY_ALLOY,
  recordedCases,
  semanticCases,
  unexplained,
} from './recall.ts';

const shared = recording('.');
const there = MISSING.recordings === undefined;

describeUnless(MISSING.recordings)('what Alloy itself was recorded to say', () => {
  const cases = there ? [...recordedCases(shared), ...semanticCases(shared)].map(compare) : [];

  test.each(cases.filter((one) => one.test.expected.length > 0))('$test.name', ({ missed }) => {
    expect(missed).toEqual([]);
  });

  test('at least 9 of those that pass and then fail to start are found', () => {
    const late = cases.filter(isLate);
    expect(late).toHaveLength(12);
    expect(late.filter(isCaught).length).toBeGreaterThanOrEqual(9);
  });

  test('a configuration that runs gets no error', () => {
    const running = cases.filter(({ test: { start } }) => start === 'up');
    expect(running.length).toBeGreaterThan(10);
    for (const { test: one, found } of running) {
      expect([one.name, found.filter(({ severity }) => severity === 'error')]).toEqual([
        one.name,
        [],
      ]);
    }
  });

  test('the page says so', () => {
    const page = readFileSync(
      fileURLToPath(new URL('../../docs/alloy-checks-recall.md', import.meta.url)),
      'utf8',
    );
    const valid = countValid(shared);
    const text = describeRecall(cases, valid);
    if (!page.includes(`- ${valid.files} files of upstream`)) {
      console.warn(`${shared} holds another set of files than docs/alloy-checks-recall.md counts`);
      return;
    }
    expect(page, 'count again: node build.mjs run scripts/alloy-recall.ts').toBe(text);
  });

  test('files of upstream that Alloy takes get no error, and each kind of warning is explained', () => {
    const valid = countValid(shared);
    const wrong = [...valid.refused].filter(([file]) => !REFUSED_BY_ALLOY.test(file));
    expect(wrong).toEqual([]);
    expect(unexplained(valid)).toEqual([]);
  });
});

describeUnless(MISSING.recordings)(
  'the components that a running Alloy listed after a reload',
  () => {
    const reload = `${shared}/recordings/reload`;
    const loaded = there
      ? recordedCases(shared).filter(({ name }) => existsSync(`${reload}/${name}.txt`))
      : [];

    test.each(loaded)('$name', ({ name, files }) => {
      const text = readFileSync(`${reload}/${name}.txt`, 'utf8');
      if (!/^## POST .* -> 200/m.test(text)) return; // the old graph may be running
      const [, list = ''] = /^## components .*\n([\s\S]*?)^## /m.exec(text) ?? [];
      const listed = list
        .split('\n')
        .map((line) => line.split(' | ')[0]!.trim())
        .filter((id) => id !== '' && id !== '(none)');
      expect(componentsOf(files.map(({ parsed }) => parsed))).toEqual({
        known: true,
        ids: listed.sort(),
      });
    });
  },
);
