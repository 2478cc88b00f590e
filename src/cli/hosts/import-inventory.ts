import { inventoryText } from '../../inventory/edit.ts';
import { parseHostList } from '../../inventory/host-list.ts';
import { orThrow } from '../usage.ts';
import { openSource } from './chosen-hosts.ts';

/**
 * Reads an Ansible inventory or a list of hosts, and converts it to alloyup's. An executable one is run.
 *
 * @param source a path, or `-` for stdin
 * @throws ToolError with all problems of the text
 */
export async function importInventory(source: string) {
  const { file, inventory, variables } = await openSource(source, true);
  const names = variables.length === 0 ? hostNames(file.text) : null;
  const read = orThrow(
    names ? parseHostList(`${names.join(',')},`, {}) : await inventory.read(variables),
  );
  return { text: inventoryText(read.input, file.file), inventory: read };
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
