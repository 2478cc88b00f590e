import { resolve } from 'node:path';
import process from 'node:process';
import { BUILTIN_NAMES } from '../../config/builtins.ts';
import { FRAGMENT_NAMES } from '../../config/fragments.ts';
import { isHostList } from '../../inventory/host-list.ts';
import type { Inventory } from '../../inventory/members.ts';
import { parseInventory } from '../../inventory/parse-inventory.ts';
import { say } from '../../report/printable.ts';
import {
  type InventoryFile,
  inventoryFiles,
  readInventoryFile,
} from '../../sources/inventory-file.ts';
import { COMMANDS, type CommandSpec, isCommand } from '../args/commands.ts';
import { DEFAULT_INVENTORY, OPTIONS, type OptionName } from '../args/option-table.ts';
import { savedRuns } from '../runs/run-logs.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Prints one candidate per line for the completion scripts. Runs no inventory and never fails. */
export async function answerShell(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [shell, ...rest] = argv;
  const line = shell === 'bash' ? splitLine(rest[0] ?? '') : { words: rest, kept: '' };
  try {
    const found = await complete(line.words, {
      hosts: (inventories) => {
        const usual = terminal.env.ALLOYUP_INVENTORY || DEFAULT_INVENTORY;
        return hostNames(inventories.length > 0 ? inventories : [usual], terminal);
      },
      runs: () => [...savedRuns(terminal)].reverse(),
    });
    if (found === FILES) terminal.out(say`:${FILES}\n`);
    else
      for (const { value, meaning } of found)
        terminal.out(
          shell === 'bash'
            ? say`${value.slice(line.kept.length)}\n`
            : say`${value}${meaning === undefined ? '' : `\t${meaning}`}\n`,
        );
  } catch {
    // an error about a command line that is still being typed would only disturb
  }
  return 0;
}

async function hostNames(sources: readonly string[], terminal: Terminal): Promise<HostNames> {
  const lists = sources.filter(isHostList).flatMap((one) => one.split(',').filter(Boolean));
  const read: InventoryFile[] = [];
  for (const source of sources.filter((one) => !isHostList(one))) {
    const path = resolve(terminal.cwd, source.replace(/^~(?=\/)/, terminal.home));
    const named = await inventoryFiles(path);
    const options = { stdin: () => process.stdin, mayRun: false, timeoutMs: 5000 };
    for (const one of named.ok ? named.value : []) {
      const file = await readInventoryFile(one, options);
      if (file.ok) read.push(file.value);
    }
  }
  const inventory = await inventoryIn(read);
  return {
    hosts: [...lists, ...(inventory?.hosts.keys() ?? [])],
    groups: [...(inventory?.groups.keys() ?? [])],
  };
}

async function inventoryIn(files: readonly InventoryFile[]): Promise<Inventory | undefined> {
  const [only, ...more] = files;
  if (only && more.length === 0) {
    const read = parseInventory(only.text, only.file);
    return read.ok ? read.value : undefined;
  }
  // one alone may name groups of another
  const [{ openInventory }, { mergeInventories }] = await Promise.all([
    import('../../inventory/open-inventory.ts'),
    import('../../inventory/several.ts'),
  ]);
  const parts = files.map(({ text, file }) => openInventory(text, file).part());
  const merged = mergeInventories(parts.flatMap((part) => (part.ok ? [part.value] : [])));
  return merged.ok ? merged.value : undefined;
}

/** A word of a command line: quotes may be open at its end. */
const WORD = /(?:[^\s'"\\]|\\.?|'[^']*'?|"(?:[^"\\]|\\.?)*"?)+/gs;
const QUOTED = /\\(.?)|'([^']*)'?|"((?:[^"\\]|\\.?)*)"?/gs;

const unquoted = (word: string): string =>
  word.replace(
    QUOTED,
    (_, escaped, single, double) => escaped ?? single ?? double.replace(/\\(.?)/gs, '$1'),
  );

/** A command line as bash splits it, as far as completion needs that: quotes, backslashes, blanks. */
export function splitLine(line: string) {
  const words = line.match(WORD) ?? [];
  const typed = (line.endsWith(words.at(-1) ?? '') && words.pop()) || '';
  // only where they are not quoted
  const bare = typed.replace(QUOTED, (text) => '.'.repeat(text.length));
  const end = Math.max(bare.lastIndexOf(':'), bare.lastIndexOf('=')) + 1;
  return {
    /** Without the command's own name; the last one is being typed. */
    words: [...words, typed].map(unquoted).slice(1),
    /** The start of the last word, up to ":" or "=", which bash does not replace. */
    kept: unquoted(typed.slice(0, end)),
  };
}

/** A word that may come next. */
export interface Candidate {
  readonly value: string;
  /** Shown beside it where the shell can. */
  readonly meaning?: string;
}

/** What only this machine knows, read when it is needed. */
export interface MachineNames {
  /** Of the inventories that the command line names; none: the usual one. */
  hosts(inventories: readonly string[]): Promise<HostNames>;
  /** IDs of saved runs, newest first. */
  runs(): readonly string[];
}

type HostNames = Readonly<Record<'hosts' | 'groups', readonly string[]>>;

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

  const inventory = inventoriesIn(before);
  const [, flag, glued] = /^(--[a-z-]+)=(.*)$/s.exec(typed) ?? [];
  const key = optionOf(spec, flag ?? before.at(-1)!);
  if (key && OPTIONS[key].required) {
    const { flags, argChoices } = OPTIONS[key];
    const allowed = argChoices ?? (key === 'template' ? BUILTIN_NAMES : null);
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
  const choices = spec.choices?.[arg];
  return choices ? matching(typed, choices) : named(arg, typed, inventory, names);
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

/** The values of `-i FILE`. */
const inventoriesIn = (before: readonly string[]): readonly string[] =>
  before.flatMap((word, i) => {
    if (word.startsWith('--inventory=')) return [word.slice('--inventory='.length)];
    return word === '-i' || word === '--inventory' ? before.slice(i + 1, i + 2) : [];
  });

/** What a value or an argument may be, by its name in the usage. */
async function named(
  name: string,
  typed: string,
  inventory: readonly string[],
  names: MachineNames,
): Promise<readonly Candidate[] | typeof FILES> {
  switch (name) {
    case 'file':
    case 'files':
    case 'plan':
      return FILES;
    case 'hostorfiles': {
      const found = matching(typed, (await names.hosts(inventory)).hosts);
      return found.length > 0 && !/[./]/.test(typed) ? found : FILES;
    }
    case 'host':
    case 'hosts':
      return matching(typed, (await names.hosts(inventory)).hosts);
    case 'pattern':
      return patterns(typed, await names.hosts(inventory));
    case 'name':
      return matching(typed, [...BUILTIN_NAMES, ...FRAGMENT_NAMES]);
    case 'run':
      return matching(typed, ['last', ...names.runs()]);
    case 'id':
      return matching(typed, names.runs());
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
