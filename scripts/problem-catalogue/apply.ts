import type { ApplyProblems } from '../../src/model/problems/apply-problems.ts';
import type { Catalogue } from './catalogue.ts';

const RUN = '20261123T101500Z-3f9a';

export const applyCatalogue: Catalogue<ApplyProblems> = {
  'apply.locked': {
    means:
      'Something else is at work on the host, and kept its lock for longer than `--lock-timeout`.',
    examples: {
      run: { seconds: '312', run: RUN, who: 'ops@laptop' },
      dpkg: { pid: '812', command: 'apt-get', seconds: '300' },
      'not-reported': {},
    },
  },
  'apply.stale': {
    means:
      'The host, or the plan for it, is not what was approved. Nothing was changed on the host.',
    examples: {
      'file-appeared': { path: '/etc/alloy/config.alloy' },
      'file-gone': { path: '/etc/alloy/config.alloy' },
      'file-changed': { path: '/etc/alloy/config.alloy' },
      'owner-changed': { path: '/etc/alloy/config.alloy' },
      'file-changed-since': { path: '/etc/alloy/config.alloy', run: RUN },
      'package-changed': { status: 'installed', version: '1.18.1-1' },
      'service-restarted': {},
      'unfinished-run': {},
      'not-reported': {},
      'other-run': {},
      'hosts-missing': { hosts: ['web-03'] },
      'plan-differs': { removed: [], added: ['config: change /etc/alloy/config.alloy'] },
    },
  },
  'apply.failed': {
    means: 'A step of the run failed. Unless `--no-rollback` was given, the run was rolled back.',
    examples: {
      step: { step: 'package', exit: 100 },
      'not-reported': {},
      'rolled-back-at-boot': {},
      'not-launched': { exit: '71' },
      'apt-refuses': { paths: ['/etc/apt/sources.list.d/grafana.list'] },
      killed: {},
      'not-armed': {},
      stop: { exit: '1' },
    },
  },
  'apply.stuck': {
    means:
      'The run failed, and its rollback failed as well. The host needs somebody to look at it.',
    examples: {
      action: { step: 'config', action: 'file', path: '/etc/alloy/config.alloy' },
      service: {},
      'earlier-run': { run: RUN },
      'not-reported': {},
    },
  },
  'apply.drift': {
    means:
      'The run succeeded, yet the host is not in the desired state: planning it again finds changes.',
    examples: { 'changes-remain': { changes: ['change /etc/alloy/config.alloy'] } },
  },
  'apply.unknown': {
    means:
      'alloyup does not know how the run ended. The host finishes it, or rolls it back, alone.',
    examples: { 'in-progress': {}, 'no-verdict': {} },
  },
};
