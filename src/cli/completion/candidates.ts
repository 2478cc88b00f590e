import { COMMANDS, type CommandSpec, isCommand, SHELLS } from '../args/commands.ts';
import { OPTIONS, type OptionName } from '../args/option-table.ts';

/** A word that may come next. */
export interface Candidate {
  readonly value: string;
  /** Shown beside it where the shell can. */
  readonly meaning?: string;
}

/** What only this machine knows, read when it is needed. */
export interface MachineNames {
  /** Of the inventory that the command line names; null: the usual one. */
  hosts(inventory: string | null): Promise<HostNames>;
  /** IDs of saved runs, newest first. */
  runs(): readonly string[];
  readonly templates: readonly string[];
}

export interface HostNames {
  readonly hosts: readonly string[];
  readonly groups: readonly string[];
}

/** The shell completes file names itself. */
export const FILES = 'files';

/** What may stand in place of the last of the words after `alloyup`, which is '' if it has not begun. */
export async function complete(
  words: readonly string[],
  names: MachineNames,
): Promise<readonly Candidate[] | typeof FILES> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const [name] = before;
  if (name === undefined)
    return typed.startsWith('-')
      ? matching(typed, ['--help', '--version'])
      : startingWith(typed, commandNames());
  if (name === 'help') return startingWith(typed, [...commandNames(), { value: 'options' }]);
  if (!isCommand(name)) return [];
  const spec: CommandSpec = COMMANDS[name];

  const inventory = inventoryIn(before);
  const [, flag, glued] = /^(--[a-z-]+)=(.*)$/s.exec(typed) ?? [];
  const key = optionOf(spec, flag ?? before.at(-1)!);
  if (key && OPTIONS[key].required) {
    const { flags, argChoices } = OPTIONS[key];
    const allowed = argChoices ?? (key === 'template' ? names.templates : null);
    const part = glued ?? typed;
    const values = allowed
      ? matching(part, allowed)
      : await named(/<(.*)>/.exec(flags)![1]!, part, inventory, names);
    if (values === FILES || !flag) return values;
    return values.map((one) => ({ ...one, value: `${flag}=${one.value}` }));
  }
  if (typed.startsWith('-')) return startingWith(typed, flagsOf(spec));
  const args = spec.args.split(' ');
  const arg = (args[before.length - 1] ?? args.at(-1)!).replace(/[^a-z]/g, '');
  return arg === 'action' ? matching(typed, [spec.action!]) : named(arg, typed, inventory, names);
}

const commandNames = (): readonly Candidate[] =>
  Object.entries(COMMANDS).map(([value, { summary }]) => ({ value, meaning: summary }));

const startingWith = (typed: string, all: readonly Candidate[]): readonly Candidate[] =>
  all.filter(({ value }) => value.startsWith(typed));

const matching = (typed: string, values: readonly string[]): readonly Candidate[] =>
  startingWith(
    typed,
    values.map((value) => ({ value })),
  );

const flagsOf = ({ options }: CommandSpec): readonly Candidate[] => [
  ...options.map((key) => ({ value: OPTIONS[key].long!, meaning: OPTIONS[key].description })),
  { value: '--help', meaning: 'print this help' },
];

/** The option with this flag, long or short. */
const optionOf = ({ options }: CommandSpec, flag: string): OptionName | undefined =>
  options.find((key) => OPTIONS[key].long === flag || OPTIONS[key].short === flag);

/** The value of `-i FILE`. */
function inventoryIn(before: readonly string[]): string | null {
  const at = before.findLastIndex((word) => word === '-i' || word === '--inventory');
  const glued = before.findLast((word) => word.startsWith('--inventory='));
  return glued?.slice('--inventory='.length) ?? (at >= 0 ? (before[at + 1] ?? null) : null);
}

/** What a value or an argument may be, by its name in the usage. */
async function named(
  name: string,
  typed: string,
  inventory: string | null,
  names: MachineNames,
): Promise<readonly Candidate[] | typeof FILES> {
  switch (name) {
    case 'file':
    case 'files':
    case 'plan':
      return FILES;
    case 'host':
    case 'hosts':
      return matching(typed, (await names.hosts(inventory)).hosts);
    case 'pattern':
      return patterns(typed, await names.hosts(inventory));
    case 'run':
      return matching(typed, ['last', ...names.runs()]);
    case 'id':
      return matching(typed, names.runs());
    case 'shell':
      return matching(typed, SHELLS);
    default:
      return [];
  }
}

/** Completes the last part of a pattern: in `web*:!web-0` what follows the `!`. */
function patterns(typed: string, { hosts, groups }: HostNames): readonly Candidate[] {
  if (typed.startsWith('@')) return [];
  const head = /^(?:.*[:,])?[!&]?/s.exec(typed)![0];
  return startingWith(typed.slice(head.length), [
    ...groups.map((value) => ({ value, meaning: 'group' })),
    ...hosts.map((value) => ({ value, meaning: 'host' })),
    { value: 'all', meaning: 'every host' },
  ]).map((one) => ({ ...one, value: `${head}${one.value}` }));
}
