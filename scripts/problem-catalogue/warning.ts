import type { QueueWarnings } from '../../src/model/problems/queue-problems.ts';
import type { WarningProblems } from '../../src/model/problems/warnings.ts';
import type { Catalogue } from './catalogue.ts';

const group = 'web';
const host = 'web-01.example.com';
const variable = 'ansible_become';
const run = '20261123T101500Z-3f9a';

const denied = {
  path: '/var/log/app/*.log',
  blocker: '/var/log/app',
  mode: '0700',
  owner: 'app:app',
  files: 0,
  denied: 0,
  whole: true,
};

/** Those of a queue have a file of their own. */
export const warningCatalogue: Catalogue<Omit<WarningProblems, keyof QueueWarnings>> = {
  'retry.gone': {
    means: 'Hosts that `--retry` would run on are no longer in the inventory.',
    examples: { hosts: { hosts: ['web-03'] } },
  },
  'retry.nothing': {
    means: '`--retry` found no host to run on.',
    examples: {
      'all-finished': { run: '20261123T101500Z-3f9a' },
      'not-chosen': { run: '20261123T101500Z-3f9a' },
    },
  },
  'shard.empty': {
    means:
      'No host is in this shard. Which shard a host is in follows from its name, so shards of a small fleet differ in size. ' +
      'The exit code is 0.',
    examples: { 'no-hosts': { shard: '3/4', hosts: 5 } },
  },
  'shard.order': {
    means:
      'Groups are changed one after another, by `rollout.order`, and the hosts are divided among several runs. ' +
      'No run waits for another.',
    examples: { 'within-shard': { shard: '3/4' } },
  },
  'plan.inventory': {
    means:
      'The inventory is not the one that a saved plan was made from. Hosts whose plan has changed are refused.',
    examples: { changed: {} },
  },
  'plan.left': {
    means: 'Hosts could not be planned when the plan was saved, so it does not change them.',
    examples: { 'not-planned': { hosts: ['web-03'] } },
  },
  'plan.others': {
    means: 'A saved plan covers only some of the hosts in the inventory.',
    examples: { 'not-in-plan': { hosts: 2 } },
  },
  'secret.short': {
    means: 'A secret is too short to be masked without masking ordinary text as well.',
    examples: { 'too-short-to-mask': {} },
  },
  'fmt.differs': {
    means: 'With `--exact`, the formatter of Alloy gives another text than that of alloyup.',
    examples: { 'from-alloy': { file: 'config.alloy', by: 'alloy 1.18.1' } },
  },
  'fmt.template': {
    means: 'Of a directory, `fmt` skips the files that are Liquid templates.',
    examples: { skipped: { files: ['templates/host.alloy'] } },
  },
  'telemetry.off': {
    means:
      'The environment asks for [traces and metrics of the run](telemetry.md) in a way that alloyup does not know. ' +
      'The run goes on without them.',
    examples: {
      endpoint: { variable: 'OTEL_EXPORTER_OTLP_ENDPOINT' },
      protocol: {
        variable: 'OTEL_EXPORTER_OTLP_PROTOCOL',
        value: 'grpc',
        known: ['http/protobuf', 'http/json'],
      },
    },
  },
  'telemetry.lost': {
    means: '[Traces and metrics of the run](telemetry.md) did not arrive, or not all of them.',
    examples: {
      'not-delivered': {
        endpoint: 'tempo.example.com:4318',
        said: 'connect ECONNREFUSED 192.0.2.7:4318',
      },
    },
  },
  'template.raw': {
    means: 'A template writes a value without escaping it.',
    examples: { raw: { text: 'sys.env("TOKEN")' } },
  },
  'environment.missing': {
    means: 'The configuration reads an environment variable that the service does not have.',
    examples: { 'not-set': { variable: 'METRICS_PASSWORD' } },
  },
  'file.unreadable': {
    means: 'A file that is copied to the host cannot be read by the service.',
    examples: {
      'for-service': { path: '/etc/alloy/ca.pem', mode: '0600', user: 'root', group: 'root' },
    },
  },
  'secret.readable': {
    means: 'A secret is in a file that other users of this machine can read.',
    examples: { 'readable-by-others': { path: '/srv/secrets/metrics' } },
  },
  'inventory.ambiguous': {
    means: 'A name in the inventory has two meanings.',
    examples: { 'host-and-group': { name: group } },
  },
  'inventory.unfilled': {
    means: 'A value still has a placeholder, or a variable that alloyup does not replace.',
    examples: {
      placeholder: { placeholder: '<LOKI_HOST>', setting: 'defaults.config.vars.logs_url' },
    },
  },
  'cluster.unmanaged': {
    means:
      'Arguments of `--cluster` are set by hand, so members are neither checked nor changed one at a time.',
    examples: { arguments: { argument: '--cluster.enabled' } },
  },
  'cluster.members': {
    means: 'A part of a cluster cannot be judged.',
    examples: {
      'not-seen': { cluster: 'edge', members: ['edge-04', 'edge-05'] },
      unchecked: { cluster: 'edge' },
    },
  },
  'cluster.open': {
    means: "In a cluster, Alloy's HTTP server is open to whoever reaches its address.",
    examples: { 'no-tls': { listen: '0.0.0.0:12345' } },
  },
  'inventory.unused': {
    means: 'A part of the inventory has no effect.',
    examples: {
      'empty-group': { group },
      variable: { variable: 'metrics_ulr' },
      'overridden-argument': { argument: '--storage.path' },
      'tolerated-component': { component: 'loki.source.file.nginx' },
    },
  },
  'ansible.left': {
    means: 'A host in an Ansible inventory is left out because alloyup cannot connect to it.',
    examples: { connection: { host, connection: 'docker' } },
  },
  'ansible.ignored': {
    means: 'A part of an Ansible inventory has no effect on alloyup.',
    examples: {
      'group-key': { key: 'tags', group },
      'not-a-group': { group: 'version' },
      'ungrouped-host': { host: 'db-01' },
      'later-port': { host: 'db-01', port: 2222 },
      'older-name': { variable: 'ansible_ssh_host', current: 'ansible_host' },
      vault: { variable },
      template: { variable },
      'become-off': { variable },
      'become-password': { variable: 'ansible_become_password' },
      'host-key-checking-off': { variable: 'ansible_host_key_checking' },
      'alloy-version': { variable: 'alloy_version' },
      'own-variable': { variable: 'region', moreLines: [3, 4] },
      'no-counterpart': { variable: 'ansible_python_interpreter' },
      'become-user': { variable: 'ansible_become_user', value: 'grafana' },
      'become-method': { variable: 'ansible_become_method', value: 'doas' },
      'ssh-arguments': { variable: 'ansible_ssh_common_args', args: ['-o Compression=yes'] },
    },
  },
  'access.absent': {
    means: 'A path of `config.readable` is not there yet.',
    examples: { 'no-path': { path: '/var/log/app' } },
  },
  'access.docker': {
    means: 'Alloy is about to join the group docker.',
    examples: { 'like-root': { by: [{ of: 'fragment', name: 'docker' }] } },
  },
  'account.kept': {
    means: 'A purge keeps a user that the package did not create.',
    examples: { 'not-of-package': {} },
  },
  'alloy.components': {
    means: 'The host is up to date, but some components are unhealthy.',
    examples: {
      unhealthy: { components: [{ id: 'loki.write.default', health: 'unhealthy' }] },
    },
  },
  'alloy.delivery': {
    means:
      'The host is changed and proven, but the data that it sends does not arrive, or nobody can tell. See [delivery.md](delivery.md).',
    examples: {
      'not-delivered': {
        destinations: [
          {
            destination: 'loki.example.com:443',
            state: 'retrying',
            status: null,
            answer: 'connection refused',
          },
        ],
      },
      'nothing-to-send': { destinations: ['tempo.example.com:4317'] },
      unseen: {},
    },
  },
  'alloy.crashed': {
    means: "Alloy's own validate crashed on the configuration, which says nothing about it.",
    examples: {
      validate: { version: '1.18.1', said: 'runtime error: invalid memory address' },
    },
  },
  'alloy.no-validate': {
    means: 'The configuration could not be validated on the host before it was written.',
    examples: { 'too-old': {} },
  },
  'apt.pin': {
    means: 'A pin on the host makes apt choose another version of Alloy than the inventory.',
    examples: {
      against: {
        path: '/etc/apt/preferences.d/alloy',
        pin: 'version 1.17.*',
        priority: 1001,
        version: '1.18.1-1',
      },
    },
  },
  'data.kept': {
    means: 'A purge keeps data on a disk of their own.',
    examples: { mounted: { path: '/var/lib/alloy' } },
  },
  'data.lost': {
    means: 'A purge deletes data that no rollback restores.',
    examples: { purge: {} },
  },
  'host.adopt': {
    means: 'A file that alloyup never wrote is taken over, as asked.',
    examples: { 'taken-over': { path: '/etc/default/alloy', loses: ['HTTPS_PROXY'] } },
  },
  'host.clock': {
    means: "The host's clock is wrong. apt refuses a repository that seems to be from the future.",
    examples: { off: { aheadS: -3700 }, 'no-time-server': {} },
  },
  'host.dpkg-lock': {
    means: 'Another program is using dpkg.',
    examples: { held: { command: 'apt-get', pid: 812 } },
  },
  'read.denied': {
    means: 'The user alloy cannot read what the configuration names. Alloy stays healthy over it.',
    examples: {
      group: { ...denied, mode: '0750', owner: 'root:www-data', group: 'www-data' },
      readable: { ...denied, give: '/var/log/app' },
      elsewhere: { ...denied, path: '/root/app.log', blocker: '/root', owner: 'root:root' },
    },
  },
  'read.missing': {
    means: 'The configuration names a path that is not there, or a pattern that matches nothing.',
    examples: {
      absent: { path: '/etc/ssl/app/ca.pem' },
      'no-match': { path: '/var/log/app/*.log' },
    },
  },
  'key.expires': {
    means: "The repository's signing key expires within 90 days.",
    examples: { soon: { days: 30, date: '2026-12-23' } },
  },
  'key.expired': {
    means: "The copy of the repository's key on the host has expired.",
    examples: { 'on-host': { path: '/etc/apt/keyrings/grafana.asc' } },
  },
  'repository.kept': {
    means: 'A removal leaves the repository on the host.',
    examples: { 'in-use': { packages: ['loki'] } },
  },
  'repository.no-route': {
    means: 'The host itself cannot reach the repository.',
    examples: { 'no-route': { address: 'apt.grafana.com', said: 'No route to host' } },
  },
  'repository.sources': {
    means: 'The host has a source for the repository that apt cannot use.',
    examples: { 'not-serving': { paths: ['/etc/apt/sources.list.d/other.list'] } },
  },
  'run.in-progress': {
    means: 'Another run is changing the host.',
    examples: { locked: { run, who: 'ops@laptop' } },
  },
  'run.replanned': {
    means: 'The host changed between its plan and its turn, and nobody had to approve the plan.',
    examples: { 'host-changed': {} },
  },
  'run.silent': {
    means:
      'Nobody has to approve the plans, and the run goes on without hosts that keep it waiting.',
    examples: { 'not-planned': { hosts: ['edge-04'] } },
  },
  'run.taken-back': {
    means: 'A run that was cut off, or is to be undone, is rolled back.',
    examples: { 'rolled-back': { run } },
  },
  'run.unfinished': {
    means: 'A run was cut off on the host.',
    examples: { 'cut-off': { run } },
  },
  'sudo.log-input': {
    means: 'sudo on the host logs the input of commands, and with it the secrets of a run.',
    examples: { 'to-file': { path: '/var/log/sudo-io' }, enabled: {} },
  },
  'unit.drop-ins': {
    means: 'Alloy is restarted with settings that alloyup does not manage.',
    examples: { foreign: { paths: ['/etc/systemd/system/alloy.service.d/limits.conf'] } },
  },
};
