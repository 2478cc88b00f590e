import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LAB_PROGRAMS, TEST_PROGRAMS } from '../lab/prerequisites.ts';
import { COMMANDS } from '../src/cli/args/commands.ts';
import { OPTIONS } from '../src/cli/args/option-table.ts';
import { runProgram } from '../src/cli/dispatch.ts';
import { memoryTerminal } from './cli/terminal.ts';
import { fencesOf } from './markdown.ts';

const root = new URL('../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');
test('the options in the README exist, and those listed as not implemented do not', () => {
  const known = new Set([...Object.values(OPTIONS).map(({ long }) => long), '--help', '--version']);
  const missing = /^- Not implemented yet:([\s\S]*?)\. They are refused/m.exec(readme)![1]!;
  for (const [, word] of missing.matchAll(/`([^`]+)`/g)) {
    const hint = `${word} is implemented: remove it from the limits`;
    expect(COMMANDS, hint).not.toHaveProperty([word!]);
    expect(known, hint).not.toContain(word);
  }
  for (const [, flag] of readme.replace(missing, '').matchAll(/(?<![\w-])(--[a-z][a-z-]+)/g)) {
    expect(known, `the README names ${flag}`).toContain(flag);
  }
});

test('the inventory in the README has ten lines and is valid', async () => {
  const [inventory] = fencesOf(readme, 'yaml');
  expect(inventory!.trimEnd().split('\n')).toHaveLength(10);
  const folder = await mkdtemp(join(tmpdir(), 'alloyup-readme-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'inventory.yaml');
  writeFileSync(file, inventory!);
  const terminal = memoryTerminal();
  const exitCode = await runProgram(['validate', '-i', file], terminal);
  expect(terminal.printed()).toEqual({ out: '20 hosts checked: no problems\n', err: '' });
  expect(exitCode).toBe(0);
});

test('the README names every package that the demo and the tests install', () => {
  for (const name of [...Object.values(LAB_PROGRAMS), ...Object.values(TEST_PROGRAMS)]) {
    expect(readme).toContain(`\`${name}\``);
  }
});
