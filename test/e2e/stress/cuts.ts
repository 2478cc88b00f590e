import { chmodSync, copyFileSync } from 'node:fs';
import { holdDpkgLock } from '../../../lab/faults.ts';
import { sleep, until } from '../../../lab/run.ts';
import { pipeline } from '../helpers.ts';
import type { LabHost } from '../lab-fixture.ts';
import {
  etcOfItsOwn,
  goOn,
  heard,
  here,
  little,
  readOnly,
  SCRIPT,
  slay,
  slowCheck,
  slowConfigure,
  slowReload,
  slowRestart,
  slowUnpack,
  unmount,
  unslow,
} from './moments.ts';
import type { Row, Scene, Wanted } from './row.ts';
import { EARLIER, TARGET } from './wanted.ts';

const MOMENTS = {
  unpack: { words: 'dpkg unpacks an upgrade', slow: slowUnpack },
  configure: { words: 'dpkg configures an upgrade', slow: slowConfigure },
  restart: { words: 'all is written, before the restart', slow: slowRestart },
  reload: { words: 'all is written, before the reload', slow: slowReload },
} as const;

type Moment = keyof typeof MOMENTS;

/** Rows of one fault at several moments of a converged host's run. */
const at = (
  moments: readonly Moment[],
  row: Omit<Row, 'moment' | 'start'> & { readonly during: NonNullable<Row['during']> },
): readonly Row[] =>
  moments.map((moment) => ({
    ...row,
    moment: MOMENTS[moment].words,
    // a configuration alone: nothing is installed, the service is reloaded
    start:
      moment === 'reload'
        ? (scene: Scene) => scene.settle({ ...TARGET, config: pipeline() })
        : 'converged',
    strike: async (scene) => {
      await row.strike?.(scene);
      await MOMENTS[moment].slow(scene.host);
    },
    during: async (scene, running) => {
      await here(scene.host);
      await row.during(scene, running);
      goOn(scene.host);
    },
    mend: async (scene) => {
      await unslow(scene.host);
      await row.mend?.(scene);
    },
  }));

const unitOf =
  "$(systemctl list-units --plain --no-legend 'alloyup-*.service' | awk '{print $1}' | grep -v -e guard -e undo)";

const TAKEN_BACK = { says: 'rolled-back (apply.failed)', exit: 1, ends: 'before' } as const;
const GOES_ON = { says: 'changed', exit: 0, ends: 'converged' } as const;
/**
 * systemd asks first, and apt may come to its end before it is killed. A run that is over, and is ended
 * before it could say so, is not known to whoever waited for it.
 */
const EITHER = {
  says: /^(changed|rolled-back \(apply\.failed\)|unknown \(apply\.unknown\))$/,
  exit: /^[01]$/,
  ends: 'either',
} as const;
const ALONE = { says: '-', exit: 137, ends: 'converged' } as const;

const REQUIRING: Wanted = { defaults: { rollout: { delivery: 'require' } } };
/** What the counters of the stand-in say of the data that it sends. */
const delivers = (host: LabHost, how: string): void =>
  host.write('/var/lib/alloy-stand-in/faults', `delivers ${how}\n`);

const LOGS = '/var/log/app';
/** Logs that root alone reads, which the run opens. */
const OPENING = { readable: [LOGS] } as const satisfies Wanted;
const closedLogs: Row['start'] = async ({ host, settle }) => {
  await settle(EARLIER);
  await host.root(`install -d -m 0700 ${LOGS} && echo first >${LOGS}/a.log`);
};
/** What the package acl brings. */
const aclTools = (host: LabHost): void => {
  for (const tool of ['setfacl', 'getfacl']) {
    copyFileSync(`/usr/bin/${tool}`, host.path(`/usr/bin/${tool}`));
    chmodSync(host.path(`/usr/bin/${tool}`), 0o755);
  }
};
/** @throws Error where an ACL is left */
const noAcls = async (host: LabHost): Promise<void> => {
  const { stdout } = await host.root(`getfacl -R -P -p -s ${LOGS}`);
  if (stdout !== '') throw new Error(`ACLs are left:\n${stdout}`);
};

export const CUTS: readonly Row[] = [
  ...at(['unpack', 'configure', 'restart', 'reload'], {
    fault: "SIGKILL of the run's script",
    ...TAKEN_BACK,
    during: async ({ host }) => {
      await slay(host, SCRIPT);
    },
  }),
  {
    fault: "SIGKILL of the run's script",
    moment: 'dpkg unpacks a first install',
    start: 'bare',
    ...TAKEN_BACK,
    strike: ({ host }) => slowUnpack(host),
    during: async ({ host }) => {
      await here(host);
      await slay(host, SCRIPT);
      goOn(host);
    },
    mend: ({ host }) => unslow(host),
  },
  {
    fault: "SIGKILL of the run's script",
    moment: 'dpkg configures a first install',
    start: 'bare',
    ...TAKEN_BACK,
    strike: ({ host }) => slowConfigure(host),
    during: async ({ host }) => {
      await here(host);
      await slay(host, SCRIPT);
      goOn(host);
    },
    mend: ({ host }) => unslow(host),
  },
  ...at(['unpack', 'restart'], {
    fault: 'SIGKILL of every process of the run',
    ...TAKEN_BACK,
    during: async ({ host }) => {
      await host.root(`systemctl kill -s KILL ${unitOf}`);
    },
  }),
  ...at(['unpack', 'restart'], {
    fault: "systemctl stop of the run's unit",
    ...TAKEN_BACK,
    during: async ({ host }) => {
      await host.root(`unit=${unitOf}; [ -n "$unit" ] && { systemctl stop "$unit" || true; }`);
    },
  }),
  ...at(['unpack', 'configure', 'restart'], {
    fault: 'SIGKILL of the controller',
    ...ALONE,
    during: async (_, running) => {
      running.kill('SIGKILL');
    },
  }),
  ...at(['unpack'], {
    fault: 'SIGKILL of the controller and of the script',
    ...ALONE,
    ends: 'before',
    during: async ({ host }, running) => {
      running.kill('SIGKILL');
      await slay(host, SCRIPT);
    },
  }),
  ...at(['unpack', 'restart'], {
    fault: "SIGKILL of sshd's session",
    ...GOES_ON,
    tells: /host\.reconnecting/,
    during: dropSessions,
  }),
  ...at(['unpack', 'restart'], {
    fault: 'the link is down for 10 s',
    ...GOES_ON,
    during: async ({ host }) => {
      await host.linkDown(10);
    },
  }),
  ...at(['unpack', 'restart', 'reload'], {
    fault: 'the power fails',
    ...TAKEN_BACK,
    during: async ({ host }) => {
      await host.powerCut();
    },
  }),
  {
    fault: 'the power fails',
    moment: 'dpkg unpacks a first install',
    start: 'bare',
    ...TAKEN_BACK,
    strike: ({ host }) => slowUnpack(host),
    during: async ({ host }) => {
      await here(host);
      await host.powerCut();
    },
    mend: ({ host }) => unslow(host),
  },
  ...at(['unpack', 'restart'], {
    fault: 'an orderly reboot',
    ...EITHER,
    during: reboot,
  }),
  ...at(['restart'], {
    fault: 'the power fails, and the controller was killed before',
    ...ALONE,
    ends: 'before',
    during: async ({ host }, running) => {
      running.kill('SIGKILL');
      await host.powerCut();
    },
  }),
  ...at(['unpack'], {
    fault: 'Ctrl-C once',
    says: 'changed',
    exit: 130,
    ends: 'converged',
    during: async (_, running) => {
      running.kill('SIGINT');
    },
  }),
  ...at(['unpack'], {
    fault: 'Ctrl-C twice',
    says: 'unknown (apply.unknown)',
    exit: 130,
    ends: 'converged',
    during: async ({ log }, running) => {
      running.kill('SIGINT');
      await heard(log, /run\.interrupted/);
      // two in a row are taken for one that a wrapper passed on
      await sleep(600);
      running.kill('SIGINT');
      await heard(log, /"again":true/);
    },
  }),
  ...at(['unpack'], {
    fault: 'a second controller, which waits',
    ...GOES_ON,
    during: (scene) => second(scene, [], 0, 'unchanged'),
  }),
  ...at(['unpack'], {
    fault: 'a second controller with --lock-timeout 1',
    ...GOES_ON,
    during: (scene) => second(scene, ['--lock-timeout', '1'], 1, 'locked'),
  }),
  {
    fault: 'setfacl is missing where logs are to be opened',
    moment: 'from the start',
    start: closedLogs,
    wanted: OPENING,
    says: 'failed (host.acl)',
    exit: 1,
    ends: 'before',
  },
  {
    fault: 'the script is killed after it has opened logs by ACLs',
    moment: 'all is written, before the restart',
    start: closedLogs,
    wanted: OPENING,
    ...TAKEN_BACK,
    strike: async ({ host }) => {
      aclTools(host);
      await slowRestart(host);
    },
    during: async ({ host }) => {
      await here(host);
      await slay(host, SCRIPT);
      goOn(host);
    },
    mend: async ({ host }) => {
      await unslow(host);
      await noAcls(host);
    },
  },
  {
    fault: 'data is refused where delivery is required',
    moment: 'after the restart',
    start: 'converged',
    wanted: REQUIRING,
    says: 'rolled-back (alloy.delivery)',
    exit: 1,
    ends: 'before',
    tells: /for data to arrive/,
    strike: ({ host }) => delivers(host, 'rejected'),
    mend: ({ host }) => delivers(host, 'ok'),
  },
  {
    fault: 'the controller is killed',
    moment: 'the host waits to be told that its data arrives',
    start: 'converged',
    wanted: REQUIRING,
    ...ALONE,
    // it is told nothing, so it goes back
    ends: 'before',
    strike: ({ host }) => delivers(host, 'retrying'),
    during: async ({ log }, running) => {
      await heard(log, /for data to arrive/);
      running.kill('SIGKILL');
    },
    mend: ({ host }) => delivers(host, 'ok'),
  },
  {
    fault: 'two controllers in the same second',
    moment: 'from the start',
    start: 'bare',
    ...GOES_ON,
    // whoever comes first does the work; the other waits or finds that its plan is stale
    says: /^(changed|unchanged|stale \(apply\.stale\))$/,
    exit: /^[01]$/,
    during: async (scene, running) => {
      const other = await scene.lab.alloyup([
        'apply',
        '--yes',
        '--watch',
        '1',
        '-i',
        scene.write(),
      ]);
      await running.done;
      if (!/ (unchanged|stale|changed) /i.test(other.stdout))
        throw new Error(`the other said:\n${other.stdout}`);
    },
  },
  {
    fault: 'somebody edits the environment file',
    moment: 'between plan and apply',
    start: 'converged',
    // the plan is stale, and made anew
    ...GOES_ON,
    strike: ({ host }) => slowCheck(host),
    during: async ({ host }) => {
      await here(host);
      await host.root('echo "# by hand" >>/etc/default/alloy');
      goOn(host);
    },
    mend: ({ host }) => unslow(host),
  },
  {
    fault: 'somebody restarts the service',
    moment: 'between plan and apply',
    start: (scene) => scene.settle({ ...TARGET, config: pipeline() }),
    ...GOES_ON,
    strike: ({ host }) => slowCheck(host),
    during: async ({ host }) => {
      await here(host);
      await host.root('systemctl restart alloy');
      await until('alloy is not ready', 20, async () =>
        (await host.http('/-/ready'))?.status === 200 ? true : undefined,
      );
      goOn(host);
    },
    mend: ({ host }) => unslow(host),
  },
  {
    fault: "another holds dpkg's lock for a while",
    moment: 'before the package step',
    start: 'converged',
    ...GOES_ON,
    tells: /for the dpkg lock of perl \(pid \d+\)/,
    strike: ({ host }) => holdDpkgLock(host, 300),
    during: async ({ host, log }) => {
      await heard(log, /for the dpkg lock of/);
      await host.root('systemctl stop lab-holds-dpkg');
    },
  },
  {
    fault: '64 KB free in /var/lib/alloyup',
    moment: 'from the start',
    start: 'converged',
    says: 'failed (host.disk)',
    exit: 1,
    ends: 'before',
    strike: ({ host }) => little(host, 64),
    mend: ({ host }) => unmount(host, '/var/lib/alloyup'),
  },
  {
    fault: '512 KB free in /var/lib/alloyup',
    moment: 'when the old package is kept',
    start: 'converged',
    ...TAKEN_BACK,
    strike: ({ host }) => little(host, 512),
    mend: ({ host }) => unmount(host, '/var/lib/alloyup'),
  },
  {
    fault: 'no room in /etc',
    moment: 'from the start',
    start: 'converged',
    says: 'failed (host.disk)',
    exit: 1,
    ends: 'before',
    strike: async ({ host }) => {
      await etcOfItsOwn(host);
      await host.root('head -c 64M /dev/zero >/etc/filler 2>/dev/null; true');
    },
    except: /^\/etc\/filler$/,
    mend: ({ host }) => unmount(host, '/etc'),
  },
  {
    fault: 'no room in /etc',
    moment: 'when dpkg unpacks',
    start: 'converged',
    ...TAKEN_BACK,
    strike: async ({ host }) => {
      await etcOfItsOwn(host);
      await slowUnpack(host);
    },
    during: async ({ host }) => {
      await here(host);
      await host.root('head -c 64M /dev/zero >/etc/filler 2>/dev/null; true');
      goOn(host);
    },
    except: /^\/etc\/filler$/,
    mend: async ({ host }) => {
      await unslow(host);
      await unmount(host, '/etc');
    },
  },
  {
    fault: '/etc is read-only',
    moment: 'from the start',
    start: 'converged',
    says: 'failed (host.disk)',
    exit: 1,
    ends: 'before',
    strike: ({ host }) => readOnly(host, '/etc'),
    mend: ({ host }) => unmount(host, '/etc'),
  },
  {
    fault: '/usr is read-only',
    moment: 'from the start',
    start: 'converged',
    says: 'failed (host.disk)',
    exit: 1,
    ends: 'before',
    strike: ({ host }) => readOnly(host, '/usr'),
    mend: ({ host }) => unmount(host, '/usr'),
  },
  {
    fault: '/usr is read-only',
    moment: 'of a bare host, from the start',
    start: 'bare',
    says: 'failed (host.disk)',
    exit: 1,
    ends: 'before',
    strike: ({ host }) => readOnly(host, '/usr'),
    mend: ({ host }) => unmount(host, '/usr'),
  },
  {
    fault: 'no way from the host to the repository',
    moment: 'from the start',
    start: 'bare',
    ...TAKEN_BACK,
    strike: async ({ host }) => {
      await host.root("sed -i 's/^[0-9.]* apt.grafana.com/127.0.0.9 apt.grafana.com/' /etc/hosts");
    },
    mend: ({ host, lab }) =>
      host
        .root(
          `sed -i 's/^127.0.0.9 apt.grafana.com/${lab.state.network}.1 apt.grafana.com/' /etc/hosts`,
        )
        .then(() => undefined),
  },
];

/** Between write and reload, for what CUTS has between write and restart. */
export const RELOAD_CUTS: readonly Row[] = [
  ...at(['reload'], {
    fault: 'SIGKILL of the controller',
    ...ALONE,
    during: async (_, running) => {
      running.kill('SIGKILL');
    },
  }),
  ...at(['reload'], {
    fault: "SIGKILL of sshd's session",
    ...GOES_ON,
    tells: /host\.reconnecting/,
    during: dropSessions,
  }),
  ...at(['reload'], {
    fault: 'the link is down for 10 s',
    ...GOES_ON,
    during: ({ host }) => host.linkDown(10),
  }),
  ...at(['reload'], { fault: 'an orderly reboot', ...EITHER, during: reboot }),
];

/** Those that a host must survive on every suite: a process, a session, a link or the power is gone. */
export const HARD_CUTS: readonly Row[] = [
  ...CUTS.filter(({ fault }) => /SIGKILL|link|power|reboot/.test(fault)),
  ...RELOAD_CUTS,
];

async function dropSessions({ host }: Scene): Promise<void> {
  if (host.dropSessions() === 0) throw new Error('sshd had no session');
}

async function reboot({ host }: Scene): Promise<void> {
  const down = host.reboot();
  await sleep(1000);
  try {
    goOn(host);
  } catch {
    // it is down already
  }
  await down;
}

async function second(
  scene: Scene,
  args: readonly string[],
  exit: number,
  word: string,
): Promise<void> {
  const { lab, host } = scene;
  const log = `${lab.home}/${host.name}-second.ndjson`;
  const file = `${lab.home}/${host.name}.yaml`;
  const running = lab.alloyup([
    ...['apply', '--yes', '--watch', '1', '-i', file, ...args, '--output', 'json', '--log', log],
  ]);
  await heard(log, /host\.waiting.*"for run /);
  if (args.length === 0) goOn(host);
  const other = await running;
  const outcome = JSON.parse(other.stdout).hosts[host.name].outcome;
  if (other.exitCode !== exit || outcome !== word)
    throw new Error(`the second ended ${other.exitCode}, ${outcome}: ${other.stdout}`);
}
