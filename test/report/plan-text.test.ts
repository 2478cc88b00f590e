import { expect, test } from 'vitest';
import type { PlanView } from '../../src/model/event.ts';
import type { Problem } from '../../src/model/problem.ts';
import { paintWith } from '../../src/report/paint.ts';
import { planSum, plansText } from '../../src/report/plan-text.ts';
import { change, hostWith, labelled, planOf, reload } from './events.ts';

const style = { paint: paintWith(false), width: 80, diffs: true, whole: false, folds: false };

const screen = (
  hosts: readonly (readonly [string, PlanView])[],
  more: Partial<typeof style> = {},
): string =>
  plansText(
    hosts.map(([name, plan]) => [name, hostWith(plan)] as const),
    { warnings: [], waves: [] },
    { ...style, ...more },
  );

const upgrade = planOf(
  change({ step: 'package', title: 'alloy 1.17.0-1 -> 1.18.1-1', diffs: [], needs: 'restart' }),
  change({ step: 'service', title: 'restart alloy', diffs: [], needs: 'restart' }),
);

const names = (n: number): readonly string[] =>
  Array.from({ length: n }, (_, i) => `web-${String(i + 1).padStart(4, '0')}`);

test('a group starts with what happens to its hosts', () => {
  expect(screen(names(18).map((name) => [name, upgrade]))).toMatch(
    /^18 hosts: alloy 1\.17\.0-1 -> 1\.18\.1-1, restart\n {2}web-0001, web-0002, /,
  );
});

test('the totals say what happens to the service', () => {
  const hosts = [
    ['a', hostWith(upgrade)],
    ['b', hostWith(planOf(change(), reload))],
    ['c', hostWith(planOf(change(), reload))],
    ['d', hostWith(planOf())],
  ] as const;
  expect(planSum(hosts, style.paint)).toBe(
    'Plan: 3 hosts to change (1 restart, 2 reload), 1 unchanged.',
  );
});

test.each([
  ['stopped', 'running', 'restart', '1 start'],
  ['running', 'running', 'restart', '1 restart'],
  ['running', 'stopped', 'nothing', '1 stop'],
] as const)('a service that is %s and has to be %s', (before, after, needs, said) => {
  const service = change({ step: 'service', title: 'x', diffs: [], before, after, needs });
  expect(planSum([['a', hostWith(planOf(service))]], style.paint)).toBe(
    `Plan: 1 host to change (${said}).`,
  );
});

const refusedPlan = (problem: Problem): PlanView => ({
  ...labelled('web-02'),
  problems: [problem],
});
const interrupted: Problem = { code: 'host.dpkg', params: { reason: 'interrupted' } };

test('refusals follow all plans, without diffs of what is not carried out', () => {
  const text = screen([
    ['web-02', refusedPlan(interrupted)],
    ['web-01', labelled('web-01')],
  ]);
  expect(text).toMatch(/^web-01\n/);
  const refused = text.indexOf('\nweb-02: refused (host.dpkg), would change\n');
  expect(refused).toBeGreaterThan(0);
  expect(text.indexOf('error[')).toBeGreaterThan(refused);
  expect(text.match(/@@ -1,1/g)).toHaveLength(1);
  expect(text.trimEnd().split('\n').slice(-5, -3)).toEqual([
    'error[host.dpkg]: dpkg was interrupted, or is running right now',
    '  on web-02',
  ]);
  expect(text).toContain('Plan: 1 host to change (1 reload), 1 blocked.\n');
});

test('totals of refused hosts only still say what they count', () => {
  expect(screen([['web-02', refusedPlan(interrupted)]])).toContain('Plan: 1 host blocked.\n');
});

test('what --adopt would take over is shown for approval', () => {
  const foreign: Problem = {
    code: 'host.adopt',
    params: { reason: 'foreign', files: [{ path: '/etc/alloy/config.alloy', loses: [] }] },
  };
  expect(screen([['web-02', refusedPlan(foreign)]])).toContain('@@ -1,1');
});

test('5,000 names take four lines; -v shows all of them', () => {
  const hosts = names(5000).map((name) => [name, upgrade] as const);
  const short = screen(hosts);
  expect(short.split('\n').length).toBeLessThan(14);
  const shown = short.match(/web-\d+/g)!.length;
  expect(short).toContain(`... ${5000 - shown} more hosts; -v shows all`);
  expect(screen(hosts, { whole: true })).toContain('web-5000');
});

test('plans that differ only in the host name are one', () => {
  const text = screen([
    ['web-01', labelled('web-01')],
    ['web-02', labelled('web-02')],
  ]);
  expect(text).toContain('2 hosts: config, reload\n  web-01, web-02\n');
  expect(text).toContain('shown for web-01; the others differ only in the host name');
  expect(text.match(/@@ -1,1/g)).toHaveLength(1);
});

test('the waves stand below the plans, numbered within their group', () => {
  const wave = (group: string, order: number, ...hosts: readonly string[]) => ({
    group,
    order,
    hosts,
  });
  const waves = [
    wave('', 0, 'web-0001'),
    wave('', 0, ...names(18).slice(1)),
    wave('db', 1, 'db-01'),
    wave('db', 1, 'db-02'),
  ];
  const text = plansText([['web-0001', hostWith(upgrade)]], { warnings: [], waves }, style);
  expect(text.slice(text.indexOf('Waves'))).toBe(
    `Waves of other hosts (order 0):
  1  1 host    web-0001
  2  17 hosts  web-0002, web-0003, web-0004, web-0005, web-0006 and 12 more
Waves of db (order 1):
  1  1 host    db-01
  2  1 host    db-02

Plan: 1 host to change (1 restart).
`,
  );
});

test('many waves are cut, unless all is asked for', () => {
  const waves = names(100).map((name) => ({ group: '', order: 0, hosts: [name] }));
  const textOf = (whole: boolean): string =>
    plansText([['a', hostWith(upgrade)]], { warnings: [], waves }, { ...style, whole });
  expect(textOf(false)).toContain(`
    7  1 host  web-0007
  ... 92 more waves; -v shows all
  100  1 host  web-0100
`);
  expect(textOf(true)).toContain('   93  1 host  web-0093\n');
});

test('what is required of the data stands below the changes', () => {
  const requiring = { ...upgrade, requiresDeliveryS: 75 };
  const text = plansText(
    [
      ['web-01', hostWith(requiring)],
      ['web-02', hostWith(requiring)],
      ['web-03', hostWith(upgrade)],
    ],
    { warnings: [], waves: [] },
    style,
  );
  expect(text.match(/^ {2}delivery +rolled back unless data arrives within 75 s$/gm)).toHaveLength(
    1,
  );
  expect(text).toContain('2 hosts: ');
});

test('a plan says which hosts are changed one at a time, and no word of a single one', () => {
  const member = (cluster: string) => hostWith({ ...upgrade, cluster });
  const text = plansText(
    [
      ['edge-01', member('edge')],
      ['edge-02', member('edge')],
      ['core-01', member('core')],
      ['core-02', hostWith({ ...upgrade, changes: [], cluster: 'core' })],
      ['web-01', hostWith(upgrade)],
    ],
    { warnings: [], waves: [] },
    style,
  );
  expect(text).toContain(`
One member at a time, cluster edge:
  2 hosts  edge-01, edge-02

Plan: `);
  expect(text).not.toContain('cluster core');
});
