import { beforeEach, describe, expect, test, vi } from 'vitest';
import { runProgram } from '../../../src/cli/dispatch.ts';
import type { RunOptions, World } from '../../../src/engine/world.ts';
import type { Target } from '../../../src/model/desired.ts';
import { sealed } from '../../../src/plan/saved-plan.ts';
import { useFolder } from '../folder.ts';
import { memoryTerminal } from '../terminal.ts';

/** What a person answers, and what the engine does in place of logging in to hosts. */
const fake = vi.hoisted(() => ({
  answer: 'no' as 'yes' | 'no' | 'Ctrl-C',
  asked: [] as string[],
  changing: 2,
  runs: [] as { names: readonly string[]; options: RunOptions; confirmed: boolean }[],
}));

vi.mock('@inquirer/prompts', () => ({
  confirm: async ({ message }: { message: string }) => {
    fake.asked.push(message);
    if (fake.answer === 'Ctrl-C')
      throw Object.assign(new Error('force closed'), { name: 'ExitPromptError' });
    return fake.answer === 'yes';
  },
}));

vi.mock('../../../src/engine/fleet.ts', () => ({
  async runFleet(targets: readonly Target[], world: World, options: RunOptions) {
    const { changing } = fake;
    const confirmed = await world.confirm!({ hosts: targets.length, changing, waves: 1, over: 0 });
    const names = targets.map(({ host }) => host.name);
    fake.runs.push({ names, options, confirmed });
    for (const host of names)
      world.emit({ type: 'host.finished', host, outcome: confirmed ? 'changed' : 'skipped' });
  },
}));

const { path, put, read } = useFolder();
beforeEach(() => {
  Object.assign(fake, { answer: 'no', asked: [], changing: 2, runs: [] });
});

async function alloyup(line: string, interactive = true) {
  const terminal = memoryTerminal({
    home: path(),
    cwd: path(),
    interactive,
    env: { HOME: path() },
  });
  const code = await runProgram([...line.split(' '), '-i', 'web-01,web-02,'], terminal);
  return { code, ...terminal.printed() };
}

describe.each([
  ['apply', 'Apply to 2 hosts?'],
  ['apply --adopt', 'Apply to 2 hosts?'],
  ['rollback', 'Roll back 2 hosts?'],
  ['remove --purge', 'Remove Alloy from 2 hosts?'],
])('%s', (line, question) => {
  test.each(['no', 'Ctrl-C'] as const)(
    'changes nothing after %s, and exits 130',
    async (answer) => {
      fake.answer = answer;
      expect((await alloyup(line)).code).toBe(130);
      expect(fake.asked).toEqual([question]);
      expect(fake.runs.map(({ confirmed }) => confirmed)).toEqual([false]);
    },
  );

  test('goes ahead after a yes', async () => {
    fake.answer = 'yes';
    expect((await alloyup(line)).code).toBe(0);
    expect(fake.asked).toEqual([question]);
    expect(fake.runs.map(({ confirmed }) => confirmed)).toEqual([true]);
  });

  test('does not ask with --yes, or if nothing would change', async () => {
    await alloyup(`${line} --yes`);
    fake.changing = 0;
    await alloyup(line);
    expect(fake.asked).toEqual([]);
    expect(fake.runs.map(({ confirmed }) => confirmed)).toEqual([true, true]);
  });

  test('is refused without a terminal unless --yes is given', async () => {
    const { code, err } = await alloyup(line, false);
    expect(code).toBe(64);
    expect(err).toContain('changes need confirmation');
    expect(fake.runs).toEqual([]);
    expect((await alloyup(`${line} --yes`, false)).code).toBe(0);
  });
});

test('a configuration is adopted only if --adopt says so', async () => {
  for (const line of ['plan', 'apply --yes', 'apply --yes --adopt', 'plan --adopt'])
    await alloyup(line);
  expect(fake.runs.map(({ options }) => options.adopt)).toEqual([false, false, true, true]);
});

test('a run is unattended only with --yes', async () => {
  fake.answer = 'yes';
  await alloyup('apply');
  await alloyup('apply --yes');
  expect(fake.runs.map(({ options }) => options.unattended)).toEqual([false, true]);
});

test('the flags reach the engine', async () => {
  await alloyup(
    'apply -y -f 3 --connect-timeout 4 --timeout 5 --watch 6 --lock-timeout 7 --no-rollback',
  );
  await alloyup('rollback -y --run 20261123T101500Z-3f9a');
  await alloyup('remove -y --purge');
  expect(fake.runs.map(({ options }) => options)).toMatchObject([
    {
      verb: 'apply',
      forks: 3,
      connectTimeoutS: 4,
      timeoutS: 5,
      watchS: 6,
      lockTimeoutS: 7,
      rollback: false,
      purge: false,
    },
    { verb: 'rollback', toRun: '20261123T101500Z-3f9a', rollback: true },
    { verb: 'remove', purge: true },
  ]);
});

describe('a saved plan', () => {
  const save = (adopt: boolean): string => {
    const host = { hash: 'a'.repeat(64), changes: [], expect: [] };
    const plan = sealed({
      schema: 1,
      kind: 'alloyup.plan',
      version: '0.1.0',
      run: 'r',
      createdAt: 0,
      inventory: { file: '-i', sha256: 'a'.repeat(64) },
      adopt,
      hosts: { 'web-02': host },
      left: [],
    });
    return put('plan.json', JSON.stringify(plan));
  };

  test.each([true, false])(
    'is carried out on its hosts only, with its adopt: %s',
    async (adopt) => {
      expect((await alloyup(`apply ${save(adopt)}`, false)).code).toBe(0);
      expect(fake.asked).toEqual([]);
      expect(fake.runs).toMatchObject([{ names: ['web-02'], confirmed: true, options: { adopt } }]);
    },
  );
});

test('the log says that the run was interrupted by a no', async () => {
  await alloyup(`apply --log ${path('run.ndjson')}`);
  const events = read('run.ndjson').trim().split('\n');
  const types = events.map((line) => JSON.parse(line).type);
  expect(types).toContain('run.interrupted');
  expect(types.at(-1)).toBe('run.finished');
});
