import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LAB_PROGRAMS, TEST_PROGRAMS } from '../lab/prerequisites.ts';
import { COMMANDS } from '../src/cli/commands.ts';
import { isLater } from '../src/cli/later.ts';
import { longFlag, OPTIONS } from '../src/cli/options.ts';
import { readCommandLine, runProgram } from '../src/cli/program.ts';
import { memoryTerminal } from './cli/terminal.ts';

const root = new URL('../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');
const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;
const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Contents of the code blocks of one language. */
const blocks = (text: string, language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, block]) => block!,
  );

/** Commands of shell blocks: continued lines joined, comments gone, `&&` parted. */
const commandsOf = (text: string): readonly string[] =>
  blocks(text, 'sh')
    .flatMap((block) => block.replace(/\\\n\s*/g, '').split('\n'))
    .flatMap((line) => line.replace(/\s+#.*$/, '').split('&&'))
    .map((command) => command.trim())
    .filter((command) => command !== '');

/** As a shell parts words; double quotes are all we use. */
const wordsOf = (command: string): readonly string[] =>
  [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => (quoted ?? bare)!);

function check(command: string): void {
  const [program, ...args] = wordsOf(command);
  if (program === 'alloyup') {
    // throws for an unknown command or option
    expect(() => readCommandLine(args, memoryTerminal()), command).not.toThrow();
  } else if (program === 'npm') {
    const [verb, script] = args;
    if (verb === 'run') expect(scripts, command).toHaveProperty([script!.replace(/:$/, '')]);
    else expect(['ci', 'test', 'link', 'install'], command).toContain(verb);
  } else if (program === 'node' && args[0] === 'build.mjs') {
    if (args[1] === 'run') expect(existsSync(join(root, args[2]!)), command).toBe(true);
  } else if (program === 'npx') {
    expect(['vitest', 'biome', 'tsc'], command).toContain(args[0]);
  } else {
    expect.unreachable(`${command}: teach this test what ${program} is`);
  }
}

describe.each(pages)('%s', (page) => {
  const text = read(page);

  test('every command in it exists', () => {
    const inline = [...text.matchAll(/`((?:alloyup|npm|node build\.mjs|npx) [^`\n]+)`/g)];
    for (const command of [...commandsOf(text), ...inline.map(([, code]) => code!)]) {
      for (const one of command.split('&&')) check(one.trim());
    }
  });

  test('every link in it leads to a file', () => {
    for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(?:https?:|#)/.test(link!)) continue;
      const path = link!.replace(/#.*$/, '');
      expect(existsSync(join(root, dirname(page), path)), `${page}: ${link}`).toBe(true);
    }
  });
});

test('the options that the README names exist, and those it says are not built are not', () => {
  const known = new Set([...Object.values(OPTIONS).map(longFlag), '--help', '--version']);
  const missing = /^- Not built yet:([\s\S]*?)\. They are refused/m.exec(readme)![1]!;
  for (const [, word] of missing.matchAll(/`([^`]+)`/g)) {
    expect(isLater(word!), `${word} is built: take it out of the limits`).toBe(true);
    expect(COMMANDS).not.toHaveProperty([word!]);
  }
  for (const [, flag] of readme.replace(missing, '').matchAll(/(?<![\w-])(--[a-z][a-z-]+)/g)) {
    expect(known, `the README names ${flag}`).toContain(flag);
  }
});

test('the inventory of the README has ten lines and is fine', async () => {
  const [inventory] = blocks(readme, 'yaml');
  expect(inventory!.trimEnd().split('\n')).toHaveLength(10);
  const file = join(await mkdtemp(join(tmpdir(), 'alloyup-readme-')), 'inventory.yaml');
  writeFileSync(file, inventory!);
  const terminal = memoryTerminal();
  const exitCode = await runProgram(['validate', '-i', file], terminal);
  expect(terminal.printed()).toEqual({ out: '20 hosts checked: fine\n', err: '' });
  expect(exitCode).toBe(0);
});

test('the README names every package that demo and tests install', () => {
  for (const name of [...Object.values(LAB_PROGRAMS), ...Object.values(TEST_PROGRAMS)]) {
    expect(readme).toContain(`\`${name}\``);
  }
});
