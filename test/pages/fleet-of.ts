import type { FactsView, Happening } from '../../src/model/event.ts';
import { openFleetPage } from '../../src/pages/fleet-page.ts';
import type { PastRun } from '../../src/pages/parts/fleet.ts';
import { openLedger } from '../../src/report/fold.ts';
import { change, factsOf, START, stamp, started } from '../report/events.ts';

const DAY = 86_400_000;

/** What a host of a fleet may be like; most are fine. */
export const KINDS = {
  fine: {},
  older: { version: '1.17.0-1', running: '1.17.0' },
  restartDue: { version: '1.18.1-1', running: '1.17.0' },
  unhealthy: {
    healthy: 500,
    components: { healthy: ['prometheus.scrape.host'], unhealthy: ['loki.source.journal.read'] },
  },
  refused: {
    delivery: [
      {
        component: 'loki.write.default',
        destination: 'logs.example.com:443',
        state: 'refused',
        status: '401',
        reason: 'server returned HTTP status 401 Unauthorized',
        since: START - 3_600_000,
        perMinute: null,
        lostPerMinute: 240,
        lagS: 0,
        tolerated: false,
      },
    ],
  },
  keySoon: { keyExpiresAt: START + 12.5 * DAY },
  keyOver: { keyExpiresAt: START - 3 * DAY },
  stopped: { active: 'failed', running: null, ready: null, healthy: null, components: null },
  drifted: {},
  bare: {
    version: null,
    running: null,
    active: 'inactive',
    ready: null,
    healthy: null,
    components: null,
    proven: null,
    lastRun: null,
  },
  away: null,
  silent: undefined,
} as const satisfies Record<string, Partial<FactsView> | null | undefined>;
export type Kind = keyof typeof KINDS;

const DELIVERS: FactsView['delivery'] = [
  {
    component: 'prometheus.remote_write.default',
    destination: 'https://mimir.example.com/api/v1/push',
    state: 'delivering',
    status: null,
    reason: null,
    since: null,
    perMinute: 6240,
    lostPerMinute: 0,
    lagS: 0,
    tolerated: false,
  },
];

const RUNS: readonly PastRun[] = [
  {
    run: '20261123T090000Z-77aa',
    verb: 'apply',
    startedAt: START - 4_500_000,
    hosts: 58,
    exitCode: 0,
  },
  {
    run: '20261122T184500Z-1c2d',
    verb: 'apply',
    startedAt: START - 55_800_000,
    hosts: 3,
    exitCode: 1,
  },
  {
    run: '20261122T171500Z-9e01',
    verb: 'plan',
    startedAt: START - 61_200_000,
    hosts: 58,
    exitCode: 2,
  },
  {
    run: '20261121T080000Z-0b0b',
    verb: 'rollback',
    startedAt: START - 180_900_000,
    hosts: 1,
    exitCode: null,
  },
];

/** What a status of these hosts says. */
function fleetEvents(hosts: readonly (readonly [name: string, kind: Kind])[]) {
  const of = ([host, kind]: readonly [string, Kind]): readonly Happening[] => {
    const facts = KINDS[kind] as Partial<FactsView> | null | undefined;
    if (facts === undefined) return [];
    const begun = { type: 'host.started', host } as const;
    if (facts === null)
      return [
        begun,
        {
          type: 'host.finished',
          host,
          outcome: 'unreachable',
          problem: {
            code: 'ssh.unreachable',
            host,
            params: { reason: 'connection-refused', address: host, port: 22 },
          },
        },
      ];
    const changes = kind === 'drifted' ? [change()] : [];
    const isPending = kind === 'drifted' || kind === 'unhealthy' || kind === 'bare';
    return [
      begun,
      {
        type: 'host.facts',
        host,
        facts: factsOf({
          keyExpiresAt: START + 274 * DAY,
          delivery: kind === 'bare' || kind === 'stopped' ? null : DELIVERS,
          ...facts,
        }),
      },
      {
        type: 'host.planned',
        host,
        plan: { changes, problems: [], warnings: [] },
      },
      { type: 'host.finished', host, outcome: isPending ? 'pending' : 'unchanged' },
    ];
  };
  const names = hosts.map(([name]) => name);
  const happenings = [
    started('status', ...names),
    ...hosts.flatMap(of),
    { type: 'run.finished', exitCode: 0 } as const,
  ];
  // a large fleet is read in a minute as well
  return stamp(happenings, Math.min(500, 60_000 / happenings.length));
}

/** The page of a status of these hosts. */
export function fleetOf(
  hosts: readonly (readonly [name: string, kind: Kind])[],
  runs: readonly PastRun[] = RUNS,
): string {
  const page = openFleetPage('0.1.0', runs);
  const ledger = openLedger();
  for (const event of fleetEvents(hosts)) {
    ledger.add(event);
    page.add(event);
  }
  return page.document(ledger);
}

/** So many hosts, of which a few are each of the other kinds. */
export function someHosts(count: number): readonly (readonly [string, Kind])[] {
  const others = (Object.keys(KINDS) as Kind[]).filter((kind) => kind !== 'fine');
  return Array.from({ length: count }, (_, i) => {
    const name = `${['web', 'db', 'gw'][i % 3]}-${String(Math.floor(i / 3) + 1).padStart(2, '0')}.example.com`;
    // every fifth one, and the same at each run
    const kind = i % 5 === 3 ? others[Math.floor(i / 5) % others.length]! : 'fine';
    return [name, kind] as const;
  });
}
