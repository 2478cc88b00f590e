import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEnvironment, renderEnvironment } from '../../src/steps/environment-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'alloyup-environment-'));
test.sequential('a written value is read back the same by us and by a real sh', () => {
  const file = join(folder, 'alloy');
  const value = fc
    .string({ unit: 'binary', maxLength: 40 })
    .map((text) => text.replaceAll('\0', '').replace(/[\ud800-\udfff]/g, ''));
  fc.assert(
    fc.property(value, (text) => {
      const written = renderEnvironment(
        new Map([
          ['A', text],
          ['B', 'after'],
        ]),
      ).reveal();
      expect(parseEnvironment(written).get('A')).toBe(text);
      expect(parseEnvironment(written).get('B')).toBe('after');
      writeFileSync(file, written);
      const read = execFileSync('dash', ['-c', `set -e; . "$1"; printf %s "$A"`, 'x', file]);
      expect(read.toString()).toBe(text);
    }),
    { numRuns: 150 },
  );
  rmSync(folder, { recursive: true });
});

test.each([
  ['CUSTOM_ARGS=--a --b\n', '--a --b'],
  ['CUSTOM_ARGS="--a --b"  \n', '--a --b'],
  ['CUSTOM_ARGS=\'--a\'"--b"\n', '--a--b'],
  ['# no\n; no\nCUSTOM_ARGS=\\"x\n', '"x'],
  ['CUSTOM_ARGS="a\\\nb"\n', 'ab'],
  ['export CUSTOM_ARGS=x', 'x'],
])('%j means %j, as systemd reads it', (text, expected) => {
  expect(parseEnvironment(text).get('CUSTOM_ARGS')).toBe(expected);
});
