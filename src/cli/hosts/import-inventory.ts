import { inventoryText } from '../../inventory/edit.ts';
import { parseHostList } from '../../inventory/host-list.ts';
import type { Warning } from '../../model/problem.ts';
import { orThrow } from '../usage.ts';
import { openSource, surroundings } from './chosen-hosts.ts';

/** Another tool's inventory, converted to alloyup's. */
export interface Imported {
  readonly text: string;
  readonly hosts: number;
  /** It names a user for every host. */
  readonly namesUser: boolean;
  /** What could not be converted. */
  readonly warnings: readonly Warning[];
}

/**
 * Reads an Ansible inventory or a list of hosts. An executable inventory is run.
 *
 * @param source a path, or `-` for stdin
 * @param directory where the new inventory will be
 * @throws ToolError with all problems of the text
 */
export async function importInventory(source: string, directory = '.'): Promise<Imported> {
  const { file, inventory, variables } = await openSource(source, true);
  const names = variables.length === 0 && !file.ran ? hostNames(file.text) : null;
  const read = orThrow(
    names
      ? parseHostList(`${names.join(',')},`, {})
      : inventory.read(surroundings(file.base, directory, variables)),
  );
  return {
    text: inventoryText(read.input, file.file),
    hosts: read.hosts.size,
    namesUser: read.input.defaults?.ssh?.user !== undefined,
    warnings: read.warnings,
  };
}

/** Host names, one per line or separated by commas; null: the text is an inventory. */
function hostNames(text: string): readonly string[] | null {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
  const isName = (line: string): boolean =>
    /^[\w.$@:,[\]-]+$/.test(line) && !/^\[[\w-]+\]$/.test(line) && !line.endsWith(':');
  return lines.length > 0 && lines.every(isName) ? lines : null;
}
