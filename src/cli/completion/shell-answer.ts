import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { BUILTIN_NAMES } from '../../config/builtins.ts';
import { parseInventory } from '../../inventory/parse.ts';
import { isHostList } from '../../inventory/written.ts';
import { ownFolders } from '../../sources/folders.ts';
import { readInventoryFile } from '../../sources/inventory-file.ts';
import { DEFAULT_INVENTORY } from '../hosts/chosen-hosts.ts';
import { savedRuns } from '../runs/saved-runs.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { complete, FILES, type Names } from './candidates.ts';
import { typedWords } from './words.ts';

const NOTHING: Names = { hosts: [], groups: [] };

/**
 * `alloyup __complete SHELL ...`, which the completion scripts call: candidates, one a line. Says
 * nothing rather than anything wrong, runs no inventory, and always ends with 0.
 */
export async function answerShell(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [shell, ...rest] = argv;
  const line = shell === 'bash' ? typedWords(rest[0] ?? '') : { words: rest, handled: '' };
  try {
    const found = await complete(line.words, {
      hosts: (inventory) => namesOf(inventory ?? terminal.env.ALLOYUP_INVENTORY ?? '', terminal),
      runs: () => [...savedRuns(terminal)].reverse(),
      templates: BUILTIN_NAMES,
    });
    if (found === FILES) terminal.out(`:${FILES}\n`);
    else
      terminal.out(
        found
          .map(({ value, meaning }) => {
            if (shell === 'bash') return `${value.slice(line.handled.length)}\n`;
            return meaning === undefined ? `${value}\n` : `${value}\t${meaning}\n`;
          })
          .join(''),
      );
  } catch {
    // half a line is being typed: there is nothing to say about it yet
  }
  return 0;
}

/** Hosts and groups, from the cache while the file is as it was. */
async function namesOf(written: string, terminal: Terminal): Promise<Names> {
  const source = written === '' ? DEFAULT_INVENTORY : written;
  if (isHostList(source)) return { hosts: source.split(',').filter(Boolean), groups: [] };
  if (source === '-') return NOTHING;
  const path = resolve(terminal.cwd, source.replace(/^~(?=\/)/, terminal.home));
  const { mtimeMs, size } = statSync(path);
  const folder = join(ownFolders(terminal.env).cache, 'completion');
  const cached = join(
    folder,
    `${createHash('sha256').update(`${path} ${mtimeMs} ${size}`).digest('hex').slice(0, 32)}.json`,
  );
  try {
    return JSON.parse(readFileSync(cached, 'utf8')) as Names;
  } catch {
    const names = await readNames(path);
    keep(folder, cached, names);
    return names;
  }
}

async function readNames(path: string): Promise<Names> {
  const file = await readInventoryFile(path, {
    stdin: () => process.stdin,
    mayRun: false,
    timeoutMs: 5000,
  });
  if (!file.ok) return NOTHING;
  const inventory = parseInventory(file.value.text, file.value.file);
  if (!inventory.ok) return NOTHING;
  return {
    hosts: [...inventory.value.hosts.keys()],
    groups: [...inventory.value.groups.keys()],
  };
}

function keep(folder: string, path: string, names: Names): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const staged = `${path}.${process.pid}`;
    writeFileSync(staged, JSON.stringify(names), { mode: 0o600 });
    renameSync(staged, path);
  } catch {
    // slower the next time, and no worse
  }
}
