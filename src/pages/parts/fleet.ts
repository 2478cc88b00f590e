import { upstreamVersion } from '../../model/debian-version.ts';
import type { Verb } from '../../model/event.ts';
import { count, isoTime } from '../../report/plain.ts';
import type { NamedHost } from '../columns.ts';
import { type Html, html } from '../html.ts';
import { badge } from '../shell.ts';
import { daysUntil, type Tile } from '../tiles.ts';
import { MARKS, type Tone } from '../tone.ts';
import { hostNames } from './host-names.ts';
import type { Verdict } from './numbers.ts';

/** A run that is logged on this machine. */
export interface PastRun {
  readonly run: string;
  readonly verb: Verb | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number | null;
  readonly hosts: number | null;
  /** null: it was cut off, or is still in progress. */
  readonly exitCode: number | null;
}

/** How the fleet fares, in one sentence. */
export function fleetVerdict(tiles: readonly Tile[]): Verdict {
  const all = tiles.length;
  const having = (tone: Tone): number => tiles.filter((one) => one.tone === tone).length;
  const of = (n: number): string =>
    n === all ? `All ${number(all)} hosts` : `${number(n)} of ${number(all)} hosts`;
  if (all === 0) return { text: 'No hosts', tone: 'idle' };
  const [bad, warn, idle] = [having('bad'), having('warn'), having('idle')];
  if (bad > 0) return { text: `${of(bad)} ${bad === 1 ? 'needs' : 'need'} attention`, tone: 'bad' };
  if (warn > 0) return { text: `${of(warn)} should be looked at`, tone: 'warn' };
  if (idle > 0) return { text: `${of(idle)} not looked at`, tone: 'warn' };
  return { text: `${of(all)} up to date and healthy`, tone: 'good' };
}

const number = (n: number): string => n.toLocaleString('en');

/** Hosts by how they fare. Each number shows its tiles. */
export function fleetNumbers(tiles: readonly Tile[]): Html {
  const rows = (
    [
      ['bad', 'need attention'],
      ['warn', 'to look at'],
      ['idle', 'not looked at'],
      ['good', 'fine'],
    ] as const
  ).flatMap(([tone, word]) => {
    const n = tiles.filter((one) => one.tone === tone).length;
    return n === 0 ? [] : [{ tone, word, n }];
  });
  return html`<ul class="numbers">
<li><a href="#tone="><strong>${number(tiles.length)}</strong> ${tiles.length === 1 ? 'host' : 'hosts'}</a></li>
${rows.map(
  ({ tone, word, n }) =>
    html`<li><a href="#tone=${tone}"><strong class="${tone}"><span aria-hidden="true">${MARKS[tone]}</span> ${number(n)}</strong> ${word}</a></li>
`,
)}</ul>`;
}

/** Which versions are installed, the most frequent first. */
export function versionsPart(hosts: readonly NamedHost[]): Html {
  const versions = new Map<string, string[]>();
  for (const [name, { facts }] of hosts) {
    const word = facts
      ? facts.version === null
        ? 'not installed'
        : upstreamVersion(facts.version)
      : 'not known';
    versions.set(word, [...(versions.get(word) ?? []), name]);
  }
  const rows = [...versions].sort((a, b) => b[1].length - a[1].length);
  return html`<div class="wide" tabindex="0" role="group" aria-label="Versions"><table>
<thead><tr><th scope="col">Alloy</th><th scope="col" class="number">Hosts</th><th scope="col" class="number">Share</th><th scope="col">Which</th></tr></thead>
<tbody>${rows.map(
    ([version, names]) =>
      html`<tr><th scope="row">${version}</th><td class="number">${number(names.length)}</td><td class="number">${Math.round((100 * names.length) / hosts.length)}%</td><td class="long">${hostNames(names, `q=${encodeURIComponent(version)}`)}</td></tr>
`,
  )}</tbody></table></div>`;
}

export interface KeyDay {
  /** "2027-08-24" */
  readonly day: string;
  readonly days: number;
  readonly names: string[];
}

/** When the keys that packages are signed with expire, the next first. */
export function keyDays(hosts: readonly NamedHost[], now: number): readonly KeyDay[] {
  const found = new Map<string, KeyDay>();
  for (const [name, { facts }] of hosts) {
    if (facts?.keyExpiresAt == null) continue;
    const day = isoTime(facts.keyExpiresAt).slice(0, 10);
    const known = found.get(day) ?? { day, days: daysUntil(facts.keyExpiresAt, now), names: [] };
    known.names.push(name);
    found.set(day, known);
  }
  return [...found.values()].sort((a, b) => a.days - b.days);
}

export function keysPart(keys: readonly KeyDay[]): Html {
  const tone = (days: number): Tone => (days < 0 ? 'bad' : days <= 90 ? 'warn' : 'good');
  return html`<div class="wide" tabindex="0" role="group" aria-label="Keys"><table>
<thead><tr><th scope="col">Expires on</th><th scope="col">In</th><th scope="col" class="number">Hosts</th><th scope="col">Which</th></tr></thead>
<tbody>${keys.map(
    ({ day, days, names }) =>
      html`<tr><th scope="row"><time datetime="${day}">${day}</time></th><td>${badge(tone(days), days < 0 ? 'expired' : count(days, 'day'))}</td><td class="number">${number(names.length)}</td><td class="long">${hostNames(names, `key=${day}`)}</td></tr>
`,
  )}</tbody></table></div>`;
}

/** The newest runs that are logged where the page was written. */
export const runsPart = (runs: readonly PastRun[]): Html =>
  html`<div class="wide" tabindex="0" role="group" aria-label="Runs"><table>
<thead><tr><th scope="col">Run</th><th scope="col">Verb</th><th scope="col">Started</th><th scope="col" class="number">Hosts</th><th scope="col">Ended</th></tr></thead>
<tbody>${runs.map(({ run, verb, startedAt, hosts, exitCode }) => {
    const started = startedAt === null ? null : isoTime(startedAt);
    return html`<tr><th scope="row"><code>${run}</code></th><td>${verb ?? '?'}</td>
<td>${started !== null && html`<time datetime="${started}">${started.slice(0, 16).replace('T', ' ')} UTC</time>`}</td>
<td class="number">${hosts === null ? '?' : number(hosts)}</td><td>${badge(...endOf(exitCode))}</td></tr>
`;
  })}</tbody></table></div>`;

const endOf = (exitCode: number | null): readonly [Tone, string] =>
  exitCode === null
    ? ['idle', 'not finished']
    : exitCode === 0
      ? ['good', 'done']
      : exitCode === 2
        ? ['warn', 'changes found']
        : exitCode === 130
          ? ['warn', 'interrupted']
          : ['bad', exitCode === 1 ? 'hosts failed' : `exit code ${exitCode}`];
