import process from 'node:process';
import type { VariablesEntry } from '../../inventory/ansible-variables.ts';
import { parseHostList } from '../../inventory/hostlist.ts';
import { inventoryText } from '../../inventory/print.ts';
import { type InventoryText, openInventory } from '../../inventory/read.ts';
import type { WrittenInventory } from '../../inventory/written.ts';
import type { Result, Warning } from '../../model/problem.ts';
import { readInventoryFile } from '../../sources/inventory-file.ts';
import { orThrow, SCRIPT_TIMEOUT_MS, variablesBeside } from './chosen-hosts.ts';

/** Somebody else's inventory as one of ours. */
export interface Imported {
  readonly text: string;
  readonly hosts: number;
  /** It names a user for every host. */
  readonly namesUser: boolean;
  /** What of it could not be brought along. */
  readonly warnings: readonly Warning[];
}

/**
 * Reads an inventory of Ansible, or names of hosts. An executable one is run.
 *
 * @param source a path, or `-` for stdin
 * @throws ToolError with all problems of the text
 */
export async function importInventory(source: string): Promise<Imported> {
  const got = orThrow(
    await readInventoryFile(source, {
      stdin: () => process.stdin,
      mayRun: true,
      timeoutMs: SCRIPT_TIMEOUT_MS,
    }),
  );
  const inventory = openInventory(got.text, got.file);
  const beside = await variablesBeside(source, got, inventory);
  const read = orThrow(await readAny(got.text, inventory, beside));
  return {
    text: inventoryText(read.written, got.file),
    hosts: read.hosts.size,
    namesUser: read.written.defaults?.ssh?.user !== undefined,
    warnings: read.warnings,
  };
}

/** An inventory, or names of hosts: one a line, or with commas. */
async function readAny(
  text: string,
  inventory: InventoryText,
  beside: readonly VariablesEntry[],
): Promise<Result<WrittenInventory>> {
  const words = text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
  const names = words.every((word) => /^[\w.$@:,[\]-]+$/.test(word) && !/^\[[\w-]+\]$/.test(word));
  return beside.length === 0 &&
    names &&
    words.length > 0 &&
    !words.some((word) => word.endsWith(':'))
    ? parseHostList(`${words.join(',')},`, {})
    : inventory.read(beside);
}
