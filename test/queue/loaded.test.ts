import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { builtCommand } from '../cli/built.ts';
import { useFolder } from '../cli/folder.ts';

const folder = useFolder();

/** The files of dist/ that a command has loaded: V8 lists them in what it says of its coverage. */
function loadedBy(...args: readonly string[]): readonly string[] {
  const bin = builtCommand();
  const coverage = folder.path('coverage');
  mkdirSync(coverage, { recursive: true });
  spawnSync(process.execPath, [bin, ...args], {
    cwd: folder.path(),
    env: { PATH: process.env.PATH, HOME: folder.path(), NODE_V8_COVERAGE: coverage },
  });
  const dist = join(dirname(dirname(bin)), 'dist');
  return readdirSync(coverage)
    .flatMap((name) => {
      const { result } = JSON.parse(readFileSync(join(coverage, name), 'utf8')) as {
        readonly result: readonly { readonly url: string }[];
      };
      return result.map(({ url }) => url);
    })
    .filter((url) => url.startsWith('file:'))
    .map((url) => fileURLToPath(url))
    .filter((file) => file.startsWith(dist));
}

/** Which of the libraries are in them: each has a name of an error that nobody else has. */
const librariesIn = (files: readonly string[]): readonly string[] => {
  const text = files.map((file) => readFileSync(file, 'utf8')).join();
  return [
    ...(text.includes('bullmq:movedToDelayed') ? ['bullmq'] : []),
    ...(text.includes('MaxRetriesPerRequestError') ? ['ioredis'] : []),
  ];
};

test('what a queue needs is loaded by whoever names one, and by nobody else', () => {
  folder.put('inventory.yaml', 'hosts: { 127.0.0.1: { ssh: { port: 1 } } }\n');
  const plan = loadedBy('plan', '--connect-timeout', '1');
  expect(plan.length).toBeGreaterThan(3);
  expect(librariesIn(plan)).toEqual([]);
  expect(librariesIn(loadedBy('validate'))).toEqual([]);
  expect(librariesIn(loadedBy('plan', '--queue', 'redis://127.0.0.1:1'))).toEqual([
    'bullmq',
    'ioredis',
  ]);
}, 60_000);
