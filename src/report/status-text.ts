import { upstreamVersion } from '../model/debian-version.ts';
import { counts } from '../model/delivery.ts';
import type { FactsView, HostReport } from '../model/event.ts';
import { clusterNote } from './cluster-text.ts';
import { deliveryCell, deliveryNote } from './delivery-text.ts';
import { groupEqual, type Hosts } from './groups.ts';
import { count, isoTime, pad, present, shorten, someNames, who, widest, wrap } from './plain.ts';
import type { PlanStyle } from './plan-text.ts';
import { outcomePaint } from './summary.ts';

/** `whole`: a row for every host, however many. */
type StatusStyle = Pick<PlanStyle, 'paint' | 'width' | 'whole'>;

export const HEAD = ['HOST', 'ALLOY', 'SERVICE', 'HEALTH', 'DATA', 'LAST RUN', 'STATE'] as const;

/** With more hosts than this, those that need no attention are only counted. */
const MOST_ROWS = 40;

/** A row for each host that answered, what they have in common, and what needs attention. `now`: for ages and key expiry. */
export function statusText(hosts: Hosts, now: number, style: StatusStyle): string {
  const { paint, width, whole } = style;
  const answered = [...hosts].filter((host): host is Answered => host[1].facts !== null);
  if (answered.length === 0) return '';
  const shown =
    whole || answered.length <= MOST_ROWS ? answered : answered.filter((one) => !isFine(one));
  const all = shown.map((one) => cellsOf(one, now));
  // without an exporter anywhere, a column of dashes
  const columns = HEAD.map((_, i) => i).filter(
    (i) => HEAD[i] !== 'DATA' || all.some((cells) => cells[i] !== '-'),
  );
  const [head, ...rows] = [HEAD, ...all].map((cells) => columns.map((i) => cells[i]!));
  const widths = head!.map((word, column) =>
    Math.max(word.length, widest(rows.map((cells) => cells[column]!))),
  );
  // the host's name is shortened first, in its middle
  const over = widths.reduce((sum, one) => sum + one + 2, -2) - width;
  widths[0] = Math.max(8, widths[0]! - Math.max(0, over));
  const line = (cells: readonly string[], paintState: (state: string) => string): string => {
    const padded = cells.map((cell, i) => pad(shorten(cell, widths[i]!), widths[i]!));
    return `${padded.slice(0, -1).join('  ')}  ${paintState(padded.at(-1)!.trimEnd())}`;
  };

  const more = answered.length - shown.length;
  const table = [
    ...(rows.length === 0 ? [] : [paint.bold(line(head!, (state) => state))]),
    ...rows.map((cells, i) => line(cells, outcomePaint(shown[i]![1].outcome, paint))),
    ...(more === 0
      ? []
      : [paint.dim(`${count(more, 'host')} up to date and healthy not shown; -v shows all`)]),
  ];
  return present(
    table.map((one) => `${one}\n`).join(''),
    fleetText(answered, now, style),
    notesText(answered, now, style),
  ).join('\n');
}

/** A host that answered. */
export type Answered = readonly [name: string, host: WithFacts];
export type WithFacts = HostReport & { readonly facts: FactsView };

/** It needs no attention. */
export const isFine = ([, host]: Answered): boolean =>
  host.outcome === 'unchanged' && noteworthy(host).length === 0;

/** A cell for each column of `HEAD`. */
export const cellsOf = ([name, host]: Answered, now: number): readonly string[] => [
  name,
  versionOf(host.facts),
  host.facts.active,
  healthOf(host.facts),
  deliveryCell(host.facts.delivery),
  lastRunOf(host.facts, now),
  stateOf(host),
];

const versionOf = ({ version, running, held }: FactsView): string =>
  version === null ? (running ?? '-') : `${upstreamVersion(version)}${held ? ' held' : ''}`;

function healthOf({ components, ready, running }: FactsView): string {
  if (running === null) return '-';
  const all = Object.values(components ?? {}).flat().length;
  if (!components || all === 0) return ready === 200 ? 'ready' : ready === null ? '-' : 'not ready';
  const healthy = components.healthy?.length ?? 0;
  return healthy === all ? `${all} healthy` : `${healthy}/${all} healthy`;
}

/** How long ago alloyup last changed this host, and the outcome unless it succeeded. */
function lastRunOf({ lastRun }: FactsView, now: number): string {
  if (lastRun === null) return 'never';
  const { run, verdict } = lastRun;
  const age = ageOf(now - startOf(run));
  return verdict === 'ok' ? age : `${age} ${verdict === '' ? 'unfinished' : verdict}`;
}

/** A run's id begins with the time of its start: 20261123T101500Z-3f9a. */
function startOf(run: string): number {
  const [, y, m, d, h, min, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(run) ?? [];
  return Date.UTC(Number(y), Number(m) - 1, Number(d), Number(h), Number(min), Number(s));
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

function ageOf(ms: number): string {
  if (Number.isNaN(ms)) return 'unknown';
  if (ms < 60 * MINUTE_MS) return `${Math.max(0, Math.floor(ms / MINUTE_MS))} min ago`;
  if (ms < 2 * DAY_MS) return `${Math.floor(ms / (60 * MINUTE_MS))} h ago`;
  return `${Math.floor(ms / DAY_MS)} d ago`;
}

function stateOf({ outcome, plan, warnings, facts }: HostReport): string {
  if (outcome === 'unchanged') return 'up to date';
  if ((outcome === 'pending' || outcome === 'drift') && plan && plan.changes.length > 0)
    return count(plan.changes.length, 'change');
  const has = (code: string): boolean => warnings.some((one) => one.code === code);
  const isWell = !has('alloy.components') && !facts?.delivery?.some(counts);
  if (outcome === 'pending' && isWell && has('read.denied')) return 'cannot read';
  if (outcome === 'pending') return 'unhealthy';
  return outcome ?? 'unknown';
}

/** A key is mentioned once it expires within so many days. */
const SOON_DAYS = 90;

/** What the hosts have in common: versions, the key that expires first, what was proven. */
function fleetText(hosts: readonly Answered[], now: number, { paint, width }: StatusStyle): string {
  const room = width - 'Proven  '.length;
  const lines = [
    ['Alloy', spreadText(hosts, room)],
    ['Key', keyText(hosts, now)],
    ['Proven', provenText(hosts, room)],
    ['Peers', peersText(hosts)],
  ] as const;
  return lines
    .filter(([, text]) => text !== '')
    .map(([word, text]) => `${paint.dim(pad(word, 6))}  ${wrap(text, width, 8, 8)}\n`)
    .join('');
}

/** "1.18.1 on 18 hosts, 1.17.0 on web-03, web-04". */
function spreadText(hosts: readonly Answered[], room: number): string {
  const [most, ...others] = groupEqual(hosts, ({ facts: { version } }) => [
    version === null ? 'none' : upstreamVersion(version),
  ]).toSorted((a, b) => b.names.length - a.names.length);
  if (!most || hosts.length === 1) return '';
  if (others.length === 0) return `${most.item} on all ${count(hosts.length, 'host')}`;
  return [
    `${most.item} on ${count(most.names.length, 'host')}`,
    ...others.map(({ item, names }) => `${item} on ${someNames(names, room / 2)}`),
  ].join(', ');
}

function keyText(hosts: readonly Answered[], now: number): string {
  const ends = hosts.flatMap(([name, { facts }]) =>
    facts.keyExpiresAt === null ? [] : [{ name, at: facts.keyExpiresAt }],
  );
  if (ends.length === 0) return '';
  const first = ends.reduce((a, b) => (b.at < a.at ? b : a));
  const days = Math.floor((first.at - now) / DAY_MS);
  const date = isoTime(first.at).slice(0, 10);
  const where = ends.every(({ at }) => at === first.at) ? '' : `, first on ${first.name}`;
  return `${days < 0 ? 'expired' : 'expires'} ${date}${days < 0 ? '' : ` (in ${count(days, 'day')})`}${where}`;
}

/** "edge 5 of 5 see each other, core 2 of 3". */
function peersText(hosts: readonly Answered[]): string {
  const clusters = new Map<string, { whole: number; members: number }>();
  for (const [, { facts }] of hosts) {
    if (!facts.cluster) continue;
    const { name, state, members } = facts.cluster;
    const { whole } = clusters.get(name) ?? { whole: 0 };
    clusters.set(name, { whole: whole + (state === 'whole' ? 1 : 0), members });
  }
  return [...clusters]
    .map(([name, { whole, members }]) => `cluster ${name}: ${whole} of ${members} see all others`)
    .join(', ');
}

/** A run has proven the very process that is running now. */
function provenText(hosts: readonly Answered[], room: number): string {
  const running = hosts.filter(([, { facts }]) => facts.running !== null);
  const not = running.filter(([, { facts }]) => !facts.proven?.holds).map(([name]) => name);
  if (running.length === 0) return '';
  if (not.length === 0)
    return `on ${running.length === 1 ? running[0]![0] : `all ${count(running.length, 'host')}`}`;
  return `${running.length - not.length} of ${count(running.length, 'host')}; not ${someNames(not, room - 24)}`;
}

/** What does not fit into a row, each note once with the hosts that it applies to. */
function notesText(hosts: readonly Answered[], now: number, { paint, width }: StatusStyle): string {
  const notes = groupEqual(hosts, (host) => [...noteworthy(host), ...keyNote(host.facts, now)]);
  return notes
    .map(({ item, names }) => {
      const list = names.length === 1 ? '' : `    ${someNames(names, width - 4)}\n`;
      return `${paint.yellow('!')} ${wrap(`${who(names)}: ${item}`, width, 4, 2)}\n${list}`;
    })
    .join('');
}

/** What does not fit into a row. */
export function noteworthy({ facts, outcome, plan }: WithFacts): readonly string[] {
  const { running, lastRun, components, active, delivery, cluster } = facts;
  const version = facts.version && upstreamVersion(facts.version);
  const steps = [...new Set(plan?.changes.map(({ step }) => step) ?? [])];
  return present(
    steps.length > 0 && outcome !== 'unchanged' && `needs changes: ${steps.join(', ')}`,
    // status does not ask the repository for a version, so its plan has no package change
    !version && steps.length > 0 && 'Alloy is not installed',
    version &&
      running === null &&
      active !== 'active' &&
      `${version} is installed, but the service is ${active}`,
    version &&
      running !== null &&
      version !== running &&
      `${version} is installed, but ${running} is running`,
    lastRun &&
      lastRun.verdict !== 'ok' &&
      `run ${lastRun.run} ${lastRun.verdict === '' ? 'did not finish' : `ended as ${lastRun.verdict}`}`,
    ...Object.entries(components ?? {}).map(
      ([health, ids]) => health !== 'healthy' && `${health}: ${ids.join(', ')}`,
    ),
    ...(delivery ?? []).map(deliveryNote),
    cluster && clusterNote(cluster),
  );
}

function keyNote({ keyExpiresAt }: FactsView, now: number): readonly string[] {
  if (keyExpiresAt === null) return [];
  const days = Math.floor((keyExpiresAt - now) / DAY_MS);
  if (days >= SOON_DAYS) return [];
  return [`the repository's key ${days < 0 ? 'has expired' : `expires in ${count(days, 'day')}`}`];
}
