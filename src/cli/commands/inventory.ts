import { writeFileSync } from 'node:fs';
import process from 'node:process';
import type { VariablesEntry } from '../../inventory/ansible-variables.ts';
import { parseHostList } from '../../inventory/hostlist.ts';
import { inventoryText } from '../../inventory/print.ts';
import { readInventory } from '../../inventory/read.ts';
import type { WrittenInventory } from '../../inventory/written.ts';
import { type Result, ToolError } from '../../model/problem.ts';
import { paintWith } from '../../report/paint.ts';
import { count } from '../../report/plain.ts';
import { problemsText } from '../../report/problem.ts';
import { type InventoryFile, readInventoryFile } from '../../sources/inventory-file.ts';
import { orThrow, SCRIPT_TIMEOUT_MS, variablesBeside } from '../inventory.ts';
import type { Command, Invocation } from '../invocation.ts';
import { unwritable } from '../run-log.ts';
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
  const got = orThrow(
    await readInventoryFile(source, {
      stdin: process.stdin,
      mayRun: true,
      timeoutMs: SCRIPT_TIMEOUT_MS,
    }),
  );
  const { file } = got;
  const read = orThrow(readAny(got, await variablesBeside(source, got)));
  const printed = inventoryText(read.written, file);
  if (options.out === null) terminal.out(printed);
  else writeNew(options.out, printed, options.force);
  const style = { paint: paintWith(options.color && terminal.errColour), width: terminal.width };
  terminal.err(problemsText([], read.warnings, style));
  if (!options.quiet && options.out !== null)
    terminal.err(
      `${options.out} written: ${count(read.hosts.size, 'host')}; check it: alloyup validate -i ${options.out}\n`,
    );
  return 0;
}

/** An inventory, or names of hosts: one a line, or with commas. */
function readAny(
  { text, file }: InventoryFile,
  beside: readonly VariablesEntry[],
): Result<WrittenInventory> {
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
    : readInventory(text, file, beside);
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
