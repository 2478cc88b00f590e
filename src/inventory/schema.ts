// a named import would bundle every language of its messages
import * as z from 'zod';
import { DEFAULTS } from './defaults.ts';
import {
  address,
  argument,
  bytes,
  component,
  componentId,
  fingerprint,
  groupName,
  hostKey,
  hostName,
  hostPath,
  jump,
  keyPlace,
  listen,
  mode,
  oneOrMore,
  percent,
  proxyUrl,
  say,
  suite,
  templateVariable,
  timeSpan,
  unixName,
  url,
  userName,
  variableName,
  version,
  word,
} from './words.ts';

/** What a section tells about a key it does not know. */
export interface KnownKeys {
  readonly known: readonly string[];
  /** Designed, not built: refused by name, so that nobody believes they work. */
  readonly later: readonly string[];
  /** Keys one floor down, with the key that they belong under: `address` -> `ssh`. */
  readonly inside: Readonly<Record<string, string>>;
}

/** A map with fixed keys. Which they are travels in the issue's message; problems.ts reads it. */
const section = <S extends z.ZodRawShape>(
  shape: S,
  later: readonly string[] = [],
  /** What to say where no map stands at all. */
  otherwise?: string,
) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? JSON.stringify({
            known: Object.keys(shape),
            later,
            inside: insideOf(shape),
          } satisfies KnownKeys)
        : otherwise,
  });

function insideOf(shape: z.ZodRawShape): KnownKeys['inside'] {
  const inside: Record<string, string> = {};
  for (const [name, schema] of Object.entries(shape)) {
    const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
    if (!(inner instanceof z.ZodObject)) continue;
    for (const key of Object.keys(inner.shape)) inside[key] ??= name;
  }
  return inside;
}

/** An optional key with its meaning and, where there is one, what holds without it. */
const key = <S extends z.ZodType>(schema: S, description: string, byDefault?: unknown) =>
  schema
    .meta(
      byDefault === undefined || byDefault === null
        ? { description }
        : { description, default: byDefault },
    )
    .optional();

const filled = <S extends z.ZodType>(item: S, what: string) =>
  z
    .array(item)
    .min(1, { error: () => say(`the list of ${what} is empty`, `name one, or take the line out`) });

const port = z
  .int({
    error: ({ input }) =>
      typeof input === 'number' ? say(`${input} is not a port`, 'write a whole number') : undefined,
  })
  .min(1, { error: () => say('a port is at least 1', 'write a number from 1 to 65535') })
  .max(65535, { error: () => say('a port is at most 65535', 'write a number from 1 to 65535') });

export const secret = section(
  {
    secret: z
      .union(
        [
          word(
            /^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/,
            'the place of a secret',
            (written) =>
              written.startsWith('age:')
                ? '"age:" is not built yet: decrypt it with { secret: { exec: [age, --decrypt, -i, KEY, FILE] } }'
                : written.startsWith('env:')
                  ? 'write the name of a variable after env:, such as env:GCLOUD_TOKEN'
                  : 'name where it is kept: env:NAME, file:PATH or { exec: [command, argument] }; never write it here',
            false,
          ),
          section({
            exec: z.tuple([z.string().min(1)], z.string()).meta({
              description:
                'A command and its arguments, run without a shell; what it prints is the secret.',
            }),
          }),
        ],
        {
          error: () =>
            say(
              'this is not the place of a secret',
              'write env:NAME, file:PATH or { exec: [command, argument] }',
            ),
        },
      )
      .meta({
        description: 'Where the secret is read from: `env:NAME`, `file:PATH`, or a command to run.',
      }),
  },
  [],
  say(
    'this is not the place of a secret',
    'write { secret: env:NAME }, { secret: file:PATH } or { secret: { exec: [command, argument] } }',
  ),
).meta({ id: 'secret', title: 'A secret, by its place' });

const ssh = section({
  address: key(
    address,
    "Name or address to connect to, or an alias of `~/.ssh/config`. Without it, the host's name. Only under `hosts`.",
  ),
  port: key(port, 'Port of sshd. Without it, that of `~/.ssh/config`, else 22.'),
  user: key(userName, 'User to log in as. Without it, that of `~/.ssh/config`, else yours.'),
  identity: key(
    oneOrMore(word(/\S/, 'a file', 'name a private key file')),
    'Private key files, in the order to try. Without it, those of the agent, of `~/.ssh/config`, then the usual names.',
  ),
  jump: key(
    oneOrMore(jump),
    'Hosts to go through, in order, each as `[user@]host[:port]`.',
    DEFAULTS.ssh.jump,
  ),
  transport: key(
    z.enum(['auto', 'ssh', 'openssh', 'local']),
    '`ssh` is the built-in client, `openssh` the one of your system, `local` this machine; `auto` takes the built-in one unless a host needs what only OpenSSH has.',
    DEFAULTS.ssh.transport,
  ),
  hostKeys: key(
    z.enum(['strict', 'accept-new']),
    'What to do with a host whose key nobody has met: refuse it, or record it. A changed key is refused in any case.',
    DEFAULTS.ssh.hostKeys,
  ),
  hostKey: key(hostKey, "Pins the host's key; it then needs no entry in known_hosts."),
}).meta({ id: 'ssh', title: 'ssh' });

const sudo = z
  .union(
    [
      z.enum(['passwordless', 'none', 'ask']),
      section({
        password: secret.meta({ description: 'Where the password of sudo is read from.' }),
      }),
    ],
    {
      error: ({ input }) =>
        say(
          typeof input === 'string'
            ? `${JSON.stringify(input)} is not a way to become root`
            : 'this is not a way to become root',
          'write passwordless, none (the login is root), ask, or { password: { secret: env:SUDO_PASSWORD } }',
        ),
    },
  )
  .meta({ id: 'sudo', title: 'sudo' });

const repository = section({
  url: key(url, 'Where the packages come from.', DEFAULTS.repository.url),
  suite: key(suite, 'Suite of the repository.', DEFAULTS.repository.suite),
  components: key(
    filled(component, 'components'),
    'Components of the suite.',
    DEFAULTS.repository.components,
  ),
  key: key(
    keyPlace,
    'URL or file of the bundle of signing keys; a file is relative to the inventory.',
    DEFAULTS.repository.key,
  ),
  fingerprints: key(
    filled(fingerprint, 'fingerprints'),
    'Keys that may sign, 40 hex digits each; all of them must be in the bundle and in force.',
    DEFAULTS.repository.fingerprints,
  ),
  proxy: key(
    proxyUrl,
    "Proxy for the hosts' apt, for this repository alone, and for what alloyup reads from it.",
  ),
}).meta({ id: 'repository', title: 'repository' });

const service = section({
  memoryMax: key(
    bytes,
    'systemd `MemoryMax=`: the service is killed above it. Alloy keeps its heap below 90 % of it by itself.',
  ),
  memoryHigh: key(bytes, 'systemd `MemoryHigh=`: the service is slowed down above it.'),
  cpuQuota: key(percent, 'systemd `CPUQuota=`: share of one core.'),
  tasksMax: key(z.int().min(1), 'systemd `TasksMax=`: threads at most.'),
  limitNofile: key(
    z.int().min(1024, {
      error: () => say('Alloy needs more open files than that', 'write 1024 or more'),
    }),
    'systemd `LimitNOFILE=`: open files at most.',
  ),
  nice: key(z.int().min(-20).max(19), 'systemd `Nice=`: -20 goes first, 19 last.'),
  restartSec: key(
    timeSpan,
    'systemd `RestartSec=`: wait before a crashed service starts again. systemd takes 100ms.',
  ),
  startLimitBurst: key(
    z.int().min(1),
    'systemd `StartLimitBurst=`: starts allowed within the interval. systemd takes 5.',
  ),
  startLimitIntervalSec: key(
    timeSpan,
    'systemd `StartLimitIntervalSec=`; 0 never gives up. systemd takes 10s.',
  ),
  timeoutStopSec: key(
    timeSpan,
    'systemd `TimeoutStopSec=`: wait before a stop is forced. The package says 20s.',
  ),
}).meta({ id: 'service', title: 'alloy.service' });

const alloy = section(
  {
    version: key(
      version,
      '`present` takes the newest where none is installed and leaves any other alone; `latest` keeps up; a version is installed, up or down, and held.',
      DEFAULTS.alloy.version,
    ),
    listen: key(listen, "Address and port of Alloy's own HTTP server.", DEFAULTS.alloy.listen),
    check: key(
      z.enum(['http', 'service']),
      'How a host proves that Alloy is up: by its HTTP server, or by the service alone, where the configuration locks the checks out.',
      DEFAULTS.alloy.check,
    ),
    stability: key(
      z.enum(['generally-available', 'public-preview', 'experimental']),
      'Least stable features that the configuration may use.',
      DEFAULTS.alloy.stability,
    ),
    args: key(
      z.array(argument),
      'More arguments of `alloy run`, each as one word.',
      DEFAULTS.alloy.args,
    ),
    tolerate: key(
      z.array(componentId),
      'Components that may be unhealthy.',
      DEFAULTS.alloy.tolerate,
    ),
    environment: key(
      z.record(
        variableName,
        z.union([z.string(), secret], {
          error: ({ input }) =>
            typeof input === 'number' || typeof input === 'boolean'
              ? say('a variable is text', 'put the value in quotes')
              : input === null
                ? say(
                    'the variable has no value',
                    'write "" for an empty text, or take the line out',
                  )
                : say('a variable is text or a secret', 'write "text" or { secret: env:NAME }'),
        }),
      ),
      'Variables of the service, read with `sys.env("NAME")`; texts or secrets.',
    ),
    memberOf: key(
      z.array(unixName),
      'Unix groups that the user alloy shall be in, beside those that the package takes (`adm`, `systemd-journal`).',
      DEFAULTS.alloy.memberOf,
    ),
    service: key(service, 'Limits and restarts of the service, written to a drop-in of its unit.'),
  },
  ['cluster'],
).meta({ id: 'alloy', title: 'alloy' });

export type TemplateValue =
  | string
  | number
  | boolean
  | readonly TemplateValue[]
  | { readonly [name: string]: TemplateValue };

const templateValue: z.ZodType<TemplateValue> = z
  .lazy(() =>
    z.union(
      [
        z.string(),
        z.number(),
        z.boolean(),
        z.array(templateValue),
        z.record(z.string(), templateValue),
      ],
      {
        error: () =>
          say('there is no value', 'give it one, "" for an empty text, or take the line out'),
      },
    ),
  )
  .meta({ id: 'templateValue', title: 'Text, number, true or false, list or map' });

const file = section({
  source: key(
    word(/\S/, 'a file', 'name a file, such as ./ca.pem'),
    'File on this machine, relative to the inventory.',
  ),
  secret: secret.shape.secret
    .meta({ description: 'Place of the secret that is its content.' })
    .optional(),
  mode: key(mode, 'Mode, in quotes.', DEFAULTS.file.mode),
  user: key(unixName, 'Owner.', DEFAULTS.file.user),
  group: key(unixName, 'Group.', DEFAULTS.file.group),
}).meta({ id: 'file', title: 'config.files' });

const config = section({
  template: key(
    word(
      /^\S(.*\S)?$/,
      'a template',
      'name a built-in template, or a file such as ./gateway.alloy',
    ),
    'Name of a built-in template, or a path with a `/`, relative to the inventory.',
    DEFAULTS.config.template,
  ),
  vars: key(z.record(templateVariable, templateValue), 'Values for the template.'),
  files: key(
    z.record(hostPath, file),
    'Files that the configuration needs beside it, by their path on the host: exactly one of `source` and `secret` each.',
  ),
}).meta({ id: 'config', title: 'config' });

const settings = {
  ssh: key(ssh, 'How to log in.'),
  sudo: key(
    sudo,
    'How to become root after the login: `passwordless`, `none` (the login is root already), `ask` once at the start of a run, or a password from a secret. The default is `none` where `ssh.user` is root.',
    DEFAULTS.sudo,
  ),
  repository: key(repository, 'Where the package comes from.'),
  alloy: key(alloy, 'The package, the service and how it is checked.'),
  config: key(config, 'The configuration.'),
};

const LATER = ['rollout'];
/** `web-01:` with nothing behind it is a host with nothing of its own to say. */
const orNothing = <S extends z.ZodType>(schema: S) => schema.nullable();

const defaultsSection = section(settings, LATER).meta({ id: 'defaults', title: 'defaults' });
const group = section(
  {
    hosts: key(z.array(hostName), 'Names of hosts; ranges as `web-[01:20].example.com`.'),
    ...settings,
  },
  LATER,
).meta({ id: 'group', title: 'groups.NAME' });
const host = section(
  {
    groups: key(z.array(groupName), 'Groups that the host is in, beside those that name it.'),
    ...settings,
  },
  LATER,
).meta({ id: 'host', title: 'hosts.NAME' });

/** The inventory as people type it: every key optional, unknown ones refused. Nothing is transformed. */
export const inventorySchema = section(
  {
    defaults: key(orNothing(defaultsSection), 'What holds for every host.'),
    groups: key(
      orNothing(z.record(groupName, orNothing(group))),
      'Settings that hosts share, by name of the group.',
    ),
    hosts: key(
      orNothing(z.record(hostName, orNothing(host))),
      'Hosts by name, each with what is its own. A host named by a group need not stand here.',
    ),
  },
  LATER,
).meta({ title: 'Inventory of alloyup' });

export type Written = z.infer<typeof inventorySchema>;
export type WrittenSettings = z.infer<typeof defaultsSection>;
export type WrittenFile = z.infer<typeof file>;
export type WrittenSecret = z.infer<typeof secret>;

/** For editors, and the source of the reference page. */
export const inventoryJsonSchema = (): Record<string, unknown> => ({
  $id: 'inventory.schema.json',
  ...z.toJSONSchema(inventorySchema, { io: 'input' }),
});
