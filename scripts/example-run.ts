// A run of any number of hosts as its page may meet it: for benchmarks, tests in the browser and pictures of the docs.
import type { FactsView, Happening, PlanView, Verb } from '../src/model/event.ts';
import type { ProblemOf } from '../src/model/problem.ts';
import { randomFrom, type Timed } from './simulated-run.ts';

export interface Example {
  readonly hosts: number;
  readonly verb: Verb;
  readonly forks?: number;
  /** Every host's configuration differs from all others in so many lines; 0: in its own name only. */
  readonly ownLines?: number;
}

type Change = PlanView['changes'][number];
type Delivery = NonNullable<FactsView['delivery']>[number];

const DAY_MS = 86_400_000;
/** When it starts, in milliseconds since the epoch. */
export const EXAMPLE_START = Date.UTC(2026, 10, 23, 10, 15, 0);

const GROUPS = ['web', 'db', 'edge'] as const;
type Group = (typeof GROUPS)[number];

/** Three in five are web servers. */
const groupOf = (i: number): Group => GROUPS[i % 5 < 3 ? 0 : i % 5 === 3 ? 1 : 2];

const nameOf = (i: number, hosts: number): string =>
  `${groupOf(i)}-${String(i + 1).padStart(Math.max(2, String(hosts).length), '0')}.example.com`;

function configDiff(name: string, at: number, ownLines: number): string {
  const group = groupOf(at);
  const own = Array.from({ length: ownLines }, (_, i) => `+  rule_${i} = "${at * 104_729 + i}"`);
  const components = { web: 14, db: 10, edge: 22 }[group];
  return [
    `@@ -1,${4 * components} +1,${4 * components + 9} @@`,
    ' logging {',
    '-  level = "info"',
    '+  level = "warn"',
    ' }',
    ...Array.from({ length: components }, (_, i) => [
      ` prometheus.scrape "${group}_${i}" {`,
      `   targets    = prometheus.exporter.unix.host.targets // ${i}`,
      ...(i % 3 === 0
        ? [`-  scrape_interval = "60s"`, `+  scrape_interval = "${15 + i}s"`]
        : [`   scrape_interval = "15s"`]),
      '   forward_to = [prometheus.remote_write.central.receiver]',
      ' }',
    ]).flat(),
    ' prometheus.remote_write "central" {',
    '   endpoint {',
    '-    url = "http://mimir-old.example.com:9009/api/v1/push"',
    '+    url = "https://mimir.example.com/api/v1/push"',
    '   }',
    `+  external_labels = { instance = "${name}" }`,
    ...own,
    ' }',
    '',
  ].join('\n');
}

function changesOf(name: string, i: number, ownLines: number): readonly Change[] {
  const group = groupOf(i);
  const base = { before: null, after: null, diffs: [], warnings: [] } as const;
  const config: Change = {
    ...base,
    step: 'config',
    title: 'change /etc/alloy/config.alloy',
    diffs: [
      {
        path: '/etc/alloy/config.alloy',
        kind: 'change',
        text: configDiff(name, i, ownLines),
      },
    ],
    needs: 'reload',
  };
  if (group === 'db')
    return [config, { ...base, step: 'service', title: 'reload alloy', needs: 'reload' }];
  return [
    {
      ...base,
      step: 'package',
      title: 'alloy 1.17.0-1 -> 1.18.1-1',
      before: '1.17.0-1',
      after: '1.18.1-1',
      needs: 'restart',
    },
    {
      ...base,
      step: 'environment',
      title: 'change /etc/default/alloy',
      diffs: [{ path: '/etc/default/alloy', kind: 'change', text: null }],
      needs: 'restart',
    },
    config,
    { ...base, step: 'service', title: 'restart alloy', needs: 'restart' },
  ];
}

const delivery = (more: Partial<Delivery>): Delivery => ({
  component: 'prometheus.remote_write.central',
  destination: 'https://mimir.example.com/api/v1/push',
  state: 'delivering',
  status: null,
  reason: null,
  since: null,
  perMinute: 4200,
  lostPerMinute: 0,
  lagS: 0,
  tolerated: false,
  ...more,
});

const LOKI = {
  component: 'loki.write.central',
  destination: 'https://loki.example.com/loki/api/v1/push',
} as const;

function factsOf(i: number, version: string, verb: Verb, random: () => number): FactsView {
  const refused = i % 97 === 5;
  const sick = i % 211 === 7;
  return {
    os: i % 4 === 0 ? 'Ubuntu 24.04.2 LTS' : 'Debian GNU/Linux 12 (bookworm)',
    arch: i % 9 === 0 ? 'arm64' : 'amd64',
    version: `${version}-1`,
    running: version,
    held: true,
    enabled: 'enabled',
    active: 'active',
    restarts: i % 50 === 0 ? 2 : 0,
    rssBytes: Math.round(60e6 + random() * 90e6),
    ready: 200,
    healthy: sick ? 500 : 200,
    components: sick
      ? { healthy: ['prometheus.scrape.web_0'], unhealthy: ['loki.source.journal.host'] }
      : { healthy: ['prometheus.scrape.web_0', 'prometheus.remote_write.central'] },
    keyExpiresAt: EXAMPLE_START + 400 * DAY_MS,
    proven: { run: '20261116T090000Z-0a1b', at: EXAMPLE_START - 7 * DAY_MS, holds: true },
    lastRun: { run: '20261116T090000Z-0a1b', verdict: 'ok' },
    // a plan asks for none
    delivery:
      verb === 'plan'
        ? null
        : [
            delivery({ perMinute: 4000 + (i % 7) * 100 }),
            refused
              ? delivery({
                  ...LOKI,
                  state: 'refused',
                  status: '401',
                  reason: 'server returned HTTP status 401 Unauthorized',
                  since: EXAMPLE_START - 600_000,
                  perMinute: null,
                  lostPerMinute: 310,
                })
              : delivery({ ...LOKI, perMinute: 260 }),
          ],
    cluster: null,
  };
}

/** Events and their times since the start, in order. */
export function exampleRun({ hosts, verb, forks = 32, ownLines = 0 }: Example): readonly Timed[] {
  const random = randomFrom(hosts);
  const some = (least: number, most: number): number => least + random() * (most - least);
  const names = Array.from({ length: hosts }, (_, i) => nameOf(i, hosts));
  const told: Timed[] = [];
  const say = (afterMs: number, happening: Happening): void => {
    told.push({ afterMs: Math.round(afterMs), happening });
  };
  say(0, {
    type: 'run.started',
    schema: 1,
    run: '20261123T101500Z-3f9a',
    verb,
    hosts: names,
    version: '0.1.0',
  });

  const changing = verb === 'apply' || verb === 'rollback';
  const ready: number[] = [];
  const indices = names.map((_, i) => i);
  const planned = inTurns(indices, forks, 20, (i, from) => {
    const host = names[i]!;
    say(from, {
      type: 'host.started',
      host,
      place: { file: 'inventory.yaml', line: 20 + i, column: 3 },
    });
    if (i % 131 === 17) return unreachable(host, from);
    let at = from + some(200, 900);
    say(at, {
      type: 'host.connected',
      host,
      via: 'ssh',
      how: `ssh ops@${host}, key ~/.ssh/id_ed25519`,
      why: null,
    });
    at += some(150, 600);
    say(at, {
      type: 'host.facts',
      host,
      facts: factsOf(i, i % 10 === 9 ? '1.18.1' : '1.17.0', verb, random),
    });
    at += some(5, 60);
    const same = i % 10 === 9 || (verb === 'status' && i % 3 !== 0);
    const foreign: ProblemOf<'host.adopt'> | null =
      i % 173 === 29
        ? {
            code: 'host.adopt',
            host,
            params: { reason: 'foreign', files: [{ path: '/etc/alloy/config.alloy', loses: [] }] },
          }
        : null;
    say(at, {
      type: 'host.planned',
      host,
      plan: {
        changes: same ? [] : changesOf(host, i, ownLines),
        warnings:
          i % 61 === 0 ? [{ code: 'host.clock', host, params: { reason: 'off', aheadS: 95 } }] : [],
        problems: foreign ? [foreign] : [],
      },
    });
    if (foreign) say(at, { type: 'host.finished', host, outcome: 'failed', problem: foreign });
    else if (same) say(at, { type: 'host.finished', host, outcome: 'unchanged' });
    else if (!changing) say(at, { type: 'host.finished', host, outcome: 'pending' });
    else ready.push(i);
    return at;
  });
  if (!changing) {
    say(planned + 50, { type: 'run.finished', exitCode: 1 });
    return inOrder(told);
  }

  const sizes = [1, Math.ceil(hosts / 10), Math.ceil(hosts / 2), hosts];
  const waves: number[][] = [];
  for (let at = 0; at < ready.length; at += waves.at(-1)!.length)
    waves.push(ready.slice(at, at + sizes[Math.min(waves.length, 3)]!));
  say(planned, {
    type: 'run.waves',
    waves: waves.map((of) => ({ group: '', order: 0, hosts: of.map((i) => names[i]!) })),
  });
  say(planned + 1, { type: 'run.planned', changing: ready.length });
  let at = planned + 9000;
  waves.forEach((of, w) => {
    say(at, { type: 'wave.started', group: '', wave: w + 1, of: waves.length, hosts: of.length });
    at = inTurns(of, forks, at + 1, (i, from) => change(i, from)) + 10_000;
  });
  say(at, { type: 'run.finished', exitCode: 1 });
  return inOrder(told);

  function unreachable(host: string, from: number): number {
    say(from + 15_000, {
      type: 'host.finished',
      host,
      outcome: 'unreachable',
      problem: {
        code: 'ssh.timeout',
        params: {
          reason: 'login',
          endpoint: host,
          port: 22,
          seconds: 15,
          stage: 'tcp',
          limit: '--connect-timeout',
        },
        host,
        transient: true,
      },
    });
    return from + 15_000;
  }

  function change(i: number, from: number): number {
    const host = names[i]!;
    let now = from;
    say(now, { type: 'host.resumed', host });
    now += some(100, 400);
    const waits = (what: string, ms: number, limitS: number | null): void => {
      for (let waited = 0; waited < ms; waited += 5000)
        say(now + waited, {
          type: 'host.waiting',
          host,
          for: what,
          seconds: Math.round(waited / 1000),
          limitS,
        });
      now += ms;
    };
    const bad = i % 89 === 11;
    for (const { step } of changesOf(host, i, 0)) {
      say(now, { type: 'change.started', host, step });
      if (step === 'package') {
        if (i % 12 === 0)
          waits('for the dpkg lock of unattended-upgr (pid 812)', some(2000, 25_000), 300);
        say(now, { type: 'change.output', host, step, line: 'Setting up alloy (1.18.1-1) ...' });
        now += some(3000, 12_000);
      } else now += some(40, 300);
      if (step === 'service') {
        if (i % 7 === 0) waits('for Alloy to flush', some(1000, 20_000), 60);
        waits('for Alloy to be ready', bad ? 60_000 : some(800, 4000), 60);
        if (bad) {
          say(now, { type: 'change.failed', host, step, exit: 1 });
          for (const undone of ['service', 'config', 'package'] as const) {
            now += some(500, 2500);
            say(now, { type: 'change.undone', host, step: undone });
          }
          say(now, {
            type: 'host.finished',
            host,
            outcome: 'rolled-back',
            problem: {
              code: 'alloy.unready',
              params: { reason: 'status', seconds: '60', status: '503' },
              host,
              detail:
                'ts=2026-11-23T10:16:12Z level=error msg="failed to evaluate config" err="loki.write.central: unauthorized"',
            },
          });
          return now;
        }
      }
      say(now, { type: 'change.finished', host, step });
    }
    now += some(300, 900);
    say(now, { type: 'host.facts', host, facts: factsOf(i, '1.18.1', verb, random) });
    say(now + 20, { type: 'host.finished', host, outcome: 'changed' });
    return now + 20;
  }
}

const inOrder = (told: readonly Timed[]): readonly Timed[] =>
  told.toSorted((a, b) => a.afterMs - b.afterMs);

/** Starts each when one of `limit` slots is free; returns the time when the last one ends. */
function inTurns(
  all: readonly number[],
  limit: number,
  from: number,
  turn: (one: number, from: number) => number,
): number {
  const free = Array.from({ length: Math.min(limit, all.length) }, () => from);
  for (const one of all) {
    const next = free.indexOf(Math.min(...free));
    free[next] = turn(one, free[next]!);
  }
  return Math.max(from, ...free);
}
