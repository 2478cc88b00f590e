import { inventoryText } from '../../inventory/edit.ts';
import { parseHostList } from '../../inventory/host-list.ts';
import { orThrow } from '../usage.ts';
import { openSource } from './chosen-hosts.ts';

/** Converts an Ansible inventory, which may be a program, or a list of hosts. @throws ToolError */
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
