import { upstreamVersion } from '../model/debian-version.ts';
import { counts, isFailing } from '../model/delivery.ts';
import { count } from '../report/plain.ts';
import type { NamedHost } from './columns.ts';
import { toneOf, wordOf } from './run-data.ts';
import type { Tone } from './tone.ts';

/** A host on the wall. */
export interface Tile {
  readonly name: string;
  readonly tone: Tone;
  /** In a few words: "up to date". */
  readonly word: string;
  /** "1.18.1"; '' where it is not known. */
  readonly version: string;
  /** What somebody should look at, the worst first. */
  readonly notes: readonly (readonly [Tone, string])[];
}

/** A key that expires within so many days has to be looked at. */
const SOON_DAYS = 30;
const DAY_MS = 86_400_000;

const WORST: readonly Tone[] = ['bad', 'warn', 'idle', 'note', 'good'];
const worseOf = (a: Tone, b: Tone): Tone => (WORST.indexOf(a) <= WORST.indexOf(b) ? a : b);

/** @param now milliseconds since the epoch */
export function tileOf([name, host]: NamedHost, now: number): Tile {
  const { outcome, facts, plan } = host;
  const notes: (readonly [Tone, string])[] = [];
  if (facts) {
    const { components, delivery, keyExpiresAt } = facts;
    if (facts.version === null) notes.push(['warn', 'Alloy is not installed']);
    else if (facts.active !== 'active') notes.push(['bad', `service ${facts.active}`]);
    else if (facts.ready !== null && facts.ready !== 200) notes.push(['bad', 'not ready']);
    for (const health of ['unhealthy', 'exited', 'unknown'] as const) {
      const n = components?.[health]?.length ?? 0;
      if (n > 0)
        notes.push([health === 'unknown' ? 'warn' : 'bad', `${count(n, 'component')} ${health}`]);
    }
    const failing = (delivery ?? []).filter(isFailing);
    const lost = failing.filter(counts).length;
    if (lost > 0) notes.push(['bad', `data does not arrive at ${count(lost, 'destination')}`]);
    else if (failing.length > 0) notes.push(['warn', 'data does not arrive, which is tolerated']);
    if (facts.version !== null && facts.running !== null)
      if (upstreamVersion(facts.version) !== upstreamVersion(facts.running))
        notes.push(['warn', `still runs ${upstreamVersion(facts.running)}`]);
    const days = keyExpiresAt === null ? Number.POSITIVE_INFINITY : daysUntil(keyExpiresAt, now);
    if (days < 0) notes.push(['bad', 'the key has expired']);
    else if (days <= SOON_DAYS) notes.push(['warn', `the key expires in ${count(days, 'day')}`]);
  }
  const changes = outcome === 'pending' ? (plan?.changes.length ?? 0) : 0;
  if (changes > 0) notes.push(['warn', count(changes, 'change')]);
  const own = toneOf(outcome);
  const tone = notes.reduce<Tone>((worst, [one]) => worseOf(worst, one), own);
  return {
    name,
    tone,
    word: wordOf(outcome, 'status'),
    version: facts?.version ? upstreamVersion(facts.version) : '',
    notes: notes.sort(([a], [b]) => WORST.indexOf(a) - WORST.indexOf(b)),
  };
}

export const daysUntil = (at: number, now: number): number => Math.floor((at - now) / DAY_MS);
