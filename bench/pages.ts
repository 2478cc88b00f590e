// Measures the page of a run: how large it is, what making it costs, and how fast it is in a browser. docs/reports.md has
// the figures. Needs Chromium.
// Usage: npm run bench:pages [-- HOSTS...]
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { EXAMPLE_START, exampleRun } from '../scripts/example-run.ts';
import { openRunPage } from '../src/pages/run-page.ts';
import { openLedger } from '../src/report/fold.ts';
import { ndjson } from '../src/report/ndjson.ts';
import { cleaned } from '../src/report/redact.ts';
import { readSavedEvent } from '../src/report/saved-events.ts';

const folder = join(process.env.BUILD_ROOT ?? '.', '.build/pages');
const [mode, ...args] = process.argv.slice(2);

/** Lines of its own in each host's configuration. */
const OWN_LINES = { alike: 0, different: 5 } as const;
type Kind = keyof typeof OWN_LINES;

const pathOf = (kind: Kind, hosts: number, ending: string): string =>
  join(folder, `${kind}-${hosts}.${ending}`);

/** A process of its own for each step: what one has used is not counted for the next. */
function step(...step: readonly (string | number)[]): { readonly [name: string]: number } {
  const said = execFileSync(process.execPath, [process.argv[1]!, ...step.map(String)], {
    encoding: 'utf8',
    env: process.env,
    maxBuffer: 1 << 28,
  });
  return JSON.parse(said);
}

/** A run as its log. */
function writeLog(kind: Kind, hosts: number): void {
  const lines = exampleRun({ hosts, verb: 'apply', ownLines: OWN_LINES[kind] }).map(
    ({ afterMs, happening }, i) =>
      ndjson(cleaned({ ...happening, at: EXAMPLE_START + afterMs, seq: i + 1 })),
  );
  writeFileSync(pathOf(kind, hosts, 'ndjson'), lines.join(''));
}

/** Folds a log, as every output does, and makes the page of it where that is asked for. */
async function makePage(kind: Kind, hosts: number, isPage: boolean) {
  const ledger = openLedger();
  const page = openRunPage('0.1.0');
  for await (const line of createInterface({
    input: createReadStream(pathOf(kind, hosts, 'ndjson')),
  })) {
    const event = readSavedEvent(line);
    if ('where' in event) throw new Error(`damaged: ${line}`);
    ledger.add(event);
    if (isPage) page.add(event);
  }
  const foldMB = Math.round(process.resourceUsage().maxRSS / 1000);
  const from = performance.now();
  const cpu = process.cpuUsage();
  if (isPage) writeFileSync(pathOf(kind, hosts, 'html'), page.document(ledger));
  const pageMs = Math.round(performance.now() - from);
  const cpuMs = Math.round((process.cpuUsage(cpu).user + process.cpuUsage(cpu).system) / 1000);
  return { pageMs, cpuMs, foldMB, peakMB: Math.round(process.resourceUsage().maxRSS / 1000) };
}

interface Felt {
  readonly readyMs: number;
  readonly readyCpuMs: number;
  readonly searchMs: number;
  readonly sortMs: number;
  readonly longestScrollTaskMs: number;
  readonly heapMB: number;
}

/** What somebody who opens the page feels. */
async function open(path: string): Promise<Felt> {
  // not loaded where memory is measured
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    chromiumSandbox: process.getuid?.() !== 0,
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const devtools = await page.context().newCDPSession(page);
    // time of the page's own thread, whatever else the machine does
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.addInitScript(`
      window.tasks = [];
      new PerformanceObserver((list) => {
        for (const { startTime, duration } of list.getEntries()) window.tasks.push([startTime, duration]);
      }).observe({ type: 'longtask', buffered: true });
      new MutationObserver((_, it) => {
        if (!document.documentElement.dataset.ready) return;
        it.disconnect();
        requestAnimationFrame(() => setTimeout(() => { window.readyMs = performance.now(); }));
      }).observe(document, { attributes: true, subtree: true, attributeFilter: ['data-ready'] });
    `);
    await page.goto(pathToFileURL(path).href);
    await page.waitForFunction('window.readyMs');
    const readyMs = await page.evaluate<number>('window.readyMs');
    const { metrics } = await devtools.send('Performance.getMetrics');
    const readyCpuMs = 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value;
    /** From an action to the next picture. */
    const timed = (code: string): Promise<number> =>
      page.evaluate(`new Promise((done) => {
        const from = performance.now();
        ${code};
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - from)));
      })`);
    const type = (text: string): string => `const search = document.getElementById('search');
      search.value = ${JSON.stringify(text)}; search.dispatchEvent(new Event('input'))`;
    const searchMs = await timed(type('edge 9'));
    await timed(type(''));
    const sortMs = await timed(`document.querySelector('#hosts-table thead button').click()`);
    const box = (await page.locator('#hosts-rows').boundingBox())!;
    await page.mouse.move(box.x + 200, box.y + 200);
    const from = await page.evaluate<number>('performance.now()');
    for (let i = 0; i < 100; i += 1) await page.mouse.wheel(0, i % 20 === 19 ? 20_000 : 700);
    await page.waitForTimeout(500);
    const longest = await page.evaluate<number>(
      `Math.max(0, ...window.tasks.filter(([start]) => start > ${from}).map(([, length]) => length))`,
    );
    const heap = await page.evaluate<number>('performance.memory.usedJSHeapSize');
    return {
      readyMs: Math.round(readyMs),
      readyCpuMs: Math.round(readyCpuMs),
      searchMs: Math.round(searchMs),
      sortMs: Math.round(sortMs),
      longestScrollTaskMs: Math.round(longest),
      heapMB: Math.round(heap / 1e6),
    };
  } finally {
    await browser.close();
  }
}

if (mode === 'log') {
  writeLog(args[0] as Kind, Number(args[1]));
  console.log('{}');
} else if (mode === 'fold' || mode === 'page') {
  console.log(JSON.stringify(await makePage(args[0] as Kind, Number(args[1]), mode === 'page')));
} else {
  mkdirSync(folder, { recursive: true });
  const sizes = process.argv.slice(2).map(Number);
  for (const hosts of sizes.length > 0 ? sizes : [5000, 20_000])
    for (const kind of Object.keys(OWN_LINES) as Kind[]) {
      step('log', kind, hosts);
      const mb = (ending: string): string =>
        `${(statSync(pathOf(kind, hosts, ending)).size / 1e6).toFixed(2)} MB`;
      const folded = step('fold', kind, hosts);
      const made = step('page', kind, hosts);
      const felt = await open(pathOf(kind, hosts, 'html'));
      console.log(
        `${hosts} hosts, ${kind}: log ${mb('ndjson')}, page ${mb('html')} in ${made.pageMs} ms (${made.cpuMs} ms of CPU); peak ${made.peakMB} MB, without the page ${folded.peakMB} MB`,
      );
      console.log(
        `  ${Object.entries(felt)
          .map(([name, value]) => `${name} ${value}`)
          .join(', ')}`,
      );
    }
}
