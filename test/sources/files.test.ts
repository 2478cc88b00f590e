import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Result } from '../../src/model/problem.ts';
import { type SecretRef, secretKey } from '../../src/model/secret-ref.ts';
import { withText } from '../../src/report/text-of.ts';
import { besideInventory, ownDirectories } from '../../src/sources/directories.ts';
import { readSourceFiles, readTemplateFiles } from '../../src/sources/files.ts';
import { readInventoryFile } from '../../src/sources/inventory-file.ts';
import { resolveSecrets } from '../../src/sources/secret-values.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alloyup-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, content: string | Uint8Array, mode = 0o644): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
};

/** `code: message -> hint`, the folder's name taken out. */
const lines = (result: Result<unknown>): readonly string[] =>
  result.ok
    ? []
    : result.problems
        .map(withText)
        .map(({ code, message, hint }) =>
          `${code}: ${message} -> ${hint}`.replaceAll(folder, 'DIR'),
        );

const AT = { file: 'inventory.yaml', line: 3, column: 7 };

describe('an inventory', () => {
  const read = (
    source: string,
    { stdin = [], mayRun = true }: { stdin?: readonly string[]; mayRun?: boolean } = {},
  ): ReturnType<typeof readInventoryFile> =>
    readInventoryFile(source, {
      stdin: async function* () {
        yield* stdin;
      },
      mayRun,
      timeoutMs: 1500,
    });

  test('is read from a file, a byte order mark cut', async () => {
    const path = put('inventory.yaml', '\ufeffhosts: {}\n');
    expect(await read(path)).toEqual({
      ok: true,
      value: { file: path, base: folder, text: 'hosts: {}\n', ran: false },
    });
  });

  test('is read from stdin', async () => {
    expect(await read('-', { stdin: ['hosts:', ' {}\n'] })).toMatchObject({
      ok: true,
      value: { file: 'stdin', base: '.', text: 'hosts: {}\n' },
    });
    expect(lines(await read('-'))).toEqual([
      'inventory.file: there is no inventory on stdin -> Pipe one into it, or name a file: -i FILE',
    ]);
  });

  test('is what a program prints, run in its own directory', async () => {
    const path = put('inventory.sh', '#!/bin/sh\necho "# $PWD"; echo oops >&2\n', 0o755);
    expect(await read(path)).toMatchObject({
      ok: true,
      value: { text: `# ${folder}\n`, ran: true },
    });
  });

  test('that is a program is not run by validate', async () => {
    const path = put('inventory.sh', '#!/bin/sh\ntouch "$0.ran"\n', 0o755);
    expect(lines(await read(path, { mayRun: false }))).toEqual([
      'inventory.file: DIR/inventory.sh is a program, and validate runs no programs -> Run it and check what it prints: DIR/inventory.sh | alloyup validate -i -',
    ]);
    expect(lines(await read(`${path}.ran`))).toHaveLength(1);
  });

  test('that fails shows what the program said', async () => {
    const path = put('inventory.sh', '#!/bin/sh\necho half; echo no token >&2; exit 3\n', 0o755);
    const result = await read(path);
    expect(lines(result)).toEqual([
      'inventory.file: the inventory program DIR/inventory.sh failed: exit code 3 -> Run it to see why: DIR/inventory.sh',
    ]);
    expect(result).toMatchObject({ problems: [{ detail: 'no token' }] });
  });

  test.each([
    ['#!/bin/sh\nsleep 60\n', 'no answer within 1.5 s'],
    ['#!/bin/sh\nsleep 5 & sleep 5\n', 'no answer within 1.5 s'],
    ['#!/bin/sh\nkill -9 $$\n', 'killed by SIGKILL'],
    ['#!/no/such/interpreter\n', 'not found'],
  ])('of a program that never answers has a problem: %j', async (script, why) => {
    const started = Date.now();
    expect(lines(await read(put('inventory.sh', script, 0o755)))).toEqual([
      expect.stringContaining(`the inventory program DIR/inventory.sh failed: ${why}`),
    ]);
    expect(Date.now() - started).toBeLessThan(6000);
  });

  test.each([
    [
      'a script that is not executable',
      () => put('i.sh', '#!/bin/sh\n'),
      'DIR/i.sh starts with #! but is not executable -> Run chmod +x DIR/i.sh, or remove the first line',
    ],
    [
      'a script that all can change',
      () => put('i.sh', '#!/bin/sh\n', 0o777),
      'DIR/i.sh is a program that every user of this machine can change -> Review it, then: chmod o-w DIR/i.sh',
    ],
    [
      'a script that says nothing',
      () => put('i.sh', '#!/bin/sh\n', 0o755),
      'the inventory program DIR/i.sh printed nothing -> Run it to see why: DIR/i.sh',
    ],
    [
      'a missing file',
      () => put('inventory.yml', '').replace(/yml$/, 'yaml'),
      'the inventory DIR/inventory.yaml does not exist -> Did you mean DIR/inventory.yml?',
    ],
    [
      'a missing file, nothing near',
      () => join(folder, 'x'),
      'the inventory DIR/x does not exist -> Write one with alloyup init, or name the hosts: -i web-01,web-02,',
    ],
    [
      'a directory',
      () => dirname(put('fleet.yaml', '')),
      'the inventory DIR is a directory -> Name a file in it: -i DIR/fleet.yaml',
    ],
    [
      'no text',
      () => put('i.yaml', Uint8Array.of(0xff, 0xfe, 0x00)),
      'the inventory DIR/i.yaml is not UTF-8 text -> Check what it is: file DIR/i.yaml',
    ],
  ])('that is %s', async (_, make, expected) => {
    expect(lines(await read(make()))).toEqual([`inventory.file: ${expected}`]);
  });

  test('that is a pipe nobody writes to does not hang', async () => {
    const path = join(folder, 'pipe');
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
    expect(lines(await read(path))).toEqual([
      'inventory.file: the inventory DIR/pipe is not a regular file -> Name a YAML file: -i FILE',
    ]);
  });
});

describe('secrets', () => {
  const ENV = { PATH: process.env.PATH, HOME: '/nowhere', TOKEN: 'from-env', EMPTY: '' };
  const resolve = (...refs: readonly SecretRef[]): ReturnType<typeof resolveSecrets> =>
    resolveSecrets(refs, { base: folder, env: ENV, timeoutMs: 1500 });
  const env = (name: string): SecretRef => ({ kind: 'env', name, at: AT });
  const file = (path: string): SecretRef => ({ kind: 'file', path, at: AT });
  const exec = (...argv: readonly [string, ...string[]]): SecretRef => ({
    kind: 'exec',
    argv,
    at: AT,
  });

  test('come from the environment, files and programs', async () => {
    put('password', 'from-file\n', 0o600);
    put('two', 'a\n\n', 0o600);
    const refs = [env('TOKEN'), file('password'), file('two'), exec('echo', '$TOKEN; x')];
    const result = await resolve(...refs);
    if (!result.ok) throw new Error(lines(result).join());
    const { secrets, warnings } = result.value;
    expect(refs.map((ref) => secrets.get(secretKey(ref))?.reveal())).toEqual([
      'from-env',
      'from-file',
      'a\n',
      '$TOKEN; x',
    ]);
    expect(warnings).toEqual([]);
    expect(inspect(result, { depth: 9 }) + JSON.stringify([...secrets])).not.toMatch(/from-/);
  });

  test('are read once, however often they are named', async () => {
    const count = put('count.sh', `#!/bin/sh\necho x >> ${folder}/count; echo secret\n`, 0o755);
    expect((await resolve(...Array<SecretRef>(20).fill(exec(count)))).ok).toBe(true);
    expect(spawnSync('wc', ['-l', join(folder, 'count')], { encoding: 'utf8' }).stdout).toMatch(
      /^1 /,
    );
  });

  test('in a file that others can read are warned about', async () => {
    put('password', 'x', 0o640);
    expect(await resolve(file('password'))).toMatchObject({
      ok: true,
      value: {
        warnings: [
          {
            code: 'secret.readable',
            at: AT,
            params: { reason: 'readable-by-others', path: `${folder}/password` },
          },
        ],
      },
    });
  });

  test('that cannot be read are reported all at once, in order, without a value', async () => {
    put('empty', '\n', 0o600);
    mkdirSync(join(folder, 'dir'));
    const failing = put(
      'fail.sh',
      '#!/bin/sh\necho half-a-secret; echo not signed in >&2; exit 1\n',
      0o755,
    );
    const result = await resolve(
      exec('sleep', '60'),
      env('MISSING'),
      env('EMPTY'),
      file('none'),
      file('empty'),
      file('dir'),
      exec(failing),
      exec('no-such-program-here', 'x'),
      exec('true'),
    );
    expect(lines(result)).toEqual([
      'secret.unresolved: cannot read a secret from the program sleep: no answer within 1.5 s -> Run it in this terminal: it may want you to sign in',
      'secret.unresolved: the environment variable MISSING is not set -> Set it where alloyup runs: read -rs MISSING && export MISSING',
      'secret.unresolved: the environment variable EMPTY is empty -> Set it where alloyup runs: read -rs EMPTY && export EMPTY',
      'secret.unresolved: the secret file DIR/none does not exist -> Create it, or fix the path: relative paths start at the directory of the inventory',
      'secret.unresolved: the secret file DIR/empty is empty -> Write the secret into it',
      'secret.unresolved: the secret file DIR/dir is a directory -> Check what it is: ls -ld DIR/dir',
      'secret.unresolved: cannot read a secret from the program DIR/fail.sh: exit code 1 -> Run it in this terminal: it may want you to sign in',
      'secret.unresolved: cannot read a secret from the program no-such-program-here: not found -> Install no-such-program-here, or name it with its path',
      'secret.unresolved: cannot read a secret from the program true: it printed nothing -> Run it in this terminal: it may want you to sign in',
    ]);
    expect(result).toMatchObject({
      problems: expect.arrayContaining([
        expect.objectContaining({ at: AT, detail: 'not signed in' }),
      ]),
    });
    expect(JSON.stringify(result)).not.toMatch(/half-a-secret/);
  });
});

describe('files that the inventory names', () => {
  test('are read beside it, each once', async () => {
    put('ca.pem', 'PEM\n');
    const result = await readSourceFiles(
      [
        { path: './ca.pem', at: AT },
        { path: './ca.pem', at: AT },
      ],
      folder,
    );
    expect(result).toMatchObject({ ok: true });
    if (result.ok)
      expect([...result.value]).toEqual([
        ['./ca.pem', { file: join(folder, 'ca.pem'), text: 'PEM\n' }],
      ]);
  });

  test('that cannot be read are reported all at once', async () => {
    put('big', 'x'.repeat(1024 * 1024 + 1));
    put('binary', Uint8Array.of(0, 1, 2));
    const refs = ['none', 'big', 'binary', '.'].map((path) => ({ path, at: AT }));
    expect(lines(await readSourceFiles(refs, folder))).toEqual([
      'inventory.file: the file DIR/none does not exist -> Fix the path: relative paths start at the directory of the inventory',
      'inventory.file: the file DIR/big is larger than 1024 KiB -> Copy such files to the hosts by other means: this is for text of up to 1 MiB',
      'inventory.file: the file DIR/binary is not UTF-8 text -> Copy such files to the hosts by other means: this is for text of up to 1 MiB',
      'inventory.file: the file DIR is a directory -> Name a file that you can read',
    ]);
  });

  test('that are templates come with their declarations', async () => {
    put('site.alloy', 'logging { }\n');
    put('site.yaml', 'summary: Ours.\n');
    put('plain.alloy', '\n');
    const refs = ['site.alloy', 'plain.alloy'].map((path) => ({ path, at: AT }));
    const result = await readTemplateFiles(refs, folder);
    if (!result.ok) throw new Error(lines(result).join());
    expect(result.value.get('site.alloy')?.declarations?.text).toBe('summary: Ours.\n');
    expect(result.value.get('plain.alloy')?.declarations).toBeNull();
    expect(lines(await readTemplateFiles([{ path: 'x.alloy', at: AT }], folder))).toEqual([
      'template.file: the template DIR/x.alloy does not exist -> Fix the path: relative paths start at the directory of the inventory',
    ]);
  });
});

test.each([
  [{ HOME: '/home/me' }, '/home/me/.cache/alloyup', '/home/me/.local/state/alloyup'],
  [{ HOME: '/h', XDG_CACHE_HOME: '/c', XDG_STATE_HOME: '/s' }, '/c/alloyup', '/s/alloyup'],
  [
    { HOME: '/h', XDG_CACHE_HOME: 'relative', XDG_STATE_HOME: '' },
    '/h/.cache/alloyup',
    '/h/.local/state/alloyup',
  ],
])('own directories of %j', (env, cache, state) => {
  expect(ownDirectories(env)).toEqual({ cache, state });
});

test.each([
  ['./a', 'fleet/a'],
  ['/a', '/a'],
  ['~/a', '/home/me/a'],
  ['~x', 'fleet/~x'],
])('%s beside the inventory is %s', (path, expected) => {
  expect(besideInventory(path, 'fleet', '/home/me')).toBe(expected);
});
