import type { WarningProblems } from '../../model/problems/warnings.ts';
import { count, someNames } from '../plain.ts';
import { configWarnings } from './config-texts.ts';
import { inventoryWarnings } from './inventory-texts.ts';
import { secretWarnings } from './secret-texts.ts';
import type { HostParams, Text, Texts } from './texts.ts';

const logInput = (message: string): Text => ({
  message,
  hint: 'Turn it off for the login user in /etc/sudoers.d/: Defaults:USER !log_input',
});

/** Characters of a list of hosts within a sentence. */
const NAMES = 200;

export const warningTexts: Texts<WarningProblems> = {
  'retry.gone': {
    hosts: ({ hosts }) => ({
      message: `the inventory no longer contains ${someNames(hosts, NAMES)}`,
      hint: 'Ignore this if they were removed on purpose',
    }),
  },
  'retry.nothing': {
    'all-finished': ({ run }) => ({
      message: `run ${run} finished on every host`,
      hint: 'Remove --retry to run on all hosts',
    }),
    'not-chosen': ({ run }) => ({
      message: `run ${run} finished on all of the chosen hosts`,
      hint: 'Remove --retry to run on all of them',
    }),
  },
  'plan.inventory': {
    changed: () => ({
      message: 'the inventory has changed since the plan was saved',
      hint: 'Plan again if hosts are refused; the others are not affected',
    }),
  },
  'plan.left': {
    'not-planned': ({ hosts }) => ({
      message: `the saved plan has no plan for ${someNames(hosts, NAMES)}, which will not be changed`,
      hint: 'See why: alloyup plan',
    }),
  },
  'plan.others': {
    'not-in-plan': ({ hosts }) => ({
      message: `${count(hosts, 'host')} of the inventory ${hosts === 1 ? 'is' : 'are'} not in the saved plan and will not be changed`,
      hint: 'Plan again without --limit to include all hosts',
    }),
  },
  'secret.short': {
    'too-short-to-mask': () => ({
      message: 'a secret of fewer than 4 characters cannot be masked in host output',
      hint: 'Use a longer secret',
    }),
  },
  'fmt.template': {
    skipped: ({ files }) => ({
      message: `skipped Liquid templates, which are not Alloy until they are rendered: ${files.join(', ')}`,
      hint: 'See the result: alloyup render HOST',
    }),
  },
  ...configWarnings,
  ...secretWarnings,
  ...inventoryWarnings,
  'access.docker': {
    'like-root': () => ({
      message: 'members of the group docker are as powerful as root',
      hint: 'Remove it from alloy.memberOf unless Alloy must read containers',
    }),
  },
  'alloy.components': {
    unhealthy: ({ components }, host) => ({
      message: `unhealthy: ${components.map(({ id, health }) => `${id} (${health})`).join(', ')}`,
      hint: `Read Alloy's log: ssh ${host} journalctl -u alloy -n 50`,
    }),
  },
  'alloy.no-validate': {
    'too-old': () => ({
      message: 'the installed Alloy cannot validate configurations (validate came with 1.9.0)',
      hint: 'Upgrade Alloy to have configurations validated on the host',
    }),
  },
  'data.lost': {
    purge: () => ({
      message:
        'positions, write-ahead logs and the user alloy are removed, and no rollback restores them',
      hint: 'Leave out --purge to keep them',
    }),
  },
  'host.adopt': {
    'taken-over': ({ path, loses }) => ({
      message: `${path} was not written by alloyup and is taken over${loses.length > 0 ? ` (it loses its ${loses.join(', ')})` : ''}`,
      hint: 'Restore it with alloyup rollback',
    }),
  },
  'host.clock': {
    off: ({ aheadS }) => ({
      message: `the clock is ${Math.abs(aheadS)} s ${aheadS > 0 ? 'ahead of' : 'behind'} the one of this machine`,
      hint: 'Set it: sudo timedatectl set-ntp true',
    }),
    'no-time-server': () => ({
      message: 'the clock is not synchronized with a time server',
      hint: 'Install one: apt-get install systemd-timesyncd',
    }),
  },
  'host.dpkg-lock': {
    held: ({ command, pid }) => ({
      message: `${command} (pid ${pid}) holds the dpkg lock`,
      hint: 'Nothing to do: apply waits for it, up to five minutes',
    }),
  },
  'key.expires': {
    soon: ({ days, date }) => ({
      message: `the repository's signing key ${days < 0 ? `expired ${-days} days ago` : `expires in ${days} days`} (${date})`,
      hint: 'Run alloyup again once Grafana has published the renewed key: apt refuses the repository after that day',
    }),
  },
  'key.expired': {
    'on-host': ({ path }) => ({
      message: `the repository's key in ${path} has expired, so apt refuses the repository`,
      hint: 'Replace it: alloyup apply',
    }),
  },
  'repository.kept': {
    'in-use': ({ packages }) => ({
      message: `the repository stays, because other packages come from it: ${packages.join(', ')}`,
      hint: 'Remove them first to have it removed',
    }),
  },
  'repository.no-route': {
    'no-route': ({ address, said }) => ({
      message: `the host cannot connect to ${address}, where packages come from: ${said}`,
      hint: 'Allow it in the firewall, or set a proxy: repository.proxy',
    }),
  },
  'repository.sources': {
    'not-serving': ({ paths }) => ({
      message: `${paths.join(', ')}: does not serve as the source of the repository, and apply replaces it`,
      hint: 'See how: alloyup plan',
    }),
  },
  'run.in-progress': {
    locked: ({ run, who }) => ({
      message: `run ${run} of ${who} is in progress on the host`,
      hint: 'Nothing to do: apply waits for it',
    }),
  },
  'run.replanned': {
    'host-changed': (_, host) => ({
      message: 'the host changed after it was planned, so it was planned again',
      hint: `See what changed it: ssh ${host} sudo tail /var/lib/alloyup/audit.log`,
    }),
  },
  'run.taken-back': {
    'rolled-back': ({ run }) => ({
      message: `run ${run} is being rolled back`,
      hint: `See what it did: alloyup runs show ${run}`,
    }),
  },
  'run.unfinished': {
    'cut-off': ({ run }) => ({
      message: `run ${run} was cut off`,
      hint: 'Run alloyup apply: it rolls the run back first, then plans again',
    }),
  },
  'sudo.log-input': {
    'to-file': ({ path }) =>
      logInput(`sudo logs what it is sent, secrets included (log_input, ${path})`),
    enabled: () => logInput('sudo logs what it is sent, secrets included (log_input)'),
  },
  'unit.drop-ins': {
    foreign: ({ paths }, host) => ({
      message: `the unit has other drop-ins: ${paths.join(', ')}`,
      hint: `Read them: ssh ${host} systemctl cat alloy`,
    }),
  },
};

export const warningHostParams: HostParams<WarningProblems> = {};
