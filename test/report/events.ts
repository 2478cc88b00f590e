import type {
  FactsView,
  Happening,
  HostReport,
  PlanView,
  RunEvent,
} from '../../src/model/event.ts';
import type { Problem } from '../../src/model/problem.ts';
import { type Ledger, openLedger } from '../../src/report/fold.ts';
import { type Cleaned, cleaned } from '../../src/report/redact.ts';
import { type TextOptions, textRenderer } from '../../src/report/text.ts';

export const START = Date.UTC(2026, 10, 23, 10, 15, 0);

/** Stamps happenings as cli/output.ts does; each is half a second after the one before it. */
export const stamp = (
  happenings: readonly Happening[],
  stepMs = 500,
): readonly Cleaned<RunEvent>[] =>
  happenings.map((happening, i) => cleaned({ ...happening, at: START + i * stepMs, seq: i + 1 }));

export const started = (
  verb: 'plan' | 'apply' | 'status' | 'rollback',
  ...hosts: readonly string[]
): Happening => ({
  type: 'run.started',
  schema: 1,
  run: '20261123T101500Z-3f9a',
  verb,
  hosts,
  version: '0.1.0',
});

export const factsOf = (more: Partial<FactsView> = {}): FactsView => ({
  os: 'Debian GNU/Linux 12 (bookworm)',
  arch: 'amd64',
  version: '1.18.1-1',
  running: '1.18.1',
  held: true,
  enabled: 'enabled',
  active: 'active',
  restarts: 0,
  rssBytes: 80_000_000,
  ready: 200,
  healthy: 200,
  components: { healthy: ['prometheus.exporter.unix.host', 'prometheus.scrape.host'] },
  keyExpiresAt: null,
  proven: { run: '20261122T090000Z-0001', at: START - 90_000_000, holds: true },
  lastRun: { run: '20261122T090000Z-0001', verdict: 'ok' },
  delivery: null,
  cluster: null,
  ...more,
});

type ChangeView = PlanView['changes'][number];

export const change = (more: Partial<ChangeView> = {}): ChangeView => ({
  step: 'config',
  title: 'change /etc/alloy/config.alloy',
  before: null,
  after: null,
  diffs: [
    {
      path: '/etc/alloy/config.alloy',
      kind: 'change',
      text: '@@ -3,3 +3,3 @@\n prometheus.remote_write "central" {\n-  url = "http://old:9090/api/v1/write"\n+  url = "http://new:9090/api/v1/write"\n',
    },
  ],
  warnings: [],
  needs: 'reload',
  ...more,
});

export const reload = change({
  step: 'service',
  title: 'reload alloy',
  diffs: [],
  needs: 'reload',
});

export const planOf = (...changes: readonly ChangeView[]): PlanView => ({
  changes,
  warnings: [],
  problems: [],
});

/** A plan that writes a label with this name. */
export const labelled = (name: string): PlanView =>
  planOf(
    change({
      diffs: [
        {
          path: '/etc/alloy/config.alloy',
          kind: 'change',
          text: `@@ -1,1 +1,1 @@\n-  host = "old"\n+  host = "${name}"\n`,
        },
      ],
    }),
    reload,
  );

/** A host as it is reported once it is planned. */
export const hostWith = (plan: PlanView, more: Partial<HostReport> = {}): HostReport => ({
  outcome: 'pending',
  startedAt: 0,
  durationMs: 0,
  changes: [],
  plan,
  warnings: [],
  facts: null,
  ...more,
});

/** A host that is as asked. */
export const converged = (host: string): readonly Happening[] => [
  { type: 'host.started', host },
  { type: 'host.facts', host, facts: factsOf() },
  { type: 'host.planned', host, plan: planOf() },
  { type: 'host.finished', host, outcome: 'unchanged' },
];

/** A host on which `plan` is applied without trouble. */
export const applied = (host: string, plan = planOf(change(), reload)): readonly Happening[] => [
  { type: 'host.started', host },
  { type: 'host.facts', host, facts: factsOf() },
  { type: 'host.planned', host, plan },
  ...plan.changes.flatMap(({ step }): readonly Happening[] => [
    { type: 'change.started', host, step },
    { type: 'change.output', host, step, line: `doing ${step}` },
    { type: 'change.finished', host, step },
  ]),
  { type: 'host.finished', host, outcome: 'changed' },
];

/** A host whose service does not come up and that is put back. */
export const rolledBack = (host: string): readonly Happening[] => [
  { type: 'host.started', host },
  { type: 'host.facts', host, facts: factsOf() },
  { type: 'host.planned', host, plan: planOf(change(), reload) },
  { type: 'change.started', host, step: 'config' },
  { type: 'change.finished', host, step: 'config' },
  { type: 'change.started', host, step: 'service' },
  { type: 'host.waiting', host, for: 'for Alloy to be ready', seconds: 0, limitS: 60 },
  { type: 'host.waiting', host, for: 'for Alloy to be ready', seconds: 10, limitS: 60 },
  { type: 'change.output', host, step: 'service', line: 'Error: building component' },
  { type: 'change.failed', host, step: 'service', exit: 1 },
  { type: 'change.undone', host, step: 'service' },
  { type: 'change.undone', host, step: 'config' },
  {
    type: 'host.finished',
    host,
    outcome: 'rolled-back',
    problem: {
      code: 'alloy.reload',
      params: { reason: 'refused', status: '400' },
      host,
      at: { file: 'inventory.yaml', line: 31, column: 9 },
      detail:
        'Error: /etc/alloy/config.alloy:12:3: Failed to build component: loading config: unsupported URL scheme "htp"\n',
    },
  },
];

export const unreachable = (host: string): readonly Happening[] => [
  { type: 'host.started', host },
  {
    type: 'host.finished',
    host,
    outcome: 'unreachable',
    problem: {
      code: 'ssh.unreachable',
      params: { reason: 'no-connection', address: host, port: 22, said: 'Network is down' },
      host,
      transient: true,
    },
  },
];

/** A problem whose text is `said` and `advice`. */
export const checkProblem = (
  said: string,
  advice: string,
  more: Partial<Pick<Problem, 'at' | 'detail'>> = {},
): Problem => ({
  code: 'config.check',
  params: { reason: 'diagnostic', rule: 'flow.cycle', said, advice },
  ...more,
});

export const ledgerOf = (events: readonly Cleaned<RunEvent>[]): Ledger => {
  const ledger = openLedger();
  for (const event of events) ledger.add(event);
  return ledger;
};

/** Everything that a terminal of 80 columns shows of these events, without colour unless asked. */
export function screenOf(
  events: readonly Cleaned<RunEvent>[],
  more: Partial<TextOptions> = {},
): string {
  const ledger = openLedger();
  const renderer = textRenderer({ colour: false, width: 80, level: 0, diffs: true, ...more });
  let text = '';
  for (const event of events) {
    ledger.add(event);
    text += renderer.on(event, ledger);
  }
  return text;
}

const UNDELIVERED = { status: '405', perMinute: null, lostPerMinute: 1015, lagS: 0 } as const;

/** The data of a host that was changed is refused at one destination, and there is none for another. */
export const undelivered = (host: string): readonly Happening[] => [
  {
    type: 'host.delivery',
    host,
    deliveries: [
      {
        component: 'prometheus.remote_write.metrics',
        destination: 'http://prom:9090/api/v1/write',
        state: 'refused',
        reason: 'server returned HTTP status 405',
        since: null,
        tolerated: false,
        ...UNDELIVERED,
      },
      {
        component: 'loki.write.logs',
        destination: 'loki:3100',
        state: 'idle',
        reason: null,
        since: null,
        tolerated: false,
        ...UNDELIVERED,
      },
    ],
  },
  {
    type: 'host.warning',
    host,
    warning: {
      code: 'alloy.delivery',
      host,
      params: {
        reason: 'not-delivered',
        destinations: [
          {
            destination: 'http://prom:9090/api/v1/write',
            state: 'refused',
            status: '405',
            answer: '405',
          },
        ],
      },
      detail: `server returned HTTP status 405 on ${host}`,
    },
  },
];
