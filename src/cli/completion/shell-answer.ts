import { resolve } from 'node:path';
import process from 'node:process';
import { BUILTIN_NAMES } from '../../config/builtins.ts';
import { isHostList } from '../../inventory/host-list.ts';
import { parseInventory } from '../../inventory/parse-inventory.ts';
import { readInventoryFile } from '../../sources/inventory-file.ts';
import { DEFAULT_INVENTORY } from '../args/option-table.ts';
import { savedRuns } from '../runs/run-logs.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { complete, FILES, type HostNames } from './candidates.ts';

/** Prints one candidate per line for the completion scripts. Runs no inventory and never fails. */
export async function answerShell(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [shell, ...rest] = argv;
  const line = shell === 'bash' ? splitLine(rest[0] ?? '') : { words: rest, kept: '' };
  try {
    const found = await complete(line.words, {
      hosts: (inventory) =>
        hostNames(inventory || terminal.env.ALLOYUP_INVENTORY || DEFAULT_INVENTORY, terminal),
      runs: () => [...savedRuns(terminal)].reverse(),
      templates: BUILTIN_NAMES,
    });
    if (found === FILES) terminal.out(`:${FILES}\n`);
    else
      for (const { value, meaning } of found)
        terminal.out(
          shell === 'bash'
            ? `${value.slice(line.kept.length)}\n`
            : `${value}${meaning === undefined ? '' : `\t${meaning}`}\n`,
        );
  } catch {
    // an error about a command line that is still being typed would only disturb
  }
  return 0;
}

async function hostNames(source: string, terminal: Terminal): Promise<HostNames> {
  if (isHostList(source)) return { hosts: source.split(',').filter(Boolean), groups: [] };
  const file = await readInventoryFile(
    resolve(terminal.cwd, source.replace(/^~(?=\/)/, terminal.home)),
    { stdin: () => process.stdin, mayRun: false, timeoutMs: 5000 },
  );
  const inventory = file.ok ? parseInventory(file.value.text, file.value.file) : file;
  return inventory.ok
    ? { hosts: [...inventory.value.hosts.keys()], groups: [...inventory.value.groups.keys()] }
    : { hosts: [], groups: [] };
}

/** A word of a command line: quotes may be open at its end. */
const WORD = /(?:[^\s'"\\]|\\.?|'[^']*'?|"(?:[^"\\]|\\.?)*"?)+/gs;
const QUOTED = /\\(.?)|'([^']*)'?|"((?:[^"\\]|\\.?)*)"?/gs;

const unquoted = (word: string): string =>
  word.replace(
    QUOTED,
    (_, escaped, single, double) => escaped ?? single ?? double.replace(/\\(.?)/gs, '$1'),
  );

/** A command line as bash splits it, as far as completion needs that: quotes, backslashes, blanks. */
export function splitLine(line: string): {
  /** Without the command's own name; the last one is being typed. */
  readonly words: readonly string[];
  /** The start of the last word, up to ":" or "=", which bash does not replace. */
  readonly kept: string;
} {
  const words = line.match(WORD) ?? [];
  const typed = (line.endsWith(words.at(-1) ?? '') && words.pop()) || '';
  // only where they are not quoted
  const bare = typed.replace(QUOTED, (text) => '.'.repeat(text.length));
  const end = Math.max(bare.lastIndexOf(':'), bare.lastIndexOf('=')) + 1;
  return {
    words: [...words, typed].map(unquoted).slice(1),
    kept: unquoted(typed.slice(0, end)),
  };
}
