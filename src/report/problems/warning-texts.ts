import type { WarningProblems } from '../../model/problems/warnings.ts';
import { count, someNames } from '../plain.ts';
import { configWarnings } from './config-texts.ts';
import { inventoryWarnings } from './inventory-texts.ts';
import { secretWarnings } from './source-texts.ts';
import { type Texts, text } from './texts.ts';

/** Characters of a list of hosts within a sentence. */
const NAMES = 200;

const LOG_INPUT_OFF = 'Turn it off for the login user in /etc/sudoers.d/: Defaults:USER !log_input';

export const warningTexts: Texts<WarningProblems> = {
  'retry.gone': {
    hosts: ({ hosts }) => text`the inventory no longer contains ${someNames(hosts, NAMES)}
      Ignore this if they were removed on purpose`,
  },
  'retry.nothing': {
    'all-finished': ({ run }) => text`run ${run} finished on every host
      Remove --retry to run on all hosts`,
    'not-chosen': ({ run }) => text`run ${run} finished on all of the chosen hosts
      Remove --retry to run on all of them`,
  },
  'plan.inventory': {
    changed: text`the inventory has changed since the plan was saved
      Plan again if hosts are refused; the others are not affected`,
  },
  'plan.left': {
    'not-planned': ({ hosts }) => text`
      the saved plan has no plan for ${someNames(hosts, NAMES)}, which will not be changed
      See why: alloyup plan`,
  },
  'plan.others': {
    'not-in-plan': ({ hosts }) => text`
      ${count(hosts, 'host')} of the inventory ${hosts === 1 ? 'is' : 'are'} not in the saved plan and will not be changed
      Plan again without --limit to include all hosts`,
  },
  'secret.short': {
    'too-short-to-mask': text`
      a secret of fewer than 4 characters cannot be masked in host output
      Use a longer secret`,
  },
  'fmt.template': {
    skipped: ({ files }) => text`
      skipped Liquid templates, which are not Alloy until they are rendered: ${files.join(', ')}
      See the result: alloyup render HOST`,
  },
  ...configWarnings,
  ...secretWarnings,
  ...inventoryWarnings,
  'access.docker': {
    'like-root': text`members of the group docker are as powerful as root
      Remove it from alloy.memberOf unless Alloy must read containers`,
  },
  'alloy.components': {
    unhealthy: ({ components }, host) => text`
      unhealthy: ${components.map(({ id, health }) => `${id} (${health})`).join(', ')}
      Read Alloy's log: ssh ${host} journalctl -u alloy -n 50`,
  },
  'alloy.no-validate': {
    'too-old': text`
      the installed Alloy cannot validate configurations (validate came with 1.9.0)
      Upgrade Alloy to have configurations validated on the host`,
  },
  'data.lost': {
    purge: text`
      positions, write-ahead logs and the user alloy are removed, and no rollback restores them
      Leave out --purge to keep them`,
  },
  'host.adopt': {
    'taken-over': ({ path, removes }) => text`
      ${path} was not written by alloyup and is taken over${removes.length > 0 ? ` (${removes.join(', ')} will be removed)` : ''}
      Restore it with alloyup rollback`,
  },
  'host.clock': {
    off: ({ aheadS }) => text`
      the clock is ${Math.abs(aheadS)} s ${aheadS > 0 ? 'ahead of' : 'behind'} the one of this machine
      Set it: sudo timedatectl set-ntp true`,
    'no-time-server': text`the clock is not synchronized with a time server
      Install one: apt-get install systemd-timesyncd`,
  },
  'host.dpkg-lock': {
    held: ({ command, pid }) => text`${command} (pid ${pid}) holds the dpkg lock
      Nothing to do: apply waits for it, up to five minutes`,
  },
  'key.expires': {
    soon: ({ days, date }) => text`
      the repository's signing key ${days < 0 ? `expired ${count(-days, 'day')} ago` : `expires in ${count(days, 'day')}`} (${date})
      Run alloyup again once Grafana has published the renewed key: apt refuses the repository after that day`,
  },
  'key.expired': {
    'on-host': ({ path }) => text`
      the repository's key in ${path} has expired, so apt refuses the repository
      Replace it: alloyup apply`,
  },
  'repository.kept': {
    'in-use': ({ packages }) => text`
      the repository stays, because other packages come from it: ${packages.join(', ')}
      Remove them first to have it removed`,
  },
  'repository.no-route': {
    'no-route': ({ address, said }) => text`
      the host cannot connect to ${address}, where packages come from: ${said}
      Allow it in the firewall, or set a proxy: repository.proxy`,
  },
  'repository.sources': {
    'not-serving': ({ paths }) => text`
      ${paths.join(', ')}: does not serve as the source of the repository, and apply replaces it
      See how: alloyup plan`,
  },
  'run.in-progress': {
    locked: ({ run, who }) => text`run ${run} of ${who} is in progress on the host
      Nothing to do: apply waits for it`,
  },
  'run.replanned': {
    'host-changed': (_, host) => text`
      the host changed after it was planned, so it was planned again
      See what changed it: ssh ${host} sudo tail /var/lib/alloyup/audit.log`,
  },
  'run.taken-back': {
    'rolled-back': ({ run }) => text`run ${run} is being rolled back
      See what it did: alloyup runs show ${run}`,
  },
  'run.unfinished': {
    'cut-off': ({ run }) => text`run ${run} was cut off
      Run alloyup apply: it rolls the run back first, then plans again`,
  },
  'sudo.log-input': {
    'to-file': ({ path }) => text`
      sudo logs what it is sent, secrets included (log_input, ${path})
      ${LOG_INPUT_OFF}`,
    enabled: text`sudo logs what it is sent, secrets included (log_input)
      ${LOG_INPUT_OFF}`,
  },
  'unit.drop-ins': {
    foreign: ({ paths }, host) => text`the unit has other drop-ins: ${paths.join(', ')}
      Read them: ssh ${host} systemctl cat alloy`,
  },
};
