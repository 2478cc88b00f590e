// Measures the page of a run: node build.mjs run bench/pages.ts [HOSTS [OWN_LINES]]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXAMPLE_START, exampleRun } from '../scripts/example-run.ts';
import { openRunPage } from '../src/pages/run-page.ts';
import { openLedger } from '../src/report/fold.ts';
import { ndjson } from '../src/report/ndjson.ts';
import { cleaned } from '../src/report/redact.ts';

const [hosts = 5000, ownLines = 0] = process.argv.slice(2).map(Number);
const folder = join(process.env.BUILD_ROOT ?? '.', '.build/pages');
mkdirSync(folder, { recursive: true });
for (const verb of ['apply', 'plan', 'status'] as const) {
  const ledger = openLedger();
  const page = openRunPage('0.1.0');
  const log: string[] = [];
  exampleRun({ hosts, verb, ownLines }).forEach(({ afterMs, happening }, i) => {
    const event = cleaned({ ...happening, at: EXAMPLE_START + afterMs, seq: i + 1 });
    log.push(ndjson(event));
    ledger.add(event);
    page.add(event);
  });
  const t = performance.now();
  const text = page.document(ledger);
  console.log(
    `${verb} ${hosts} hosts: ${(text.length / 1e6).toFixed(2)} MB in ${Math.round(performance.now() - t)} ms`,
  );
  writeFileSync(join(folder, `${verb}-${hosts}.html`), text);
  writeFileSync(join(folder, `${verb}-${hosts}.ndjson`), log.join(''));
}
