import type { Written } from '../../../lab/inventory.ts';
import { sleep } from '../../../lab/run.ts';
import { inventory } from '../helpers.ts';
import type { Lab, LabHost } from '../lab-fixture.ts';
import { goOn, heard, here, slowUnpack, unslow } from './moments.ts';
import type { Running, Wanted } from './row.ts';
import { TARGET } from './wanted.ts';

/** A wave of the first host, one of the second, and one of the other two. */
export const WAVES = ['--serial', '1,1,2'] as const;
/** Hosts of a row. */
export const HOSTS = 4;

/** A rollout that a row disturbs. */
export interface Rollout {
  readonly lab: Lab;
  readonly hosts: readonly LabHost[];
  readonly log: string;
  /** Writes an inventory of some of the hosts, by default all; `crashing` get a version that crashes. */
  write(options?: {
    readonly of?: readonly LabHost[];
    readonly wanted?: Wanted;
    readonly crashing?: readonly number[];
    readonly rollout?: Written;
  }): string;
}

/** One line of the table: what happens to a rollout over four hosts when, and what comes of each of them. */
export interface WaveRow {
  readonly fault: string;
  readonly moment: string;
  /** As `Row.start`. */
  readonly start: 'bare' | 'converged';
  /** Hosts whose version crashes after five seconds. */
  readonly crashing?: readonly number[];
  readonly rollout?: Written;
  readonly args?: readonly string[];
  readonly strike?: (rollout: Rollout) => Promise<void>;
  readonly during?: (rollout: Rollout, running: Running) => Promise<void>;
  /** Of each host in order; fewer: the last one is that of the others. Empty: no report was to be had. */
  readonly says: readonly (string | RegExp)[];
  readonly exit: number;
  /** Of each host: b as before, c converged. */
  readonly ends: string;
  /** A text that an event must hold. */
  readonly tells?: RegExp;
  readonly mend?: (rollout: Rollout) => Promise<void>;
}

const FAILED = 'rolled-back (alloy.start)';
const UNTOUCHED = 'skipped (rollout.stopped)';
const watched = ['--watch', '8'] as const;

/** The pause before the second wave, which the row is to use or to end. */
const inThePause = async ({ log }: Rollout): Promise<void> => {
  await heard(log, /"wave\.waiting"/);
};

/** Somebody else applies the target to one host, and stays there until told to go on. */
async function another({ lab, hosts, write }: Rollout) {
  const host = hosts[1]!;
  await slowUnpack(host);
  const running = lab.startAlloyup(['apply', '--yes', '--watch', '1', '-i', write({ of: [host] })]);
  await here(host);
  return async (): Promise<void> => {
    goOn(host);
    const { exitCode, stdout } = await running;
    if (exitCode !== 0) throw new Error(`the other ended ${exitCode}:\n${stdout}`);
  };
}

export const WAVE_ROWS: readonly WaveRow[] = [
  {
    fault: 'the canary fails',
    moment: 'a version that crashes, in the first wave',
    start: 'bare',
    crashing: [0],
    args: watched,
    says: [FAILED, UNTOUCHED],
    exit: 1,
    ends: 'bbbb',
  },
  {
    fault: 'more hosts fail than maxFail allows',
    moment: 'a version that crashes, in the second wave',
    start: 'bare',
    crashing: [1],
    args: watched,
    says: ['changed', FAILED, UNTOUCHED],
    exit: 1,
    ends: 'cbbb',
  },
  {
    fault: 'as many hosts fail as maxFail allows',
    moment: 'a version that crashes, in the second wave',
    start: 'bare',
    crashing: [1],
    args: [...watched, '--max-fail', '1'],
    says: ['changed', FAILED, 'changed'],
    exit: 1,
    ends: 'cbcc',
  },
  {
    fault: 'a host fails with onFail: rollback',
    moment: 'a version that crashes, in the second wave',
    start: 'converged',
    crashing: [1],
    rollout: { onFail: 'rollback' },
    args: watched,
    says: ['rolled-back (rollout.stopped)', FAILED, UNTOUCHED],
    exit: 1,
    ends: 'bbbb',
    tells: /"run\.rolling-back"/,
  },
  {
    fault: 'Ctrl-C once',
    moment: 'between the first wave and the second',
    start: 'bare',
    args: ['--pause', '120'],
    during: async (rollout, { kill }) => {
      await inThePause(rollout);
      kill('SIGINT');
    },
    says: ['changed', 'skipped'],
    exit: 130,
    ends: 'cbbb',
  },
  {
    fault: 'SIGKILL of the controller',
    moment: 'between the first wave and the second',
    start: 'bare',
    args: ['--pause', '120'],
    during: async (rollout, { kill }) => {
      await inThePause(rollout);
      kill('SIGKILL');
    },
    says: [],
    exit: 137,
    ends: 'cbbb',
  },
  {
    fault: 'SIGKILL of the controller',
    moment: 'dpkg unpacks, in the second wave',
    start: 'bare',
    strike: ({ hosts }) => slowUnpack(hosts[1]!),
    during: async ({ hosts }, { kill }) => {
      await here(hosts[1]!);
      kill('SIGKILL');
      goOn(hosts[1]!);
    },
    mend: ({ hosts }) => unslow(hosts[1]!),
    says: [],
    exit: 137,
    ends: 'ccbb',
  },
  {
    fault: 'the link is down for 10 s',
    moment: 'dpkg unpacks, in the second wave',
    start: 'bare',
    strike: ({ hosts }) => slowUnpack(hosts[1]!),
    during: async ({ hosts }) => {
      await here(hosts[1]!);
      await hosts[1]!.setLink('down');
      await sleep(10_000);
      await hosts[1]!.setLink('up');
      goOn(hosts[1]!);
    },
    mend: ({ hosts }) => unslow(hosts[1]!),
    says: ['changed'],
    exit: 0,
    ends: 'cccc',
  },
  {
    fault: 'a host refuses connections',
    moment: 'from the pause before its wave on',
    start: 'bare',
    args: ['--pause', '5'],
    during: async (rollout) => {
      await inThePause(rollout);
      const host = rollout.hosts[1]!;
      await host.root('systemctl stop ssh.socket ssh; true');
      host.dropSessions();
    },
    mend: async ({ hosts }) => {
      await hosts[1]!.root('systemctl start ssh');
    },
    says: ['changed', 'unreachable (ssh.unreachable)', UNTOUCHED],
    exit: 1,
    ends: 'cbbb',
  },
  {
    fault: 'somebody edits the environment file',
    moment: 'in the pause before the wave of its host',
    start: 'converged',
    args: ['--pause', '5'],
    during: async (rollout) => {
      await inThePause(rollout);
      await rollout.hosts[1]!.root('echo "# by hand" >>/etc/default/alloy');
    },
    says: ['changed'],
    exit: 0,
    ends: 'cccc',
    // the plan of that host was stale, and was made anew
    tells: /"run\.replanned"/,
  },
  {
    fault: 'another run holds the lock of a host',
    moment: 'in the second wave, with --lock-timeout 1',
    start: 'bare',
    args: ['--pause', '40', '--lock-timeout', '1'],
    during: async (rollout, { done }) => {
      await inThePause(rollout);
      const end = await another(rollout);
      await done;
      await end();
      await unslow(rollout.hosts[1]!);
    },
    says: ['changed', 'locked (apply.locked)', UNTOUCHED],
    exit: 1,
    ends: 'ccbb',
  },
];

/** The inventories of a row. */
export const rolloutOf = (lab: Lab, hosts: readonly LabHost[], log: string): Rollout => ({
  lab,
  hosts,
  log,
  write({ of = hosts, wanted = TARGET, crashing = [], rollout } = {}) {
    return inventory(lab, of, wanted.config!, {
      file: `waves-${of.length}.yaml`,
      ...(wanted.alloy ? { alloy: wanted.alloy } : {}),
      ...(rollout ? { defaults: { rollout } } : {}),
      perHost: Object.fromEntries(
        crashing.map((i) => [hosts[i]!.name, { alloy: { version: '1.17.90' } }]),
      ),
    });
  },
});
