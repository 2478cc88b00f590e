import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLiveView } from '../../../src/cli/terminal/live-view.ts';
import { runPhases } from '../../../src/cli/terminal/phase-list.ts';
import type { Canvas } from '../../../src/cli/terminal/screen.ts';
import type { Terminal } from '../../../src/cli/terminal/terminal.ts';
import { ToolError } from '../../../src/model/problem.ts';
import type { PhaseView } from '../../../src/report/live.ts';
import { builtCommand } from '../built.ts';
import { memoryTerminal } from '../terminal.ts';

describe('phases', () => {
  /** Runs phases up to the `at`-th, which waits; returns how they look then. */
  async function phasesAt(at: number): Promise<readonly string[]> {
    let views: () => readonly PhaseView[] = () => [];
    let release = (): void => {};
    const reached = new Promise<void>((resolve) => {
      const waiting = new Promise<void>((go) => {
        release = go;
      });
      const phases = ['inventory', 'plan', 'apply'].map((title, i) => ({
        title,
        task: async () => {
          if (i !== at) return;
          resolve();
          await waiting;
        },
      }));
      views = runPhases(phases, () => null).views;
    });
    await reached;
    const seen = views().map(({ title, state }) => `${title} ${state}`);
    release();
    return seen;
  }

  test('run in order', async () => {
    expect(await phasesAt(0)).toEqual(['inventory running', 'plan waiting', 'apply waiting']);
    expect(await phasesAt(1)).toEqual(['inventory done', 'plan running', 'apply waiting']);
  });

  test.each([true, false])('stop at the first error (with a view: %s)', async (shown) => {
    const done: string[] = [];
    const live = viewOn(memoryTerminal(shown ? { canvas: canvasOf() } : {}));
    const error = new ToolError({ code: 'usage', params: { reason: 'fmt-stdin' } });
    const run = live.run([
      { title: 'first', task: async () => void done.push('first') },
      { title: 'second', task: () => Promise.reject(error) },
      { title: 'third', task: async () => void done.push('third') },
    ]);
    await expect(run).rejects.toBe(error);
    expect(done).toEqual(['first']);
    live.close();
  });
});

/** Keeps what is written to it. */
function canvasOf(): Canvas & { takesErrors: boolean; written(): string } {
  let written = '';
  return {
    takesErrors: true,
    size: () => ({ columns: 80, rows: 24 }),
    write(text) {
      written += text;
    },
    written: () => written,
  };
}

const OPTIONS = { output: 'text', quiet: false, verbose: 0 } as const;
const viewOn = (terminal: Terminal, options: Parameters<typeof openLiveView>[0] = OPTIONS) =>
  openLiveView(options, terminal);

test.each([
  ['-q', { ...OPTIONS, quiet: true }],
  ['-v', { ...OPTIONS, verbose: 1 }],
  ['--output json', { ...OPTIONS, output: 'json' as const }],
])('%s has no view', async (_, options) => {
  const canvas = canvasOf();
  const live = viewOn(memoryTerminal({ canvas }), options);
  expect(live.shown).toBe(false);
  live.close();
  expect(canvas.written()).toBe('');
});

test('a view that was never drawn leaves the terminal alone', async () => {
  const canvas = canvasOf();
  const live = viewOn(memoryTerminal({ canvas }));
  await live.terminal.aside(async () => {});
  live.close();
  expect(canvas.written()).toBe('');
});

test('a note is shown beside the current phase while somebody waits', async () => {
  const canvas = canvasOf();
  const live = viewOn(memoryTerminal({ canvas }));
  const ends: (() => void)[] = [];
  let endPhase = (): void => {};
  const run = live.run([
    { title: 'plan', task: () => new Promise<void>((end) => (endPhase = end)) },
    { title: 'apply', task: async () => {} },
  ]);
  const waits = [1, 2].map(() =>
    live.noting('asking apt.grafana.com', () => new Promise<void>((end) => ends.push(end))),
  );
  await expect.poll(canvas.written).toContain('plan, asking apt.grafana.com > apply');
  for (const end of ends) end();
  await Promise.all(waits);
  await expect.poll(canvas.written).toMatch(/plan\S* > /u);
  endPhase();
  await run;
  live.close();
});

describe('the built command', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'alloyup-live-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  test('loads listr2 only on a terminal', () => {
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
    const usesListr = (urls: readonly string[]) => urls.some((url) => /phase-list/.test(url));
    const piped = loadedBy('piped', plan);
    expect(piped.some((url) => /run-hosts-\w+\.\w+$/.test(url))).toBe(true);
    expect(usesListr(piped)).toBe(false);
    // script(1) gives the command a terminal of its own
    const onTerminal = loadedBy('terminal', ['script', '-qec', plan.join(' '), '/dev/null']);
    expect(usesListr(onTerminal)).toBe(true);
  });
});
