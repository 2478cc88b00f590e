// How fast Alloy files are read and printed: every file of the corpus (or of our own fixtures, when it
// is not there), in one process, warm, in repeated passes. `node build.mjs run bench/alloy.ts [SECONDS]`
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from '../src/alloy/format.ts';
import { type Parsed, parse } from '../src/alloy/parse.ts';

const root = join(import.meta.dirname, '..');
const corpus = join(root, '../shared/alloy/corpus');
const folders = existsSync(corpus)
  ? ['valid', 'docs', 'edge', 'fmt-in', 'invalid'].map((name) => join(corpus, name))
  : [join(root, 'test/alloy/fixtures')];
const seconds = Number(process.argv[2] ?? 3);

const inputs = folders.flatMap((folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(alloy|in)$/.test(entry.name))
    .map((entry) => new Uint8Array(readFileSync(join(folder, entry.name)))),
);
const valid = inputs
  .map((bytes) => ({ bytes: bytes.length, parsed: parse(bytes) }))
  .filter(({ parsed }) => parsed.errors.length === 0);

/** Runs `pass` for some seconds, the first one not counted; gives passes a second. */
function measure(pass: () => void): number {
  const warm = performance.now();
  while (performance.now() - warm < 1000) pass();
  const start = performance.now();
  let passes = 0;
  while (performance.now() - start < seconds * 1000) {
    pass();
    passes++;
  }
  return (passes * 1000) / (performance.now() - start);
}

function report(what: string, files: number, bytes: number, perSecond: number): void {
  const rate = ((bytes * perSecond) / 1e6).toFixed(1);
  console.log(
    `${what.padEnd(8)} ${rate.padStart(6)} MB/s   (${files} files, ${bytes} bytes a pass)`,
  );
}

let kept: Parsed | string | undefined;
const allBytes = inputs.reduce((sum, { length }) => sum + length, 0);
report(
  'parse',
  inputs.length,
  allBytes,
  measure(() => {
    for (const bytes of inputs) kept = parse(bytes);
  }),
);
const validBytes = valid.reduce((sum, { bytes }) => sum + bytes, 0);
report(
  'format',
  valid.length,
  validBytes,
  measure(() => {
    for (const { parsed } of valid) kept = format(parsed.source, parsed.file);
  }),
);
if (kept === undefined) throw new Error('nothing was measured');
