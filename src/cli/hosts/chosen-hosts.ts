import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { isHostList, namesIn, parseHostList } from '../../inventory/host-list.ts';
import { limitFiles, limitHosts } from '../../inventory/limit.ts';
import type { Inventory } from '../../inventory/members.ts';
import { openInventory, partOf, type Surroundings } from '../../inventory/open-inventory.ts';
import { rebased } from '../../inventory/rebase.ts';
import { type HostSettings, settingsOf } from '../../inventory/settings.ts';
import { type InventoryPart, mergeInventories } from '../../inventory/several.ts';
import { inShard, type Shard, shardText } from '../../inventory/shard.ts';
import { varsFilesOf, withVarsFiles } from '../../inventory/vars-files.ts';
import { ok, type Problem, type Result, type Warning } from '../../model/problem.ts';
import type { TextFile } from '../../model/text-files.ts';
import { besideInventory } from '../../sources/directories.ts';
import { readVariableDirectories, type VariablesEntry } from '../../sources/group-vars.ts';
import { inventoryFiles, readInventoryFile } from '../../sources/inventory-file.ts';
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
  /** After `--limit` and `--shard`, in the order of the inventory. */
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
  /** Hosts are changed in an order, or it is shown. */
  readonly ordered?: boolean;
}

/** Reads the inventory, but no secrets. @throws ToolError */
export async function readHosts(
  { options, terminal }: Invocation,
  { mayRun = true, confined = false, ordered = false }: ReadOptions = {},
): Promise<ChosenHosts> {
  const sources = options.inventory ?? [DEFAULT_INVENTORY];
  const [source] = sources as [string, ...string[]];
  const mayRead = confined ? onlyBelow(options.root ?? rootOf(source)) : anywhere;
  const { inventory, base, text } =
    sources.length === 1 && isHostList(source)
      ? readList(source, options, terminal)
      : await readFiles(sources, options, { mayRun, mayRead });
  const names =
    options.limit === null ? [...inventory.hosts.keys()] : await limited(inventory, options.limit);
  const all = names.map((name) => settingsOf(inventory, name));
  const { shard } = options;
  return {
    inventory,
    mayRead,
    base,
    sha256: createHash('sha256').update(text).digest('hex'),
    settings: shard ? inShard(all, shard) : all,
    warnings: [...inventory.warnings, ...(shard ? shardWarnings(all, shard, ordered) : [])],
  };
}

/** What the others of a shard's kind cannot know, or do not do. @param all before `--shard` */
function shardWarnings(
  all: readonly HostSettings[],
  shard: Shard,
  ordered: boolean,
): readonly Warning[] {
  const orders = new Set(all.map(({ rollout }) => rollout.order));
  const said = shardText(shard);
  const warnings: Warning[] = [];
  if (inShard(all, shard).length === 0)
    warnings.push({
      code: 'shard.empty',
      params: { reason: 'no-hosts', shard: said, hosts: all.length },
    });
  if (ordered && orders.size > 1)
    warnings.push({ code: 'shard.order', params: { reason: 'within-shard', shard: said } });
  return warnings;
}

function readList(source: string, options: Options, { cwd }: Terminal) {
  const flags = listFlags(options);
  const inventory = orThrow(parseHostList(source, flags));
  return { inventory, base: cwd, text: JSON.stringify([source, flags]) };
}

/** All files that the sources name, as one inventory whose relative paths start beside the first. */
async function readFiles(sources: readonly string[], options: Options, access: Access) {
  refuseListFlags(options);
  const { mayRead } = access;
  const named: string[] = [];
  for (const one of sources)
    named.push(...(isHostList(one) ? [one] : orThrow(await inventoryFiles(one, mayRead))));
  const opened = await Promise.all(
    named.map((one) => (isHostList(one) ? one : openSource(one, access))),
  );
  const [first] = opened as [(typeof opened)[number]];
  const base = typeof first === 'string' ? '.' : first.file.base;
  const varsFiles = await readVarsFiles(opened, mayRead);
  const [only, ...more] = opened.filter(
    (one) => typeof one === 'string' || !varsFiles.paths.has(resolve(one.file.file)),
  );
  const { inventory, text } =
    more.length === 0 && varsFiles.paths.size === 0 && typeof only === 'object'
      ? readOne(only)
      : readSeveral([only!, ...more], base, varsFiles);
  return { inventory, base, text };
}

type Opened = Awaited<ReturnType<typeof openSource>>;

function readOne({ file, inventory, variables }: Opened) {
  const names = namesOf(file);
  return {
    inventory: orThrow(
      names
        ? parseHostList(`${names.join(',')},`, {})
        : inventory.read(surroundings(file.base, file.base, variables)),
    ),
    text: variables.length === 0 ? file.text : JSON.stringify([file.text, variables]),
  };
}

/** Of a list of names Ansible makes the same, but for the users in it. */
const namesOf = ({ text, ran }: Opened['file']): readonly string[] | null =>
  text.includes('@') && !ran ? namesIn(text) : null;

function readSeveral(opened: readonly (Opened | string)[], base: string, { texts }: VarsTexts) {
  const problems: Problem[] = [];
  const parts = opened.flatMap((one): readonly InventoryPart[] => {
    const read = partOfOpened(one, base);
    if (!read.ok) problems.push(...read.problems);
    if (!read.ok || typeof one === 'string') return read.ok ? [read.value] : [];
    const { file } = one;
    const whole = withVarsFiles(read.value, texts.get(file.file) ?? new Map());
    const isMoved = one.inventory.kind === 'alloyup' && resolve(file.base) !== resolve(base);
    if (!isMoved) return [whole];
    return [
      { ...whole, value: rebased(whole.value, (path) => fromBase(base, join(file.base, path))) },
    ];
  });
  throwAll(problems);
  const read = opened.map((one) =>
    typeof one === 'string' ? one : [one.file.text, one.variables],
  );
  return {
    inventory: orThrow(mergeInventories(parts)),
    text: JSON.stringify([read, [...texts].map(([file, own]) => [file, [...own]])]),
  };
}

/** Never absolute: a checkout elsewhere gives the same text. */
function fromBase(base: string, path: string): string {
  const inside = relative(base, path);
  return inside.startsWith('..') ? inside : `./${inside}`;
}

function partOfOpened(opened: Opened | string, base: string): Result<InventoryPart> {
  const names = typeof opened === 'string' ? [opened] : namesOf(opened.file);
  if (names) {
    const list = parseHostList(`${names.join(',')},`, {});
    return list.ok ? ok(partOf(list.value)) : list;
  }
  const { file, inventory, variables } = opened as Opened;
  return inventory.part(surroundings(file.base, base, variables));
}

/** Files of variables by the inventory that names them and the path as written there. */
interface VarsTexts {
  readonly texts: ReadonlyMap<string, ReadonlyMap<string, TextFile>>;
  /** Absolute. */
  readonly paths: ReadonlySet<string>;
}

/** Of a file of variables. */
const MAX_VARS_BYTES = 4 * 1024 * 1024;

async function readVarsFiles(
  opened: readonly (Opened | string)[],
  mayRead: MayRead = anywhere,
): Promise<VarsTexts> {
  const texts = new Map<string, Map<string, TextFile>>();
  const paths = new Set<string>();
  const problems: Problem[] = [];
  for (const one of opened) {
    if (typeof one === 'string' || one.inventory.kind !== 'alloyup') continue;
    const part = one.inventory.part();
    if (!part.ok) continue;
    const { file, base } = one.file;
    for (const { path, section } of varsFilesOf(part.value.value)) {
      const found = besideInventory(path, base);
      paths.add(resolve(found));
      const read = await readTextFile(found, MAX_VARS_BYTES, { mayRead });
      const own = texts.get(file) ?? new Map<string, TextFile>();
      texts.set(file, own);
      if (read.ok) own.set(path, { file: found, text: read.text });
      else {
        const at = part.value.place([...section, 'config', 'varsFile']);
        const params = { reason: 'unreadable-vars-file', path, failure: read.failure } as const;
        problems.push({ code: 'inventory.file', params, at, detail: part.value.frame(at) });
      }
    }
  }
  throwAll(problems);
  return { texts, paths };
}

interface Access {
  readonly mayRun: boolean;
  readonly mayRead?: MayRead;
}

/** The repository that an inventory is in, otherwise its directory. */
function rootOf(source: string): string {
  const path = isHostList(source) || source === '-' ? resolve('.') : resolve(source);
  const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const directory = isDirectory ? path : dirname(path);
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
