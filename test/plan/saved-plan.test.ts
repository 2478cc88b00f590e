import { expect, test } from 'vitest';
import {
  CONFIG_PATH,
  DROP_IN_PATH,
  ENVIRONMENT_PATH,
  type Target,
} from '../../src/model/desired.ts';
import type { Facts } from '../../src/model/facts.ts';
import { Secret } from '../../src/model/secret.ts';
import { planHost } from '../../src/plan/planner.ts';
import {
  movedProblem,
  parseSavedPlan,
  type SavedHost,
  type SavedPlan,
  savedHost,
  sealed,
} from '../../src/plan/saved-plan.ts';
import { absent, bareFactsOf, factsOf, fileOf, optionsOf, stocked, targetOf } from '../builders.ts';
import { kindOf, pathsIn, valueAt, withValue } from '../edited.ts';

const planOf = (target: Target, facts: Facts) => planHost(target, facts, stocked(), optionsOf());

const withPassword = (password: string): Target => {
  const target = targetOf();
  return targetOf({
    environment: new Map([...target.desired.environment, ['TOKEN', new Secret(password)]]),
  });
};

test('a plan made twice from the same is the same, whatever process runs', () => {
  const target = targetOf({ config: 'logging { }\n' });
  const saved = savedHost(planOf(target, factsOf(target)));
  const facts = factsOf(target);
  const rebooted = {
    ...facts,
    os: { ...facts.os, bootId: 'another', uptimeS: 12 },
    takenAt: facts.takenAt + 60_000,
  };
  expect(movedProblem('web-01', saved, planOf(target, rebooted))).toBeUndefined();
});

test.each<[string, (target: Target) => { target: Target; facts: Facts }, object]>([
  [
    'another configuration is wanted',
    (target) => ({
      target: targetOf({ config: 'logging { level = "info" }\n' }),
      facts: bareFactsOf(target),
    }),
    { removed: [], added: [] },
  ],
  [
    'the host is installed by now',
    (target) => ({ target, facts: factsOf(target) }),
    {
      removed: expect.arrayContaining([
        'repository: add https://apt.grafana.com',
        'package: install alloy 1.18.1-1',
      ]),
      added: [],
    },
  ],
])('a plan has moved when %s', (_, change, difference) => {
  const target = targetOf();
  const saved = savedHost(planOf(target, bareFactsOf(target)));
  const now = change(target);
  const problem = movedProblem('web-01', saved, planOf(now.target, now.facts));
  expect(problem).toEqual({
    code: 'apply.stale',
    host: 'web-01',
    params: { reason: 'plan-differs', ...difference },
  });
});

test('a hand-made change of a file of ours is seen', () => {
  const target = targetOf({ config: 'logging { }\n' });
  const facts = (text: string) => {
    const before = factsOf(target);
    return { ...before, files: { ...before.files, [CONFIG_PATH]: fileOf(text) } };
  };
  const saved = savedHost(planOf(target, facts('one {}\n')));
  expect(movedProblem('h', saved, planOf(target, facts('two {}\n')))).toBeDefined();
});

test('no secret goes into a saved plan, nor into a hash of it', () => {
  const first = withPassword('hunter2hunter2');
  const other = withPassword('correct horse battery');
  const saved = savedHost(planOf(first, bareFactsOf(first)));
  expect(JSON.stringify(saved)).not.toContain('hunter2');
  expect(savedHost(planOf(other, bareFactsOf(other)))).toEqual(saved);
  // what stands on the host now holds one, too
  const facts = factsOf(first);
  const files = {
    ...facts.files,
    [ENVIRONMENT_PATH]: fileOf(new Secret('TOKEN=old-secret\n'), { mode: '0600' }),
  };
  const plan = planOf(first, { ...facts, files });
  const hashes = plan.expect.flatMap((one) =>
    one.of === 'file' && one.path === ENVIRONMENT_PATH ? [one.sha256] : [],
  );
  expect(hashes).toHaveLength(1);
  expect(JSON.stringify(savedHost(plan))).not.toContain(hashes[0]);
});

test('a saved plan shows what its files were, but for those that may hold secrets', () => {
  const target = targetOf({
    config: 'logging { }\n',
    dropIn: '[Service]\n',
    environment: new Map([['A', 'b']]),
  });
  const facts = factsOf(targetOf());
  const plan = planOf(target, facts);
  const owner = 'root:root';
  expect(savedHost(plan)).toEqual({
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    changes: [
      { step: 'environment', title: `change ${ENVIRONMENT_PATH}`, needs: 'restart' },
      { step: 'unit', title: `create ${DROP_IN_PATH}`, needs: 'restart' },
      { step: 'config', title: `change ${CONFIG_PATH}`, needs: 'reload' },
      { step: 'service', title: 'restart alloy', needs: 'restart' },
    ],
    expect: [
      { of: 'file', path: ENVIRONMENT_PATH, sha256: '', mode: '0600', owner },
      { of: 'file', path: DROP_IN_PATH, sha256: null, mode: '', owner: '' },
      { of: 'file', path: CONFIG_PATH, sha256: '', mode: '0640', owner: 'root:alloy' },
      { of: 'package', status: 'installed', version: '1.18.1-1', held: false },
    ],
  });
  const there = { ...facts.files, [DROP_IN_PATH]: fileOf('[Unit]\n') };
  const { sha256 } = there[DROP_IN_PATH]!;
  expect(savedHost(planOf(target, { ...facts, files: there })).expect).toContainEqual({
    of: 'file',
    path: DROP_IN_PATH,
    sha256,
    mode: '0644',
    owner,
  });
});

const savedWith = (hosts: Readonly<Record<string, SavedHost>>): SavedPlan =>
  sealed({
    schema: 1,
    kind: 'alloyup.plan',
    version: '0.1.0',
    run: '20261123T101500Z-3f9a',
    createdAt: 1795435200000,
    inventory: { file: 'inventory.yaml', sha256: 'x' },
    adopt: false,
    hosts,
    left: [],
  });

test('a file that has come since is seen, and another process is not', () => {
  const target = targetOf({ config: 'logging { }\n' });
  const facts = { ...factsOf(targetOf()), receipt: null };
  const saved = savedHost(planOf(target, facts));
  const restarted = { ...facts, unit: { ...facts.unit, invocation: 'other' } };
  expect(movedProblem('h', saved, planOf(target, restarted))).toBeUndefined();
  const files = { ...facts.files, [CONFIG_PATH]: absent };
  expect(movedProblem('h', saved, planOf(target, { ...facts, files }))?.params).toEqual({
    reason: 'plan-differs',
    removed: [`config: change ${CONFIG_PATH}`],
    added: [`config: create ${CONFIG_PATH}`],
  });
});

const whole = savedWith({ a: { hash: 'a'.repeat(64), changes: [], expect: [] } });

test.each([
  ['', { reason: 'plan-not-json' }],
  ['{}', { reason: 'not-a-plan' }],
  ['null', { reason: 'not-a-plan' }],
  ['1', { reason: 'not-a-plan' }],
  ['{"kind":"other","schema":1}', { reason: 'not-a-plan' }],
  [
    '{"kind":"alloyup.plan","schema":2,"version":"9.0.0"}',
    { reason: 'plan-version', version: '9.0.0' },
  ],
  [
    JSON.stringify({ ...whole, hosts: undefined, version: '0.2.0' }),
    { reason: 'plan-version', version: '0.2.0' },
  ],
  ...(
    [
      [{ version: undefined }, 'version'],
      [{ version: 1 }, 'version'],
      [{ hosts: undefined }, 'hosts'],
      [{ hosts: null }, 'hosts'],
      [{ left: undefined }, 'left'],
      [{ inventory: undefined }, 'inventory'],
      [{ inventory: { file: 'x' } }, 'inventory.sha256'],
      [{ hosts: { a: null } }, 'hosts.a'],
      [{ hosts: { a: { ...whole.hosts.a, hash: 'b' } } }, 'hosts.a.hash'],
      [{ hosts: { a: { ...whole.hosts.a, hash: `${'a'.repeat(64)}0` } } }, 'hosts.a.hash'],
      [{ hosts: { a: { ...whole.hosts.a, changes: [null] } } }, 'hosts.a.changes.0'],
      [{ hosts: { ...whole.hosts, b: { ...whole.hosts.a, expect: undefined } } }, 'hosts.b.expect'],
    ] as const
  ).map(
    ([part, where]) =>
      [JSON.stringify({ ...whole, ...part }), { reason: 'plan-damaged', where }] as const,
  ),
] as const)('%j is refused', (text, params) => {
  expect(parseSavedPlan(text, 'plan.json', '0.1.0')).toEqual({
    ok: false,
    problems: [{ code: 'usage', params: { ...params, file: 'plan.json' } }],
  });
});

test('a whole plan is read', () => {
  const saved = whole;
  const text = JSON.stringify(saved, null, 2);
  expect(parseSavedPlan(text, 'plan.json', '0.1.0')).toEqual({ ok: true, value: saved });
});

test.each([
  { adopt: true },
  { left: ['b'] },
  { inventory: { ...whole.inventory, sha256: 'b'.repeat(64) } },
  { hosts: { a: { ...whole.hosts.a, hash: 'b'.repeat(64) } } },
  { hosts: { ...whole.hosts, b: whole.hosts.a } },
  { waves: [] },
])('a plan that was edited is refused: %j', (edit) => {
  const text = JSON.stringify({ ...whole, ...edit });
  expect(parseSavedPlan(text, 'plan.json', '0.1.0')).toEqual({
    ok: false,
    problems: [{ code: 'usage', params: { reason: 'plan-edited', file: 'plan.json' } }],
  });
});

test.each<[string, Partial<Target['desired']>]>([
  ['a plain value of the environment', { environment: new Map([['HTTPS_PROXY', 'http://b:1']]) }],
  ['a component that may be unhealthy', { tolerate: ['prometheus.scrape.self'] }],
  ['a weaker check', { check: 'service' }],
  ['other components that are expected', { components: { known: true, ids: ['loki.write.x'] } }],
])('what was approved is what is done: %s', (_, other) => {
  const environment = new Map([['HTTPS_PROXY', 'http://a:1']]);
  const target = targetOf({ environment });
  const facts = bareFactsOf(target);
  const saved = savedHost(planOf(target, facts));
  expect(movedProblem('h', saved, planOf(targetOf({ environment }), facts))).toBeUndefined();
  const now = planOf(targetOf({ environment, ...other }), facts);
  expect(movedProblem('h', saved, now)).toMatchObject({ code: 'apply.stale' });
});

test('no value of another kind anywhere is taken for a plan, and its place is named', () => {
  const target = targetOf({ config: 'logging { }\n' });
  const facts = { ...factsOf(targetOf()), receipt: null };
  const plan = savedWith({ a: savedHost(planOf(target, facts)) });
  for (const path of pathsIn(plan))
    for (const other of [null, undefined, 0, 'x', true, [], {}, [null], { x: null }]) {
      const read = parseSavedPlan(
        JSON.stringify(withValue(plan, path, other)),
        'plan.json',
        '0.1.0',
      );
      if (read.ok) {
        // the same kind of value: another hash or title, an empty list
        // an entry of a list or of a map can be missing, and some texts may be none
        if (other === undefined || other === null) continue;
        expect(kindOf(other)).toBe(kindOf(valueAt(plan, path)));
        continue;
      }
      const { reason, where = '' } = read.problems[0]!.params as { reason: string; where?: string };
      expect(['plan-damaged', 'plan-edited', 'not-a-plan', 'plan-version']).toContain(reason);
      if (reason === 'plan-damaged') expect(path.join('.')).toContain(where.split('.')[0]);
    }
});
