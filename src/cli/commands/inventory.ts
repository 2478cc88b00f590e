import { dirname } from 'node:path';
import { count } from '../../report/plain.ts';
import { problemsText } from '../../report/problem-text.ts';
import type { Command } from '../args/invocation.ts';
import { writeNew } from '../files/write-files.ts';
import { importInventory } from '../hosts/import-inventory.ts';
import { errStyle } from '../terminal/terminal.ts';

/** `alloyup inventory import FILE` prints the converted inventory, or writes it with `-o`. */
export const inventory: Command = async ({ args, options, terminal }) => {
  const { text, hosts, warnings } = await importInventory(
    args[1]!,
    dirname(options.out ?? 'stdout'),
  );
  if (options.out === null) terminal.out(text);
  else writeNew(options.out, text, options.force);
  terminal.err(problemsText([], warnings, errStyle(options, terminal)));
  if (!options.quiet && options.out !== null)
    terminal.err(
      `Wrote ${options.out}: ${count(hosts, 'host')}. Check it with alloyup validate -i ${options.out}\n`,
    );
  return 0;
};
