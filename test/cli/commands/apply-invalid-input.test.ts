import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { makeKey } from '../../transport/sshd.ts';
import { builtCommand } from '../built.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const INVENTORIES = at('../../inventory/fixtures/wrong/');
const TEMPLATES = at('../../config/fixtures/wrong/');
const directory = mkdtempSync(join(tmpdir(), 'alloyup-untouched-'));
afterAll(() => rmSync(directory, { recursive: true }));

const wrongInventories = readdirSync(INVENTORIES).filter((file) => file.endsWith('.yaml'));
const wrongTemplates = readdirSync(TEMPLATES).filter((file) => file.endsWith('.alloy'));

/** Runs `apply --yes`; returns its exit code, its stderr, and the connections and processes it started. */
function apply(inventory: string) {
  const world = join(directory, 'world');
  rmSync(world, { force: true });
  const done = spawnSync(
    process.execPath,
    ['--import', at('./watch-connections.mjs'), builtCommand(), 'apply', '--yes', '-i', inventory],
    {
      cwd: directory,
      encoding: 'utf8',
      input: '',
      env: { PATH: process.env.PATH, HOME: directory, ALLOYUP_TEST_WORLD: world },
    },
  );
  return {
    exit: done.status,
    said: done.stderr,
    began: existsSync(world) ? readFileSync(world, 'utf8') : '',
  };
}

test('the preloaded watch sees the connection of a valid inventory', () => {
  const file = join(directory, 'good.yaml');
  const identity = makeKey(directory, 'id');
  writeFileSync(
    file,
    `hosts:\n  web-01: { ssh: { address: 127.0.0.1, port: 9, user: ops, identity: ${identity} } }\n`,
  );
  const { exit, began } = apply(file);
  expect(exit).toBe(1);
  expect(began).toContain('connect');
});

test('there are at least thirty invalid inputs', () => {
  expect(wrongInventories.length + wrongTemplates.length).toBeGreaterThanOrEqual(30);
});

test.each(wrongInventories)('%s: 64, and no connection was opened', (name) => {
  const { exit, said, began } = apply(join(INVENTORIES, name));
  expect({ exit, began }).toEqual({ exit: 64, began: '' });
  expect(said).toContain(name);
  expect(said).toContain('help: ');
});

test.each(wrongTemplates)('template %s: 64, and no connection was opened', (name) => {
  for (const file of readdirSync(TEMPLATES))
    if (file.startsWith(name.replace('.alloy', '.')) && !file.endsWith('.txt'))
      copyFileSync(join(TEMPLATES, file), join(directory, file));
  const vars = join(directory, name.replace('.alloy', '.json'));
  const inventory = join(directory, 'inventory.yaml');
  writeFileSync(
    inventory,
    stringify({
      defaults: {
        config: {
          template: `./${name}`,
          vars: existsSync(vars) ? JSON.parse(readFileSync(vars, 'utf8')) : {},
        },
      },
      hosts: { 'web-01': { ssh: { address: '127.0.0.1', port: 9 } } },
    }),
  );
  const { exit, said, began } = apply(inventory);
  expect({ exit, began }).toEqual({ exit: 64, began: '' });
  expect(said).toContain('help: ');
});
