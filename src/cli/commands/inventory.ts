import { writeFileSync } from 'node:fs';
import { ToolError } from '../../model/problem.ts';
import { paintWith } from '../../report/paint.ts';
import { count } from '../../report/plain.ts';
import { problemsText } from '../../report/problem.ts';
import { importInventory } from '../hosts/import-inventory.ts';
import type { Command, Invocation } from '../args/invocation.ts';
import { unwritable } from '../runs/run-log.ts';
import { usageError } from '../usage.ts';

/** `alloyup inventory import FILE`: prints an inventory of ours, or writes it with `-o`. */
export const inventory: Command = async (invocation) => {
  const [action, source, ...more] = invocation.args;
  if (action !== 'import' || source === undefined || more.length > 0)
    throw usageError(
      action === 'import'
        ? 'inventory import wants one file'
        : `inventory does not know "${action}"`,
      'write: alloyup inventory import FILE, or "-" for stdin',
    );
  return importFrom(source, invocation);
};

async function importFrom(source: string, { options, terminal }: Invocation): Promise<number> {
  const { text, hosts, warnings } = await importInventory(source);
  if (options.out === null) terminal.out(text);
  else writeNew(options.out, text, options.force);
  const style = { paint: paintWith(options.color && terminal.errColour), width: terminal.width };
  terminal.err(problemsText([], warnings, style));
  if (!options.quiet && options.out !== null)
    terminal.err(
      `${options.out} written: ${count(hosts, 'host')}; check it: alloyup validate -i ${options.out}\n`,
    );
  return 0;
}

function writeNew(path: string, text: string, force: boolean): void {
  try {
    writeFileSync(path, text, { mode: 0o644, flag: force ? 'w' : 'wx' });
  } catch (error) {
    const trouble = error as NodeJS.ErrnoException;
    if (trouble.code === 'EEXIST')
      throw usageError(`${path} is there already`, 'name another file, or replace it: --force');
    throw new ToolError(unwritable(path, trouble));
  }
}
