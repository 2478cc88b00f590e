import { expect, test } from 'vitest';
import type { Facts, ProcessFact } from '../../src/model/facts.ts';
import { factsView, planView } from '../../src/plan/event-views.ts';
import { planHost } from '../../src/plan/planner.ts';
import {
  bareFactsOf,
  factsOf,
  keyringOf,
  NOW,
  optionsOf,
  stocked,
  suppliesOf,
  targetOf,
} from '../builders.ts';

const target = targetOf();
const facts = factsOf(target);
const { keyrings } = suppliesOf();
const view = (of: Partial<Facts>) => factsView({ ...facts, ...of }, target, keyrings);

test('a plan is shown without its actions, which hold the contents of files', () => {
  const plan = planHost(target, bareFactsOf(target), stocked(), optionsOf());
  const shown = planView(plan, null);
  expect(Object.keys(shown)).toEqual(['changes', 'warnings', 'problems']);
  expect(shown.changes[0]).toEqual({
    step: 'repository',
    title: 'add https://apt.grafana.com',
    before: null,
    after: 'https://apt.grafana.com',
    diffs: plan.changes[0]?.diffs,
    warnings: [],
    needs: 'nothing',
  });
});

test('what is shown of changes is made once for all hosts that share them', () => {
  const plan = planHost(target, bareFactsOf(target), stocked(), optionsOf());
  const other = { ...plan, host: 'web-02' };
  expect(planView(other, null).changes).toBe(planView(plan, null).changes);
});

test('a plan names the cluster whose members wait for each other', () => {
  const plan = planHost(target, bareFactsOf(target), stocked(), optionsOf());
  expect(planView(plan, { name: 'edge', members: [] }).cluster).toBe('edge');
});

test('what is told of a host', () => {
  const component = (id: string, health: 'healthy' | 'exited') => ({ id, health, message: 'x' });
  const receipt = {
    schema: 1,
    run: 'r1',
    invocation: facts.unit.invocation,
    files: {},
    unhealthy: {},
    groups: [],
    at: 5,
  } as const;
  expect(
    view({
      components: [component('a', 'healthy'), component('b', 'exited'), component('c', 'healthy')],
      receipt,
      alloyup: {
        ...facts.alloyup,
        runs: [
          { run: 'r1', verdict: 'ok' },
          { run: 'r0', verdict: 'stuck' },
        ],
      },
    }),
  ).toEqual({
    os: 'Debian GNU/Linux 12 (bookworm)',
    arch: 'amd64',
    delivery: null,
    cluster: null,
    version: '1.18.1-1',
    running: '1.18.1',
    held: false,
    enabled: 'enabled',
    active: 'active',
    restarts: 0,
    rssBytes: 80 << 20,
    ready: 200,
    healthy: 200,
    components: { healthy: ['a', 'c'], exited: ['b'] },
    keyExpiresAt: keyringOf().certificates[0]?.expiresAt,
    proven: { run: 'r1', at: 5, holds: true },
    lastRun: { run: 'r1', verdict: 'ok' },
  });
  expect(view({ receipt: { ...receipt, invocation: 'other' } }).proven?.holds).toBe(false);
});

test('what is not known of a host is null', () => {
  expect(factsView(bareFactsOf(target), target, keyrings)).toMatchObject({
    version: null,
    running: null,
    rssBytes: null,
    components: null,
    keyExpiresAt: null,
    proven: null,
    lastRun: null,
  });
});

const process = (more: Partial<ProcessFact>): ProcessFact => ({ ...facts.process!, ...more });

test.each<[string, Partial<Facts>, string | null]>([
  ['as it says itself', { process: process({ version: '1.17.0', exeDeleted: true }) }, '1.17.0'],
  ['as the package is', {}, '1.18.1'],
  ['unknown, since its binary was replaced', { process: process({ exeDeleted: true }) }, null],
  ['none', { process: null }, null],
  ['unknown, without a package', { package: { ...facts.package, version: null } }, null],
])('the version that runs is %s', (_, of, running) => {
  expect(view(of).running).toBe(running);
});

test('a package that is not done has no version', () => {
  expect(view({ package: { ...facts.package, status: 'config-files' } }).version).toBeNull();
});

test('a key that serves no more expires for nobody', () => {
  expect(view({ takenAt: NOW + 500 * 86_400_000 }).keyExpiresAt).toBeNull();
});
