import { createHash } from 'node:crypto';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import process from 'node:process';
import { isHostList, namesIn, parseHostList } from '../../inventory/host-list.ts';
import { limitFiles, limitHosts } from '../../inventory/limit.ts';
import type { Inventory } from '../../inventory/members.ts';
import { openInventory, type Surroundings } from '../../inventory/open-inventory.ts';
import { type HostSettings, settingsOf } from '../../inventory/settings.ts';
import type { Problem, Warning } from '../../model/problem.ts';
import { readVariableDirectories, type VariablesEntry } from '../../sources/group-vars.ts';
import { readInventoryFile } from '../../sources/inventory-file.ts';
import { anywhere, type MayRead, onlyBelow, repositoryOf } from '../../sources/may-read.ts';
import { readTextFile } from '../../sources/text-file.ts';
import { DEFAULT_INVENTORY, type Invocation, OPTIONS, type Options } from '../args/option-table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { orThrow, throwAll, usageError, usageProblem } from '../usage.ts';

/** The hosts that a command works on. */
export interface ChosenHosts {
  readonly inventory: Inventory;
  /** Which of the files that it names may be read; absent: all. */
  readonly mayRead?: MayRead;
  /** Directory that the inventory's relative paths start from. */
  readonly base: string;
  /** Of the inventory's text, hex: tells one inventory from another. */
  readonly sha256: string;
  /** After `--limit`, in the order of the inventory. */
  readonly settings: readonly HostSettings[];
  readonly warnings: readonly Warning[];
}

/** An executable inventory queries other systems; it hangs if it takes longer. */
const SCRIPT_TIMEOUT_MS = 120_000;

/** Of a file of host names for `--limit @FILE`. */
const MAX_LIMIT_BYTES = 16 * 1024 * 1024;

interface ReadOptions {
  /** A program may be run. */
  readonly mayRun?: boolean;
  /** Only files of its repository may be read: of a pull request, say. */
  readonly confined?: boolean;
}

/** Reads the inventory, but no secrets. @throws ToolError */
export async function readHosts(
  { options, terminal }: Invocation,
  { mayRun = true, confined = false }: ReadOptions = {},
): Promise<ChosenHosts> {
  const source = options.inventory ?? DEFAULT_INVENTORY;
  const mayRead = confined ? onlyBelow(options.root ?? rootOf(source)) : anywhere;
  const { inventory, base, text } = isHostList(source)
    ? readList(source, options, terminal)
    : await readFile(source, options, { mayRun, mayRead });
  const names =
    options.limit === null ? [...inventory.hosts.keys()] : await limited(inventory, options.limit);
  return {
    inventory,
    mayRead,
    base,
    sha256: createHash('sha256').update(text).digest('hex'),
    settings: names.map((name) => settingsOf(inventory, name)),
    warnings: inventory.warnings,
  };
}

function readList(source: string, options: Options, { cwd }: Terminal) {
  const flags = listFlags(options);
  const inventory = orThrow(parseHostList(source, flags));
  return { inventory, base: cwd, text: JSON.stringify([source, flags]) };
}

async function readFile(source: string, options: Options, access: Access) {
  refuseListFlags(options);
  const { file, inventory, variables } = await openSource(source, access);
  // of a list of names Ansible makes the same, but for the users in it
  const names = file.text.includes('@') && !file.ran ? namesIn(file.text) : null;
  return {
    inventory: orThrow(
      names
        ? parseHostList(`${names.join(',')},`, {})
        : inventory.read(surroundings(file.base, file.base, variables)),
    ),
    base: file.base,
    text: variables.length === 0 ? file.text : JSON.stringify([file.text, variables]),
  };
}

interface Access {
  readonly mayRun: boolean;
  readonly mayRead?: MayRead;
}

/** The repository that an inventory is in, otherwise its directory. */
function rootOf(source: string): string {
  const directory = isHostList(source) || source === '-' ? resolve('.') : dirname(resolve(source));
  return repositoryOf(directory) ?? directory;
}

/** An inventory file, and the variable files that Ansible keeps in directories next to its own. */
export async function openSource(source: string, { mayRun, mayRead = anywhere }: Access) {
  const file = orThrow(
    await readInventoryFile(source, {
      stdin: () => process.stdin,
      mayRun,
      mayRead,
      timeoutMs: SCRIPT_TIMEOUT_MS,
    }),
  );
  const inventory = openInventory(file.text, file.file, file.ran);
  const alone = source === '-' || inventory.kind === 'alloyup';
  const variables = alone ? [] : await readVariableDirectories(file.base, mayRead);
  return { file, inventory, variables };
}

/** @param base where the paths of the inventory that comes out start */
export const surroundings = (
  directory: string,
  base: string,
  beside: readonly VariablesEntry[],
): Surroundings => ({
  beside,
  directory,
  fromInventory: (path) => {
    if (path.startsWith('~') || relative('', base) === '') return path;
    const inside = relative(base, path);
    if (!inside.startsWith('..')) return `./${inside}`;
    return isAbsolute(path) ? path : inside;
  },
});

const listFlags = ({ user, identity, template, var: vars }: Options) => ({
  user: user ?? undefined,
  identity: identity ?? undefined,
  template: template ?? undefined,
  vars,
});

/** With a file they would repeat or contradict what it says. */
function refuseListFlags(options: Options): void {
  const given = (['user', 'identity', 'template', 'var'] as const).find((key) =>
    key === 'var' ? options.var.length > 0 : options[key] !== null,
  );
  if (given) throw usageError({ reason: 'list-option', option: OPTIONS[given].long! });
}

async function limited(inventory: Inventory, limit: string): Promise<readonly string[]> {
  const texts = new Map<string, string>();
  const problems: Problem[] = [];
  for (const path of limitFiles(limit)) {
    const read = await readTextFile(path, MAX_LIMIT_BYTES);
    if (read.ok) texts.set(path, read.text);
    else
      problems.push(
        usageProblem({ reason: 'unreadable', of: 'limit', path, failure: read.failure }),
      );
  }
  throwAll(problems);
  const { hosts, groups, mentioned } = inventory;
  return orThrow(limitHosts({ hosts: [...hosts.keys()], groups, mentioned }, limit, texts));
}
