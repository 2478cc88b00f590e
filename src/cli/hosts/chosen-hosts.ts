import { createHash } from 'node:crypto';
import process from 'node:process';
import type { VariablesEntry } from '../../inventory/ansible-variables.ts';
import { limitFiles, limitHosts } from '../../inventory/limit.ts';
import { type InventoryText, openInventory } from '../../inventory/read.ts';
import { type HostSettings, settingsOf } from '../../inventory/settings.ts';
import { isHostList, type WrittenInventory } from '../../inventory/written.ts';
import { type Problem, type Result, ToolError, type Warning } from '../../model/problem.ts';
import { type InventoryFile, readInventoryFile } from '../../sources/inventory-file.ts';
import { readTextFile } from '../../sources/text-file.ts';
import { readVariableFolders } from '../../sources/variable-folders.ts';
import type { Invocation } from '../args/invocation.ts';
import { longFlag, OPTIONS, type Options } from '../args/options.ts';
import { usageError, usageProblem } from '../usage.ts';

/** The hosts that a command is about. */
export interface ChosenHosts {
  readonly inventory: WrittenInventory;
  /** Folder that relative paths of the inventory start in. */
  readonly base: string;
  /** Of the inventory's text, hex: tells one inventory from another. */
  readonly sha256: string;
  /** After `--limit`, in the order of the inventory. */
  readonly settings: readonly HostSettings[];
  readonly warnings: readonly Warning[];
}

export const DEFAULT_INVENTORY = 'inventory.yaml';

/** An executable inventory asks other systems; longer than this and it hangs. */
export const SCRIPT_TIMEOUT_MS = 120_000;

/** Bytes of a file of names for `--limit @FILE`. */
const LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * Reads the inventory and picks the hosts. Reads no secret.
 *
 * @param mayRun an executable inventory may be run
 * @throws ToolError `usage`, `inventory.*`: all problems at once
 */
export async function readHosts(
  { options, terminal }: Invocation,
  { mayRun = true }: { readonly mayRun?: boolean } = {},
): Promise<ChosenHosts> {
  const source = options.inventory ?? DEFAULT_INVENTORY;
  const { inventory, base, text } = isHostList(source)
    ? {
        inventory: await readFromList(source, options),
        base: terminal.cwd,
        text: JSON.stringify([source, flagsOf(options)]),
      }
    : await readFromFile(source, options, mayRun);
  const names =
    options.limit === null ? [...inventory.hosts.keys()] : await limited(inventory, options.limit);
  return {
    inventory,
    base,
    sha256: createHash('sha256').update(text).digest('hex'),
    settings: names.map((name) => settingsOf(inventory, name)),
    warnings: inventory.warnings,
  };
}

async function readFromList(source: string, options: Options): Promise<WrittenInventory> {
  const { parseHostList } = await import('../../inventory/hostlist.ts');
  return orThrow(parseHostList(source, flagsOf(options)));
}

async function readFromFile(source: string, options: Options, mayRun: boolean) {
  refuseListFlags(options);
  const file = orThrow(
    await readInventoryFile(source, {
      stdin: () => process.stdin,
      mayRun,
      timeoutMs: SCRIPT_TIMEOUT_MS,
    }),
  );
  const inventory = openInventory(file.text, file.file);
  const beside = await variablesBeside(source, file, inventory);
  return {
    inventory: orThrow(await inventory.read(beside)),
    base: file.base,
    text: beside.length === 0 ? file.text : JSON.stringify([file.text, beside]),
  };
}

/** What Ansible keeps in folders beside an inventory; ours keeps all in one file, and stdin lies nowhere. */
export const variablesBeside = async (
  source: string,
  { base }: InventoryFile,
  { kind }: InventoryText,
): Promise<readonly VariablesEntry[]> =>
  source === '-' || kind === 'ours' ? [] : readVariableFolders(base);

const flagsOf = ({ user, identity, template, var: vars }: Options) => ({
  ...(user === null ? {} : { user }),
  ...(identity === null ? {} : { identity }),
  ...(template === null ? {} : { template }),
  vars,
});

/** They would say the same as the file does, or worse, something else. */
function refuseListFlags(options: Options): void {
  const given = (['user', 'identity', 'template', 'var'] as const).filter((key) =>
    key === 'var' ? options.var.length > 0 : options[key] !== null,
  );
  const [first] = given;
  if (first === undefined) return;
  throw usageError(
    `${longFlag(OPTIONS[first])} is for a list of hosts without a file`,
    'write it into the inventory, or name hosts: -i web-01,web-02,',
  );
}

async function limited(inventory: WrittenInventory, limit: string): Promise<readonly string[]> {
  const texts = new Map<string, string>();
  const problems: Problem[] = [];
  for (const file of limitFiles(limit)) {
    const read = await readTextFile(file, LIMIT_BYTES);
    if (read.ok) texts.set(file, read.text);
    else
      problems.push(
        usageProblem(`the file ${file} of --limit ${read.message}`, 'mend its path after the @'),
      );
  }
  if (problems.length > 0) throw new ToolError(...(problems as [Problem, ...Problem[]]));
  const names = { hosts: [...inventory.hosts.keys()], groups: inventory.groups };
  return orThrow(limitHosts(names, limit, texts));
}

/** @throws ToolError with all of its problems */
export function orThrow<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new ToolError(...(result.problems as [Problem, ...Problem[]]));
}
