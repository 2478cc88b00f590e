import { describe, expect, test } from 'vitest';
import type { World } from '../../src/engine/world.ts';
import type { HostRecord } from '../../src/host/records.ts';
import {
  CONFIG_PATH,
  ENVIRONMENT_PATH,
  KEYRING_PATH,
  type Target,
} from '../../src/model/desired.ts';
import type { Verb } from '../../src/model/event.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { GraphChanges } from '../../src/model/graph-changes.ts';
import { ToolError } from '../../src/model/problem.ts';
import { absent, factsOf, fileOf, keyringOf, NOW, targetOf } from '../builders.ts';
import type { Launched } from '../host/wire.ts';
import {
  type Entry,
  eventsOf,
  fleetOf,
  type HostScript,
  outdated,
  run,
  type ScriptedHost,
  sentTo,
} from './scripted-hosts.ts';

const target = targetOf({ config: '// new\n' });
const upToDate = factsOf(target);
/** What a configuration does to components. */
const CHANGES: GraphChanges = {
  added: ['loki.write.new'],
  removed: [],
  renamed: [],
  changed: [],
  connected: [],
  disconnected: [],
  unfed: [],
  deadEnds: [],
};
const stale: readonly Entry[] = [
  { type: 'problem', problem: { code: 'apply.stale', params: { reason: 'file-changed' } } },
  { type: 'result', result: 'stale' },
];

/** Runs one host, and gives how it ended. */
async function runOne(
  script: HostScript & { readonly target?: Target },
  options: Parameters<typeof run>[1] = {},
) {
  const fleet = fleetOf({ a: { target, ...script } });
  const ended = await run(fleet, options);
  const warnings = fleet.events.flatMap((one) =>
    one.type === 'host.warning' ? [one.warning.code] : [],
  );
  const host = fleet.hosts.a!;
  return { ...ended, fleet, host, warnings, sent: sentTo(host), events: eventsOf(fleet, 'a') };
}

const launched = ({ sent }: ScriptedHost): readonly Launched[] =>
  sent.filter((one): one is Launched => ['apply', 'settle', 'rollback'].includes(one.do));

describe('what a host is sent', () => {
  test('its facts are asked for with all that the plan depends on', async () => {
    const { host } = await runOne({});
    expect(host.sent[0]).toMatchObject({
      do: 'facts',
      listen: { address: '127.0.0.1', port: 12345 },
      facts: {
        repository: 'apt.grafana.com',
        http: true,
        sealed: false,
        groups: [],
        files: expect.arrayContaining([CONFIG_PATH, ENVIRONMENT_PATH]),
        secret: [ENVIRONMENT_PATH],
      },
    });
    expect(host.sent[0]).not.toHaveProperty('facts.extras');
    expect(host.sent[0]).not.toHaveProperty('facts.index');
  });

  test('without the HTTP check Alloy is not asked over HTTP', async () => {
    const { host } = await runOne({ target: targetOf({ check: 'service', memberOf: ['docker'] }) });
    expect(host.sent[0]).toMatchObject({ facts: { http: false, groups: ['docker'] } });
  });

  test('a run carries the plan, the options, and how to gather facts without secrets', async () => {
    const { host } = await runOne({}, { rollback: false });
    const [request] = launched(host);
    expect(request).toMatchObject({
      run: 'r1',
      who: 'ops@laptop',
      lockWait: 300,
      rollback: false,
      facts: { sealed: true, http: true },
      proof: { watch: 15 },
      actions: [
        { step: 'config', do: 'validate' },
        { step: 'config', do: 'file', path: CONFIG_PATH },
        { step: 'service', do: 'reload' },
      ],
    });
    // nobody who has seen the one can forge a record of the other
    expect(request!.nonce).toMatch(/^@@nonce\d+$/);
    expect(request!.nonce).not.toBe((host.sent[0] as { nonce: string }).nonce);
  });
});

describe('what a run reports', () => {
  test('each record is an event, and every other line is output of its step', async () => {
    const records: readonly Entry[] = [
      'before the first step',
      { type: 'begin', step: 'config' },
      'with s3cret',
      { type: 'wait', seconds: 3, limitS: 20, what: 'for s3cret' },
      {
        type: 'warning',
        warning: { code: 'alloy.no-validate', params: { reason: 'too-old', said: ['s3cret'] } },
      },
      { type: 'fail', step: 'config', exit: 7 },
      { type: 'undone', step: 'config' },
      // the undo was killed, and started again
      { type: 'undone', step: 'config' },
      { type: 'result', result: 'rolled-back' },
    ];
    const { fleet } = await runOne({ run: () => records });
    const from = fleet.events.findIndex(({ type }) => type === 'host.resumed') + 1;
    expect(fleet.events.slice(from, -1)).toMatchObject([
      { type: 'change.output', host: 'a', step: null, line: 'before the first step' },
      { type: 'change.started', host: 'a', step: 'config' },
      // masked where all lines of the host pass: a secret may go on in the next one
      { type: 'change.output', step: 'config', line: 'with s3cret' },
      { type: 'host.waiting', for: 'for (secret)', seconds: 3, limitS: 20 },
      {
        type: 'host.warning',
        host: 'a',
        warning: { code: 'alloy.no-validate', host: 'a', params: { said: ['(secret)'] } },
      },
      { type: 'change.failed', step: 'config', exit: 7 },
      { type: 'change.undone', step: 'config' },
    ]);
    const masked = fleet.events.filter(({ type }) => type !== 'change.output');
    expect(JSON.stringify(masked)).not.toContain('s3cret');
  });

  test('a record without the nonce of the run is output', async () => {
    const { outcome, fleet } = await runOne({
      run: ({ nonce }) => [
        ` ${nonce} {"type":"result","result":"ok"}`,
        '@@nonce {"type":"result","result":"ok"}',
      ],
    });
    expect(outcome).toBe('unknown');
    expect(fleet.events.filter(({ type }) => type === 'change.output')).toHaveLength(2);
  });

  test('an earlier run that is rolled back is reported', async () => {
    const { warnings } = await runOne({
      run: (sent, _, host) => [{ type: 'earlier', run: 'r0' }, ...host.usual(sent)],
    });
    expect(warnings).toEqual(['run.taken-back']);
  });
});

describe('an earlier run', () => {
  const unfinished = { lockedBy: null, unfinished: 'r0', runs: [] };
  const locked = { lockedBy: { run: 'r0', who: 'me', since: 0 }, unfinished: null, runs: [] };

  test.each([
    ['was cut off', unfinished],
    ['is in progress', locked],
  ])('that %s is settled before the host is planned', async (_, alloyup) => {
    const { outcome, sent, host, events } = await runOne({
      facts: { ...upToDate, alloyup },
      run: (request, _n, self) =>
        request.do === 'settle'
          ? [
              () => {
                self.facts = outdated(self.target);
              },
              ...self.usual(request),
            ]
          : self.usual(request),
    });
    expect(outcome).toBe('changed');
    expect(sent).toEqual(['facts', 'settle r1-0', 'facts', 'apply r1']);
    expect(events.filter((type) => type === 'host.planned')).toHaveLength(1);
    expect(launched(host)[0]).toMatchObject({ lockWait: 300 });
  });

  test('that cannot be settled keeps the host from being planned', async () => {
    const { outcome, problem, sent, events } = await runOne({
      facts: { ...upToDate, alloyup: unfinished },
      run: () => [
        {
          type: 'problem',
          problem: { code: 'apply.stuck', params: { reason: 'undo-failed' }, detail: 'no s3cret' },
        },
        { type: 'result', result: 'stuck' },
      ],
    });
    expect(outcome).toBe('stuck');
    expect(problem).toMatchObject({ code: 'apply.stuck', detail: 'no (secret)' });
    expect(sent).toEqual(['facts', 'settle r1-0']);
    expect(events).not.toContain('host.planned');
  });

  test.each(['plan', 'status', 'rollback', 'remove'] as const)(
    'is not settled by %s',
    async (verb) => {
      const { sent } = await runOne(
        { facts: { ...upToDate, alloyup: unfinished }, asked: { packages: [] } },
        { verb },
      );
      expect(sent.filter((one) => one.startsWith('settle'))).toEqual([]);
    },
  );
});

describe('a host that has changed since it was planned', () => {
  /** The first run finds other facts than the plan's. */
  const moved =
    (facts: Facts): NonNullable<HostScript['run']> =>
    (sent, n, host) => {
      if (n > 1) return host.usual(sent);
      host.facts = facts;
      return stale;
    };
  const other = { ...outdated(target), unit: { ...upToDate.unit, enabled: 'disabled' } };

  test('is planned again when nobody has read the plan', async () => {
    const { outcome, sent, host, warnings, events, fleet } = await runOne(
      { run: moved(other) },
      { unattended: true },
    );
    expect(outcome).toBe('changed');
    expect(sent).toEqual(['facts', 'apply r1', 'facts', 'apply r1-2']);
    expect(warnings).toEqual(['run.replanned']);
    expect(fleet.events).toContainEqual(
      expect.objectContaining({
        type: 'host.warning',
        warning: { code: 'run.replanned', host: 'a', params: { reason: 'host-changed' } },
      }),
    );
    expect(events.filter((type) => type === 'host.planned')).toHaveLength(2);
    expect(launched(host)[1]!.actions.map((action) => action.do)).toContain('enable');
  });

  test('is left alone when somebody has approved the plan', async () => {
    const { outcome, problem, sent, warnings, events } = await runOne({ run: moved(other) });
    expect(outcome).toBe('stale');
    expect(problem).toMatchObject({ code: 'apply.stale', transient: true });
    expect(sent).toEqual(['facts', 'apply r1', 'facts']);
    expect(warnings).toEqual([]);
    expect(events.filter((type) => type === 'host.planned')).toHaveLength(1);
  });

  test.each([true, false])('needs nothing any more (unattended: %s)', async (unattended) => {
    const { outcome, problem, sent } = await runOne({ run: moved(upToDate) }, { unattended });
    expect(outcome).toBe('unchanged');
    expect(problem).toBeUndefined();
    expect(sent).toEqual(['facts', 'apply r1', 'facts']);
  });

  test('and now refuses its plan is not changed', async () => {
    const masked = { ...outdated(target), unit: { ...upToDate.unit, load: 'masked' } };
    const { outcome, problem, sent } = await runOne({ run: moved(masked) }, { unattended: true });
    expect(outcome).toBe('failed');
    expect(problem!.code).toBe('host.unit');
    expect(sent).toEqual(['facts', 'apply r1', 'facts']);
  });

  test('again and again is planned three times', async () => {
    const { outcome, sent } = await runOne({ run: () => stale }, { unattended: true });
    expect(outcome).toBe('stale');
    expect(sent.filter((one) => one !== 'facts')).toEqual(['apply r1', 'apply r1-2', 'apply r1-3']);
  });

  test('is not planned again by a removal', async () => {
    const { outcome, sent } = await runOne(
      { run: () => stale, asked: { packages: [] } },
      { unattended: true, verb: 'remove' },
    );
    expect(outcome).toBe('stale');
    expect(sent).toEqual(['facts', 'apply r1']);
  });

  test('is not planned again after an interrupt', async () => {
    const fleet = fleetOf({
      a: {
        run: () => {
          fleet.stop.abort();
          return stale;
        },
      },
    });
    expect((await run(fleet, { unattended: true })).outcome).toBe('stale');
    expect(sentTo(fleet.hosts.a)).toEqual(['facts', 'apply r1']);
  });
});

describe('the check after a run', () => {
  test('a host whose state is not what was planned has drifted', async () => {
    const { outcome, problem, sent, events } = await runOne({ after: outdated(target) });
    expect(outcome).toBe('drift');
    expect(problem).toMatchObject({
      code: 'apply.drift',
      params: {
        reason: 'changes-remain',
        changes: ['change /etc/alloy/config.alloy', 'reload alloy'],
      },
    });
    // the facts of a run hold no secrets: they are gathered once more before that is said
    expect(sent).toEqual(['facts', 'apply r1', 'facts']);
    expect(events.filter((type) => type === 'host.facts')).toHaveLength(2);
  });

  test('a setting of the unit that is not in effect is reported, not passed over', async () => {
    const limited = targetOf({ dropIn: '[Service]\nMemoryMax=1G\n' });
    const facts = factsOf(limited);
    const settings = { MemoryMax: 'infinity' };
    const after = { ...facts, unit: { ...facts.unit, settings } };
    const { outcome, problem } = await runOne({ target: limited, after });
    expect(outcome).toBe('failed');
    expect(problem).toMatchObject({
      code: 'host.unit',
      params: { reason: 'overridden', settings: [{ name: 'MemoryMax' }] },
    });
  });

  test('values that are equal, and only written in another way, are no drift', async () => {
    const sealed = {
      ...upToDate,
      files: { ...upToDate.files, [ENVIRONMENT_PATH]: fileOf('OTHER=1\n', { content: null }) },
    };
    const { outcome, sent } = await runOne({
      run: (_, _n, host) => {
        host.facts = upToDate;
        return [{ type: 'result', result: 'ok' }, host.factsRecord(sealed)];
      },
    });
    expect(outcome).toBe('changed');
    expect(sent).toEqual(['facts', 'apply r1', 'facts']);
  });

  test('a run whose facts were lost is checked with new ones', async () => {
    const withoutFacts: NonNullable<HostScript['run']> = (sent, _, host) =>
      host.usual(sent).filter((one) => (one as HostRecord).type !== 'facts');
    const good = await runOne({ run: withoutFacts });
    expect(good.outcome).toBe('changed');
    expect(good.sent).toEqual(['facts', 'apply r1', 'facts']);
    const bad = await runOne({ run: withoutFacts, after: outdated(target) });
    expect(bad.outcome).toBe('drift');
  });

  test('what was adopted is not foreign afterwards', async () => {
    const foreign = { ...outdated(target), receipt: null };
    expect((await runOne({ facts: foreign })).problem!.code).toBe('host.adopt');
    const { outcome } = await runOne({ facts: foreign, after: foreign }, { adopt: true });
    expect(outcome).toBe('drift');
  });

  test('a run that failed is not checked, but its facts are reported', async () => {
    const { outcome, events, sent } = await runOne({
      run: (_, _n, host) => [
        { type: 'fail', step: 'config', exit: 1 },
        { type: 'result', result: 'rolled-back' },
        host.factsRecord(outdated(target)),
      ],
    });
    expect(outcome).toBe('rolled-back');
    expect(sent).toEqual(['facts', 'apply r1']);
    expect(events.filter((type) => type === 'host.facts')).toHaveLength(2);
  });
});

describe('remove', () => {
  const removed = { ...upToDate, package: { ...upToDate.package, status: 'absent' } } as Facts;

  test('takes the repository along unless other packages come from it', async () => {
    const alone = await runOne(
      { facts: upToDate, after: removed, asked: { packages: [] } },
      { verb: 'remove' },
    );
    expect(alone.outcome).toBe('changed');
    expect(alone.host.sent[0]).toMatchObject({ facts: { index: 'apt.grafana.com' } });
    const steps = (host: ScriptedHost) => launched(host)[0]!.actions.map(({ step }) => step);
    expect(steps(alone.host)).toContain('repository');

    const shared = await runOne(
      { facts: upToDate, asked: { packages: ['loki'] } },
      { verb: 'remove' },
    );
    expect(steps(shared.host)).not.toContain('repository');
    expect(shared.warnings).toEqual(['repository.kept']);
  });

  test.each([
    [true, true],
    [undefined, false],
  ])('purges only when told to (%s)', async (purge, expected) => {
    const { host } = await runOne(
      { facts: upToDate, asked: { packages: [] } },
      { verb: 'remove', ...(purge === undefined ? {} : { purge }) },
    );
    expect(launched(host)[0]!.actions).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ do: 'uninstall', purge: expected })]),
    );
  });

  test('is not checked by planning again', async () => {
    const { outcome, sent } = await runOne(
      { facts: upToDate, asked: { packages: [] } },
      { verb: 'remove' },
    );
    expect([outcome, sent]).toEqual(['changed', ['facts', 'apply r1']]);
  });
});

describe('rollback', () => {
  test('needs no difference to the desired state, shows no plan, and succeeds by rolling back', async () => {
    const { outcome, problem, host, events, sent } = await runOne(
      { facts: upToDate, after: outdated(target) },
      { verb: 'rollback' },
    );
    expect([outcome, problem]).toEqual(['changed', undefined]);
    expect(sent).toEqual(['facts', 'rollback r1']);
    expect(launched(host)[0]).toMatchObject({ toRun: null });
    expect(events).not.toContain('host.planned');
    expect(events.filter((type) => type === 'host.facts')).toHaveLength(2);
  });

  test('goes back to a run', async () => {
    const { host } = await runOne({}, { verb: 'rollback', toRun: 'r0' });
    expect(launched(host)[0]).toMatchObject({ toRun: 'r0' });
  });

  test.each(['stuck', 'failed', 'locked'] as const)(
    'that ends as %s is no success',
    async (result) => {
      const { outcome, problem } = await runOne(
        {
          run: () => [
            { type: 'problem', problem: { code: 'run.missing', params: { reason: 'gone' } } },
            { type: 'result', result },
          ],
        },
        { verb: 'rollback' },
      );
      expect(outcome).toBe(result);
      expect(problem!.code).toBe('run.missing');
    },
  );
});

describe('the repository', () => {
  const expiring = (days: number) =>
    keyringOf({
      certificates: [{ ...keyringOf().certificates[0]!, expiresAt: NOW + days * 86_400_000 }],
    });
  const unreachable = new ToolError({
    code: 'repository.unreachable',
    params: {
      reason: 'no-answer',
      what: 'signing-key',
      url: 'https://apt.example.com/gpg.key',
      proxy: null,
    },
  });
  const withRepository = (
    more: Partial<ReturnType<typeof fleetOf>['world']['repository']>,
    facts: Facts,
  ) => {
    const fleet = fleetOf({ a: { facts } });
    const repository = {
      ...fleet.world.repository,
      signingKey: () => Promise.reject(unreachable),
      versions: () => Promise.reject(unreachable),
      ...more,
    };
    return { ...fleet, world: { ...fleet.world, repository } };
  };

  test('is not asked for a host that needs nothing from it', async () => {
    expect((await run(withRepository({}, outdated(target)))).outcome).toBe('changed');
  });

  test('a key that has weeks left does not stop a run when its renewal cannot be fetched', async () => {
    const fleet = withRepository({ inspectKeyring: async () => expiring(30) }, outdated(target));
    expect((await run(fleet)).outcome).toBe('changed');
  });

  test('a key that is renewed in time is', async () => {
    const signingKey = async () => ({ armored: 'new', certificates: keyringOf().certificates });
    const fleet = withRepository(
      { inspectKeyring: async () => expiring(30), signingKey },
      outdated(target),
    );
    await run(fleet, { verb: 'plan' });
    const plan = fleet.events.find((one) => one.type === 'host.planned');
    expect(plan).toMatchObject({
      plan: { changes: expect.arrayContaining([expect.objectContaining({ step: 'repository' })]) },
    });
  });

  test('a missing key, or version, stops the host', async () => {
    const facts = outdated(target);
    const noKey = { ...facts, apt: { ...facts.apt, keyrings: [] } };
    expect((await run(withRepository({}, noKey))).problem).toMatchObject(unreachable.problem);
    const absentPackage = { ...facts.package, status: 'absent', version: null } as const;
    const { problem } = await run(withRepository({}, { ...facts, package: absentPackage }));
    expect(problem).toMatchObject(unreachable.problem);
  });

  test('a bug in reading the key is not hidden', async () => {
    const bug = () => Promise.reject(new TypeError('oops'));
    const fleet = withRepository(
      { inspectKeyring: async () => expiring(30), signingKey: bug },
      outdated(target),
    );
    expect((await run(fleet)).problem!.code).toBe('bug');
  });

  test('a keyring without contents is not inspected', async () => {
    const facts = outdated(target);
    const keyrings = [{ ...facts.apt.keyrings[0]!, content: null, kind: 'symlink' as const }];
    const inspected: Uint8Array[] = [];
    const fleet = withRepository(
      {
        inspectKeyring: async (bytes) => {
          inspected.push(bytes);
          return keyringOf();
        },
      },
      {
        ...facts,
        apt: { ...facts.apt, keyrings },
        files: { ...facts.files, [KEYRING_PATH]: absent },
      },
    );
    await run(fleet, { verb: 'status' });
    expect(inspected).toEqual([]);
  });
});

test('a host waits for its turn before it begins, reads an answer, is sent its run and judges that', async () => {
  const order: string[] = [];
  const marks = [
    'host.connected',
    'host.planned',
    'host.resumed',
    'change.started',
    'host.finished',
  ];
  const fleet = fleetOf(
    { a: { target } },
    {
      turn: async () => void order.push('turn'),
      emit: ({ type }) => {
        if (marks.includes(type) && !order.includes(type)) order.push(type);
      },
    },
  );
  await run(fleet);
  expect(order).toEqual([
    ...['turn', 'host.connected', 'turn', 'host.planned', 'host.resumed', 'turn'],
    ...['change.started', 'turn', 'host.finished'],
  ]);
});

test('hosts with equal plans hold what is equal once', async () => {
  const fleet = fleetOf({ a: { target }, b: { target } });
  await run(fleet);
  const [a, b] = fleet.events.flatMap((one) => (one.type === 'host.planned' ? [one.plan] : []));
  expect(a!.changes).toHaveLength(2);
  expect(b!.changes).toBe(a!.changes);
});

describe('configurations', () => {
  const told = async (verb: Verb, script: HostScript = {}, names = ['a']) => {
    const seen: (readonly [host: string, before: string | null, after: string | null])[] = [];
    const configured: World['configured'] = ({ host, desired }, before, after = desired.config) =>
      seen.push([host.name, before, after]);
    const compared: string[] = [];
    const graphChanges: World['graphChanges'] = async (_, before) => {
      compared.push(before);
      return CHANGES;
    };
    const hosts = Object.fromEntries(names.map((name) => [name, { target, ...script }]));
    const fleet = fleetOf(hosts, { configured, graphChanges });
    await run(fleet, { verb });
    const planned = fleet.events.flatMap((one) =>
      one.type === 'host.planned' ? [one.plan.graph ?? null] : [],
    );
    return { seen, compared, planned };
  };

  test.each(['plan', 'apply'] as const)(
    'are handed over by %s, with what they replace',
    async (verb) => {
      expect((await told(verb)).seen).toEqual([['a', '// old\n', '// new\n']]);
      expect((await told(verb, { facts: upToDate })).seen).toEqual([['a', null, '// new\n']]);
    },
  );

  test.each(['plan', 'apply'] as const)(
    'are compared by %s where they replace another, and only there',
    async (verb) => {
      expect(await told(verb)).toMatchObject({ compared: ['// old\n'], planned: [CHANGES] });
      const unchanged = await told(verb, { facts: upToDate });
      expect(unchanged).toMatchObject({ compared: [], planned: [null] });
    },
  );

  test('are handed over by a status, which compares nothing', async () => {
    expect(await told('status')).toMatchObject({
      seen: [['a', '// old\n', '// new\n']],
      compared: [],
    });
    expect((await told('status', { facts: upToDate })).seen).toEqual([['a', null, '// new\n']]);
  });

  test('of a rollback are those that hosts had and have', async () => {
    const after = outdated(target);
    expect(await told('rollback', { facts: upToDate, after })).toMatchObject({
      seen: [['a', '// new\n', '// old\n']],
      compared: [],
    });
  });

  test('of a rollback are known of hosts that waited without a login as well', async () => {
    const names = Array.from({ length: 260 }, (_, i) => `h${i}`);
    const { seen } = await told('rollback', { facts: upToDate, after: outdated(target) }, names);
    expect(seen.map(([, before]) => before)).toEqual(names.map(() => '// new\n'));
  });

  test('of a removal are those that hosts had', async () => {
    expect(await told('remove', { asked: { packages: [] } })).toMatchObject({
      seen: [['a', '// old\n', null]],
      compared: [],
    });
    const bare = { ...upToDate, files: { ...upToDate.files, [CONFIG_PATH]: absent } };
    expect((await told('remove', { facts: bare, asked: { packages: [] } })).seen).toEqual([]);
  });
});
