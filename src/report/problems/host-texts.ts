import { ENVIRONMENT_PATH } from '../../model/desired.ts';
import type {
  AlloyProblems,
  ApplyProblems,
  HostProblems,
} from '../../model/problems/host-problems.ts';
import { table } from '../../model/table.ts';
import { undeliveredAdvice, undeliveredText } from '../delivery-text.ts';
import { count, present, someNames } from '../plain.ts';
import { askers, type Text, type Texts, text } from './texts.ts';

const REMOVE = 'Remove it from the inventory';
const NO_LINKS = 'Replace it with a regular file, or move it away: alloyup does not follow links';
const LOOK_THERE = 'Look at that path on the host, then run again';
const readBy = (paths: readonly string[], host: string): string =>
  paths.length > 0
    ? `Remove the EnvironmentFile from ${paths.join(', ')}, and set the variables in alloy.environment`
    : `See where its EnvironmentFile comes from: ssh ${host} systemctl cat alloy`;
const finishDpkg = (host: string): string =>
  `Finish it first: ssh ${host} sudo dpkg --configure -a`;

const PARTS = {
  dpkg: "dpkg's state",
  account: '/etc/passwd and /etc/group',
  apt: "apt's sources",
  own: "alloyup's own state",
  unit: 'the state of alloy.service',
  packages: "the repository's index",
} as const;

type Stopped = Extract<ApplyProblems['rollout.stopped'], { readonly failed: number }>;

const ofGroup = ({ group }: Stopped): string => (group === '' ? '' : ` of ${group}`);

const failures = ({ failed, allowed }: Stopped): string =>
  `${count(failed, 'host')} failed (maxFail: ${allowed})`;

const faultText = ([who, what, whom]: readonly [string, string, string]): string => {
  if (what === 'double') return `${who} share the name ${whom}`;
  return what === 'gone' ? `${who} does not answer as a member` : `${who} does not see ${whom}`;
};

const WRONG_KINDS = table<string>({
  symlink: 'a symbolic link',
  directory: 'a directory',
});

export const hostTexts: Texts<HostProblems> = {
  'host.unsupported': {
    system: ({ name }) => text`the host runs ${name}
      ${REMOVE}: alloyup supports Debian and Ubuntu`,
    'too-old': ({ name, oldest }) => text`the host runs ${name}, and Alloy needs ${oldest} or newer
      Upgrade the host, or remove it from the inventory`,
    architecture: ({ arch, supported }) => text`there is no package of Alloy for ${arch}
      ${REMOVE}: packages are built for ${supported.join(', ')}`,
    'no-systemd': text`the host does not run systemd
      ${REMOVE}: the package only brings a systemd unit`,
    'missing-tools': ({ tools }) => text`the host lacks ${tools.join(', ')}
      Install them: apt-get install --reinstall util-linux coreutils passwd`,
    'no-group': ({ groups, by }) => text`the host has no group ${groups.join(', ')}
      ${by.length > 0 ? `Do without ${askers(by)}` : 'Remove it from alloy.memberOf'}, or install what creates the group first`,
  },
  'host.probe': {
    'no-facts': ({ exit }, host) => text`the host did not report its facts (exit ${exit})
      Try it by hand: ssh ${host} sudo perl -v`,
    nonsense: text`the facts that the host reported make no sense
      Run again with -v; if it happens again, report it as a bug`,
    flooded: ({ limitMb }, host) => text`
      the host sent more than ${limitMb} MB and no answer, and was hung up on
      See what its login prints: ssh ${host} true`,
    'too-large': ({ limitMb }, host) => text`
      the facts that the host reported are larger than ${limitMb} MB
      Look for what makes them so large, such as thousands of Alloy's components: alloyup doctor ${host}`,
    unreadable: ({ part, why }, host) =>
      why === 'deadline'
        ? text`${PARTS[part]} cannot be read: no answer in time
            The host is too busy, or stuck there. Look at it (ssh ${host}), then run again`
        : text`${PARTS[part]} cannot be read: ${why}
            Look at the host (ssh ${host}), then run again`,
  },
  'host.dpkg': {
    broken: ({ packages }, host) => text`
      dpkg was interrupted: ${packages.map(({ name, status }) => `${name} is ${status}`).join(', ')}
      ${finishDpkg(host)}`,
    interrupted: (_, host) => text`dpkg was interrupted, or is running right now
      ${finishDpkg(host)}`,
  },
  'host.disk': {
    'no-room': ({ directory, freeMb, neededMb }, host) => text`
      ${freeMb} MB are free in ${directory}, and the package needs ${neededMb}
      Free up space in ${directory}: ssh ${host} df -h shows what is full`,
    'tmp-full': ({ freeMb, neededMb }, host) => text`
      ${freeMb} MB are free in /tmp, and apt needs ${neededMb}: it would call the repository unsigned
      Free up space in /tmp: ssh ${host} sudo du -xh --max-depth=1 /tmp`,
    'not-writable': ({ directory, said }) => text`${directory} cannot be written: ${said}
      Free up space there, or make it writable, then run again`,
    'no-inodes': ({ directory, free, needed }, host) => text`
      ${free} inodes are free in ${directory}, and a run needs ${needed}
      Delete files that nobody needs: ssh ${host} df -i shows where they are used up`,
    'read-only': ({ paths }, host) => text`not even root can write to ${paths.join(', ')}
      See what is immutable (lsattr -d) or mounted read-only (findmnt -T), and change that: ssh ${host}`,
  },
  'host.acl': {
    'no-tools': ({ paths }, host) => text`
      the host has no setfacl to let alloy read ${paths.join(', ')} (config.readable)
      Install the package acl, then run again: ssh ${host} sudo apt-get install acl`,
    unsupported: ({ path }) => text`the file system of ${path} takes no ACLs
      Remove it from config.readable, and add alloy to a group that may read it: alloy.memberOf`,
    'too-large': ({ path, most }) => text`
      ${path} holds more than ${most} files and directories, or is too deep, for config.readable
      Name the directories in it that Alloy reads`,
    unknown: ({ path, said }, host) => text`the ACLs of ${path} cannot be read: ${said}
      Look at them with sudo getfacl, then run again: ssh ${host}`,
  },
  'host.port': {
    taken: ({ owner, address, port }) => text`${owner} already listens on ${address}:${port}
      Stop ${owner}, or set alloy.listen to another port`,
  },
  'host.file': {
    kind: ({ path, kind }) => text`${path} is ${WRONG_KINDS[kind] ?? 'not a regular file'}
      ${NO_LINKS}`,
    symlink: ({ path }) => text`${path} is a symbolic link
      ${NO_LINKS}`,
    'not-a-file': ({ path }) => text`${path} is not a regular file
      ${NO_LINKS}`,
    'not-a-directory': ({ path }) => text`${path} is not a directory
      Move it away on the host: alloyup keeps its state there`,
    'not-for-sh': ({ path, line }) => text`sh cannot read ${path}${line ? `, line ${line}` : ''}
      Fix its quoting: the package's maintainer scripts read this file with sh`,
    'no-staging': ({ path }) => text`
      the directory of ${path} is a mount, and not only root can write there
      Mount it elsewhere: a file cannot be replaced safely there`,
    'not-movable': ({ path, said }) => text`${path} cannot be moved aside: ${said}
      ${LOOK_THERE}`,
    'no-package': text`the package alloy is not installed
      Leave out --from: alloyup init installs it`,
    'not-text': ({ path }) => text`${path} cannot be read as text
      Put the configuration there as one regular file`,
  },
  'host.unit': {
    masked: (_, host) => text`alloy.service is masked, so somebody wants it never to run
      Ask them, then unmask it: ssh ${host} sudo systemctl unmask alloy`,
    shadowed: ({ path }, host) => text`${path} overrides the unit of the package
      Move what it adds into a drop-in, then remove it: ssh ${host} sudo systemctl revert alloy`,
    'other-command': ({ command, paths }, host) => text`
      the unit does not start Alloy with the configuration and arguments of the inventory: ${command}
      ${
        paths.length > 0
          ? `Use $CUSTOM_ARGS and $CONFIG_FILE in its ExecStart, or remove it: ${paths.join(', ')}`
          : `See where its ExecStart comes from: ssh ${host} systemctl cat alloy`
      }`,
    'other-process': ({ command }, host) => text`
      Alloy runs with other arguments than the inventory says: ${command}
      Look for an EnvironmentFile or Environment that sets them: ssh ${host} systemctl cat alloy`,
    'environment-file': ({ path, sets, paths }, host) => text`
      Alloy starts with ${sets.join(' and ')} from ${path}, not from ${ENVIRONMENT_PATH}
      ${readBy(paths, host)}`,
    'no-environment': ({ paths }, host) => text`the unit does not read ${ENVIRONMENT_PATH}
      ${readBy(paths, host)}`,
    overridden: ({ settings, paths }, host) => {
      const found = settings.map((one) => `${one.name} is ${one.found} instead of ${one.wanted}`);
      return text`alloy.service of the inventory is not in effect: ${found.join(', ')}
        ${
          paths.length > 0
            ? `Remove the setting there or in the inventory: ${paths.join(', ')}`
            : `See where it is set: ssh ${host} systemctl cat alloy`
        }`;
    },
  },
  'host.adopt': {
    foreign: ({ files }) => {
      const names = files.map(({ path, loses }) =>
        loses.length > 0 ? `${path} (which would lose its ${loses.join(', ')})` : path,
      );
      return text`not written by alloyup: ${names.join('; ')}
        Review the diff in the plan, then take it over with --adopt (a backup is kept on the host)`;
    },
  },
};

const WAIT = 'Wait for the other run, or wait longer: --lock-timeout 600';
const changed = (what: string): Text => text`the host changed after it was planned: ${what}
  Run again to plan it anew. Nothing was changed`;
const failed = (message: string): Text => text`${message}
  Read its output, fix the cause, and run again`;
const stuck = (message: string, host: string): Text => text`${message}
  Read the newest log on the host: ssh ${host} sudo ls -t /var/lib/alloyup/runs`;
const afterwards = (message: string, host: string): Text => text`${message}
  See how it ended: alloyup status --limit ${host}. The host finishes or rolls back the run on its own`;

export const applyTexts: Texts<ApplyProblems> = {
  'apply.locked': {
    run: ({ seconds, run, who }) =>
      run === undefined
        ? text`another run holds the lock of this host (waited ${seconds} s)
            ${WAIT}`
        : text`run ${run} of ${who ?? 'somebody'} holds the lock of this host, started ${seconds} s ago
            ${WAIT}`,
    dpkg: ({ pid, command, seconds }) => text`
      ${command} (pid ${pid}) still holds the dpkg lock after ${seconds} s
      Run again once it has finished, or wait longer: --lock-timeout 600`,
    'not-reported': text`another run holds the lock of this host
      ${WAIT}`,
  },
  'apply.stale': {
    'hosts-missing': ({ hosts }) => text`
      the saved plan contains hosts that the inventory no longer has: ${someNames(hosts, 200)}
      Plan again: alloyup plan --out FILE`,
    'file-appeared': ({ path }) => changed(`${path} now exists`),
    'file-gone': ({ path }) => changed(`${path} is gone, or no longer a regular file`),
    'file-changed': ({ path }) => changed(`the contents of ${path}`),
    'owner-changed': ({ path }) => changed(`the mode or owner of ${path}`),
    'file-changed-since': ({ path, run }) => text`${path} changed after run ${run}
      Nothing was changed. Restore what the run wrote to roll it back, or apply the desired state`,
    'package-changed': ({ status, version }) =>
      changed(`the package alloy is now ${status}${version ? ` (${version})` : ''}`),
    'service-restarted': changed('the service was started or stopped'),
    'unfinished-run': changed('an unfinished run was rolled back first'),
    'not-reported': changed('see its log'),
    'other-run': text`another run is in progress on this host, or was cut off
      Let it finish, or roll it back with alloyup apply; then plan again`,
    'plan-differs': ({ removed, added }) => {
      const changes = [
        ...removed.map((one) => `no longer ${one}`),
        ...added.map((one) => `new ${one}`),
      ].join('; ');
      return text`
        the saved plan is not what would be done now: ${changes || 'the same steps with other contents, or on a host that changed since'}
        Plan again and review it: alloyup plan --out FILE`;
    },
  },
  'apply.failed': {
    step: ({ step, exit }) => failed(`the step ${step} failed (exit ${exit})`),
    'not-reported': failed('the run failed'),
    'rolled-back-at-boot': text`the host went down during the run, which was rolled back at boot
      Run again`,
    'not-launched': ({ exit }, host) => text`the run could not be started (exit ${exit})
      See what the host logged: ssh ${host} journalctl -n 30`,
    'apt-refuses': ({ paths }, host) => text`
      apt cannot read its sources with the changes to ${paths.join(', ')}
      See what it says about the files as they are: ssh ${host} sudo apt-get indextargets`,
    killed: text`the run was killed, and rolled back
      Run again`,
    'not-armed': failed('the rollback could not be prepared'),
    stop: ({ exit }) => failed(`systemctl stop alloy failed (exit ${exit})`),
  },
  'apply.stuck': {
    action: ({ step, action, path }, host) =>
      stuck(
        `the rollback could not undo ${action}${path ? ` of ${path}` : ''} (step ${step})`,
        host,
      ),
    service: (_, host) => stuck('the rollback could not restore the service', host),
    'earlier-run': ({ run }, host) =>
      stuck(`the unfinished run ${run} could not be rolled back`, host),
    'not-reported': (_, host) => stuck('the rollback failed', host),
  },
  'rollout.stopped': {
    untouched: (
      params,
    ) => text`not touched: the rollout${ofGroup(params)} stopped because ${failures(params)}
      Fix what failed, then run alloyup apply --retry last`,
    'rolled-back': (
      params,
    ) => text`rolled back: the rollout${ofGroup(params)} stopped because ${failures(params)}
      Fix what failed, then run alloyup apply --retry last`,
    cluster: ({ cluster, member }) => text`
      not touched: ${member}, a member of the same cluster "${cluster}", failed
      Fix what failed, then run alloyup apply --retry last`,
  },
  'apply.drift': {
    'changes-remain': ({ changes }) => text`changes remain after the run: ${changes.join('; ')}
      Look for cron jobs or other tools on the host that write these files`,
  },
  'apply.unknown': {
    'in-progress': (_, host) =>
      afterwards(
        'the run is still in progress on the host, and alloyup no longer waits for it',
        host,
      ),
    'no-verdict': (_, host) => afterwards('the run ended without a verdict', host),
    flooded: ({ limitMb }, host) =>
      afterwards(
        `the run wrote more than ${limitMb} MB of output, and alloyup no longer listens to it`,
        host,
      ),
  },
};

const configuration = (message: string, host: string): Text => text`${message}
  Fix the configuration: alloyup render ${host} shows it, alloyup validate checks it`;
const start = (message: string): Text => text`${message}
  Read Alloy's log, then fix the configuration or its environment`;
const unready = (message: string, host: string): Text => text`${message}
  Read Alloy's log: ssh ${host} journalctl -u alloy. Run again if it was replaying a long write-ahead log`;
const seeRunning = (host: string): string =>
  `See what is running: ssh ${host} systemctl status alloy`;

export const alloyTexts: Texts<AlloyProblems> = {
  'alloy.validate': {
    refused: (_, host) => configuration('alloy validate rejected the configuration', host),
    'no-answer': (_, host) => configuration('alloy validate did not finish', host),
  },
  'alloy.reload': {
    refused: ({ status }, host) =>
      configuration(`Alloy rejected the configuration (status ${status})`, host),
    'no-answer': ({ said }, host) =>
      configuration(`Alloy did not answer the reload: ${said}`, host),
  },
  'alloy.start': {
    'unit-failed': ({ result, status }) =>
      start(`Alloy does not start: ${result} (status ${status})`),
    restarting: ({ times }) => start(`Alloy does not start: systemd restarted it ${times} times`),
    'not-running': start('Alloy does not start: the service is not running'),
    'other-configuration': ({ command }, host) => text`
      Alloy was started without the configuration of this run: ${command}
      See which drop-in or EnvironmentFile does that: ssh ${host} systemctl cat alloy`,
    died: ({ seconds }) => start(`Alloy died within the ${seconds} s that it was watched`),
    'systemctl-hangs': ({ verb, seconds }) =>
      start(`systemctl ${verb} alloy did not return within ${seconds} s`),
  },
  'alloy.unready': {
    status: ({ seconds, status }, host) =>
      unready(`Alloy is not ready after ${seconds} s: /-/ready answers ${status}`, host),
    'no-answer': ({ seconds, said }, host) =>
      unready(`Alloy is not ready after ${seconds} s: ${said}`, host),
    'not-listening': ({ seconds }, host) =>
      unready(`Alloy does not listen after ${seconds} s`, host),
  },
  'alloy.components': {
    'no-list': ({ seconds }, host) =>
      unready(`Alloy did not list its components within ${seconds} s`, host),
    different: ({ seconds, missing, unexpected, unhealthy, young }) => {
      const found = present(
        missing.length > 0 && `missing: ${missing.join(', ')}`,
        unexpected.length > 0 && `unexpected: ${unexpected.join(', ')}`,
        ...unhealthy.map(([id, health, said]) => `${id} is ${health}${said ? `: ${said}` : ''}`),
        young.length > 0 && `not started within ${seconds} s: ${young.join(', ')}`,
      );
      return text`the components are not as configured: ${found.join('; ')}
        Fix the component, or list it in alloy.tolerate if it may be unhealthy`;
    },
  },
  'alloy.delivery': {
    'not-delivered': ({ seconds, destinations }) => text`
      its data did not arrive within ${seconds} s: ${undeliveredText(destinations)}
      ${undeliveredAdvice(destinations)}`,
    unseen: ({ seconds }) => text`
      Alloy's metrics did not say within ${seconds} s whether its data arrives
      Set rollout.delivery to off or report where this cannot be known`,
    'not-confirmed': text`its data did not arrive
      Set rollout.delivery to report to keep such a change`,
    'no-word': ({ seconds }) => text`
      for ${seconds} s the host was not told whether its data arrives, because the connection was lost or alloyup ended
      Run again`,
  },
  'alloy.cluster': {
    apart: ({ cluster, seconds, faults }, host) => text`
      the members of the cluster "${cluster}" do not all see each other after ${seconds} s: ${faults.map(faultText).join('; ')}
      Check that members reach each other on Alloy's port. ${seeRunning(host)}`,
  },
  'alloy.version': {
    unknown: (_, host) => text`Alloy does not report its version at /metrics
      ${seeRunning(host)}`,
    different: ({ running, installed }, host) => text`
      Alloy ${running} is running, but ${installed} is installed
      ${seeRunning(host)}`,
  },
};
