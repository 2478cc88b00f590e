import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { ToolError } from '../../src/model/problem.ts';
import {
  addLine,
  hashedName,
  judgeHostKey,
  keysOf,
  parseKnownHosts,
} from '../../src/transport/known-hosts.ts';
import {
  type HostKeyEntry,
  knownHostsFiles,
  recordHostKeys,
} from '../../src/transport/known-hosts-files.ts';
import { scratch } from './fixtures.ts';
import { keyIn } from './ssh2-server.ts';

const { path: directory, remove } = scratch();
afterAll(remove);
let n = 0;
let folder = '';
let file = '';
beforeEach(() => {
  n += 1;
  folder = join(directory, `${n}`);
  file = join(folder, '.ssh', 'known_hosts');
});
const put = (text: string, mode = 0o644) => {
  mkdirSync(join(folder, '.ssh'), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
};
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

const blob = Buffer.from([0, 0, 0, 11, ...Buffer.from('ssh-ed25519'), 1, 2, 3]);
const LINE = `web ssh-ed25519 ${blob.toString('base64')}\n`;
const entry = (more: Partial<HostKeyEntry> = {}): HostKeyEntry => ({
  knownAs: 'web',
  blob,
  hashed: false,
  ...more,
});
const problemOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error instanceof ToolError ? error.problem : error;
  }
  return undefined;
};
const problem = (reason: string, path: string, said: string) => ({
  code: 'ssh.host-key',
  params: { reason, file: path, said },
});

describe('reading', () => {
  test('puts several files together, and takes a missing one for an empty one', () => {
    put(LINE);
    const { read } = knownHostsFiles();
    const keys = (...paths: string[]) =>
      keysOf(read(paths).keys, 'web', 'first').map((key) => [key.file, key.line]);
    expect(keys(join(folder, 'none'), file)).toEqual([[file, 1]]);
    expect(keys(join(folder, 'none'))).toEqual([]);
  });

  test('is done once for each set of files, until a key is added', () => {
    put('');
    const files = knownHostsFiles();
    const before = files.read([file]);
    expect(files.read([file])).toBe(before);
    files.add(file, 'web', blob);
    expect(keysOf(files.read([file]).keys, 'web', 'first')).toHaveLength(1);
  });

  test('a file that cannot be read might say that a key is revoked', () => {
    mkdirSync(file, { recursive: true });
    expect(problemOf(() => knownHostsFiles().read([file]))).toEqual(
      problem('file-unreadable', file, 'EISDIR'),
    );
  });
});

describe('adding a key', () => {
  const add = () => knownHostsFiles().add(file, 'web', blob);

  test('makes the file, for its owner alone', () => {
    add();
    expect(readFileSync(file, 'utf8')).toBe(LINE);
    expect([modeOf(file), modeOf(join(folder, '.ssh'))]).toEqual(['600', '700']);
  });

  test.each([
    ['db x y\n', `db x y\n${LINE}`],
    ['db x y', `db x y\n${LINE}`],
  ])('appends to %j', (before, after) => {
    put(before);
    add();
    expect(readFileSync(file, 'utf8')).toBe(after);
  });

  test('says when it cannot be read', () => {
    mkdirSync(folder);
    writeFileSync(join(folder, '.ssh'), '');
    expect(problemOf(add)).toEqual(problem('file-unreadable', file, 'ENOTDIR'));
  });

  test('says when it cannot be written', () => {
    mkdirSync(join(folder, '.ssh'), { recursive: true });
    symlinkSync(join(folder, 'gone', 'file'), file);
    expect(problemOf(add)).toEqual(problem('file-unwritable', file, 'ENOENT'));
  });
});

describe('recording keys', () => {
  test('writes all of them', () => {
    put('db x y', 0o640);
    recordHostKeys(file, [entry(), entry({ knownAs: '[web]:2222' })]);
    expect(readFileSync(file, 'utf8')).toBe(`db x y\n${LINE}[web]:2222${LINE.slice(3)}`);
    expect(modeOf(file)).toBe('640');
    expect(readdirSync(join(folder, '.ssh'))).toEqual(['known_hosts']);
  });

  test('makes the file, for its owner alone', () => {
    recordHostKeys(file, [entry()]);
    expect(readFileSync(file, 'utf8')).toBe(LINE);
    expect([modeOf(file), modeOf(join(folder, '.ssh'))]).toEqual(['600', '700']);
  });

  test('hides names where they are hashed', () => {
    recordHostKeys(file, [entry({ hashed: true })]);
    expect(readFileSync(file, 'utf8')).toMatch(/^\|1\|[A-Za-z0-9+/]{27}=\|[A-Za-z0-9+/]{27}= ssh-/);
    const { keys } = knownHostsFiles().read([file]);
    expect(keysOf(keys, 'web', 'first')).toHaveLength(1);
    expect(keysOf(keys, 'db', 'first')).toEqual([]);
  });

  test('follows a link', () => {
    put('');
    const link = join(folder, 'link');
    symlinkSync(file, link);
    recordHostKeys(link, [entry()]);
    expect(readlinkSync(link)).toBe(file);
    expect(readFileSync(file, 'utf8')).toBe(LINE);
  });

  test('leaves nothing behind when it fails', () => {
    mkdirSync(file, { recursive: true });
    expect(problemOf(() => recordHostKeys(file, [entry()]))).toEqual(
      problem('file-unreadable', file, 'EISDIR'),
    );
    const link = join(folder, 'link');
    symlinkSync(join(folder, 'gone', 'folder'), link);
    const inside = join(link, 'known_hosts');
    expect(problemOf(() => recordHostKeys(inside, [entry()]))).toEqual(
      problem('file-unwritable', inside, 'ENOENT'),
    );
    expect(readdirSync(join(folder, '.ssh'))).toEqual(['known_hosts']);
    // the staged file's name would be too long, and so it is for the clean-up
    const long = join(folder, '.ssh', 'k'.repeat(250));
    expect(problemOf(() => recordHostKeys(long, [entry()]))).toEqual(
      problem('file-unwritable', long, 'ENAMETOOLONG'),
    );
  });
});

const [old, other] = [keyIn(directory), keyIn(directory)];

test('a key that is added counts at once, and the file is not read again', () => {
  const file = join(directory, 'known_hosts');
  const absent = join(directory, 'absent');
  writeFileSync(file, `\nweb-01 ${old.line}`);
  const files = knownHostsFiles();
  expect(files.read([absent, file]).keys.plain.size).toBe(1);
  files.add(file, 'web-02', other.blob);
  expect(readFileSync(file, 'utf8')).toBe(`\nweb-01 ${old.line}\nweb-02 ${other.line}\n`);

  rmSync(file);
  const known = files.read([absent, file]);
  expect(judgeHostKey(known, ['web-02'], other.blob)).toEqual({ kind: 'known' });
  expect(judgeHostKey(known, ['web-02'], old.blob)).toMatchObject({
    kind: 'changed',
    entries: [{ file, line: 3 }],
  });
  expect(files.read([absent]).keys.plain.size).toBe(0);
});

test('a name is compared with each hashed entry once, also with one that is added later', () => {
  const file = join(directory, 'hashed');
  recordHostKeys(file, [{ hashed: true, knownAs: 'web-01', blob: old.blob }]);
  const known = parseKnownHosts([{ file, text: readFileSync(file, 'utf8') }]);
  const { keys } = known;
  expect(keysOf(keys, 'web-02', 'first')).toEqual([]);
  expect(keysOf(keys, 'web-02', 'all')).toEqual([]);
  expect(keysOf(keys, 'web-01', 'all')).toMatchObject([{ file, line: 1 }]);
  expect(keys.tried).toEqual(new Set(['web-01', 'web-02']));
  addLine(known, `${hashedName('web-02', randomBytes(20))} ${other.line}`, file, 2);
  expect(keysOf(keys, 'web-02', 'all')).toMatchObject([{ file, line: 2 }]);
});
