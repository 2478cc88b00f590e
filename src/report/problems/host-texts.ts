import { CONFIG_PATH, ENVIRONMENT_PATH } from '../../model/desired.ts';
import type { HostProblems } from '../../model/problems/host-problems.ts';
import type { HostParams, Text, Texts } from './texts.ts';

const REMOVE = 'Remove it from the inventory';
const finishDpkg = (host: string): string =>
  `Finish it first: ssh ${host} sudo dpkg --configure -a`;
const wrongKind = (path: string, what: string): Text => ({
  message: `${path} is ${what}`,
  hint: 'Replace it with a regular file, or move it away: alloyup does not follow links',
});

const PARTS = {
  dpkg: "dpkg's state",
  account: '/etc/passwd and /etc/group',
  apt: "apt's sources",
  own: "alloyup's own state",
  unit: 'the state of alloy.service',
  packages: "the repository's index",
} as const;

export const hostTexts: Texts<HostProblems> = {
  'host.unsupported': {
    system: ({ name }) => ({
      message: `the host runs ${name}`,
      hint: `${REMOVE}: alloyup supports Debian and Ubuntu`,
    }),
    'too-old': ({ name, oldest }) => ({
      message: `the host runs ${name}, and Alloy needs ${oldest} or newer`,
      hint: 'Upgrade the host, or remove it from the inventory',
    }),
    architecture: ({ arch, supported }) => ({
      message: `there is no package of Alloy for ${arch}`,
      hint: `${REMOVE}: packages are built for ${supported.join(', ')}`,
    }),
    'no-systemd': () => ({
      message: 'the host does not run systemd',
      hint: `${REMOVE}: the package only brings a systemd unit`,
    }),
    'missing-tools': ({ tools }) => ({
      message: `the host lacks ${tools.join(', ')}`,
      hint: 'Install them: apt-get install --reinstall util-linux coreutils passwd',
    }),
    'no-group': ({ groups }) => ({
      message: `the host has no group ${groups.join(', ')}`,
      hint: 'Remove it from alloy.memberOf, or install what creates the group first',
    }),
  },
  'host.probe': {
    'no-facts': ({ exit }, host) => ({
      message: `the host did not report its facts (exit ${exit})`,
      hint: `Try it by hand: ssh ${host} sudo perl -v`,
    }),
    nonsense: () => ({
      message: 'the facts that the host reported make no sense',
      hint: 'Run again with -v; if it happens again, report it as a bug',
    }),
    unreadable: ({ part, why }, host) => ({
      message: `${PARTS[part]} cannot be read: ${why === 'deadline' ? 'no answer in time' : why}`,
      hint:
        why === 'deadline'
          ? `The host is too busy, or stuck there. Look at it (ssh ${host}), then run again`
          : `Look at the host (ssh ${host}), then run again`,
    }),
  },
  'host.dpkg': {
    broken: ({ packages }, host) => ({
      message: `dpkg was interrupted: ${packages.map(({ name, status }) => `${name} is ${status}`).join(', ')}`,
      hint: finishDpkg(host),
    }),
    interrupted: (_, host) => ({
      message: 'dpkg was interrupted, or is running right now',
      hint: finishDpkg(host),
    }),
  },
  'host.disk': {
    'no-room': ({ directory, freeMb, neededMb }, host) => ({
      message: `${freeMb} MB are free in ${directory}, and the package needs ${neededMb}`,
      hint: `Free up space in ${directory}: ssh ${host} sudo du -xh --max-depth=2 ${directory}`,
    }),
    'not-writable': ({ directory, said }) => ({
      message: `${directory} cannot be written: ${said}`,
      hint: 'Free up space there, or make it writable, then run again',
    }),
    'read-only': ({ directories }, host) => ({
      message: `mounted read-only: ${directories.join(', ')}`,
      hint: `See why with ssh ${host} sudo dmesg, then remount it: sudo mount -o remount,rw ${directories[0]}`,
    }),
  },
  'host.port': {
    taken: ({ owner, address, port }) => ({
      message: `${owner} already listens on ${address}:${port}`,
      hint: `Stop ${owner}, or set alloy.listen to another port`,
    }),
  },
  'host.file': {
    kind: ({ path, kind }) =>
      wrongKind(
        path,
        kind === 'symlink'
          ? 'a symbolic link'
          : kind === 'directory'
            ? 'a directory'
            : 'not a regular file',
      ),
    symlink: ({ path }) => wrongKind(path, 'a symbolic link'),
    'not-a-file': ({ path }) => wrongKind(path, 'not a regular file'),
    'not-for-sh': ({ path, line }) => ({
      message: `sh cannot read ${path}${line ? `, line ${line}` : ''}`,
      hint: "Fix its quoting: the package's maintainer scripts read this file with sh",
    }),
    'no-staging': ({ path }) => ({
      message: `no directory that only root can write is on the file system of ${path}`,
      hint: 'Look at that path on the host, then run again',
    }),
    'not-movable': ({ path, said }) => ({
      message: `${path} cannot be moved aside: ${said}`,
      hint: 'Look at that path on the host, then run again',
    }),
    'no-package': () => ({
      message: 'the package alloy is not installed',
      hint: 'Leave out --from: alloyup init installs it',
    }),
    'not-text': ({ path }) => ({
      message: `${path} cannot be read as text`,
      hint: 'Put the configuration there as one regular file',
    }),
    elsewhere: ({ path }) => ({
      message: `Alloy reads its configuration from ${path}`,
      hint: `Move it to ${CONFIG_PATH}, set CONFIG_FILE in ${ENVIRONMENT_PATH}, and run this again`,
    }),
  },
  'host.unit': {
    masked: (_, host) => ({
      message: 'alloy.service is masked, so somebody wants it never to run',
      hint: `Ask them, then unmask it: ssh ${host} sudo systemctl unmask alloy`,
    }),
    shadowed: ({ path }, host) => ({
      message: `${path} overrides the unit of the package`,
      hint: `Move what it adds into a drop-in, then remove it: ssh ${host} sudo systemctl revert alloy`,
    }),
    'other-command': ({ command, paths }, host) => ({
      message: `the unit does not start Alloy with the configuration and arguments of the inventory: ${command}`,
      hint:
        paths.length > 0
          ? `Use $CUSTOM_ARGS and $CONFIG_FILE in its ExecStart, or remove it: ${paths.join(', ')}`
          : `See where its ExecStart comes from: ssh ${host} systemctl cat alloy`,
    }),
    'other-process': ({ command }, host) => ({
      message: `Alloy runs with other arguments than the inventory says: ${command}`,
      hint: `Look for an EnvironmentFile or Environment that sets them: ssh ${host} systemctl cat alloy`,
    }),
    overridden: ({ settings, paths }, host) => ({
      message: `alloy.service of the inventory is not in effect: ${settings
        .map(({ name, wanted, found }) => `${name} is ${found} instead of ${wanted}`)
        .join(', ')}`,
      hint:
        paths.length > 0
          ? `Remove the setting there or in the inventory: ${paths.join(', ')}`
          : `See where it is set: ssh ${host} systemctl cat alloy`,
    }),
  },
  'host.adopt': {
    foreign: ({ files }) => ({
      message: `not written by alloyup: ${files
        .map(({ path, loses }) =>
          loses.length > 0 ? `${path} (which would lose its ${loses.join(', ')})` : path,
        )
        .join('; ')}`,
      hint: 'Review the diff in the plan, then take it over with --adopt (a backup is kept on the host)',
    }),
  },
};

export const hostHostParams: HostParams<HostProblems> = {};
