// Measures what the live view costs: a simulated run of 5,000 hosts in real time, with and without it.
// Usage: node build.mjs run bench/live.ts [HOSTS [FORKS [SPEED [SECONDS]]]]
import { openSync, writeSync } from 'node:fs';
import process from 'node:process';
import { simulatedRun, type Timed } from '../scripts/simulated-run.ts';
import { openScreen } from '../src/cli/terminal/screen.ts';
import type { RunEvent } from '../src/model/event.ts';
import { liveLines, type PhaseView } from '../src/report/live.ts';
import { openLiveFold } from '../src/report/live-state.ts';
import { paintWith } from '../src/report/paint.ts';
import { say } from '../src/report/printable.ts';
import { cleaned } from '../src/report/redact.ts';

const [hosts = 5000, forks = 500, speed = 10, seconds = 30] = process.argv.slice(2).map(Number);

const PHASES: readonly PhaseView[] = [
  { title: 'inventory', state: 'done', tookMs: 100, note: null },
  { title: 'plan', state: 'running', tookMs: null, note: null },
  { title: 'apply', state: 'waiting', tookMs: null, note: null },
];

interface Cost {
  readonly events: number;
  readonly bytes: number;
  /** Share of one core. */
  readonly share: number;
}

/** Plays the run; `null`: with the same waits, without a view. */
async function play(run: readonly Timed[], size: { columns: number; rows: number } | null) {
  const sink = openSync('/dev/null', 'w');
  const fold = openLiveFold();
  let bytes = 0;
  const screen =
    size === null
      ? null
      : openScreen(
          {
            size: () => size,
            write(text) {
              bytes += writeSync(sink, text);
            },
          },
          (now) => liveLines(fold.state, now, Date.now(), paintWith(true), PHASES),
        );
  const before = process.cpuUsage();
  const begun = Date.now();
  let events = 0;
  for (const { afterMs, happening } of run) {
    const early = begun + afterMs - Date.now();
    if (afterMs > seconds * 1000) break;
    if (early > 1) await new Promise((resolve) => setTimeout(resolve, early));
    events += 1;
    const event = cleaned<RunEvent>({ ...happening, at: Date.now(), seq: events });
    if (!screen) continue;
    fold.add(event);
    if (event.type === 'host.finished') screen.print(say`${event.host}  ${event.outcome}\n`);
  }
  screen?.close();
  const { user, system } = process.cpuUsage(before);
  const share = (user + system) / 1000 / (Date.now() - begun);
  return { events, bytes, share } satisfies Cost;
}

const run = simulatedRun({ hosts, forks, speed });
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
process.stdout.write(
  `${hosts} hosts, ${forks} at once, ${speed} times real speed, the first ${seconds} s\n`,
);
const silent = await play(run, null);
for (const size of [
  { columns: 80, rows: 24 },
  { columns: 200, rows: 60 },
]) {
  const { events, bytes, share } = await play(run, size);
  process.stdout.write(
    `${size.columns}x${size.rows}: ${percent(share)} of a core, ${percent(silent.share)} without the view; ` +
      `${Math.round(events / seconds)} events and ${Math.round(bytes / seconds / 1024)} KB a second\n`,
  );
}
