// Measures the pages of a run and of a fleet: how large they are, what making them costs, and how fast they are in a
// browser. docs/reports.md and docs/fleet.md have the figures. Needs Chromium.
// Usage: npm run bench:pages [-- HOSTS...]
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { EXAMPLE_START, exampleRun } from '../scripts/example-run.ts';
import { openFleetPage } from '../src/pages/fleet-page.ts';
import { openRunPage } from '../src/pages/run-page.ts';
import { openLedger } from '../src/report/fold.ts';
import { ndjson } from '../src/report/ndjson.ts';
import { cleaned } from '../src/report/redact.ts';
import { readSavedEvent } from '../src/report/saved-events.ts';

const folder = join(process.env.BUILD_ROOT ?? '.', '.build/pages');
const [mode, ...args] = process.argv.slice(2);

/** What is measured. `ownLines`: lines of its own in each host's configuration. */
const KINDS = {
  alike: { verb: 'apply', ownLines: 0 },
  different: { verb: 'apply', ownLines: 5 },
  fleet: { verb: 'status', ownLines: 0 },
} as const;
type Kind = keyof typeof KINDS;

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
  const lines = exampleRun({ hosts, ...KINDS[kind] }).map(({ afterMs, happening }, i) =>
    ndjson(cleaned({ ...happening, at: EXAMPLE_START + afterMs, seq: i + 1 })),
  );
  writeFileSync(pathOf(kind, hosts, 'ndjson'), lines.join(''));
}

/** Folds a log, as every output does, and makes the page of it where that is asked for. */
async function makePage(kind: Kind, hosts: number, isPage: boolean) {
  const ledger = openLedger();
  const page = kind === 'fleet' ? openFleetPage('0.1.0', []) : openRunPage('0.1.0');
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

/** Milliseconds; of a task of the page's own thread, what it has computed, whatever else the machine does. */
interface Felt {
  /** From the beginning of its reading until it can be used. */
  readonly readyMs: number;
  readonly readyCpuMs: number;
  /** The longest task while that is done. */
  readonly search: number;
  readonly sort: number;
  readonly filter: number;
  readonly scroll: number;
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
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.addInitScript(`
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

    /** The longest task of the page's thread while something is done. */
    const longest = async (act: () => Promise<unknown>): Promise<number> => {
      await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
      await act();
      await page.waitForTimeout(500);
      return longestTask(String(await browser.stopTracing()));
    };
    /** Does it and waits for the next picture. */
    const drawn = (code: string): Promise<unknown> =>
      page.evaluate(`new Promise((done) => {
        ${code};
        requestAnimationFrame(() => setTimeout(done));
      })`);
    const type = (text: string): Promise<unknown> =>
      drawn(`const search = document.getElementById('search');
        search.value = ${JSON.stringify(text)}; search.dispatchEvent(new Event('input'))`);
    const click = (selector: string): Promise<unknown> =>
      drawn(`document.querySelector(${JSON.stringify(selector)}).click()`);
    const wheel = async (selector: string, step: number): Promise<void> => {
      const place = page.locator(selector);
      await place.scrollIntoViewIfNeeded();
      const box = (await place.boundingBox())!;
      await page.mouse.move(box.x + 200, Math.max(200, box.y + 100));
      for (let i = 0; i < 100; i += 1) await page.mouse.wheel(0, i % 20 === 19 ? 20 * step : step);
    };
    const hasTiles = (await page.locator('#tiles').count()) > 0;
    const felt = {
      search: await longest(async () => {
        await type('edge 9');
        await type('');
      }),
      sort: await longest(() => click('#hosts-table thead button')),
      filter: await longest(async () => {
        await click('.numbers li:nth-child(2) a');
        await click('.numbers li:first-child a');
      }),
      scroll: await longest(async () => {
        if (hasTiles) await wheel('h1', 150);
        await wheel('#hosts-rows', 700);
      }),
    };
    const heap = await page.evaluate<number>('performance.memory.usedJSHeapSize');
    return {
      readyMs: Math.round(readyMs),
      readyCpuMs: Math.round(readyCpuMs),
      ...felt,
      heapMB: Math.round(heap / 1e6),
    };
  } finally {
    await browser.close();
  }
}

/** Of a trace, in milliseconds of computing. */
function longestTask(trace: string): number {
  const events: readonly {
    readonly name: string;
    readonly pid: number;
    readonly tid: number;
    /** Microseconds. */
    readonly tdur?: number;
    readonly args: { readonly name?: string };
  }[] = JSON.parse(trace).traceEvents;
  const renderers = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = events.filter(
    ({ name, pid, tid }) => name.endsWith('RunTask') && renderers.has(`${pid} ${tid}`),
  );
  if (tasks.length === 0) throw new Error('the trace has no task of a page');
  return Math.round(tasks.reduce((most, { tdur = 0 }) => Math.max(most, tdur), 0) / 1000);
}

if (mode === 'log') {
  writeLog(args[0] as Kind, Number(args[1]));
  console.log('{}');
} else if (mode === 'fold' || mode === 'page') {
  console.log(JSON.stringify(await makePage(args[0] as Kind, Number(args[1]), mode === 'page')));
} else if (mode === 'open') {
  console.log(JSON.stringify(await open(pathOf(args[0] as Kind, Number(args[1]), 'html'))));
} else {
  mkdirSync(folder, { recursive: true });
  const sizes = process.argv.slice(2).map(Number);
  for (const hosts of sizes.length > 0 ? sizes : [5000, 20_000])
    for (const kind of Object.keys(KINDS) as Kind[]) {
      step('log', kind, hosts);
      const mb = (ending: string): string =>
        `${(statSync(pathOf(kind, hosts, ending)).size / 1e6).toFixed(2)} MB`;
      const folded = step('fold', kind, hosts);
      const made = step('page', kind, hosts);
      const felt = step('open', kind, hosts);
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
