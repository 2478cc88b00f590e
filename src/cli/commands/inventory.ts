import { dirname } from 'node:path';
import { inventoryText } from '../../inventory/edit.ts';
import { namesIn, parseHostList } from '../../inventory/host-list.ts';
import { count } from '../../report/plain.ts';
import { say } from '../../report/printable.ts';
import type { Command } from '../args/option-table.ts';
import { writeNew } from '../files/write-files.ts';
import { openSource, surroundings } from '../hosts/chosen-hosts.ts';
import { printProblems } from '../terminal/terminal.ts';
import { orThrow } from '../usage.ts';

/** `alloyup inventory import FILE` prints the converted inventory, or writes it with `-o`. */
export const inventory: Command = async ({ args, options, terminal }) => {
  const directory = dirname(options.out ?? 'stdout');
  const { text, inventory } = await importInventory(args[1]!, directory);
  if (options.out === null) terminal.content(text);
  else writeNew(options.out, text, options.force);
  printProblems(terminal, [], inventory.warnings);
  if (!options.quiet && options.out !== null)
    terminal.err(
      say`Wrote ${options.out}: ${count(inventory.hosts.size, 'host')}. Check it with alloyup validate -i ${options.out}\n`,
    );
  return 0;
};

/**
 * Converts an Ansible inventory, which may be a program, or a list of hosts.
 *
 * @param directory where the new inventory will be
 * @throws ToolError
 */
export async function importInventory(source: string, directory = '.') {
  const { file, inventory, variables } = await openSource(source, { mayRun: true });
  const names = variables.length === 0 && !file.ran ? namesIn(file.text) : null;
  const read = orThrow(
    names
      ? parseHostList(`${names.join(',')},`, {})
      : inventory.read(surroundings(file.base, directory, variables)),
  );
  return { text: inventoryText(read.input, file.file), inventory: read };
}
