import type { FactsView, HostReport } from '../model/event.ts';
import { count, pad, shorten, widthOf } from './plain.ts';
import type { ProblemStyle } from './problem.ts';
import { outcomePaint } from './summary.ts';

type Hosts = readonly (readonly [string, HostReport])[];

const HEAD = ['HOST', 'ALLOY', 'SERVICE', 'HEALTH', 'PROVEN (UTC)', 'STATE'] as const;

/** A row per host that answered: what runs there, and whether it is as asked. `now`: for key expiry. */
export function statusText(hosts: Hosts, now: number, style: ProblemStyle): string {
  const { paint, width } = style;
  const rows = hosts.flatMap(([name, host]) => (host.facts ? [rowOf(name, host, host.facts)] : []));
  if (rows.length === 0) return '';
  const widths = HEAD.map((word, column) =>
    Math.max(word.length, ...rows.map(({ cells }) => widthOf(cells[column]!))),
  );
  // the name gives way first: it has a middle that can be left out
  const over = widths.reduce((sum, one) => sum + one + 2, -2) - width;
  widths[0] = Math.max(8, widths[0]! - Math.max(0, over));
  const line = (cells: readonly string[]): readonly string[] =>
    cells.map((cell, column) => pad(shorten(cell, widths[column]!), widths[column]!));

  let text = `${paint.bold(line(HEAD).join('  ').trimEnd())}\n`;
  for (const { cells, host } of rows) {
    const padded = [...line(cells)];
    const state = padded.pop()!.trimEnd();
    const colour = host.outcome ? outcomePaint(host.outcome, paint) : paint.red;
    text += `${padded.join('  ')}  ${colour(state)}\n`;
  }
  return text + notesOf(hosts, now, style);
}

function rowOf(name: string, host: HostReport, facts: FactsView) {
  return {
    host,
    cells: [name, versionOf(facts), facts.active, healthOf(facts), provenOf(facts), stateOf(host)],
  };
}

const bare = (version: string): string => version.replace(/-\d+$/, '');

const versionOf = ({ version, running, held }: FactsView): string =>
  version === null ? (running ?? '-') : `${bare(version)}${held ? ' held' : ''}`;

function healthOf({ components, ready, version, running }: FactsView): string {
  if (version === null && running === null) return '-';
  const all = Object.values(components ?? {}).flat().length;
  if (!components || all === 0) return ready === 200 ? 'ready' : ready === null ? '-' : 'not ready';
  const healthy = components.healthy?.length ?? 0;
  return healthy === all ? `${all} healthy` : `${healthy}/${all} healthy`;
}

/** When the process that runs was proven by a run; "no": by none that still holds. */
const provenOf = ({ proven }: FactsView): string =>
  proven?.holds ? new Date(proven.at).toISOString().slice(0, 16).replace('T', ' ') : 'no';

function stateOf({ outcome, plan }: HostReport): string {
  if (outcome === 'unchanged') return 'as asked';
  if ((outcome === 'pending' || outcome === 'drift') && plan && plan.changes.length > 0)
    return count(plan.changes.length, 'change');
  return outcome ?? 'unknown';
}

const DAY_MS = 86_400_000;
/** Days before its end from which a key is spoken of. */
const SOON_DAYS = 90;

/** What does not fit into a row: the components that are not healthy by name, keys that end. */
function notesOf(hosts: Hosts, now: number, { paint }: ProblemStyle): string {
  const notes = hosts.flatMap(([name, { facts }]) => {
    if (!facts) return [];
    const bad = Object.entries(facts.components ?? {}).filter(([health]) => health !== 'healthy');
    const days =
      facts.keyExpiresAt === null ? null : Math.floor((facts.keyExpiresAt - now) / DAY_MS);
    return [
      ...(facts.version !== null && facts.running !== null && bare(facts.version) !== facts.running
        ? [`${name}: ${bare(facts.version)} is installed, ${facts.running} runs`]
        : []),
      ...(facts.lastRun && facts.lastRun.verdict !== 'ok'
        ? [
            facts.lastRun.verdict === ''
              ? `${name}: run ${facts.lastRun.run} has no verdict`
              : `${name}: run ${facts.lastRun.run} ended ${facts.lastRun.verdict}`,
          ]
        : []),
      ...bad.map(([health, ids]) => `${name}: ${health}: ${ids.join(', ')}`),
      ...(days !== null && days < SOON_DAYS
        ? [
            `${name}: the repository's key ${days < 0 ? 'has expired' : `expires in ${count(days, 'day')}`}`,
          ]
        : []),
    ];
  });
  return notes.length === 0
    ? ''
    : `\n${notes.map((note) => `${paint.yellow('!')} ${note}\n`).join('')}`;
}
