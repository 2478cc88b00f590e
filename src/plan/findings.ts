import { LIST_PATH, type Target } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import type { NoticeFinding } from '../model/finding.ts';
import type { Supplies } from '../model/plan.ts';
import type { Notice } from '../model/problem.ts';
import { dpkgBroken, isInstalled, noRoom, tmpFull } from '../steps/package.ts';
import { entriesFor, expiryOf, expiryWarning, servingKeyring } from '../steps/repository.ts';
import { noInodes } from './places.ts';
import { planHost } from './planner.ts';
import { isUnreadable } from './unreadable.ts';

export interface FindingsInput {
  readonly target: Target;
  readonly facts: Facts;
  readonly supplies: Supplies;
  /** Milliseconds that the host's clock is ahead of ours. */
  readonly aheadMs: number;
  readonly ntp: boolean | null;
  readonly logInput: boolean;
  readonly unreachable: string | null;
}

/** A clock that is a little wrong makes logs hard to read; one that is very wrong makes apt refuse. */
const CLOCK_NOTE_MS = 30_000;
const CLOCK_TRIP_MS = 3_600_000;

/** Everything on a host that would trip a run, or is worth knowing before one. */
export function hostFindings(input: FindingsInput): readonly NoticeFinding[] {
  const host = input.target.host.name;
  return [
    ...planFindings(input),
    ...dpkgFindings(input),
    ...diskFindings(input),
    ...routeFindings(input),
    ...clockFindings(input),
    ...sudoFindings(input),
    ...repositoryFindings(input),
    ...runFindings(input),
  ].map(([state, check, notice]) => ({
    part: 'host',
    host,
    check,
    state,
    notice: { ...notice, host },
  }));
}

type Found = readonly [state: 'note' | 'trip', check: string, notice: Notice];

/** What prevents the plan of this moment, and what Alloy would not read after it. Disk and dpkg are checked below, whether or not there is a plan. */
function planFindings({ target, facts, supplies }: FindingsInput): readonly Found[] {
  const plan = planHost(target, facts, supplies, { adopt: false, watchS: 0 });
  const problems = plan.problems
    .filter(({ code }) => code !== 'host.disk' && code !== 'host.dpkg')
    .map(
      (one): Found => [
        one.code === 'host.adopt' ? 'note' : 'trip',
        one.code.replace(/^host\./, ''),
        one,
      ],
    );
  // Alloy runs without what it cannot read, but not as somebody meant it to
  const unread = plan.warnings
    .filter(({ code }) => READING.has(code))
    .map((one): Found => [isUnreadable(one) ? 'trip' : 'note', 'reading', one]);
  return [...problems, ...unread];
}

const READING: ReadonlySet<string> = new Set(['read.denied', 'read.missing', 'access.absent']);

function dpkgFindings({ target, facts }: FindingsInput): readonly Found[] {
  const host = target.host.name;
  const { lockedBy, journal } = facts.dpkg;
  const found: Found[] = dpkgBroken({ host, facts }).map((one) => ['trip', 'dpkg', one]);
  if (journal && found.length === 0)
    found.push(['note', 'dpkg', { code: 'host.dpkg', params: { reason: 'interrupted' } }]);
  if (lockedBy) {
    const params = { reason: 'held', ...lockedBy } as const;
    found.push(['note', 'dpkg', { code: 'host.dpkg-lock', params }]);
  }
  return found;
}

/** An installed package needs room only for an upgrade, which nobody may have asked for. */
function diskFindings({ target, facts }: FindingsInput): readonly Found[] {
  const state = isInstalled(facts) ? 'note' : 'trip';
  const host = target.host.name;
  const inodes = noInodes({ host, facts });
  const fixed: readonly Found[] =
    facts.fixed.length === 0
      ? []
      : [
          [
            'trip',
            'read-only',
            { code: 'host.disk', params: { reason: 'read-only', paths: facts.fixed } },
          ],
        ];
  return [
    ...[...noRoom({ host, facts }), ...tmpFull({ host, facts })].map(
      (one): Found => [state, 'disk', one],
    ),
    ...inodes.map((one): Found => ['trip', 'disk', one]),
    ...fixed,
  ];
}

/** Where Alloy is installed, only an upgrade has to get through. */
function routeFindings({ target, facts, unreachable }: FindingsInput): readonly Found[] {
  if (unreachable === null) return [];
  const { url, proxy } = target.desired.repository;
  const params = {
    reason: 'no-route',
    address: new URL(proxy ?? url).host,
    said: unreachable,
  } as const;
  const state = isInstalled(facts) ? 'note' : 'trip';
  return [[state, 'repository', { code: 'repository.no-route', params }]];
}

function clockFindings({ aheadMs, ntp }: FindingsInput): readonly Found[] {
  const found: Found[] = [];
  const apart = Math.abs(aheadMs);
  if (apart >= CLOCK_NOTE_MS) {
    const state = apart >= CLOCK_TRIP_MS ? 'trip' : 'note';
    const params = { reason: 'off', aheadS: Math.round(aheadMs / 1000) } as const;
    found.push([state, 'clock', { code: 'host.clock', params }]);
  }
  if (ntp === false)
    found.push(['note', 'ntp', { code: 'host.clock', params: { reason: 'no-time-server' } }]);
  return found;
}

const sudoFindings = ({ logInput }: FindingsInput): readonly Found[] =>
  logInput ? [['trip', 'sudo', { code: 'sudo.log-input', params: { reason: 'enabled' } }]] : [];

function repositoryFindings({ target, facts, supplies }: FindingsInput): readonly Found[] {
  const { repository } = target.desired;
  const keyring = servingKeyring(repository, facts, supplies.keyrings);
  const entries = entriesFor(repository, facts);
  const expired = entries.find(({ signedBy }) => {
    const ends = expiryOf(supplies.keyrings.get(signedBy), repository.fingerprints);
    return ends !== null && ends <= facts.takenAt;
  });
  const others = [...new Set(entries.map(({ path }) => path))].filter((path) => path !== LIST_PATH);
  const soon = keyring ? expiryWarning(keyring, repository, facts.takenAt) : [];
  const found: Found[] = soon.map((one) => ['note', 'key', one]);
  if (!keyring && expired) {
    const params = { reason: 'on-host', path: expired.signedBy } as const;
    found.push(['note', 'key', { code: 'key.expired', params }]);
  }
  if (!keyring && others.length > 0) {
    const params = { reason: 'not-serving', paths: others } as const;
    found.push(['note', 'sources', { code: 'repository.sources', params }]);
  }
  return found;
}

function runFindings({ facts }: FindingsInput): readonly Found[] {
  const { lockedBy, unfinished } = facts.alloyup;
  if (lockedBy) {
    const params = { reason: 'locked', run: lockedBy.run, who: lockedBy.who } as const;
    return [['note', 'run', { code: 'run.in-progress', params }]];
  }
  if (unfinished === null) return [];
  const params = { reason: 'cut-off', run: unfinished } as const;
  return [['note', 'run', { code: 'run.unfinished', params }]];
}
