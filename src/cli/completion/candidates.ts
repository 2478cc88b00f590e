import { COMMANDS, type CommandSpec } from '../args/commands.ts';
import { longFlag, OPTIONS, type OptionName } from '../args/options.ts';
import { SHELLS } from './shells.ts';

/** A word that may stand next. */
export interface Candidate {
  readonly value: string;
  /** Shown beside it where the shell can. */
  readonly meaning?: string;
}

/** What only this machine knows; asked for when it is needed. */
export interface Known {
  /** Of the inventory that the words name. */
  hosts(inventory: string | null): Promise<Names>;
  /** Ids of saved runs, the newest first. */
  runs(): readonly string[];
  readonly templates: readonly string[];
}

export interface Names {
  readonly hosts: readonly string[];
  readonly groups: readonly string[];
}

/** The shell completes names of files itself. */
export const FILES = 'files';

/** The words of positional arguments. */
const POSITIONS: Readonly<Record<string, 'host' | 'run' | 'shell' | 'runs' | typeof FILES>> = {
  render: 'host',
  trust: 'host',
  validate: FILES,
  fmt: FILES,
  apply: FILES,
  report: 'run',
  runs: 'runs',
  completion: 'shell',
};

/** Options whose value is a name of a file. */
const FILE_OPTIONS: ReadonlySet<string> = new Set([
  'inventory',
  'identity',
  'log',
  'junit',
  'out',
  'answers',
]);

/**
 * What may stand in the place of the last word.
 *
 * @param words after `alloyup`; the last one is being typed, '' when it has not begun
 */
export async function complete(
  words: readonly string[],
  known: Known,
): Promise<readonly Candidate[] | typeof FILES> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const [name] = before;
  if (name === undefined)
    return startingWith(typed, typed.startsWith('-') ? FIRST_FLAGS : commandNames());
  if (name === 'help') return startingWith(typed, [...commandNames(), { value: 'options' }]);
  const spec: CommandSpec | undefined = Object.hasOwn(COMMANDS, name)
    ? COMMANDS[name as keyof typeof COMMANDS]
    : undefined;
  if (!spec) return [];

  const glued = /^(--[a-z-]+)=(.*)$/s.exec(typed);
  const key = optionOf(spec, glued ? glued[1]! : before.at(-1)!);
  if (key && takesValue(key) && (glued || before.length > 1)) {
    const values = await valuesOf(key, glued ? glued[2]! : typed, inventoryIn(before), known);
    if (values === FILES || !glued) return values;
    return values.map((one) => ({ ...one, value: `${glued[1]}=${one.value}` }));
  }
  if (typed.startsWith('-')) return startingWith(typed, flagsOf(spec));
  return positional(name, typed, before, known);
}

const FIRST_FLAGS: readonly Candidate[] = [{ value: '--help' }, { value: '--version' }];

const commandNames = (): readonly Candidate[] =>
  Object.entries(COMMANDS).map(([value, { summary }]) => ({ value, meaning: summary }));

const startingWith = (typed: string, all: readonly Candidate[]): readonly Candidate[] =>
  all.filter(({ value }) => value.startsWith(typed));

const words = (typed: string, values: readonly string[]): readonly Candidate[] =>
  startingWith(
    typed,
    values.map((value) => ({ value })),
  );

const flagsOf = ({ options }: CommandSpec): readonly Candidate[] => [
  ...options.map((key) => ({ value: longFlag(OPTIONS[key]), meaning: OPTIONS[key].help })),
  { value: '--help', meaning: 'print this help' },
];

/** The option of a command that is written so, long or short. */
const optionOf = ({ options }: CommandSpec, flag: string): OptionName | undefined =>
  options.find(
    (key) => longFlag(OPTIONS[key]) === flag || OPTIONS[key].flags.startsWith(`${flag}, `),
  );

const takesValue = (key: OptionName): boolean =>
  OPTIONS[key].kind === 'value' || OPTIONS[key].kind === 'list';

/** `-i FILE`, as far as it is written. */
function inventoryIn(before: readonly string[]): string | null {
  const at = before.findLastIndex((word) => word === '-i' || word === '--inventory');
  const glued = before.findLast((word) => word.startsWith('--inventory='));
  return glued?.slice('--inventory='.length) ?? (at >= 0 ? (before[at + 1] ?? null) : null);
}

async function valuesOf(
  key: OptionName,
  typed: string,
  inventory: string | null,
  known: Known,
): Promise<readonly Candidate[] | typeof FILES> {
  if (FILE_OPTIONS.has(key)) return FILES;
  const { values } = OPTIONS[key] as { readonly values?: readonly string[] };
  if (values) return words(typed, values);
  switch (key) {
    case 'limit':
      return patterns(typed, await known.hosts(inventory));
    case 'template':
      return words(typed, known.templates);
    case 'run':
      return words(typed, known.runs());
    default:
      // --retry is not in every version of the table
      return (key as string) === 'retry' ? words(typed, ['last', ...known.runs()]) : [];
  }
}

/** The last part of a pattern: `web*:!web-0` goes on behind the `!`. */
function patterns(typed: string, { hosts, groups }: Names): readonly Candidate[] {
  if (typed.startsWith('@')) return [];
  const head = /^(?:.*[:,])?[!&]?/s.exec(typed)![0];
  const last = typed.slice(head.length);
  return [
    ...groups.map((value) => ({ value, meaning: 'group' })),
    ...hosts.map((value) => ({ value, meaning: 'host' })),
    { value: 'all', meaning: 'every host' },
  ]
    .filter(({ value }) => value.startsWith(last))
    .map((one) => ({ ...one, value: `${head}${one.value}` }));
}

async function positional(
  name: string,
  typed: string,
  before: readonly string[],
  known: Known,
): Promise<readonly Candidate[] | typeof FILES> {
  switch (POSITIONS[name]) {
    case FILES:
      return FILES;
    case 'host':
      return words(typed, (await known.hosts(inventoryIn(before))).hosts);
    case 'run':
      return words(typed, known.runs());
    case 'runs':
      return before.length === 1 ? words(typed, ['show']) : words(typed, known.runs());
    case 'shell':
      return words(typed, SHELLS);
    default:
      return [];
  }
}
