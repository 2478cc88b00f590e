import { count } from '../../report/plain.ts';
import type { Command } from '../args/invocation.ts';
import { writeNew } from '../files/write-files.ts';
import { importInventory } from '../hosts/import-inventory.ts';
import { printProblems } from '../terminal/terminal.ts';

/** `alloyup inventory import FILE` prints the converted inventory, or writes it with `-o`. */
export const inventory: Command = async ({ args, options, terminal }) => {
  const { text, inventory } = await importInventory(args[1]!);
  if (options.out === null) terminal.out(text);
  else writeNew(options.out, text, options.force);
  printProblems(terminal, [], inventory.warnings);
  if (!options.quiet && options.out !== null)
    terminal.err(
      `Wrote ${options.out}: ${count(inventory.hosts.size, 'host')}. Check it with alloyup validate -i ${options.out}\n`,
    );
  return 0;
};
