// a named import would bundle every language of its messages
import * as z from 'zod';
import type { ValueFormat } from '../model/problems/inventory-problems.ts';
import { FORMATS } from './formats.ts';

// one inventory a run: compiling its schema would take longer than interpreting it
z.config({ jitless: true });

/** What applies where the inventory sets nothing. The schema, the reference page and `settingsOf` read it here. */
export const DEFAULTS = {
  ssh: {
    user: null,
    port: null,
    jump: [],
    transport: 'auto',
    hostKeys: 'strict',
    hostKey: null,
  },
  sudo: 'passwordless',
  repository: {
    url: 'https://apt.grafana.com',
    suite: 'stable',
    components: ['main'],
    key: 'https://apt.grafana.com/gpg-full.key',
    fingerprints: ['B53AE77BADB630A683046005963FA27710458545'],
    proxy: null,
  },
  alloy: {
    version: 'present',
    listen: '127.0.0.1:12345',
    check: 'http',
    stability: 'generally-available',
    args: [],
    tolerate: [],
    memberOf: [],
  },
  config: { template: 'minimal' },
  rollout: { canary: 0, serial: '100%', pause: '0s', order: 0, onFail: 'stop', delivery: 'report' },
  /** Of each entry in `config.files`. */
  file: { mode: '0640', user: 'root', group: 'alloy' },
} as const;

/** The format that each schema checks, so that a problem can name it. */
export const formats = z.registry<{ format: ValueFormat }>();

const text = (format: keyof typeof FORMATS) =>
  z.string().regex(FORMATS[format]).register(formats, { format });

const listOf = (format: keyof typeof FORMATS) => z.array(text(format));

const oneOrMore = (format: keyof typeof FORMATS) =>
  z.union([text(format), listOf(format)]).register(formats, { format: 'string-or-list' });

const whole = (min: number, max = Number.MAX_SAFE_INTEGER) => z.int().min(min).max(max);

/** Keys that are all optional, unknown ones refused. */
const section = <S extends z.core.$ZodLooseShape>(id: string, title: string, keys: S) =>
  z.strictObject(keys).partial().meta({ id, title });

const secret = z
  .strictObject({
    secret: z
      .union([
        text('secret'),
        z.strictObject({
          exec: z
            .tuple([z.string().min(1)], z.string())
            .describe(
              'A command and its arguments, run without a shell. Its output is the secret.',
            ),
        }),
      ])
      .register(formats, { format: 'secret' })
      .describe('Where to read the secret: `env:NAME`, `file:PATH`, or a command to run.'),
  })
  .register(formats, { format: 'secret' })
  .meta({ id: 'secret', title: 'A reference to a secret' });

const ssh = section('ssh', 'ssh', {
  address: text('address').describe(
    'Name or address to connect to, or an alias from `~/.ssh/config`. Defaults to the name of the host. Only allowed under `hosts`.',
  ),
  port: whole(1, 65535).describe(
    'Port of the SSH server. Defaults to the port in `~/.ssh/config`, or 22.',
  ),
  user: text('user-name').describe(
    'User to log in as. Defaults to the user in `~/.ssh/config`, or your own user name.',
  ),
  identity: oneOrMore('private-key-file').describe(
    'Private key files, in the order to try them. Defaults to the keys in the agent, those in `~/.ssh/config`, then the usual file names.',
  ),
  jump: oneOrMore('jump-host').describe('Jump hosts, in order, each as `[user@]host[:port]`.'),
  transport: z
    .enum(['auto', 'ssh', 'openssh', 'local'])
    .describe(
      '`ssh` is the built-in client, `openssh` the `ssh` program on your system, `local` this machine. `auto` uses the built-in client unless a host needs a feature that only OpenSSH has.',
    ),
  hostKeys: z
    .enum(['strict', 'accept-new'])
    .describe(
      'How to treat a host whose key is unknown: `strict` refuses it, `accept-new` records the key. A changed key is always refused.',
    ),
  hostKey: text('host-key').describe(
    "Pins the host's key, which then needs no entry in `known_hosts`.",
  ),
});

const sudo = z
  .union([
    z.enum(['passwordless', 'none', 'ask']),
    z.strictObject({
      password: secret.describe('Where to read the sudo password.'),
    }),
  ])
  .register(formats, { format: 'sudo' })
  .meta({ id: 'sudo', title: 'sudo' });

const repository = section('repository', 'repository', {
  url: text('repository-url').describe('URL of the package repository.'),
  suite: text('apt-suite').describe('Suite of the repository.'),
  components: listOf('apt-component').min(1).describe('Components of the suite.'),
  key: text('repository-key').describe(
    'URL or file of the bundle of signing keys. A file is relative to the inventory.',
  ),
  fingerprints: listOf('fingerprint')
    .min(1)
    .describe(
      'Fingerprints of the keys that may sign, 40 hex digits each. Every one of them must be in the bundle and valid.',
    ),
  proxy: text('proxy').describe(
    'HTTP proxy for this repository, used by apt on the hosts and by alloyup itself.',
  ),
});

const service = section('service', 'alloy.service', {
  memoryMax: text('memory').describe(
    'systemd `MemoryMax=`: the service is killed above this limit. Alloy keeps its heap below 90 % of it.',
  ),
  memoryHigh: text('memory').describe(
    'systemd `MemoryHigh=`: the service is throttled above this limit.',
  ),
  cpuQuota: text('cpu-share').describe(
    'systemd `CPUQuota=`: CPU time, as a percentage of one core.',
  ),
  tasksMax: whole(1).describe('systemd `TasksMax=`: maximum number of threads.'),
  limitNofile: whole(1024).describe(
    'systemd `LimitNOFILE=`: maximum number of open files. Alloy needs at least 1024.',
  ),
  nice: whole(-20, 19).describe('systemd `Nice=`: from -20 (highest priority) to 19 (lowest).'),
  restartSec: text('duration').describe(
    'systemd `RestartSec=`: delay before a crashed service is restarted. The systemd default is 100ms.',
  ),
  startLimitBurst: whole(1).describe(
    'systemd `StartLimitBurst=`: maximum number of starts within the interval. The systemd default is 5.',
  ),
  startLimitIntervalSec: text('duration').describe(
    'systemd `StartLimitIntervalSec=`: length of that interval; 0 never gives up. The systemd default is 10s.',
  ),
  timeoutStopSec: text('duration').describe(
    'systemd `TimeoutStopSec=`: how long a stop may take before it is forced. The package sets 20s.',
  ),
});

const cluster = section('cluster', 'alloy.cluster', {
  name: text('cluster-name').describe(
    'Name of the cluster. All hosts of the inventory with this name are its members, whatever `--limit` says.',
  ),
  advertise: text('ip-address').describe(
    'IP address at which the other members reach this host. Defaults to the address in `alloy.listen`, or to `ssh.address`, resolved on this machine.',
  ),
  waitForSize: whole(1).describe(
    'Components that use clustering start working once the cluster has this many members. Alloy 1.8 or newer.',
  ),
});

const alloy = section('alloy', 'alloy', {
  version: text('alloy-version').describe(
    '`present` installs the newest version where Alloy is missing and leaves any other alone. `latest` upgrades to the newest. A version number is installed, by upgrade or downgrade, and held.',
  ),
  listen: text('listen-address').describe(
    "Address and port of Alloy's own HTTP server. In a cluster, the default is the address at which the other members reach the host.",
  ),
  cluster: cluster.describe(
    'Makes the host a member of a cluster. Its `--cluster` arguments are computed, and `apply` changes one member at a time.',
  ),
  check: z
    .enum(['http', 'service'])
    .describe(
      'How to verify that Alloy is up: through its HTTP server, or, where the configuration denies access to it, by the state of the service alone.',
    ),
  stability: z
    .enum(['generally-available', 'public-preview', 'experimental'])
    .describe('The least stable features that the configuration may use.'),
  args: listOf('alloy-argument').describe('Extra arguments for `alloy run`, each as one word.'),
  tolerate: listOf('component-id').describe('Components that may be unhealthy.'),
  environment: z
    .record(
      text('environment-variable'),
      z.union([z.string(), secret]).register(formats, { format: 'environment-value' }),
    )
    .describe(
      'Environment variables of the service, as strings or as secrets. The configuration reads them with `sys.env("NAME")`.',
    ),
  memberOf: listOf('unix-name').describe(
    'Unix groups to add the user `alloy` to, besides those that the package adds it to (`adm`, `systemd-journal`).',
  ),
  service: service.describe(
    'Resource limits and restart behavior of the service, written to a drop-in for its unit.',
  ),
});

type ListedValue =
  | string
  | number
  | boolean
  | readonly ListedValue[]
  | { readonly [name: string]: ListedValue };

export type TemplateValue =
  | string
  | number
  | boolean
  | readonly ListedValue[]
  /** null takes away what a weaker section has there. */
  | { readonly [name: string]: TemplateValue | null };

const VALUE_TITLE = 'String, number, boolean, list or map';

/** Lists are not merged, so there is nothing in them that null could take away. */
const listedValue: z.ZodType<ListedValue> = z
  .lazy(() =>
    z
      .union([
        z.string(),
        z.number(),
        z.boolean(),
        z.array(listedValue),
        z.record(z.string(), listedValue),
      ])
      .register(formats, { format: 'template-value' }),
  )
  .meta({ id: 'listedValue', title: VALUE_TITLE });

const templateValue: z.ZodType<TemplateValue> = z
  .lazy(() =>
    z
      .union([
        z.string(),
        z.number(),
        z.boolean(),
        z.array(listedValue),
        z.record(z.string(), z.union([templateValue, z.null()])),
      ])
      .register(formats, { format: 'template-value' }),
  )
  .meta({ id: 'templateValue', title: VALUE_TITLE });

const file = section('file', 'config.files', {
  source: text('local-file').describe('File on this machine, relative to the inventory.'),
  secret: secret.shape.secret.describe(
    'Reference to a secret that becomes the content of the file.',
  ),
  mode: text('file-mode').describe('File mode, in quotes.'),
  user: text('unix-name').describe('Owner.'),
  group: text('unix-name').describe('Group.'),
});

const vars = z.record(text('template-variable'), templateValue);

const fragment = section('fragment', 'config.fragments', {
  template: text('template').describe(
    'Name of a built-in fragment, or a path that contains a `/`, relative to the inventory.',
  ),
  vars: vars.describe('Variables for it. It does not see those of `config.vars`.'),
});

const config = section('config', 'config', {
  template: text('template').describe(
    'Name of a built-in template, or a path that contains a `/`, relative to the inventory.',
  ),
  vars: vars.describe('Variables for the template.'),
  varsFile: text('local-file').describe(
    'YAML or JSON file with more variables for the template, relative to the inventory. Those of `vars` in the same section win.',
  ),
  fragments: z
    .record(
      text('fragment-name'),
      z.union([text('template'), fragment, z.null()]).register(formats, { format: 'fragment' }),
    )
    .describe(
      'Pieces of configuration that are added to the template, by name: a path, a built-in fragment with its variables, or null, which removes an inherited one.',
    ),
  readable: z
    .union([listOf('host-path'), z.record(text('host-path'), z.boolean().nullable())])
    .register(formats, { format: 'readable' })
    .describe(
      'Directories and files of others that the user `alloy` may read, by POSIX ACLs. Lists of several sections add up. As a map, each path is true, or null (or false), which removes an inherited one.',
    ),
  files: z
    .record(text('host-path'), file)
    .describe(
      'Files that the configuration refers to, by their path on the host. Each has exactly one of `source` and `secret`.',
    ),
});

const hosts = (least: number) =>
  z.union([whole(least), text('percentage')]).register(formats, { format: 'host-count' });

const rollout = section('rollout', 'rollout', {
  canary: whole(0).describe(
    'Number of hosts that are changed first, in a wave of their own. The others follow only if all of them are proven.',
  ),
  serial: z
    .union([hosts(1), z.array(hosts(1)).min(1)])
    .register(formats, { format: 'wave-sizes' })
    .describe(
      'Sizes of the waves, as numbers of hosts or percentages of the hosts to change, rounded up. The last one repeats until no host is left.',
    ),
  maxFail: hosts(0).describe(
    'How many hosts may fail, as a number or a percentage. If more do, no further host is touched. Defaults to 0 where there is more than one wave.',
  ),
  pause: text('duration').describe('Time between two waves.'),
  order: whole(0).describe(
    'Groups that set `rollout` have waves of their own. They are changed in this order, and those with the same number at the same time.',
  ),
  onFail: z
    .enum(['stop', 'rollback'])
    .describe(
      'What happens when more hosts than `maxFail` have failed: `stop` leaves the hosts that were changed as they are, `rollback` returns them to their state before the run, the newest wave first. A host that fails is always rolled back.',
    ),
  delivery: z
    .enum(['off', 'report', 'require'])
    .describe(
      'Whether the data of a changed host is watched until it arrives. `report` says where it does not, and changes no outcome; `require` rolls the host back then, and lets a wave begin only when the data of the one before it arrives. See [docs/delivery.md](delivery.md).',
    ),
});

const settings = {
  ssh: ssh.describe('How to log in.'),
  sudo: sudo.describe(
    'How to become root after the login: `passwordless` sudo, `none` (the login is already root), `ask` for the password once at the start of a run, or read the password from a secret. Defaults to `none` where `ssh.user` is `root`.',
  ),
  repository: repository.describe('Where the Alloy package comes from.'),
  alloy: alloy.describe('The package, the service, and how to check it.'),
  config: config.describe('The configuration.'),
  rollout: rollout.describe('In which waves `apply` changes hosts, and when it stops.'),
};

const defaultsSection = section('defaults', 'defaults', settings);
const group = section('group', 'groups.NAME', {
  hosts: z
    .array(z.string().min(1))
    .describe('Names of hosts. Ranges such as `web-[01:20].example.com` are allowed.'),
  ...settings,
});
const host = section('host', 'hosts.NAME', {
  groups: listOf('group-name').describe(
    'Groups that the host belongs to, in addition to those that list it.',
  ),
  ...settings,
});

/**
 * The inventory as users type it: every key optional, unknown ones refused, nothing transformed.
 * A section may be null: `web-01:` with nothing after it is a host without settings of its own.
 */
export const inventorySchema = z
  .strictObject({
    defaults: defaultsSection.nullable().describe('Settings for every host.'),
    groups: z
      .record(text('group-name'), group.nullable())
      .nullable()
      .describe('Settings that hosts share, by name of the group.'),
    hosts: z
      .record(z.string().min(1), host.nullable())
      .nullable()
      .describe(
        'Hosts by name, each with its own settings. A host that a group lists need not be repeated here.',
      ),
  })
  .partial()
  .meta({ title: 'alloyup inventory' });

export type InventoryInput = z.infer<typeof inventorySchema>;
export type SettingsInput = z.infer<typeof defaultsSection>;
export type SecretInput = z.infer<typeof secret>['secret'];

/** For editors, and the source of the reference page. */
export function inventoryJsonSchema() {
  const schema = z.toJSONSchema(inventorySchema, { io: 'input' });
  const addDefaults = (section: string, defaults: object): void => {
    for (const [key, value] of Object.entries(defaults))
      if (value !== null)
        Object.assign(schema.$defs![section]!.properties![key]!, { default: value });
  };
  const { sudo, ...sections } = DEFAULTS;
  for (const [section, defaults] of Object.entries(sections)) addDefaults(section, defaults);
  for (const section of ['defaults', 'group', 'host']) addDefaults(section, { sudo });
  return { $id: 'inventory.schema.json', ...schema };
}
