import { parseHostList } from '../../inventory/host-list.ts';
import { textOf } from '../../report/text-of.ts';

/** A host as it was typed or pasted: `ops@web-[01:20]:2222`. */
export interface HostEntry {
  /** May be a range. */
  readonly name: string;
  readonly user: string | null;
  readonly port: number | null;
}

/** Entries of a line: blanks and commas separate them, `#` starts a comment. */
export const entriesIn = (line: string): readonly string[] =>
  line
    .replace(/#.*$/, '')
    .split(/[\s,]+/)
    .filter(Boolean);

/** What is wrong with a line of hosts; null: nothing. */
export function whyInvalidHosts(line: string): string | null {
  for (const entry of entriesIn(line)) {
    const parsed = parseHostList(`${entry},`, {});
    if (!parsed.ok) {
      const { message, hint } = textOf(parsed.problems[0]!);
      return `${message}: ${hint}`;
    }
  }
  return null;
}

function parseEntry(text: string): HostEntry {
  const [, user = null, rest = text] = /^(?:([^@]+)@)?(.*)$/.exec(text) ?? [];
  const address =
    /^\[([0-9A-Fa-f:.%\w]*:[0-9A-Fa-f:.%\w]*:[^\]]*)\](?::(\d+))?$/.exec(rest) ??
    /^((?:[^:[\]]|\[[^\]]*\])+):(\d+)$/.exec(rest);
  const [, name = rest, port] = address ?? [];
  return { name, user, port: port === undefined ? null : Number(port) };
}

/** Every host that the lines name, each once, ranges as they are. */
export const hostEntries = (lines: readonly string[]): readonly HostEntry[] => [
  ...new Map(
    lines
      .flatMap(entriesIn)
      .map(parseEntry)
      .map((entry) => [entry.name, entry]),
  ).values(),
];
