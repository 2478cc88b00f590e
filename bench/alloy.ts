// Measures how fast Alloy files are parsed, printed and checked: every file of the corpus (or our own
// fixtures where there is no corpus), in one warm process. `node build.mjs run bench/alloy.ts [SECONDS]`
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkConfig } from '../src/alloy/check/check.ts';
import { format } from '../src/alloy/format.ts';
import { type Parsed, parse } from '../src/alloy/parser.ts';

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

/** Runs `pass` for some seconds after a second of warm-up; returns passes per second. */
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
    `${what.padEnd(8)} ${rate.padStart(6)} MB/s   (${files} files, ${bytes} bytes per pass)`,
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
/** One pipeline of three components. */
const pipeline = (name: string): string => `
prometheus.scrape "${name}" {
	targets         = [{"__address__" = "127.0.0.1:9100", "job" = "${name}"}]
	forward_to      = [prometheus.relabel.${name}.receiver]
	scrape_interval = "30s"
}

prometheus.relabel "${name}" {
	forward_to = [prometheus.remote_write.${name}.receiver]

	rule {
		source_labels = ["__address__"]
		target_label  = "instance"
	}
}

prometheus.remote_write "${name}" {
	endpoint {
		url = "https://prometheus.example.com/api/v1/write"

		basic_auth {
			username = "node"
			password = sys.env("PASSWORD")
		}
	}
}
`;
const COMPONENTS = 999;
const large = parse(Array.from({ length: COMPONENTS / 3 }, (_, i) => pipeline(`p${i}`)).join(''));
const options = { stability: 'generally-available', strict: false, check: 'http' } as const;
if (checkConfig(large, options).some(({ severity }) => severity === 'error')) {
  throw new Error('the configuration to measure has errors');
}
let found = 0;
const checks = measure(() => {
  found += checkConfig(large, options).length;
});
console.log(
  `check    ${(1000 / checks).toFixed(1).padStart(6)} ms     (${COMPONENTS} components, already parsed)`,
);
if (kept === undefined || found < 0) throw new Error('nothing was measured');
