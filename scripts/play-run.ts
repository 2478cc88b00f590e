// Plays a simulated run on this terminal, as `alloyup apply` shows a real one.
// Usage: node build.mjs run scripts/play-run.ts HOSTS [FORKS [SPEED]]
import process from 'node:process';
import { openPrinter } from '../src/cli/runs/run-output.ts';
import { catchInterrupts } from '../src/cli/terminal/interrupts.ts';
import { openLiveView } from '../src/cli/terminal/live-view.ts';
import { processTerminal } from '../src/cli/terminal/terminal.ts';
import type { Happening } from '../src/model/event.ts';
import { cleaned } from '../src/report/redact.ts';
import { simulatedRun } from './simulated-run.ts';

const [hosts = 20, forks = 32, speed = 1] = process.argv.slice(2).map(Number);
const options = { output: 'text', quiet: false, verbose: 0, diff: true } as const;
const terminal = processTerminal();
const live = openLiveView(options, terminal);
const printer = openPrinter('text', options, live.terminal, { waits: !live.shown });
let seq = 0;

const emit = (happening: Happening): void => {
  seq += 1;
  const event = cleaned({ ...happening, at: Date.now(), seq });
  printer.on(event);
  live.on(event);
};

const interrupts = catchInterrupts(live.terminal, emit, () => 'something', live.close);

async function play(): Promise<void> {
  const begun = Date.now();
  for (const { afterMs, happening } of simulatedRun({ hosts, forks, speed })) {
    const early = begun + afterMs - Date.now();
    if (early > 1) await new Promise((resolve) => setTimeout(resolve, early));
    if (interrupts.abandon.aborted) break;
    emit(happening);
  }
}

let run: Promise<void>;
await live.run([
  { title: 'inventory', task: async () => {} },
  { title: 'configurations', task: async () => {} },
  {
    title: 'plan',
    task: async () => {
      run = play();
      await Promise.race([run, live.changing]);
    },
  },
  { title: 'apply', task: () => run },
]);
live.close();
interrupts.release();
