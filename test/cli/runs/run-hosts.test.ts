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
  /** Called as soon as the engine runs. */
  look: (_targets: readonly Target[], _world: World): void => undefined,
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
    fake.look(targets, world);
    const confirmed = await world.confirm!({ hosts: targets.length, changing, waves: 1, over: 0 });
    const names = targets.map(({ host }) => host.name);
    fake.runs.push({ names, options, confirmed });
    for (const host of names)
      world.emit({ type: 'host.finished', host, outcome: confirmed ? 'changed' : 'skipped' });
  },
}));

const { path, put, read } = useFolder();
beforeEach(() => {
  Object.assign(fake, { answer: 'no', asked: [], changing: 2, look: () => undefined, runs: [] });
});

async function alloyup(line: string, interactive = true) {
  return run([...line.split(' '), '-i', 'web-01,web-02,'], interactive);
}

async function run(words: readonly string[], interactive = true) {
  const terminal = memoryTerminal({
    home: path(),
    cwd: path(),
    interactive,
    env: { HOME: path() },
  });
  const code = await runProgram(words, terminal);
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
  const save = (adopt: boolean, shard?: string): string => {
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
      ...(shard === undefined ? {} : { shard }),
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

  test('of one shard is refused for another one', async () => {
    const plan = save(false, '3/4');
    const other = await alloyup(`apply ${plan} --shard 2/4`, false);
    expect(other).toMatchObject({ code: 64 });
    expect(other.err).toContain('the plan was saved for shard 3/4, not 2/4');
    // web-02 is in shard 3/4
    for (const line of [`apply ${plan}`, `apply ${plan} --shard 3/4`])
      expect((await alloyup(line, false)).code).toBe(0);
    expect(fake.runs.map(({ names }) => names)).toEqual([['web-02'], ['web-02']]);
  });

  test('of all hosts is carried out on those of a shard', async () => {
    const plan = save(false);
    for (const shard of ['1/4', '2/4', '3/4', '4/4'])
      expect((await alloyup(`apply ${plan} --shard ${shard}`, false)).code).toBe(0);
    expect(fake.runs.flatMap(({ names }) => names)).toEqual(['web-02']);
  });
});

describe('--shard', () => {
  const INVENTORY = `defaults: { config: { template: minimal } }
groups:
  web: { hosts: ['web-[01:30]'], rollout: { order: 1 } }
  edge:
    hosts: ['10.9.0.[1:5]']
    alloy: { listen: '0.0.0.0:12345', cluster: { name: edge } }
`;

  test('divides the hosts, a cluster to one of them, and says that no order holds between them', async () => {
    const file = put('inventory.yaml', INVENTORY);
    for (const shard of ['1/3', '2/3', '3/3']) {
      const { code, out, err } = await run(['apply', '-y', '-i', file, '--shard', shard]);
      expect(code).toBe(0);
      expect((out + err).replace(/\s+/g, ' ')).toContain(
        `warning[shard.order]: rollout.order is kept within shard ${shard}`,
      );
    }
    const shards = fake.runs.map(({ names }) => names);
    expect(shards.map(({ length }) => length).every((size) => size > 0)).toBe(true);
    expect(shards.flat().sort()).toEqual(
      [...Array(30)]
        .map((_, i) => `web-${String(i + 1).padStart(2, '0')}`)
        .concat(['1', '2', '3', '4', '5'].map((n) => `10.9.0.${n}`))
        .sort(),
    );
    expect(shards.filter((names) => names.some((name) => name.startsWith('10.'))).length).toBe(1);
  });

  test('with --limit keeps the hosts that both choose', async () => {
    const file = put('inventory.yaml', INVENTORY);
    const hosts = async (...more: readonly string[]) =>
      (await run(['hosts', '-q', '-i', file, ...more])).out.match(/^\S+/gm) ?? [];
    const shard = await hosts('--shard', '1/3');
    const both = await hosts('--shard', '1/3', '-l', 'web-0*');
    expect(both).toEqual(shard.filter((name) => name.startsWith('web-0')));
    expect(both.length).toBeGreaterThan(0);
  });

  test.each(['apply -y', 'plan', 'status', 'rollback -y'])(
    'of %s is fine without a host, and says so',
    async (line) => {
      fake.changing = 0;
      const { code, out, err } = await alloyup(`${line} --shard 2/4`);
      expect(code).toBe(0);
      expect((out + err).replace(/\s+/g, ' ')).toContain(
        'warning[shard.empty]: shard 2/4 is empty: all shards together have 2 hosts',
      );
      expect(out + err).not.toContain('shard.order');
      expect(fake.runs.map(({ names }) => names)).toEqual([[]]);
    },
  );

  test('is saved with the plan', async () => {
    fake.changing = 0;
    await alloyup(`plan --shard 2/4 --out ${path('plan.json')}`);
    expect(JSON.parse(read('plan.json'))).toMatchObject({ shard: '2/4', hosts: {}, left: [] });
    await alloyup(`plan --out ${path('all.json')}`);
    expect(JSON.parse(read('all.json'))).not.toHaveProperty('shard');
  });
});

describe('the page', () => {
  test.each(['plan', 'apply -y'])('of %s shows what hosts are to have, and had', async (line) => {
    fake.look = (targets, world) => {
      for (const target of targets) world.configured!(target, 'loki.write "old" { }\n');
    };
    await alloyup(`${line} --html ${path('run.html')} --log ${path('run.ndjson')}`);
    const page = read('run.html');
    // the one before: nothing is in the new one, and there are no lines to explain
    expect(page.match(/<svg /g)).toHaveLength(1);
    expect(page).toContain('<figcaption>Before</figcaption>');
    expect(page).toContain('<figcaption>After</figcaption><p class="dim">No components.</p>');
    expect(page).toContain('loki.write');
    expect(page).toContain('.ag-box');
    // a saved run has no texts
    expect(read('run.ndjson')).not.toContain('loki.write');
    const saved = await run(['report', path('run.ndjson'), '--format', 'html']);
    expect(saved.out).toContain('</html>');
    expect(saved.out).not.toMatch(/<svg|configurations-title|\.ag-box/);
  });

  test.each([
    ['status', 'loki.write "new" { }\n', ['On the host', 'In the inventory']],
    ['rollback -y', 'loki.write "new" { }\n', ['Before', 'After']],
    ['remove -y', null, []],
  ] as const)('of %s shows what hosts have', async (line, after, captions) => {
    fake.look = (targets, world) => {
      for (const target of targets) world.configured!(target, 'loki.write "old" { }\n', after);
    };
    await alloyup(`${line} --html ${path('run.html')}`);
    const page = read('run.html');
    const found = [...page.matchAll(/<figcaption>([^<]*)/g)].map(([, caption]) => caption);
    expect(found).toEqual(captions);
    expect(page.match(/class="ag-node/g)).toHaveLength(after === null ? 1 : 2);
    expect(page).toContain('href="#configurations"');
  });

  test.each(['plan', 'apply -y', 'status', 'rollback -y', 'remove -y'])(
    '%s asks the engine for no configurations',
    async (line) => {
      let asked: unknown = 'not looked at';
      fake.look = (_, world) => {
        asked = world.configured;
      };
      await run([...line.split(' '), '-i', 'web-01,']);
      expect(asked).toBeUndefined();
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
