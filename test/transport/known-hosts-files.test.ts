import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  addLine,
  hashedName,
  judgeHostKey,
  keysOf,
  parseKnownHosts,
} from '../../src/transport/known-hosts.ts';
import { knownHostsFiles, recordHostKeys } from '../../src/transport/known-hosts-files.ts';
import { scratch } from './fixtures.ts';
import { keyIn } from './ssh2-server.ts';

const { path: directory, remove } = scratch();
afterAll(remove);
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
