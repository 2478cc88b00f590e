import { usageError } from '../usage.ts';

/** One option of the command line, and the variable of the environment that mirrors it. */
export interface OptionSpec<T> {
  /** As commander reads it: "-f, --forks <n>". */
  readonly flags: string;
  readonly help: string;
  readonly group: Group;
  readonly fallback: T;
  readonly kind: 'value' | 'flag' | 'toggle' | 'count' | 'list';
  /** All that may be written. */
  readonly values?: readonly string[];
  /** @throws ToolError `usage`, in words that begin with `name` */
  read(text: string, name: string): T;
}

/** Headings of the help, in its order. */
export const GROUPS = ['Hosts:', 'Run:', 'Output:', 'A list of hosts without a file:'] as const;
export type Group = (typeof GROUPS)[number];

const HOSTS = 'Hosts:';
const RUN = 'Run:';
const OUTPUT = 'Output:';
const LIST = 'A list of hosts without a file:';

const text = (flags: string, group: Group, help: string): OptionSpec<string | null> => ({
  flags,
  group,
  help,
  fallback: null,
  kind: 'value',
  read: (written, name) => {
    if (written === '')
      throw usageError(`${name} is empty`, `give ${name} a value, or leave it out`);
    return written;
  },
});

const integer = (
  flags: string,
  group: Group,
  help: string,
  fallback: number,
  [least, most]: readonly [number, number],
): OptionSpec<number> => ({
  flags,
  group,
  help: `${help} (default ${fallback})`,
  fallback,
  kind: 'value',
  read: (written, name) => {
    const value = /^\d+$/.test(written) ? Number(written) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw usageError(
      `${name} wants a whole number from ${least} to ${most}, not "${written}"`,
      `leave it out for ${fallback}, or write e.g. ${name}${name.startsWith('-') ? ' ' : '='}${Math.max(least, fallback)}`,
    );
  },
});

const choice = <const T extends string>(
  flags: string,
  group: Group,
  help: string,
  values: readonly [T, ...T[]],
): OptionSpec<T> => ({
  flags,
  group,
  help,
  fallback: values[0],
  kind: 'value',
  values,
  read: (written, name) => {
    const value = values.find((one) => one === written);
    if (value) return value;
    throw usageError(`${name} cannot be "${written}"`, `write one of: ${values.join(', ')}`);
  },
});

const readBoolean = (written: string, name: string): boolean => {
  if (/^(1|true|yes|on)$/i.test(written)) return true;
  if (/^(0|false|no|off|)$/i.test(written)) return false;
  throw usageError(`${name} is neither yes nor no: "${written}"`, `write ${name}=1 or ${name}=0`);
};

const flag = (flags: string, group: Group, help: string): OptionSpec<boolean> => ({
  flags,
  group,
  help,
  fallback: false,
  kind: 'flag',
  read: readBoolean,
});

/** On unless `--no-...` says otherwise. */
const toggle = (flags: string, group: Group, help: string): OptionSpec<boolean> => ({
  ...flag(flags, group, help),
  fallback: true,
  kind: 'toggle',
});

/** Every option there is. Adding one: a line here, its name in the commands that take it. */
export const OPTIONS = {
  inventory: text(
    '-i, --inventory <file>',
    HOSTS,
    'file, "-" for stdin, or "web-01,web-02," (default inventory.yaml)',
  ),
  limit: text(
    '-l, --limit <pattern>',
    HOSTS,
    'only these hosts: "web*:!web-03:&prod", "@failed.txt"',
  ),
  askSudoPassword: flag(
    '-K, --ask-sudo-password',
    HOSTS,
    'ask once for the sudo password of all hosts',
  ),

  hosts: toggle('--no-hosts', HOSTS, 'connect to no host: this machine and the inventory'),

  forks: integer('-f, --forks <n>', RUN, 'hosts in progress at once', 32, [1, 2000]),
  connectTimeout: integer('--connect-timeout <s>', RUN, 'seconds for a login', 15, [1, 600]),
  timeout: integer('--timeout <s>', RUN, 'seconds for one host', 1800, [1, 86_400]),
  yes: flag('-y, --yes', RUN, 'change hosts without asking'),
  watch: integer('--watch <s>', RUN, 'seconds a restarted service is watched', 15, [0, 3600]),
  lockTimeout: integer(
    '--lock-timeout <s>',
    RUN,
    'seconds to wait for another run or for dpkg',
    300,
    [0, 86_400],
  ),
  adopt: flag('--adopt', RUN, 'take over a configuration that alloyup never wrote'),
  rollback: toggle('--no-rollback', RUN, 'leave a host that does not come up as it is'),
  run: text('--run <id>', RUN, 'the run to take back (default: the newest)'),
  purge: flag('--purge', RUN, "delete Alloy's data, its user and its configuration too"),
  retry: text('--retry <run>', RUN, 'only hosts that a run left undone: id, log, or "last"'),
  detailedExitcode: flag('--detailed-exitcode', RUN, 'exit 2 where there is something to change'),

  output: choice('--output <format>', OUTPUT, 'text, json or ndjson (default text)', [
    'text',
    'json',
    'ndjson',
  ]),
  log: text('--log <file>', OUTPUT, 'events of the run (default: in the state directory)'),
  junit: text('--junit <file>', OUTPUT, 'also write a JUnit report'),
  out: text('-o, --out <file>', OUTPUT, 'write to a file: the plan, or the inventory'),
  force: flag('--force', OUTPUT, 'replace a file that is there'),
  diff: toggle('--no-diff', OUTPUT, 'titles of changes alone, no diffs'),
  color: toggle('--no-color', OUTPUT, 'no colours'),
  quiet: flag('-q, --quiet', OUTPUT, 'problems and the sum alone'),
  verbose: {
    flags: '-v, --verbose',
    group: OUTPUT,
    help: 'steps and waits; -vv: what hosts print, too',
    fallback: 0,
    kind: 'count',
    read: (written, name) => integer('', OUTPUT, '', 0, [0, 2]).read(written, name),
  } satisfies OptionSpec<number>,

  user: text('--user <name>', LIST, 'user to log in as'),
  identity: text('--identity <file>', LIST, 'private key'),
  template: text('--template <name>', LIST, 'configuration (default minimal)'),
  var: {
    flags: '--var <key=value>',
    group: LIST,
    help: 'variable of the template; may be repeated',
    fallback: [],
    kind: 'list',
    read: (written, name) => {
      if (/^[A-Za-z_]\w*=/.test(written)) return [written];
      throw usageError(`${name} wants KEY=VALUE, not "${written}"`, `write e.g. ${name} role=web`);
    },
  } satisfies OptionSpec<readonly string[]>,

  format: choice('--format <format>', OUTPUT, 'text, json, ndjson, junit or markdown', [
    'text',
    'json',
    'ndjson',
    'junit',
    'markdown',
  ]),

  answers: text('--answers <file>', RUN, 'answers in YAML: nothing is asked'),
  from: text('--from <host>', RUN, 'bring home what a hand-made host runs'),
  edit: flag('--edit', RUN, 'change an inventory that is there; its comments stay'),

  strict: flag('--strict', RUN, 'wrong components and arguments are errors, too'),
  write: flag('-w, --write', RUN, 'write the files in place'),
  test: flag('-t, --test', RUN, 'write nothing; exit 1 and list files that are not canonical'),
} as const;

export type OptionName = keyof typeof OPTIONS;

/** What a command is given: every option there is, those it does not take at their fallbacks. */
export type Options = {
  readonly [K in OptionName]: (typeof OPTIONS)[K] extends OptionSpec<infer T> ? T : never;
};

/** "--connect-timeout" of "--connect-timeout <s>". */
export const longFlag = ({ flags }: Pick<OptionSpec<unknown>, 'flags'>): string =>
  /--[a-z-]+/.exec(flags)![0];

/** "ALLOYUP_CONNECT_TIMEOUT". */
export const variableOf = (flag: string): string =>
  `ALLOYUP_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`;
