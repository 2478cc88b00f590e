import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complete, FILES, splitLine } from '../../../src/cli/completion/complete.ts';
import { describeUnless, MISSING } from '../../missing.ts';
import { builtCommand } from '../built.ts';

const known = {
  hosts: async ([inventory]: readonly string[]) =>
    inventory === 'other.yaml'
      ? { hosts: ['other-01'], groups: [] }
      : { hosts: ['web-01', 'web-02', 'db-01'], groups: ['web', 'prod'] },
  runs: () => ['20261123T101500Z-3f9a', '20261122T101500Z-0001'],
};

const values = async (...words: readonly string[]) => {
  const found = await complete(words, known);
  return found === FILES ? FILES : found.map(({ value }) => value);
};

test.each([
  [['pl'], ['plan']],
  [['--v'], ['--version']],
  [['help', 'app'], ['apply']],
  [['help', 'opt'], ['options']],
  [['plan', '--conn'], ['--connect-timeout']],
  [['fmt', '--te'], ['--test']],
  [
    ['plan', '--output', ''],
    ['text', 'json', 'ndjson'],
  ],
  [['plan', '--output=j'], ['--output=json']],
  [
    ['plan', '-l', 'we'],
    ['web', 'web-01', 'web-02'],
  ],
  [
    ['plan', '--limit', 'web:!web-0'],
    ['web:!web-01', 'web:!web-02'],
  ],
  [['plan', '-l', 'web:&p'], ['web:&prod']],
  [['plan', '-i', 'other.yaml', '-l', 'o'], ['other-01']],
  [['plan', '--inventory=other.yaml', '-l', 'o'], ['other-01']],
  [['plan', '-i', ''], FILES],
  [['apply', '--junit', 'x'], FILES],
  [['plan', '--template', 'l'], ['linux-host']],
  [['rollback', '--run', '20261123'], ['20261123T101500Z-3f9a']],
  [['render', 'db'], ['db-01']],
  [['apply', 'pl'], FILES],
  [
    ['trust', 'web-01', 'web-'],
    ['web-01', 'web-02'],
  ],
  [['inventory', ''], ['import']],
  [['inventory', 'import', ''], FILES],
  [['plan', '--retry', 'la'], ['last']],
  [['plan', ''], []],
  [['validate', 'x'], FILES],
  [
    ['report', ''],
    ['last', '20261123T101500Z-3f9a', '20261122T101500Z-0001'],
  ],
  [['runs', 's'], ['show']],
  [['runs', 'show', '20261122'], ['20261122T101500Z-0001']],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['plan', '--forks', ''], []],
  [['nonsense', ''], []],
  [['toString', ''], []],
] as const)('after %j', async (words, expected) => {
  expect(await values(...words)).toEqual(expected);
});

test.each([
  ['alloyup plan -l we', ['plan', '-l', 'we'], ''],
  ['alloyup plan ', ['plan', ''], ''],
  ['alloyup plan -l web:!a', ['plan', '-l', 'web:!a'], 'web:'],
  ['alloyup plan -l "web:!a', ['plan', '-l', 'web:!a'], ''],
  ['alloyup plan --output=j', ['plan', '--output=j'], '--output='],
  ["alloyup plan -i 'my file' -l w\\ x", ['plan', '-i', 'my file', '-l', 'w x'], ''],
  ["alloyup plan -i 'my f", ['plan', '-i', 'my f'], ''],
  ["alloyup plan -i 'my ", ['plan', '-i', 'my '], ''],
  ['alloyup plan -l "a\\"b":c', ['plan', '-l', 'a"b:c'], 'a"b:'],
  ['alloyup plan -l w\\ ', ['plan', '-l', 'w '], ''],
  ['alloyup plan -l w\\', ['plan', '-l', 'w'], ''],
  ['alloyup', [], ''],
  ['', [], ''],
])('bash reads %s', (line, words, kept) => {
  expect(splitLine(line)).toEqual({ words, kept });
});

const INVENTORY = 'groups:\n  web: { hosts: ["web-[01:03]"] }\nhosts:\n  db-01: {}\n';

describe('in a real shell', () => {
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'alloyup-completion-'));
    mkdirSync(join(folder, 'bin'));
    symlinkSync(builtCommand(), join(folder, 'bin/alloyup'));
    writeFileSync(join(folder, 'inventory.yaml'), INVENTORY);
    mkdirSync(join(folder, 'several'));
    writeFileSync(join(folder, 'several/a.yaml'), 'hosts: { sql-01: { groups: [sql] } }\n');
    writeFileSync(join(folder, 'several/b.yaml'), 'groups: { sql: }\n');
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (shell: string, ...args: readonly string[]) => {
    const { stdout, stderr, error } = spawnSync(shell, args, {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: `${folder}/bin:${process.env.PATH}`, HOME: folder, TERM: 'dumb' },
    });
    if (error) throw error;
    expect(stderr).toBe('');
    return stdout.split('\n').filter(Boolean).sort();
  };
  const CASES = [
    ['alloyup sta', ['status']],
    ['alloyup plan -l web-', ['web-01', 'web-02', 'web-03']],
    ['alloyup render d', ['db-01']],
    ['alloyup plan -i inventory.yaml -i several -l s', ['sql', 'sql-01']],
    ['alloyup plan --output n', ['ndjson']],
    ['alloyup report no-such', []],
  ] as const;

  test.each([...CASES, ['alloyup plan -l web:!d', ['!db-01']] as const])(
    'bash: %s',
    (line, expected) => {
      const script = `source <(alloyup completion bash)
      COMP_LINE=$1 COMP_POINT=\${#1} COMP_WORDS=(alloyup) COMP_CWORD=1
      _alloyup; printf '%s\\n' "\${COMPREPLY[@]}"`;
      expect(run('bash', '--norc', '-c', script, 'bash', line)).toEqual(expected);
    },
  );

  describeUnless(MISSING.fish)('fish', () => {
    test.each(CASES)('%s', (line, expected) => {
      const script = 'alloyup completion fish | source; complete -C $argv[1]';
      const found = run('fish', '--no-config', '-c', script, line);
      expect(found.map((one) => one.split('\t')[0])).toEqual(expected);
    });
  });

  describeUnless(MISSING.zsh)('zsh', () => {
    test('reads its script', () => {
      const script = `autoload -Uz compinit; compinit -u -d ${folder}/dump
      source <(alloyup completion zsh); print -r -- $_comps[alloyup]`;
      expect(run('zsh', '-f', '-c', script)).toEqual(['_alloyup']);
    });

    test.each(CASES)('%s', (line, expected) => {
      // what compadd is given, without a terminal
      const script = `compdef() { :; }; compadd() { print -rl -- $found; }
      source <(alloyup completion zsh)
      words=(\${(z)1}); CURRENT=$#words PREFIX=$words[-1]; _alloyup`;
      expect(run('zsh', '-f', '-c', script, 'zsh', line)).toEqual(expected);
    });
  });
});
