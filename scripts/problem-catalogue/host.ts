import type { HostProblems } from '../../src/model/problems/host-problems.ts';
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
      'no-group': { groups: ['docker'] },
    },
  },
  'host.probe': {
    means: 'The host did not report its facts.',
    examples: {
      'no-facts': { exit: '127' },
      nonsense: {},
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
      'not-writable': { directory: '/etc', said: 'Read-only file system' },
      'read-only': { directories: ['/usr'] },
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
      'not-for-sh': { path: '/etc/default/alloy', line: '3' },
      'no-staging': { path },
      'not-movable': { path, said: 'Operation not permitted' },
      'no-package': {},
      'not-text': { path },
      elsewhere: { path: '/opt/alloy/config.alloy' },
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
