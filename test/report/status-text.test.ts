import { expect, test } from 'vitest';
import type { FactsView, HostReport } from '../../src/model/event.ts';
import { paintWith } from '../../src/report/paint.ts';
import { statusText } from '../../src/report/status-text.ts';
import { change, factsOf, planOf, START } from './events.ts';

const style = { paint: paintWith(false), width: 80, whole: false };

const host = (facts: Partial<FactsView> = {}, more: Partial<HostReport> = {}): HostReport => ({
  outcome: 'unchanged',
  startedAt: START,
  durationMs: 0,
  changes: [],
  plan: planOf(),
  warnings: [],
  facts: factsOf(facts),
  ...more,
});

const screen = (hosts: Readonly<Record<string, HostReport>>, more: Partial<typeof style> = {}) =>
  statusText(Object.entries(hosts), START, { ...style, ...more });

const many = (n: number, facts: (i: number) => Partial<FactsView> = () => ({})) =>
  Object.fromEntries(
    Array.from({ length: n }, (_, i) => [`web-${String(i).padStart(3, '0')}`, host(facts(i))]),
  );

test.each([
  ['20261123T101400Z-0001', 'ok', '1 min ago'],
  ['20261123T081500Z-0001', 'ok', '2 h ago'],
  ['20261101T101500Z-0001', 'rolled-back', '22 d ago rolled-back'],
  ['20261123T101500Z-0001', '', '0 min ago unfinished'],
  // a clock that is ahead there
  ['20261123T111500Z-0001', 'ok', '0 min ago'],
  ['someone-s', 'ok', 'unknown'],
])('the last run %s with the verdict "%s" is shown as %s', (run, verdict, said) => {
  expect(screen({ a: host({ lastRun: { run, verdict } }) })).toContain(`  ${said}  `);
});

test('a host that alloyup never changed has no last run', () => {
  expect(screen({ a: host({ lastRun: null, proven: null }) })).toContain('  never  ');
});

test('the most common version is counted, others list their hosts', () => {
  const mixed = many(20, (i) => ({ version: i % 10 === 3 ? '1.17.0-1' : '1.18.1-1' }));
  expect(screen(mixed)).toContain('Alloy   1.18.1 on 18 hosts, 1.17.0 on web-003, web-013\n');
  expect(screen(many(3))).toContain('Alloy   1.18.1 on all 3 hosts\n');
});

test('a stopped host has no health and does not count as unproven', () => {
  const stopped = host({ active: 'inactive', running: null, ready: 0, components: null });
  const text = screen({ a: host(), b: stopped });
  expect(text).toMatch(/^b +1\.18\.1 held +inactive +- /m);
  expect(text).toContain('Proven  on a\n');
  expect(text).toContain('! b: 1.18.1 is installed, but the service is inactive\n');
});

test('a host without Alloy is reported', () => {
  const bare = { version: null, running: null, components: null, ready: null, proven: null };
  const plan = planOf(change({ step: 'repository' }));
  const text = screen({ a: host(bare, { outcome: 'pending', plan }) });
  expect(text).toContain('! a: Alloy is not installed\n');
});

test('the key that expires first is shown with its host', () => {
  const ends = [Date.UTC(2028, 0, 1), Date.UTC(2027, 8, 19)];
  expect(screen(many(2, (i) => ({ keyExpiresAt: ends[i]! })))).toContain(
    'Key     expires 2027-09-19 (in 299 days), first on web-001\n',
  );
});

test('a note for many hosts lists them below', () => {
  const unwell = { components: { healthy: ['a.b'], unhealthy: ['loki.write.x'] } };
  expect(screen(many(2, () => unwell))).toContain(
    '! 2 hosts: unhealthy: loki.write.x\n    web-000, web-001\n',
  );
});

test('of 500 hosts, those that need no attention are counted; -v shows all', () => {
  const hosts = {
    ...many(500),
    'db-01': host({}, { outcome: 'pending', plan: planOf(change()) }),
    'db-02': host({ active: 'failed', running: null }),
  };
  const short = screen(hosts);
  expect(short.match(/^(web|db)-\d+ .*/gm)).toHaveLength(2);
  expect(short).toContain('500 hosts up to date and healthy not shown; -v shows all\n');
  expect(short).toContain('! db-02: 1.18.1 is installed, but the service is failed\n');
  expect(screen(hosts, { whole: true }).match(/^(web|db)-\d+ .*/gm)).toHaveLength(502);
});

test('a healthy host that cannot read what it should is called so', () => {
  const denied: HostReport['warnings'][number] = {
    code: 'read.denied',
    params: {
      reason: 'readable',
      ...{ path: '/var/log/app/*.log', blocker: '/var/log/app', mode: '0700', owner: 'app:app' },
      ...{ files: 0, denied: 0, whole: true, give: '/var/log/app' },
    },
  };
  const sick: HostReport['warnings'][number] = {
    code: 'alloy.components',
    params: { reason: 'unhealthy', components: [] },
  };
  const text = screen({
    a: host({}, { outcome: 'pending', warnings: [denied] }),
    b: host({}, { outcome: 'pending', warnings: [denied, sick] }),
    c: host({}, { outcome: 'unchanged', warnings: [denied] }),
  });
  expect(text).toMatch(/^a .* cannot read$/m);
  expect(text).toMatch(/^b .* unhealthy$/m);
  expect(text).toMatch(/^c .* up to date$/m);
});
