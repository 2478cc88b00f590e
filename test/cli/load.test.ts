import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const BIN = new URL('../../bin', import.meta.url).pathname;

let folder: string;
let cache: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alloyup-load-'));
  cache = join(folder, '.cache/alloyup');
  cpSync(BIN, join(folder, 'bin'), { recursive: true });
  mkdirSync(join(folder, 'dist'));
  put('one');
});
afterEach(() => rmSync(folder, { recursive: true }));

const HASH = 'a'.repeat(38);

/** A program of two chunks that prints a word: V8 tells texts of one length apart by nothing. */
function put(word: 'one' | 'two', hash = HASH): void {
  writeFileSync(join(folder, 'dist/main.cjs'), `//${hash}\nrequire("./part.cjs").say();`);
  writeFileSync(
    join(folder, 'dist/part.cjs'),
    `exports.say=()=>require("node:fs").writeSync(1,"${word}");`,
  );
}

function run(): string {
  const ended = spawnSync(process.execPath, [join(folder, 'bin/alloyup.js'), 'plan'], {
    encoding: 'utf8',
    env: { HOME: folder },
  });
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  return ended.stdout;
}

const makeCache = (): void => void mkdirSync(cache, { recursive: true, mode: 0o700 });
const CODE = 'compiled/code';

test('what was compiled serves the next run, until another is built', () => {
  makeCache();
  expect(run()).toBe('one');
  put('two');
  expect(run()).toBe('one');
  put('two', 'b'.repeat(38));
  expect(run()).toBe('two');
  expect(run()).toBe('two');
});

test('a chunk knows its own place', () => {
  writeFileSync(
    join(folder, 'dist/part.cjs'),
    'exports.say=()=>require("node:fs").writeSync(1,module.url);',
  );
  expect(run()).toBe(pathToFileURL(join(folder, 'dist/part.cjs')).href);
});

test('a chunk that came with another is not read again', () => {
  makeCache();
  const part = '"part.cjs":(function(module,exports,require){exports.say=()=>require("node:fs")';
  writeFileSync(
    join(folder, 'dist/main.cjs'),
    `//${HASH}\nrequire.pack({${part}.writeSync(1,"packed")})});require("./part.cjs").say();`,
  );
  expect(run()).toBe('packed');
  expect(run()).toBe('packed');
});

test('a run in a home without a cache leaves none behind', () => {
  expect(run()).toBe('one');
  expect(existsSync(join(folder, '.cache'))).toBe(false);
});

test('what is damaged is compiled anew, and mended', () => {
  makeCache();
  run();
  const path = join(cache, CODE);
  const whole = readFileSync(path);
  for (const damaged of [
    whole.subarray(0, -9),
    Buffer.concat([whole.subarray(0, -9), Buffer.alloc(9)]),
    Buffer.alloc(whole.length),
    Buffer.alloc(0),
  ]) {
    writeFileSync(path, damaged);
    put('two');
    expect(run()).toBe('two');
    put('one');
    expect(run()).toBe('two');
  }
});

test.each([
  ['that others can write to', () => chmodSync(cache, 0o777)],
  [
    'that is a link',
    () => {
      mkdirSync(join(folder, 'elsewhere'));
      rmSync(cache, { recursive: true });
      symlinkSync(join(folder, 'elsewhere'), cache);
    },
  ],
])('a folder %s is neither believed nor written to', (_, spoil) => {
  makeCache();
  spoil();
  expect(run()).toBe('one');
  expect(existsSync(join(cache, CODE))).toBe(false);
});

test.each([
  ['a file stands where its folder should', () => writeFileSync(join(cache, 'compiled'), '')],
  ['its place is a folder', () => mkdirSync(join(cache, CODE, 'x'), { recursive: true })],
])('%s: the run is none the worse', (_, spoil) => {
  makeCache();
  spoil();
  expect(run()).toBe('one');
  expect(run()).toBe('one');
});

test('a file of code in a folder that others can write to is not believed', () => {
  makeCache();
  run();
  chmodSync(join(cache, 'compiled'), 0o777);
  put('two');
  expect(run()).toBe('two');
});
