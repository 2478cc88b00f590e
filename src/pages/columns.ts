import { upstreamVersion } from '../model/debian-version.ts';
import type { FactsView, HostReport } from '../model/event.ts';
import type { Run } from '../report/fold.ts';
import { isoTime } from '../report/plain.ts';
import { placeText } from '../report/problem-text.ts';
import { type Answered, cellsOf } from '../report/status-text.ts';
import { textOf } from '../report/text-of.ts';
import { type Column, KEY_COLUMN } from './data.ts';
import type { Texts } from './texts.ts';
import type { Timeline } from './timeline.ts';

export type NamedHost = readonly [name: string, host: HostReport];

interface Source {
  readonly run: Run;
  readonly hosts: readonly NamedHost[];
  /** Per host, an index into the waves of the run; -1: none. */
  readonly waves: readonly number[];
  readonly timeline: Timeline;
  readonly texts: Texts;
  /** Milliseconds since the epoch, for ages. */
  readonly now: number;
}

/** What the table of hosts and the view of one host show, but for name and outcome. Columns without a value are left out. */
export function columnsOf({ run, hosts, waves, timeline, texts, now }: Source): readonly Column[] {
  const isStatus = run.verb === 'status';
  const names = waveNames(run.waves);
  const cells = hosts.map(([name, host]) =>
    host.facts === null ? null : cellsOf([name, host] as Answered, now),
  );
  type Said = (host: HostReport, name: string, i: number) => string | null | undefined;
  const column = (title: string, more: Partial<Column>, said: Said): Column => ({
    title,
    type: 'text',
    where: 'host',
    width: 'word',
    minor: true,
    values: hosts.map(([name, host], i) => texts.id(said(host, name, i) || null)),
    ...more,
  });
  const cell = (title: string, at: number): Column =>
    column(title, { where: isStatus ? 'table' : 'host' }, (_, _name, i) =>
      cells[i]?.[at] === '-' ? null : cells[i]?.[at],
    );
  const fact = (title: string, said: (facts: FactsView) => string | null): Column =>
    column(title, {}, ({ facts }) => facts && said(facts));
  const TEXT = { where: 'table', width: 'text' } as const;
  return [
    cell('Alloy', 1),
    cell('Service', 2),
    cell('Health', 3),
    cell('Data', 4),
    cell('Last run', 5),
    column('Wave', { where: 'table' }, (_, _name, i) => names[waves[i]!]),
    column('Changes', TEXT, ({ changes }) => changes.map(({ step }) => step).join(', ')),
    column('What is wrong', { ...TEXT, minor: false }, ({ problem, plan }) => {
      const first = problem ?? plan?.problems[0];
      return first && textOf(first).message;
    }),
    column(
      'Time',
      {
        type: 'duration',
        where: isStatus ? 'host' : 'table',
        values: hosts.map(([, host]) => (host.startedAt === null ? -1 : host.durationMs)),
      },
      () => null,
    ),
    column('Login', {}, (_, name) => timeline.how(name)),
    column('Inventory', {}, ({ place }) => place && placeText(place)),
    fact('System', ({ os, arch }) => `${os}, ${arch}`),
    fact('Running', ({ running }) => running && upstreamVersion(running)),
    fact('Restarts', ({ restarts }) => String(restarts)),
    fact('Memory', ({ rssBytes }) =>
      rssBytes === null ? null : `${Math.round(rssBytes / 1e6)} MB`,
    ),
    fact(KEY_COLUMN, ({ keyExpiresAt }) =>
      keyExpiresAt === null ? null : isoTime(keyExpiresAt).slice(0, 10),
    ),
    fact(
      'Proven by run',
      ({ proven }) => proven && `${proven.run}${proven.holds ? '' : ' (no longer)'}`,
    ),
  ].filter(({ values }) => values.some((value) => value >= 0));
}

/** "2", "web 2": the number of each wave within its group. */
export function waveNames(waves: Run['waves']): readonly string[] {
  const numbers = new Map<string, number>();
  return waves.map(({ group }) => {
    const number = (numbers.get(group) ?? 0) + 1;
    numbers.set(group, number);
    return group === '' ? String(number) : `${group} ${number}`;
  });
}
