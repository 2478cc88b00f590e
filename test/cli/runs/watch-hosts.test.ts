import { stripVTControlCharacters } from 'node:util';
import { beforeEach, expect, test, vi } from 'vitest';
import { runProgram } from '../../../src/cli/dispatch.ts';
import type { Terminal } from '../../../src/cli/terminal/terminal.ts';
import type { RunOptions, World } from '../../../src/engine/world.ts';
import type { Target } from '../../../src/model/desired.ts';
import type { FactsView, Outcome } from '../../../src/model/event.ts';
import { factsOf, planOf } from '../../report/events.ts';
import { useFolder } from '../folder.ts';
import { memoryTerminal } from '../terminal.ts';

/** Looks at hosts, in place of the engine's. */
const fake = vi.hoisted(() => ({
  watch: async (_: World): Promise<void> => {},
  options: null as (RunOptions & { readonly intervalS: number }) | null,
}));
vi.mock('../../../src/engine/watch.ts', () => ({
  async watchFleet(_: readonly Target[], world: World, options: NonNullable<typeof fake.options>) {
    fake.options = options;
    await fake.watch(world);
  },
}));

const { path } = useFolder();
beforeEach(() => {
  fake.watch = async () => {};
});

function look(
  { emit }: World,
  host: string,
  outcome: Outcome = 'unchanged',
  facts: Partial<FactsView> = {},
): void {
  emit({ type: 'host.started', host });
  emit({ type: 'host.facts', host, facts: factsOf(facts) });
  emit({ type: 'host.planned', host, plan: planOf() });
  emit({ type: 'host.finished', host, outcome });
}

async function status(line: string, more: Partial<Terminal> = {}) {
  const terminal = memoryTerminal({
    home: path(),
    cwd: path(),
    ...more,
    env: { HOME: path(), NO_COLOR: '1' },
  });
  const argv = ['status', ...line.split(' '), '-i', 'web-01,web-02,'];
  const code = await runProgram(argv, terminal);
  return { code, ...terminal.printed() };
}

test.each([
  ['--watch', 'this is not a terminal'],
  ['--watch --output json', 'status --watch has no --output json'],
])('%s is refused without a terminal, and says what to do', async (line, words) => {
  const { code, err } = await status(line);
  expect(code).toBe(64);
  expect(err).toContain(words);
  expect(err).toContain('use --output ndjson');
});

test('NDJSON has the looks that show something new, and at the end how each host is', async () => {
  fake.watch = async (world) => {
    for (const host of ['web-01', 'web-02']) look(world, host);
    look(world, 'web-01');
    look(world, 'web-02', 'pending', { active: 'failed', running: null });
    look(world, 'web-01', 'unchanged', { rssBytes: 1 });
  };
  const { code, out } = await status('--watch=7 --output ndjson --detailed-exitcode');
  const events = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const told = events.flatMap(({ type, host, outcome, exitCode }) =>
    type === 'host.finished' ? [`${host} ${outcome}`] : type === 'run.finished' ? [exitCode] : [],
  );
  expect(told).toEqual([
    'web-01 unchanged',
    'web-02 unchanged',
    'web-02 pending',
    'web-01 unchanged',
    2,
  ]);
  expect(events.filter(({ type }) => type === 'host.facts').at(-1).facts.rssBytes).toBe(1);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
  expect(code).toBe(2);
  expect(fake.options).toMatchObject({ verb: 'status', intervalS: 7, forks: 32 });
});

test('what was wrong with a host that is well again is not in the status at the end', async () => {
  fake.watch = async (world) => {
    world.emit({ type: 'host.started', host: 'web-01' });
    const params = { reason: 'connection-refused', address: 'web-01', port: 22 } as const;
    const problem = { code: 'ssh.unreachable', params } as const;
    world.emit({ type: 'host.finished', host: 'web-01', outcome: 'unreachable', problem });
    for (const host of ['web-01', 'web-02']) look(world, host);
  };
  let drawn = '';
  const canvas = {
    size: () => ({ columns: 80, rows: 24 }),
    write: (text: string) => {
      drawn += text;
    },
    takesErrors: true,
  };
  expect((await status('--watch', { canvas })).code).toBe(0);
  expect(drawn).toContain('2 up to date');
  expect(drawn).not.toContain('error[');
});

test('on a terminal there is a table while it goes on, and a status at the end', async () => {
  let drawn = '';
  const canvas = {
    size: () => ({ columns: 80, rows: 24 }),
    write: (text: string) => {
      drawn += text;
    },
    takesErrors: true,
  };
  let seen = '';
  fake.watch = async (world) => {
    look(world, 'web-01');
    await vi.waitFor(() => expect(drawn).toContain('1 up to date, 1 not read yet'));
    seen = drawn;
    drawn = '';
  };
  const { code } = await status('--watch', { canvas });
  expect(stripVTControlCharacters(seen)).toMatch(/^ {2}web-01 {2}1\.18\.1 held/m);
  expect(drawn).toContain('Status finished: 2 hosts');
  // a host that was never read is not known to be well
  expect(code).toBe(1);
});

test('a look that was begun before the end says nothing after it', async () => {
  const before = process.listenerCount('SIGINT');
  fake.watch = async (world) => {
    look(world, 'web-01');
    process.emit('SIGINT');
    expect(world.stop.aborted).toBe(true);
    look(world, 'web-01', 'unreachable');
  };
  const { out } = await status('--watch --output ndjson');
  expect(out).not.toContain('unreachable');
  expect(process.listenerCount('SIGINT')).toBe(before);
});
