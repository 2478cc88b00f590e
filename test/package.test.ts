import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtCommand } from './cli/built.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('the package, installed from its tarball', () => {
  let folder: string;
  let installed: string;
  const alloyup = (...args: readonly string[]) => {
    const bin = join(folder, 'node_modules/.bin/alloyup');
    const { status, stdout, stderr } = spawnSync(bin, args, { cwd: folder, encoding: 'utf8' });
    return { code: status, out: stdout, err: stderr };
  };

  beforeAll(() => {
    builtCommand();
    folder = mkdtempSync(join(tmpdir(), 'alloyup-package-'));
    const npm = (cwd: string, ...args: readonly string[]): string =>
      execFileSync('npm', [...args, '--ignore-scripts', '--offline'], { cwd, encoding: 'utf8' });
    const tarball = npm(ROOT, 'pack', '--pack-destination', folder).trim().split('\n').at(-1)!;
    npm(folder, 'install', '--no-audit', '--no-fund', `./${tarball}`);
    installed = join(folder, 'node_modules/alloyup');
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('brings nothing else along, and runs', () => {
    expect(readdirSync(join(folder, 'node_modules')).filter((one) => !one.startsWith('.'))).toEqual(
      ['alloyup'],
    );
    const { version } = JSON.parse(text('package.json'));
    expect(alloyup('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  test('its example inventory is valid', () => {
    expect(alloyup('validate', '-i', 'node_modules/alloyup/inventory.example.yaml')).toEqual({
      code: 0,
      out: '4 hosts checked: no problems\n',
      err: '',
    });
  });

  test('openpgp is the unmodified file of its authors, and is used', () => {
    const ours = readFileSync(join(installed, 'dist/openpgp.min.mjs'));
    const theirs = readFileSync(join(ROOT, 'node_modules/openpgp/dist/node/openpgp.min.mjs'));
    expect(ours.equals(theirs)).toBe(true);
    const dist = readdirSync(join(installed, 'dist'));
    const importing = dist.filter((name) =>
      readFileSync(join(installed, 'dist', name), 'utf8').includes('"./openpgp.min.mjs"'),
    );
    expect(importing.length).toBeGreaterThan(0);
  });

  test('so is Graphviz, with its licence', () => {
    const file = 'dist/viz.js';
    const theirs = readFileSync(join(ROOT, 'node_modules/@viz-js/viz', file));
    expect(readFileSync(join(installed, file)).equals(theirs)).toBe(true);
    expect(readFileSync(join(installed, 'dist/THIRD-PARTY.txt'), 'utf8')).toContain(
      'Eclipse Public License - v 2.0',
    );
  });

  test('the licences of everything in it are there, each with its text', () => {
    const licences = readFileSync(join(installed, 'dist/THIRD-PARTY.txt'), 'utf8');
    for (const name of [
      'ssh2',
      'node-ssh',
      'zod',
      'yaml',
      'liquidjs',
      'undici',
      'execa',
      'openpgp',
      '@viz-js/viz',
      'bullmq',
      'ioredis',
    ])
      expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
    expect(licences).toContain('GNU LESSER GENERAL PUBLIC LICENSE');
    expect(licences).toMatch(/^ *GNU GENERAL PUBLIC LICENSE$/m);
    const parts = licences.split(`\n\n${'='.repeat(80)}\n\n`);
    const bare = parts.filter((part) => !/licen[cs]e|permission|copyright/i.test(part));
    expect(bare).toEqual([]);
  });
});

test.each([
  'README.md',
  'docs/ci.md',
  'docs/guide.md',
  'docs/inventory.md',
  'docs/first-hour.md',
  'inventory.example.yaml',
  'src/inventory/edit.ts',
  'schema/inventory.schema.json',
])('%s points at no package on a public registry', (path) => {
  const pointers = text(path).match(
    /(unpkg\.com|jsdelivr\.net|registry\.npmjs\.org|npx|npm (install|i)( -g| --global)?) ?\/?alloyup\S*/g,
  );
  expect(pointers).toBeNull();
});
