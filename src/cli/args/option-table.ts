import { InvalidArgumentError, Option } from 'commander';
import type { Shard } from '../../inventory/shard.ts';
import type { Share } from '../../model/rollout.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** An option as commander knows it, with the type of its value. A variable ALLOYUP_... mirrors it. */
interface TypedOption<T> extends Option {
  defaultValue: T;
  /** Of the environment, where it is not named after the option. */
  variable?: string;
}

/** Headings of the help, in order. */
export const GROUPS = ['Hosts:', 'Run:', 'Output:', 'For a list of hosts without a file:'] as const;
export type Group = (typeof GROUPS)[number];
const [HOSTS, RUN, OUTPUT, LIST] = GROUPS;

const FORMATS = ['text', 'json', 'ndjson'] as const;
const GRAPH_FORMATS = ['svg', 'html', 'mermaid', 'dot', 'json'] as const;
export type GraphFormat = (typeof GRAPH_FORMATS)[number];

/** @param parse reads one occurrence; `before` is what the earlier ones came to */
function option<T>(
  flags: string,
  group: Group,
  help: string,
  fallback: T,
  parse?: (text: string, before: T) => T,
): TypedOption<T> {
  const made = new Option(flags, help).default(fallback).helpGroup(group);
  return (parse ? made.argParser(parse) : made) as TypedOption<T>;
}

const text = (flags: string, group: Group, help: string): TypedOption<string | null> =>
  option(flags, group, help, null, (written) => {
    if (written === '') throw new InvalidArgumentError('It is empty.');
    return written;
  });

type Range = readonly [least: number, most: number];

const wholeIn =
  ([least, most]: Range) =>
  (written: string): number => {
    const value = /^\d+$/.test(written) ? Number(written) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };

const integer = (
  flags: string,
  group: Group,
  help: string,
  fallback: number,
  range: Range,
): TypedOption<number> =>
  option(flags, group, `${help} (default ${fallback})`, fallback, wholeIn(range));

/** null: what the inventory says. */
const optionalInteger = (flags: string, help: string, range: Range): TypedOption<number | null> =>
  option<number | null>(flags, RUN, help, null, wholeIn(range));

function shareOf(written: string, least: 0 | 1): Share {
  const [, number, percent] = /^(\d{1,6})(%?)$/.exec(written.trim()) ?? [];
  const value = Number(number);
  if (percent === '%' && value >= 1 && value <= 100) return { percent: value };
  if (percent === '' && value >= least) return { hosts: value };
  throw new InvalidArgumentError('Write numbers of hosts or percentages, such as 1 or 10%.');
}

/** Where a matrix has no more than this. */
const MOST_SHARDS = 10_000;

function shardOf(written: string): Shard {
  const [, index, of] = /^(\d{1,5})\/(\d{1,5})$/.exec(written.trim()) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (shard.index >= 1 && shard.index <= shard.of && shard.of <= MOST_SHARDS) return shard;
  throw new InvalidArgumentError(
    `Write which shard of how many, from 1/1 to ${MOST_SHARDS}/${MOST_SHARDS}, such as 2/4.`,
  );
}

const choice = <const T extends string>(
  flags: string,
  help: string,
  choices: readonly [T, ...T[]],
): TypedOption<T> => option<T>(flags, OUTPUT, help, choices[0]).choices(choices);

const flag = (flags: string, group: Group, help: string): TypedOption<boolean> =>
  option(flags, group, help, flags.startsWith('--no-'));

/** The most important first. To add one: a line here, and its name in the commands that take it. */
export const createOptions = () => ({
  inventory: option<readonly string[] | null>(
    '-i, --inventory <file>',
    HOSTS,
    'file or directory, repeatable; "-": stdin; or "web-01,web-02," (default inventory.yaml)',
    null,
    (written, before) => {
      if (written === '') throw new InvalidArgumentError('It is empty.');
      return [...(before ?? []), written];
    },
  ),
  limit: text(
    '-l, --limit <pattern>',
    HOSTS,
    'only these hosts: "web*:!web-03:&prod", "@failed.txt"',
  ),
  shard: option<Shard | null>(
    '--shard <i/n>',
    HOSTS,
    'only one of n parts of the hosts, such as 2/4',
    null,
    shardOf,
  ),
  yes: flag('-y, --yes', RUN, 'do not ask for confirmation'),
  askSudoPassword: flag(
    '-K, --ask-sudo-password',
    HOSTS,
    'prompt once for the sudo password of all hosts',
  ),
  forks: integer('-f, --forks <n>', RUN, 'hosts to work on at once', 32, [1, 2000]),
  output: choice('--output <format>', 'text, json or ndjson (default text)', FORMATS),
  quiet: flag('-q, --quiet', OUTPUT, 'only problems and the summary'),
  verbose: option(
    '-v, --verbose',
    OUTPUT,
    'show steps and waits; -vv also shows host output',
    0,
    (_, before) => before + 1,
  ),
  diff: flag('--no-diff', OUTPUT, 'show changes without diffs'),
  junit: text('--junit <file>', OUTPUT, 'also write a JUnit report'),
  html: text('--html <file>', OUTPUT, 'also write the run as a page for the browser'),
  sarif: text('--sarif <file>', OUTPUT, 'also write SARIF, for code scanning'),
  log: text('--log <file>', OUTPUT, 'event log of the run (default: state directory)'),
  color: flag('--no-color', OUTPUT, 'disable colors'),
  connectTimeout: integer('--connect-timeout <s>', RUN, 'seconds to log in', 15, [1, 600]),
  timeout: integer('--timeout <s>', RUN, 'seconds per host', 1800, [1, 86_400]),
  lockTimeout: integer(
    '--lock-timeout <s>',
    RUN,
    'seconds to wait for another run or dpkg',
    300,
    [0, 86_400],
  ),
  watch: integer('--watch <s>', RUN, 'seconds to watch a restarted service', 15, [0, 3600]),
  // of status; what commands that change hosts call --watch is another option
  follow: Object.assign(
    option<number | null>(
      '--watch [s]',
      RUN,
      'keep the table current until q is pressed; looks again after so many seconds (default 5)',
      null,
      wholeIn([1, 3600]),
    ).preset('5'),
    { attributeName: () => 'follow', variable: 'ALLOYUP_STATUS_WATCH' },
  ) as TypedOption<number | null>,
  user: text('--user <name>', LIST, 'user to log in as'),
  identity: text('--identity <file>', LIST, 'private key'),
  template: text('--template <name>', LIST, 'configuration template (default minimal)'),
  var: option<readonly string[]>(
    '--var <key=value>',
    LIST,
    'template variable; repeatable',
    [],
    (written, before) => {
      if (/^[A-Za-z_]\w*=/.test(written)) return [...before, written];
      throw new InvalidArgumentError('It must be KEY=VALUE, such as role=web.');
    },
  ),

  canary: optionalInteger(
    '--canary <n>',
    'hosts to change first, in a wave of their own',
    [0, 100_000],
  ),
  serial: option<readonly Share[] | null>(
    '--serial <sizes>',
    RUN,
    'sizes of the waves: 1,10%,50%',
    null,
    (written) => written.split(',').map((part) => shareOf(part, 1)),
  ),
  maxFail: option<Share | null>(
    '--max-fail <n>',
    RUN,
    'hosts that may fail, as a number or percentage',
    null,
    (written) => shareOf(written, 0),
  ),
  pause: optionalInteger('--pause <s>', 'seconds between two waves', [0, 86_400]),
  queue: text('--queue <url>', RUN, 'have workers do it, over this Redis: rediss://...'),
  attach: text('--attach <run>', RUN, 'continue a run whose dispatcher was lost'),
  concurrency: integer('--concurrency <n>', RUN, 'hosts to work on at once', 32, [1, 2000]),
  hosts: flag('--no-hosts', HOSTS, 'check this machine and the inventory only'),
  adopt: flag('--adopt', RUN, 'take over a configuration not written by alloyup'),
  rollback: flag('--no-rollback', RUN, 'leave a failed host as it is'),
  run: text('--run <id>', RUN, 'roll back to before this run (default: the newest)'),
  purge: flag('--purge', RUN, "also delete Alloy's data, user and configuration"),
  retry: text('--retry <run>', RUN, 'only hosts a run did not finish: ID, log or "last"'),
  detailedExitcode: flag('--detailed-exitcode', RUN, 'exit 2 if there are changes'),
  out: text('-o, --out <file>', OUTPUT, 'write the result to a file'),
  force: flag('--force', OUTPUT, 'replace an existing file'),
  format: choice('--format <format>', 'text, json, ndjson, junit, markdown or html', [
    ...FORMATS,
    'junit',
    'markdown',
    'html',
  ]),
  // of graph; what report calls --format is another option
  graphFormat: Object.assign(
    option<GraphFormat | null>(
      '--format <format>',
      OUTPUT,
      'svg, html, mermaid, dot or json (default: as --out says, or svg)',
      null,
    ).choices(GRAPH_FORMATS),
    { attributeName: () => 'graphFormat', variable: 'ALLOYUP_GRAPH_FORMAT' },
  ) as TypedOption<GraphFormat | null>,
  live: flag('--live', RUN, 'add health and what flows, as the hosts report them'),
  interval: optionalInteger(
    '--interval <s>',
    'seconds between two readings (default: the longest between two scrapes, 60 at most)',
    [1, 600],
  ),
  // of graph
  rewrite: Object.assign(flag('--watch', RUN, 'write the file again and again until Ctrl-C'), {
    attributeName: () => 'rewrite',
    variable: 'ALLOYUP_GRAPH_WATCH',
  }) as TypedOption<boolean>,
  answers: text('--answers <file>', RUN, 'read the answers from a YAML file'),
  from: text('--from <host>', RUN, 'import what a manually configured host runs'),
  edit: flag('--edit', RUN, 'change an existing inventory; keeps its comments'),
  strict: flag('--strict', RUN, 'unknown components and arguments are errors'),
  alloyVersion: option<string | null>(
    '--alloy-version <version>',
    RUN,
    'version of Alloy to check for, where none is pinned (default: the newest known)',
    null,
    (written) => {
      if (/^v?\d+\.\d+(?:\.\d+\S*)?$/.test(written)) return written;
      throw new InvalidArgumentError('It must be a version, such as 1.18.1.');
    },
  ),
  root: text('--root <dir>', RUN, 'read files below it only (default: the repository)'),
  exact: flag('--exact', RUN, 'also ask Alloy itself, in the version that is pinned'),
  write: flag('-w, --write', RUN, 'rewrite the files in place'),
  test: flag('-t, --test', RUN, 'list unformatted files and exit 1; writes nothing'),
});

/** For whoever only looks at them: a command line has its own. */
export const OPTIONS = createOptions();

/** Read when `-i` is not given. */
export const DEFAULT_INVENTORY = 'inventory.yaml';

export type OptionName = keyof typeof OPTIONS;

/** What a command receives: every option; those it does not take have their fallbacks. */
export type Options = {
  readonly [K in OptionName]: (typeof OPTIONS)[K]['defaultValue'];
};

/** A parsed command line. */
export interface Invocation {
  readonly args: readonly string[];
  readonly options: Options;
  readonly terminal: Terminal;
}

/** Returns the exit code. @throws ToolError for what was wrong before the first connection */
export type Command = (invocation: Invocation) => Promise<number>;

/** "ALLOYUP_CONNECT_TIMEOUT". */
export const variableOf = ({ long, variable }: Option & { readonly variable?: string }): string =>
  variable ?? `ALLOYUP_${long!.slice(2).replaceAll('-', '_').toUpperCase()}`;
