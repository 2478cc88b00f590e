import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { commandsPage } from '../scripts/commands-page.ts';
import { parse } from '../src/alloy/parser.ts';
import { readCommandLine } from '../src/cli/args/parse-command-line.ts';
import { runProgram } from '../src/cli/dispatch.ts';
import type { ToolError } from '../src/model/problem.ts';
import { textOf } from '../src/report/text-of.ts';
import { memoryTerminal } from './cli/terminal.ts';
import { anchorsOf, commandsOf, fencesOf, withoutFences, wordsOf } from './markdown.ts';

const root = new URL('../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** What a reader's own system brings; what it is told there is not ours to check. */
const OTHERS = new Set([
  'ansible-inventory',
  'cat',
  'cd',
  'crontab',
  'curl',
  'echo',
  'export',
  'git',
  'install',
  'mkdir',
  'printf',
  'source',
  'ssh',
  'ssh-keygen',
  'sudo',
]);

function check(words: readonly string[]): void {
  const [program, ...args] = words;
  const line = words.join(' ');
  if (program === 'alloyup') {
    // throws for an unknown command or option, or for a value that is none
    try {
      readCommandLine(args, memoryTerminal());
    } catch (error) {
      throw new Error(`${line}: ${textOf((error as ToolError).problem).message}`);
    }
  } else if (program === 'npm') {
    const [verb, script] = args;
    if (verb === 'run') expect(scripts, line).toHaveProperty([script!.replace(/:$/, '')]);
    else expect(['ci', 'test', 'link', 'install', 'pack'], line).toContain(verb);
  } else if (program === 'node' && args[0] === 'build.mjs') {
    if (args[1] === 'run') expect(existsSync(join(root, args[2]!)), line).toBe(true);
  } else if (program === 'npx') {
    expect(['vitest', 'biome', 'tsc'], line).toContain(args[0]);
  } else {
    expect(OTHERS, `${line}: teach this test what ${program} is`).toContain(program);
  }
}

/** What stands for a file that somebody has: a variable of a shell or of CI is a word like others. */
const typed = (page: string): readonly string[] =>
  commandsOf(read(page)).map((line) => line.replace(/^[A-Z_]+=\S+ /, ''));

describe.each(pages)('%s', (page) => {
  const text = read(page);

  test('every command in it exists, with its options', () => {
    for (const line of typed(page)) for (const words of wordsOf(line)) check(words);
  });

  test('every link in it leads somewhere', () => {
    for (const [, link] of withoutFences(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link!)) continue;
      const [path, anchor] = link!.split('#');
      const file = path === '' ? page : normalize(join(dirname(page), path!));
      expect(existsSync(join(root, file)), `${page}: ${link}`).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(read(file)), `${page}: ${link}`).toContain(anchor);
    }
  });

  test('every YAML in it reads, every inventory in it is fine', async () => {
    for (const block of fencesOf(text, 'yaml')) {
      const [document] = parseAllDocuments(block.replaceAll(/\$\{\{.*?\}\}/g, 'value'));
      expect(document!.errors, block).toEqual([]);
      const keys = Object.keys((document!.toJS() ?? {}) as object);
      if (!keys.some((key) => ['hosts', 'groups', 'defaults'].includes(key))) continue;
      const folder = mkdtempSync(join(tmpdir(), 'alloyup-docs-'));
      try {
        const file = join(folder, 'inventory.yaml');
        writeFileSync(file, block);
        for (const alloy of fencesOf(text, 'alloy')) {
          const name = /^\/\/ (\S+\.alloy)$/m.exec(alloy)?.[1];
          if (name !== undefined) writeFileSync(join(folder, name), alloy);
        }
        const terminal = memoryTerminal();
        const exitCode = await runProgram(['validate', '-i', file], terminal);
        expect({ ...terminal.printed(), exitCode }, block).toMatchObject({ exitCode: 0, err: '' });
      } finally {
        rmSync(folder, { recursive: true });
      }
    }
  });

  test('every Alloy text in it parses', () => {
    for (const block of fencesOf(text, 'alloy')) {
      // a template is Alloy once its values are in
      const { errors } = parse(block.replaceAll(/\{\{.*?\}\}/g, 'null'));
      expect(errors, block).toEqual([]);
    }
  });
});

test('pages are read: commands and anchors are found in them', () => {
  expect(
    typed('docs/guide.md').filter((line) => line.startsWith('alloyup ')).length,
  ).toBeGreaterThan(25);
  expect(typed('docs/ci.md')).toContain(
    'alloyup apply plan.json --log run.ndjson --junit report.xml',
  );
  expect(anchorsOf(read('docs/guide.md'))).toContain('from-ansible');
});

test.each([
  ['alloyup plan --frobnicate', /unknown option/],
  ['alloyup plam', /unknown command/],
  ['alloyup plan --forks many', /--forks <n>/],
  ['npm run frobnicate', /frobnicate/],
])('a page that says "%s" would be found out', (line, reason) => {
  expect(() => wordsOf(line).forEach(check)).toThrow(reason);
});

test('the screens of the first hour are 80 columns wide at most', () => {
  const screens = fencesOf(read('docs/first-hour.md'), 'text');
  expect(screens.length).toBeGreaterThan(20);
  for (const line of screens.flatMap((screen) => screen.split('\n')))
    expect([...line].length, line).toBeLessThanOrEqual(80);
});

test('docs/commands.md is what the table of commands says (node build.mjs run scripts/docs-commands.ts)', () => {
  expect(read('docs/commands.md')).toBe(commandsPage());
});
