import { existsSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { writeAll } from '../../../src/cli/files/write-files.ts';
import { Secret } from '../../../src/model/secret.ts';
import { useFolder } from '../folder.ts';

const { path, read } = useFolder();

const secret = () => ({
  path: path('secrets/token'),
  content: new Secret('canary'),
  mode: 0o600,
});

test('only the owner can read a secret, or look into its directory', () => {
  writeAll([secret()]);
  expect(read('secrets/token')).toBe('canary');
  expect(statSync(path('secrets/token')).mode & 0o777).toBe(0o600);
  expect(statSync(path('secrets')).mode & 0o777).toBe(0o700);
});

test.each([
  ['a file that exists already', 'there', 'inventory-exists'],
  ['a path that cannot be written', 'there/inventory.yaml', 'nothing-written'],
])('%s: nothing is left of what was written before it', (_, name, reason) => {
  writeFileSync(path('there'), 'mine');
  const file = { path: path(name), content: '', mode: 0o644 };
  const error = expect.objectContaining({
    problem: expect.objectContaining({ params: expect.objectContaining({ reason }) }),
  });
  expect(() => writeAll([secret(), file])).toThrow(error);
  expect(existsSync(path('secrets/token'))).toBe(false);
  expect(read('there')).toBe('mine');
});
