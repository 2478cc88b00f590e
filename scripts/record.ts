import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { controllerEnv, inWorld } from '../lab/controller.ts';
import { takeDownOnInterrupt } from '../lab/interrupt.ts';
import { Lab } from '../lab/lab.ts';
import { REPOSITORY_ROOT } from '../lab/root.ts';
import { type Frame, terminalSvg } from './svg.ts';
import { RecordedTerminal } from './terminal.ts';

/**
 * `node build.mjs run scripts/record.ts`: boots three bare hosts, records a real terminal while they are
 * converged, and writes docs/apply.svg. Only waits are shortened in the recording.
 */

const NAME = 'aurec';
const LONGEST_MS = 1200;
const READ_MS = 3500;

const CONFIG = {
  template: 'linux-host',
  vars: {
    metrics_url: 'https://prometheus.example.com/api/v1/write',
    logs_url: 'https://loki.example.com/loki/api/v1/push',
  },
};

const [COLUMNS, ROWS] = [80, 24];
const frames: { lines: readonly string[]; ms: number }[] = [];

/** Adds a frame with `lines`. */
function show(lines: readonly string[], ms: number): void {
  const last = frames.at(-1);
  if (last && last.lines.join('\n') === lines.join('\n'))
    last.ms = Math.min(last.ms + ms, LONGEST_MS);
  else frames.push({ lines, ms });
}

const pause = (ms: number): void => {
  frames.at(-1)!.ms = ms;
};

async function typed(terminal: RecordedTerminal, text: string): Promise<void> {
  // word by word: a recording letter by letter is ten times as large
  for (const word of text.split(/(?<= )/)) {
    await terminal.type(word);
    show(await terminal.screen(), 160);
  }
  pause(500);
}

async function entered(terminal: RecordedTerminal, seconds: number): Promise<void> {
  let before = Date.now();
  for await (const lines of terminal.watch(seconds)) {
    const now = Date.now();
    show(lines, Math.max(60, now - before));
    before = now;
  }
  pause(READ_MS);
}

async function film(terminal: RecordedTerminal): Promise<readonly Frame[]> {
  await terminal.run('alloyup() { node "$ALLOYUP" "$@"; }');
  await terminal.clear();
  await typed(terminal, 'alloyup apply --no-diff');
  const prompt = terminal.shows('Apply to', 60);
  const rest = (async () => {
    await prompt;
    await terminal.type('y');
    await terminal.type('\n');
  })();
  await entered(terminal, 180);
  await rest;
  await terminal.clear();
  frames.push({ lines: await terminal.screen(), ms: 300 });
  await typed(terminal, 'alloyup apply');
  await entered(terminal, 60);
  await typed(terminal, 'alloyup status');
  await entered(terminal, 60);
  return frames;
}

async function main(): Promise<void> {
  const say = (line: string): void => console.error(line);
  const release = takeDownOnInterrupt(NAME, say);
  const lab = await Lab.up({ name: NAME, count: 3, hostName: (n) => `web-0${n}`, say });
  let terminal: RecordedTerminal | undefined;
  try {
    lab.inventory({ defaults: { alloy: { version: '1.18.1' }, config: CONFIG } });
    terminal = await RecordedTerminal.open({
      columns: COLUMNS,
      rows: ROWS,
      cwd: lab.home,
      prefix: (argv) => inWorld(lab.name, argv),
      env: {
        ...controllerEnv(lab.name),
        ALLOYUP: process.env.ALLOYUP_BIN ?? join(REPOSITORY_ROOT, 'bin/alloyup.js'),
      },
    });
    const title =
      'Recording of a terminal: alloyup apply shows the plan for three hosts, asks, installs and proves Alloy; a second apply changes nothing; alloyup status lists what runs.';
    const picture = { columns: COLUMNS, rows: ROWS, title };
    const svg = terminalSvg(await film(terminal), picture);
    const file = join(REPOSITORY_ROOT, 'docs/apply.svg');
    writeFileSync(file, svg);
    say(`${file}: ${frames.length} frames, ${Math.ceil(svg.length / 1024)} KiB`);
  } finally {
    await terminal?.close();
    await lab.down();
    release();
  }
}

await main();
