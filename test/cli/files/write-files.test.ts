import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeAll } from '../../../src/cli/files/write-files.ts';
import { Secret } from '../../../src/model/secret.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alloyup-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const secret = () => ({
  path: join(folder, 'secrets/token'),
  content: new Secret('canary'),
  mode: 0o600,
});

test('only the owner can read a secret, or look into its directory', () => {
  writeAll([secret()]);
  expect(readFileSync(join(folder, 'secrets/token'), 'utf8')).toBe('canary');
  expect(statSync(join(folder, 'secrets/token')).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700);
});

test.each([
  ['a file that exists already', 'there', 'inventory-exists'],
  ['a path that cannot be written', 'there/inventory.yaml', 'nothing-written'],
])('%s: nothing is left of what was written before it', (_, name, reason) => {
  writeFileSync(join(folder, 'there'), 'mine');
  const file = { path: join(folder, name), content: '', mode: 0o644 };
  const error = expect.objectContaining({
    problem: expect.objectContaining({ params: expect.objectContaining({ reason }) }),
  });
  expect(() => writeAll([secret(), file])).toThrow(error);
  expect(existsSync(join(folder, 'secrets/token'))).toBe(false);
  expect(readFileSync(join(folder, 'there'), 'utf8')).toBe('mine');
});
