import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLiveView } from '../../../src/cli/terminal/live-view.ts';
import { openPhases, type Phase } from '../../../src/cli/terminal/phase-list.ts';
import type { Canvas } from '../../../src/cli/terminal/screen.ts';
import type { Terminal } from '../../../src/cli/terminal/terminal.ts';
import type { Verb } from '../../../src/model/event.ts';
import { builtCommand } from '../built.ts';
import { memoryTerminal } from '../terminal.ts';

/** Where the phases stand once listr2's own steps between them are done. */
async function stands(verb: Verb, ...entered: readonly Phase[]): Promise<readonly string[]> {
  const phases = openPhases(verb, () => {});
  for (const phase of entered) phases.enter(phase);
  await new Promise(setImmediate);
  const seen = phases.view().map(({ title, state }) => `${title} ${state}`);
  phases.end();
  return seen;
}

describe('phases', () => {
  test.each<[Verb, readonly Phase[], readonly string[]]>([
    ['plan', [], ['inventory running', 'configurations waiting', 'plan waiting']],
    ['plan', ['configurations'], ['inventory done', 'configurations running', 'plan waiting']],
    ['status', ['hosts'], ['inventory done', 'configurations done', 'status running']],
    [
      'apply',
      ['configurations', 'hosts', 'changes', 'hosts'],
      ['inventory done', 'configurations done', 'plan done', 'apply running'],
    ],
    [
      'rollback',
      ['configurations', 'hosts'],
      ['inventory done', 'plan running', 'take back waiting'],
    ],
    ['remove', ['hosts', 'changes'], ['inventory done', 'plan done', 'remove running']],
  ])('%s after %j', async (verb, entered, expected) => {
    expect(await stands(verb, ...entered)).toEqual(expected);
  });

  test('each end is told, so that it is drawn', async () => {
    let told = 0;
    const phases = openPhases('plan', () => {
      told += 1;
    });
    await new Promise(setImmediate);
    const before = told;
    phases.enter('configurations');
    await new Promise(setImmediate);
    expect(told).toBeGreaterThan(before);
    phases.end();
  });
});

/** Keeps what is written to it. */
function canvasOf(): Canvas & { takesErrors: boolean; written(): string } {
  let written = '';
  return {
    takesErrors: true,
    size: () => ({ columns: 80, rows: 24 }),
    onResize: () => () => {},
    write(text) {
      written += text;
    },
    written: () => written,
  };
}

const OPTIONS = { output: 'text', quiet: false, verbose: 0, color: true } as const;
const viewOn = (terminal: Terminal, options: Parameters<typeof openLiveView>[1] = OPTIONS) =>
  openLiveView('plan', options, terminal, Date.now);

test.each([
  ['-q', { ...OPTIONS, quiet: true }],
  ['-v', { ...OPTIONS, verbose: 1 }],
  ['--output json', { ...OPTIONS, output: 'json' as const }],
])('%s has no view', async (_, options) => {
  const canvas = canvasOf();
  const live = await viewOn(memoryTerminal({ canvas }), options);
  expect(live.shown).toBe(false);
  live.close();
  expect(canvas.written()).toBe('');
});

test('a view that was never drawn leaves the terminal alone', async () => {
  const canvas = canvasOf();
  const live = await viewOn(memoryTerminal({ canvas }));
  await live.aside(async () => {});
  live.close();
  expect(canvas.written()).toBe('');
});

test('a note stands for as long as somebody waits', async () => {
  const canvas = canvasOf();
  const live = await viewOn(memoryTerminal({ canvas }));
  const ends: (() => void)[] = [];
  const waits = [1, 2].map(() =>
    live.noting('asking apt.grafana.com', () => new Promise<void>((end) => ends.push(end))),
  );
  await expect.poll(canvas.written).toContain('inventory, asking apt.grafana.com > config');
  for (const end of ends) end();
  await Promise.all(waits);
  await expect.poll(canvas.written).toMatch(/inventory\S* > /u);
  live.close();
});

describe('the built command', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'alloyup-live-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  test('loads listr2 on a terminal alone', () => {
    const bin = builtCommand();
    writeFileSync(
      join(home, 'inventory.yaml'),
      'hosts: { web-01: { ssh: { address: 127.0.0.1, port: 9, user: ops } } }\n',
    );
    /** Names of what Node loaded while it ran `argv`. */
    const loadedBy = (name: string, argv: readonly string[]): readonly string[] => {
      const folder = join(home, name);
      const env = { PATH: process.env.PATH, HOME: home, TERM: 'xterm', NODE_V8_COVERAGE: folder };
      const [program, ...args] = argv;
      const { error } = spawnSync(program!, args, {
        cwd: home,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      expect(error).toBeUndefined();
      return readdirSync(folder).flatMap((file) =>
        (
          JSON.parse(readFileSync(join(folder, file), 'utf8')) as { result: { url: string }[] }
        ).result.map(({ url }) => url),
      );
    };
    const plan = [process.execPath, bin, 'plan'];
    const usesListr = (urls: readonly string[]) => urls.some((url) => /chunk-phases-/.test(url));
    const piped = loadedBy('piped', plan);
    expect(piped.some((url) => /chunk-fleet-/.test(url))).toBe(true);
    expect(usesListr(piped)).toBe(false);
    // script(1) gives the command a terminal of its own
    const onTerminal = loadedBy('terminal', ['script', '-qec', plan.join(' '), '/dev/null']);
    expect(usesListr(onTerminal)).toBe(true);
  });
});
