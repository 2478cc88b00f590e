import type { ApplyProblems } from '../../model/problems/apply-problems.ts';
import { someNames } from '../plain.ts';
import type { HostParams, Text, Texts } from './texts.ts';

const changed = (what: string): Text => ({
  message: `the host changed after it was planned: ${what}`,
  hint: 'Run again to plan it anew. Nothing was changed',
});
const failed = (message: string): Text => ({
  message,
  hint: 'Read its output, fix the cause, and run again',
});
const stuck = (message: string, host: string): Text => ({
  message,
  hint: `Read the newest log on the host: ssh ${host} sudo ls -t /var/lib/alloyup/runs`,
});
const afterwards = (host: string): string =>
  `See how it ended: alloyup status --limit ${host}. The host finishes or rolls back the run on its own`;

export const applyTexts: Texts<ApplyProblems> = {
  'apply.locked': {
    run: ({ seconds, run, who }) => ({
      message:
        run === undefined
          ? `another run holds the lock of this host (waited ${seconds} s)`
          : `run ${run} of ${who} holds the lock of this host, started ${seconds} s ago`,
      hint: 'Wait for the other run, or wait longer: --lock-timeout 600',
    }),
    dpkg: ({ pid, command, seconds }) => ({
      message: `${command} (pid ${pid}) still holds the dpkg lock after ${seconds} s`,
      hint: 'Run again once it has finished',
    }),
    'not-reported': () => ({
      message: 'another run holds the lock of this host',
      hint: 'Wait for the other run, or wait longer: --lock-timeout 600',
    }),
  },
  'apply.stale': {
    'hosts-missing': ({ hosts }) => ({
      message: `the saved plan contains hosts that the inventory no longer has: ${someNames(hosts, 200)}`,
      hint: 'Plan again: alloyup plan --out FILE',
    }),
    'file-appeared': ({ path }) => changed(`${path} now exists`),
    'file-gone': ({ path }) => changed(`${path} is gone, or no longer a regular file`),
    'file-changed': ({ path }) => changed(`the contents of ${path}`),
    'owner-changed': ({ path }) => changed(`the mode or owner of ${path}`),
    'file-changed-since': ({ path, run }) => ({
      message: `${path} changed after run ${run}`,
      hint: 'Nothing was changed. Restore what the run wrote to roll it back, or apply the desired state',
    }),
    'package-changed': ({ status, version }) =>
      changed(`the package alloy is now ${status}${version ? ` (${version})` : ''}`),
    'service-restarted': () => changed('the service was started or stopped'),
    'unfinished-run': () => changed('an unfinished run was rolled back first'),
    'not-reported': () => changed('see its log'),
    'other-run': () => ({
      message: 'another run is in progress on this host, or was cut off',
      hint: 'Let it finish, or roll it back with alloyup apply; then plan again',
    }),
    'plan-differs': ({ removed, added }) => ({
      message: `the saved plan is not what would be done now: ${
        removed.length + added.length > 0
          ? [...removed.map((one) => `no longer ${one}`), ...added.map((one) => `new ${one}`)].join(
              '; ',
            )
          : 'the same steps with other contents, or on a host that changed since'
      }`,
      hint: 'Plan again and review it: alloyup plan --out FILE',
    }),
  },
  'apply.failed': {
    step: ({ step, exit }) => failed(`the step ${step} failed (exit ${exit})`),
    'not-reported': () => failed('the run failed'),
    'rolled-back-at-boot': () => ({
      message: 'the host went down during the run, which was rolled back at boot',
      hint: 'Run again',
    }),
    'not-launched': ({ exit }, host) => ({
      message: `the run could not be started (exit ${exit})`,
      hint: `See what the host logged: ssh ${host} journalctl -n 30`,
    }),
    'apt-refuses': ({ paths }, host) => ({
      message: `apt cannot read its sources with the changes to ${paths.join(', ')}`,
      hint: `See what it says about the files as they are: ssh ${host} sudo apt-get indextargets`,
    }),
    killed: () => ({ message: 'the run was killed, and rolled back', hint: 'Run again' }),
    'not-armed': () => failed('the rollback could not be prepared'),
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
  'apply.drift': {
    'changes-remain': ({ changes }) => ({
      message: `changes remain after the run: ${changes.join('; ')}`,
      hint: 'Look for cron jobs or other tools on the host that write these files',
    }),
  },
  'apply.unknown': {
    'in-progress': (_, host) => ({
      message: 'the run is still in progress on the host, and alloyup no longer waits for it',
      hint: afterwards(host),
    }),
    'no-verdict': (_, host) => ({
      message: 'the run ended without a verdict',
      hint: afterwards(host),
    }),
  },
};

export const applyHostParams: HostParams<ApplyProblems> = {
  'apply.locked': { seconds: '…', pid: 'PID' },
};
