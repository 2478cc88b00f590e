import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unpackFile } from '../../src/sources/deb.ts';
import { type Compression, canCompress, makeDeb } from './fake-package.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alloyup-deb-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const PATH = 'usr/bin/alloy';
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Too large for one chunk, and neither all alike nor all random. */
const program = (): Uint8Array => {
  const random = randomBytes(700_000);
  return Buffer.concat([
    Buffer.from('#!/bin/sh\n'),
    random,
    Buffer.alloc(3_000_000, 'alloy'),
    random,
  ]);
};

describe.each<Compression>(['gzip', 'xz', 'zstd', 'none'])(
  'a package compressed with %s',
  (kind) => {
    test.skipIf(!canCompress(kind))(
      'gives the file, byte for byte, executable by us alone',
      async () => {
        const content = program();
        const deb = makeDeb({ 'usr/share/doc/alloy/README': 'hello', [PATH]: content }, kind);
        const target = join(folder, 'alloy');
        await unpackFile(deb, PATH, target);
        expect(hash(readFileSync(target))).toBe(hash(content));
        expect(statSync(target).mode & 0o777).toBe(0o500);
      },
    );

    test.skipIf(!canCompress(kind))('is refused when it is cut off or damaged', async () => {
      const deb = makeDeb({ [PATH]: program() }, kind);
      await expect(unpackFile(deb.subarray(0, -5000), PATH, join(folder, 'a'))).rejects.toThrow(
        'it is cut off',
      );
      if (kind === 'none') return;
      const damaged = Buffer.from(deb);
      damaged.fill(0x55, deb.length - 90_000, deb.length - 80_000);
      const ended = await unpackFile(damaged, PATH, join(folder, 'b')).then(
        () => hash(readFileSync(join(folder, 'b'))),
        () => 'refused',
      );
      // zstd alone may carry on: the hash of the package is what counts
      if (kind !== 'zstd') expect(ended).toBe('refused');
    });
  },
);

test.each([
  ['no archive', Buffer.from('hello'), 'it is not a Debian package'],
  ['an empty archive', Buffer.from('!<arch>\n'), 'it holds no data.tar'],
  ['a package without the file', makeDeb({ 'usr/bin/other': 'x' }), `it holds no ${PATH}`],
])('%s is refused', async (_, bytes, said) => {
  await expect(unpackFile(bytes, PATH, join(folder, 'a'))).rejects.toThrow(said);
  expect(existsSync(join(folder, 'a'))).toBe(false);
});

test('a compression that is not known is named', async () => {
  const deb = Buffer.from(makeDeb({ [PATH]: 'x' }, 'none'));
  deb.write('data.tar.lzma', deb.indexOf('data.tar'), 'latin1');
  await expect(unpackFile(deb, PATH, join(folder, 'a'))).rejects.toThrow(
    'its data.tar.lzma is of an unknown kind',
  );
});

test('an existing file is not written to', async () => {
  const deb = makeDeb({ [PATH]: 'new' });
  const target = join(folder, 'alloy');
  await unpackFile(deb, PATH, target);
  await expect(unpackFile(makeDeb({ [PATH]: 'other' }), PATH, target)).rejects.toThrow('EEXIST');
  expect(readFileSync(target, 'utf8')).toBe('new');
});
