import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderEnvironment } from '../../src/steps/environment-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'alloyup-environment-'));
test.sequential('a real sh reads a written value back the same', () => {
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
      writeFileSync(file, written);
      const read = execFileSync('dash', ['-c', `set -e; . "$1"; printf %s "$A"`, 'x', file]);
      expect(read.toString()).toBe(text);
    }),
    { numRuns: 150 },
  );
  rmSync(folder, { recursive: true });
});
