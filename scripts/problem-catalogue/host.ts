import type {
  AlloyProblems,
  ApplyProblems,
  HostProblems,
} from '../../src/model/problems/host-problems.ts';
import type { Catalogue } from './catalogue.ts';

const path = '/etc/alloy/config.alloy';

export const hostCatalogue: Catalogue<HostProblems> = {
  'host.unsupported': {
    means: 'Alloy, or alloyup, does not support this host.',
    examples: {
      system: { name: 'Fedora Linux 43' },
      'too-old': { name: 'Debian GNU/Linux 10 (buster)', oldest: 'Debian 11' },
      architecture: { arch: 'i386', supported: ['amd64', 'arm64', 'ppc64el', 's390x'] },
      'no-systemd': {},
      'missing-tools': { tools: ['usermod'] },
      'no-group': { groups: ['docker'], by: [{ of: 'fragment', name: 'docker' }] },
    },
  },
  'host.probe': {
    means: 'The host did not report its facts.',
    examples: {
      'no-facts': { exit: '127' },
      nonsense: {},
      flooded: { limitMb: 32 },
      'too-large': { limitMb: 8 },
      unreadable: { part: 'unit', why: 'deadline' },
    },
  },
  'host.dpkg': {
    means: 'dpkg was interrupted, and installs nothing until that is finished.',
    examples: {
      broken: { packages: [{ name: 'mc', status: 'half-configured' }] },
      interrupted: {},
    },
  },
  'host.disk': {
    means: 'A file system is full, or cannot be written.',
    examples: {
      'no-room': { directory: '/usr', freeMb: 120, neededMb: 450 },
      'tmp-full': { freeMb: 0, neededMb: 4 },
      'not-writable': { directory: '/etc', said: 'Read-only file system' },
      'no-inodes': { directory: '/var', free: 12, needed: 200 },
      'read-only': { paths: ['/etc/alloy/config.alloy'] },
    },
  },
  'host.acl': {
    means: 'What `config.readable` asks for cannot be given on this host.',
    examples: {
      'no-tools': { paths: ['/var/log/app'] },
      unsupported: { path: '/mnt/share/app' },
      'too-large': { path: '/srv/data', most: 100_000 },
      unknown: { path: '/var/log/app', said: 'deadline' },
    },
  },
  'host.port': {
    means: 'Another program uses the port that Alloy should listen on.',
    examples: { taken: { owner: 'grafana-agent', address: '127.0.0.1', port: 12345 } },
  },
  'host.file': {
    means: 'A path on the host is not what alloyup can work with.',
    examples: {
      kind: { path, kind: 'symlink' },
      symlink: { path },
      'not-a-file': { path },
      'not-a-directory': { path: '/var/lib/alloyup' },
      'not-for-sh': { path: '/etc/default/alloy', line: '3' },
      'no-staging': { path },
      'not-movable': { path, said: 'Operation not permitted' },
      'no-package': {},
      'not-text': { path },
    },
  },
  'host.unit': {
    means: "Somebody has replaced, masked or overridden the package's unit.",
    examples: {
      masked: {},
      shadowed: { path: '/etc/systemd/system/alloy.service' },
      'other-command': {
        command: '/usr/bin/alloy run /srv/alloy/other.alloy',
        paths: ['/etc/systemd/system/alloy.service.d/override.conf'],
      },
      'other-process': { command: '/usr/bin/alloy run /srv/alloy/other.alloy', paths: [] },
      'environment-file': {
        path: '/etc/alloy/extra.env',
        sets: ['CUSTOM_ARGS'],
        paths: ['/etc/systemd/system/alloy.service.d/override.conf'],
      },
      'no-environment': { paths: ['/etc/systemd/system/alloy.service.d/override.conf'] },
      overridden: {
        settings: [{ name: 'MemoryMax', wanted: '512M', found: '1073741824' }],
        paths: ['/etc/systemd/system/alloy.service.d/limits.conf'],
      },
    },
  },
  'host.adopt': {
    means: 'The plan would overwrite what alloyup never wrote. It does so only with `--adopt`.',
    examples: {
      foreign: {
        files: [
          { path, loses: [] },
          { path: '/etc/default/alloy', loses: ['HTTPS_PROXY'] },
        ],
      },
    },
  },
};

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
  'rollout.stopped': {
    means:
      'More hosts failed than `rollout.maxFail` allows. Hosts that were not begun are left as they are.',
    examples: {
      untouched: { group: '', failed: 1, allowed: 0 },
      'rolled-back': { group: 'web', failed: 3, allowed: 2 },
      cluster: { cluster: 'edge', member: 'edge-01' },
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
    examples: { 'in-progress': {}, 'no-verdict': {}, flooded: { limitMb: 64 } },
  },
};

export const alloyCatalogue: Catalogue<AlloyProblems> = {
  'alloy.validate': {
    means: "The host's own `alloy validate` did not accept the configuration.",
    examples: { refused: {}, 'no-answer': {} },
  },
  'alloy.reload': {
    means: 'Alloy did not load the new configuration, and keeps running the old one.',
    examples: {
      refused: { status: '400' },
      'no-answer': { said: 'Connection refused' },
    },
  },
  'alloy.start': {
    means: 'Alloy does not start, or does not stay up.',
    examples: {
      'unit-failed': { result: 'exit-code', status: '1' },
      restarting: { times: '5' },
      'not-running': {},
      'other-configuration': { command: '/usr/bin/alloy run /srv/alloy/other.alloy' },
      died: { seconds: '15' },
      'systemctl-hangs': { verb: 'restart', seconds: '100' },
    },
  },
  'alloy.unready': {
    means: 'Alloy is running, but is not ready in time.',
    examples: {
      status: { seconds: '120', status: '503' },
      'no-answer': { seconds: '120', said: 'Connection refused' },
      'not-listening': { seconds: '120' },
    },
  },
  'alloy.components': {
    means: 'Alloy does not run the components of its configuration, or some of them are unhealthy.',
    examples: {
      'no-list': { seconds: '60' },
      different: {
        seconds: '60',
        missing: ['prometheus.scrape.node'],
        unexpected: [],
        unhealthy: [['loki.write.default', 'unhealthy', 'no such host']],
        young: [],
      },
    },
  },
  'alloy.delivery': {
    means:
      '`rollout.delivery` is `require`, and the data of the host did not arrive after the change. It is as it was before. See [delivery.md](delivery.md).',
    examples: {
      'not-delivered': {
        seconds: 75,
        destinations: [
          {
            destination: 'https://mimir.example.com/api/v1/push',
            state: 'refused',
            status: '401',
            answer: '401',
          },
        ],
      },
      unseen: { seconds: 75 },
      'not-confirmed': {},
      'no-word': { seconds: '105' },
    },
  },
  'alloy.cluster': {
    means:
      'A member of a cluster was changed, and afterwards the members do not all see each other. The host is rolled back, and no further member is touched.',
    examples: {
      apart: {
        cluster: 'edge',
        seconds: '90',
        faults: [
          ['edge-01', 'misses', 'edge-03'],
          ['edge-02', 'gone', ''],
        ],
      },
    },
  },
  'alloy.version': {
    means: 'The process that runs is not of the version that is installed.',
    examples: { unknown: {}, different: { running: '1.17.0', installed: '1.18.1-1' } },
  },
};
