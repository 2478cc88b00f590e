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
    identity: [],
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
  /** Of each entry in `config.files`. */
  file: { mode: '0640', user: 'root', group: 'alloy' },
} as const;

/** The format that each schema checks, so that a problem can name it. */
export const formats = z.registry<{ format: ValueFormat }>();

const text = (format: keyof typeof FORMATS) =>
  z.string().regex(FORMATS[format]).register(formats, { format });

const oneOrMore = (format: keyof typeof FORMATS) =>
  z.union([text(format), z.array(text(format))]).register(formats, { format: 'string-or-list' });

/** An optional key with its description and, where there is one, its default. */
const key = <S extends z.ZodType>(schema: S, description: string, byDefault?: unknown) =>
  schema
    .meta(
      byDefault === undefined || byDefault === null
        ? { description }
        : { description, default: byDefault },
    )
    .optional();

const secret = z
  .strictObject({
    secret: z
      .union([
        text('secret'),
        z.strictObject({
          exec: z.tuple([z.string().min(1)], z.string()).meta({
            description:
              'A command and its arguments, run without a shell. Its output is the secret.',
          }),
        }),
      ])
      .register(formats, { format: 'secret' })
      .meta({
        description: 'Where to read the secret: `env:NAME`, `file:PATH`, or a command to run.',
      }),
  })
  .register(formats, { format: 'secret' })
  .meta({ id: 'secret', title: 'A reference to a secret' });

const ssh = z
  .strictObject({
    address: key(
      text('address'),
      'Name or address to connect to, or an alias from `~/.ssh/config`. Defaults to the name of the host. Only allowed under `hosts`.',
    ),
    port: key(
      z.int().min(1).max(65535),
      'Port of the SSH server. Defaults to the port in `~/.ssh/config`, or 22.',
    ),
    user: key(
      text('user-name'),
      'User to log in as. Defaults to the user in `~/.ssh/config`, or your own user name.',
    ),
    identity: key(
      oneOrMore('private-key-file'),
      'Private key files, in the order to try them. Defaults to the keys in the agent, those in `~/.ssh/config`, then the usual file names.',
    ),
    jump: key(
      oneOrMore('jump-host'),
      'Jump hosts, in order, each as `[user@]host[:port]`.',
      DEFAULTS.ssh.jump,
    ),
    transport: key(
      z.enum(['auto', 'ssh', 'openssh', 'local']),
      '`ssh` is the built-in client, `openssh` the `ssh` program on your system, `local` this machine. `auto` uses the built-in client unless a host needs a feature that only OpenSSH has.',
      DEFAULTS.ssh.transport,
    ),
    hostKeys: key(
      z.enum(['strict', 'accept-new']),
      'How to treat a host whose key is unknown: `strict` refuses it, `accept-new` records the key. A changed key is always refused.',
      DEFAULTS.ssh.hostKeys,
    ),
    hostKey: key(
      text('host-key'),
      "Pins the host's key, which then needs no entry in `known_hosts`.",
    ),
  })
  .meta({ id: 'ssh', title: 'ssh' });

const sudo = z
  .union([
    z.enum(['passwordless', 'none', 'ask']),
    z.strictObject({
      password: secret.meta({ description: 'Where to read the sudo password.' }),
    }),
  ])
  .register(formats, { format: 'sudo' })
  .meta({ id: 'sudo', title: 'sudo' });

const repository = z
  .strictObject({
    url: key(text('repository-url'), 'URL of the package repository.', DEFAULTS.repository.url),
    suite: key(text('apt-suite'), 'Suite of the repository.', DEFAULTS.repository.suite),
    components: key(
      z.array(text('apt-component')).min(1),
      'Components of the suite.',
      DEFAULTS.repository.components,
    ),
    key: key(
      text('repository-key'),
      'URL or file of the bundle of signing keys. A file is relative to the inventory.',
      DEFAULTS.repository.key,
    ),
    fingerprints: key(
      z.array(text('fingerprint')).min(1),
      'Fingerprints of the keys that may sign, 40 hex digits each. Every one of them must be in the bundle and valid.',
      DEFAULTS.repository.fingerprints,
    ),
    proxy: key(
      text('proxy'),
      'HTTP proxy for this repository, used by apt on the hosts and by alloyup itself.',
    ),
  })
  .meta({ id: 'repository', title: 'repository' });

const service = z
  .strictObject({
    memoryMax: key(
      text('memory'),
      'systemd `MemoryMax=`: the service is killed above this limit. Alloy keeps its heap below 90 % of it.',
    ),
    memoryHigh: key(
      text('memory'),
      'systemd `MemoryHigh=`: the service is throttled above this limit.',
    ),
    cpuQuota: key(text('cpu-share'), 'systemd `CPUQuota=`: CPU time, as a percentage of one core.'),
    tasksMax: key(z.int().min(1), 'systemd `TasksMax=`: maximum number of threads.'),
    limitNofile: key(
      z.int().min(1024),
      'systemd `LimitNOFILE=`: maximum number of open files. Alloy needs at least 1024.',
    ),
    nice: key(
      z.int().min(-20).max(19),
      'systemd `Nice=`: from -20 (highest priority) to 19 (lowest).',
    ),
    restartSec: key(
      text('duration'),
      'systemd `RestartSec=`: delay before a crashed service is restarted. The systemd default is 100ms.',
    ),
    startLimitBurst: key(
      z.int().min(1),
      'systemd `StartLimitBurst=`: maximum number of starts within the interval. The systemd default is 5.',
    ),
    startLimitIntervalSec: key(
      text('duration'),
      'systemd `StartLimitIntervalSec=`: length of that interval; 0 never gives up. The systemd default is 10s.',
    ),
    timeoutStopSec: key(
      text('duration'),
      'systemd `TimeoutStopSec=`: how long a stop may take before it is forced. The package sets 20s.',
    ),
  })
  .meta({ id: 'service', title: 'alloy.service' });

const alloy = z
  .strictObject({
    version: key(
      text('alloy-version'),
      '`present` installs the newest version where Alloy is missing and leaves any other alone. `latest` upgrades to the newest. A version number is installed, by upgrade or downgrade, and held.',
      DEFAULTS.alloy.version,
    ),
    listen: key(
      text('listen-address'),
      "Address and port of Alloy's own HTTP server.",
      DEFAULTS.alloy.listen,
    ),
    check: key(
      z.enum(['http', 'service']),
      'How to verify that Alloy is up: through its HTTP server, or, where the configuration denies access to it, by the state of the service alone.',
      DEFAULTS.alloy.check,
    ),
    stability: key(
      z.enum(['generally-available', 'public-preview', 'experimental']),
      'The least stable features that the configuration may use.',
      DEFAULTS.alloy.stability,
    ),
    args: key(
      z.array(text('alloy-argument')),
      'Extra arguments for `alloy run`, each as one word.',
      DEFAULTS.alloy.args,
    ),
    tolerate: key(
      z.array(text('component-id')),
      'Components that may be unhealthy.',
      DEFAULTS.alloy.tolerate,
    ),
    environment: key(
      z.record(
        text('environment-variable'),
        z.union([z.string(), secret]).register(formats, { format: 'environment-value' }),
      ),
      'Environment variables of the service, as strings or as secrets. The configuration reads them with `sys.env("NAME")`.',
    ),
    memberOf: key(
      z.array(text('unix-name')),
      'Unix groups to add the user `alloy` to, besides those that the package adds it to (`adm`, `systemd-journal`).',
      DEFAULTS.alloy.memberOf,
    ),
    service: key(
      service,
      'Resource limits and restart behavior of the service, written to a drop-in for its unit.',
    ),
  })
  .meta({ id: 'alloy', title: 'alloy' });

export type TemplateValue =
  | string
  | number
  | boolean
  | readonly TemplateValue[]
  | { readonly [name: string]: TemplateValue };

const templateValue: z.ZodType<TemplateValue> = z
  .lazy(() =>
    z
      .union([
        z.string(),
        z.number(),
        z.boolean(),
        z.array(templateValue),
        z.record(z.string(), templateValue),
      ])
      .register(formats, { format: 'template-value' }),
  )
  .meta({ id: 'templateValue', title: 'String, number, boolean, list or map' });

const file = z
  .strictObject({
    source: key(text('local-file'), 'File on this machine, relative to the inventory.'),
    secret: secret.shape.secret
      .meta({ description: 'Reference to a secret that becomes the content of the file.' })
      .optional(),
    mode: key(text('file-mode'), 'File mode, in quotes.', DEFAULTS.file.mode),
    user: key(text('unix-name'), 'Owner.', DEFAULTS.file.user),
    group: key(text('unix-name'), 'Group.', DEFAULTS.file.group),
  })
  .meta({ id: 'file', title: 'config.files' });

const config = z
  .strictObject({
    template: key(
      text('template'),
      'Name of a built-in template, or a path that contains a `/`, relative to the inventory.',
      DEFAULTS.config.template,
    ),
    vars: key(z.record(text('template-variable'), templateValue), 'Variables for the template.'),
    files: key(
      z.record(text('host-path'), file),
      'Files that the configuration refers to, by their path on the host. Each has exactly one of `source` and `secret`.',
    ),
  })
  .meta({ id: 'config', title: 'config' });

const settings = {
  ssh: key(ssh, 'How to log in.'),
  sudo: key(
    sudo,
    'How to become root after the login: `passwordless` sudo, `none` (the login is already root), `ask` for the password once at the start of a run, or read the password from a secret. Defaults to `none` where `ssh.user` is `root`.',
    DEFAULTS.sudo,
  ),
  repository: key(repository, 'Where the Alloy package comes from.'),
  alloy: key(alloy, 'The package, the service, and how to check it.'),
  config: key(config, 'The configuration.'),
};

const defaultsSection = z.strictObject(settings).meta({ id: 'defaults', title: 'defaults' });
const group = z
  .strictObject({
    hosts: key(
      z.array(z.string().min(1)),
      'Names of hosts. Ranges such as `web-[01:20].example.com` are allowed.',
    ),
    ...settings,
  })
  .meta({ id: 'group', title: 'groups.NAME' });
const host = z
  .strictObject({
    groups: key(
      z.array(text('group-name')),
      'Groups that the host belongs to, in addition to those that list it.',
    ),
    ...settings,
  })
  .meta({ id: 'host', title: 'hosts.NAME' });

/**
 * The inventory as users type it: every key optional, unknown ones refused, nothing transformed.
 * A section may be null: `web-01:` with nothing after it is a host without settings of its own.
 */
export const inventorySchema = z
  .strictObject({
    defaults: key(defaultsSection.nullable(), 'Settings for every host.'),
    groups: key(
      z.record(text('group-name'), group.nullable()).nullable(),
      'Settings that hosts share, by name of the group.',
    ),
    hosts: key(
      z.record(z.string().min(1), host.nullable()).nullable(),
      'Hosts by name, each with its own settings. A host that a group lists need not be repeated here.',
    ),
  })
  .meta({ title: 'alloyup inventory' });

/** Keys that are designed but not implemented yet: refused with a message of their own. */
export const PLANNED_KEYS: readonly string[] = ['rollout', 'cluster'];

export type InventoryInput = z.infer<typeof inventorySchema>;
export type SettingsInput = z.infer<typeof defaultsSection>;
export type SecretInput = z.infer<typeof secret>['secret'];

/** For editors, and the source of the reference page. */
export const inventoryJsonSchema = (): Record<string, unknown> => ({
  $id: 'inventory.schema.json',
  ...z.toJSONSchema(inventorySchema, { io: 'input' }),
});
