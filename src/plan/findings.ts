import { LIST_PATH, type Target } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import type { Finding, HostFinding, NoticeFinding } from '../model/finding.ts';
import type { Supplies } from '../model/plan.ts';
import { entriesOf } from '../steps/apt-sources.ts';
import { isInstalled } from '../steps/package.ts';
import { expiryOf, expiryWarning, servingEntry } from '../steps/repository.ts';
import { ROOM } from './blockers.ts';
import { planHost } from './planner.ts';

export interface FindingsInput {
  readonly target: Target;
  readonly facts: Facts;
  readonly supplies: Supplies;
  /** Milliseconds that the host's clock is ahead of ours. */
  readonly aheadMs: number;
  readonly ntp: boolean | null;
  readonly logInput: boolean;
  readonly readOnly: readonly string[];
  readonly unreachable: string | null;
}

/** A clock that is a little wrong makes logs hard to read; one that is very wrong makes apt refuse. */
const CLOCK_NOTE_MS = 30_000;
const CLOCK_TRIP_MS = 3_600_000;

/** Everything about a host that would trip a run, or that is worth knowing before one. */
export function hostFindings(input: FindingsInput): readonly HostFinding[] {
  const host = input.target.host.name;
  return [
    ...ofPlan(input),
    ...ofDpkg(input),
    ...ofDisk(input),
    ...ofMounts(input),
    ...ofRoute(input),
    ...ofClock(input),
    ...ofSudo(input),
    ...ofRepository(input),
    ...ofRuns(input),
  ].map((one) => ({ part: 'host', host, ...one }));
}

type Found = Omit<Finding, 'part' | 'host'> | Omit<NoticeFinding, 'part' | 'host'>;

const found = (
  check: string,
  state: 'note' | 'trip',
  message: string,
  hint: string | null,
): readonly Found[] => [{ check, state, message, hint }];

/** What stands in the way of the plan of this moment; disk and dpkg are looked at below, plan or not. */
function ofPlan({ target, facts, supplies }: FindingsInput): readonly Found[] {
  const { problems } = planHost(target, facts, supplies, { adopt: false, watchS: 0 });
  return problems
    .filter(({ code }) => code !== 'host.disk' && code !== 'host.dpkg')
    .map((notice) => ({
      check: notice.code.replace(/^host\./, ''),
      state: notice.code === 'host.adopt' ? 'note' : 'trip',
      notice,
    }));
}

function ofDpkg({ target, facts }: FindingsInput): readonly Found[] {
  const { broken, lockedBy, journal } = facts.dpkg;
  const finish = `finish it: ssh ${target.host.address} sudo dpkg --configure -a`;
  return [
    ...(broken.length > 0
      ? found(
          'dpkg',
          'trip',
          `dpkg was cut off: ${broken.map(({ name, status }) => `${name} is ${status}`).join(', ')}`,
          finish,
        )
      : []),
    ...(journal && broken.length === 0
      ? found('dpkg', 'note', 'dpkg was cut off, or is at work right now', finish)
      : []),
    ...(lockedBy
      ? found(
          'dpkg',
          'note',
          `${lockedBy.command} holds the lock of dpkg: a run waits for it`,
          null,
        )
      : []),
  ];
}

/** An installed package is replaced only by an upgrade, which may not be asked for. */
function ofDisk({ facts }: FindingsInput): readonly Found[] {
  return Object.entries(ROOM).flatMap(([folder, needed]) => {
    const free = facts.freeBytes[folder];
    if (free === undefined || free >= needed) return [];
    return found(
      'disk',
      isInstalled(facts) ? 'note' : 'trip',
      `${Math.floor(free / (1 << 20))} MB are free in ${folder}, and the package takes ${needed >> 20}`,
      `make room in ${folder}`,
    );
  });
}

const ofMounts = ({ target, readOnly }: FindingsInput): readonly Found[] =>
  readOnly.length === 0
    ? []
    : found(
        'read-only',
        'trip',
        `mounted read-only: ${readOnly.join(', ')}`,
        `see why: ssh ${target.host.address} sudo dmesg; then: sudo mount -o remount,rw ${readOnly[0]}`,
      );

/** Where Alloy is installed, only an upgrade has to get through. */
function ofRoute({ target, facts, unreachable }: FindingsInput): readonly Found[] {
  if (unreachable === null) return [];
  const { url, proxy } = target.desired.repository;
  return found(
    'repository',
    isInstalled(facts) ? 'note' : 'trip',
    `no way from there to ${new URL(proxy ?? url).host}, where packages come from: ${unreachable}`,
    'let it through the firewall, or name a proxy: repository.proxy',
  );
}

function ofClock({ aheadMs, ntp }: FindingsInput): readonly Found[] {
  const apart = Math.abs(aheadMs);
  const seconds = Math.round(apart / 1000);
  return [
    ...(apart >= CLOCK_NOTE_MS
      ? found(
          'clock',
          apart >= CLOCK_TRIP_MS ? 'trip' : 'note',
          `the clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the one here`,
          'set it: sudo timedatectl set-ntp true',
        )
      : []),
    ...(ntp === false
      ? found(
          'ntp',
          'note',
          'no time server keeps the clock',
          'install one: apt-get install systemd-timesyncd',
        )
      : []),
  ];
}

const ofSudo = ({ logInput }: FindingsInput): readonly Found[] =>
  logInput
    ? found(
        'sudo',
        'trip',
        'sudo writes down what it is given (log_input): secrets of a run would be kept in its log',
        'add to /etc/sudoers.d/, for the user that logs in: Defaults:ops !log_input',
      )
    : [];

function ofRepository({ target, facts, supplies }: FindingsInput): readonly Found[] {
  const { repository } = target.desired;
  const serving = servingEntry(repository, facts, supplies.keyrings);
  const keyring = supplies.keyrings.get(serving?.signedBy ?? '');
  const dead = facts.apt.sources
    .flatMap(({ path, text }) => entriesOf(path, text))
    .filter(({ url }) => url === repository.url)
    .find(({ signedBy }) => {
      const ends = expiryOf(supplies.keyrings.get(signedBy), repository.fingerprints);
      return ends !== null && ends <= facts.takenAt;
    });
  const others = facts.apt.sources.filter(
    ({ path, text }) =>
      path !== LIST_PATH && entriesOf(path, text).some(({ url }) => url === repository.url),
  );
  return [
    ...(keyring ? expiryWarning(keyring, repository, facts.takenAt) : []).map(
      (notice): Found => ({ check: 'key', state: 'note', notice }),
    ),
    ...(!serving && dead
      ? found(
          'key',
          'note',
          `the repository's key in ${dead.signedBy} has expired: apt takes nothing from there until an apply has replaced it`,
          'replace it: alloyup apply',
        )
      : []),
    ...(!serving && others.length > 0
      ? found(
          'sources',
          'note',
          `${others.map(({ path }) => path).join(', ')} names the repository and does not serve: an apply replaces it`,
          'see how: alloyup plan',
        )
      : []),
  ];
}

function ofRuns({ facts }: FindingsInput): readonly Found[] {
  const { lockedBy, unfinished } = facts.alloyup;
  return [
    ...(lockedBy
      ? found('run', 'note', `run ${lockedBy.run} of ${lockedBy.who} is at work there`, null)
      : []),
    ...(unfinished !== null && !lockedBy
      ? found(
          'run',
          'note',
          `run ${unfinished} was cut off: the next apply takes it back first`,
          'see what it did, then: alloyup apply',
        )
      : []),
  ];
}
