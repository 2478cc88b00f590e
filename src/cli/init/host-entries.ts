import type { InventoryEdit } from '../../inventory/edit.ts';
import { parseHostList } from '../../inventory/host-list.ts';
import type { Inventory } from '../../inventory/members.ts';
import type { Result } from '../../model/problem.ts';
import { textOf } from '../../report/text-of.ts';
import { orThrow } from '../usage.ts';

/** Each entry of a line: blanks and commas separate them, `#` starts a comment. */
const entriesIn = (line: string): readonly Result<Inventory>[] =>
  line
    .replace(/#.*$/, '')
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((entry) => parseHostList(`${entry},`, {}));

/** What is wrong with a line of hosts; null: nothing. */
export function whyInvalidHosts(line: string): string | null {
  const wrong = entriesIn(line).find((entry) => !entry.ok);
  if (!wrong || wrong.ok) return null;
  const { message, hint } = textOf(wrong.problems[0]!);
  return `${message}: ${hint}`;
}

/** Every host that the lines name, each once, ranges as they are. */
export function hostsToWrite(lines: readonly string[]): InventoryEdit['hosts'] {
  const inputs = lines.flatMap(entriesIn).map((entry) => orThrow(entry).input.hosts);
  return Object.entries(Object.assign({}, ...inputs) as NonNullable<(typeof inputs)[number]>).map(
    ([name, host]) => ({
      name,
      settings: Object.entries(host?.ssh ?? {}).map(([key, value]) => [['ssh', key], value]),
    }),
  );
}
