import { parseHostList } from '../../inventory/hostlist.ts';
import { expandName } from '../../inventory/range.ts';

/** A host as the wizard writes it: its name, which may be a range, and what its word said. */
export interface HostWord {
  readonly name: string;
  readonly user: string | null;
  readonly port: number | null;
}

/** Words of a line that was typed or pasted: blanks and commas part them, `#` begins a comment. */
export const wordsOf = (line: string): readonly string[] =>
  line
    .replace(/#.*$/, '')
    .split(/[\s,]+/)
    .filter(Boolean);

/** What is wrong with a line of hosts; null: nothing. */
export function wrongHosts(line: string): string | null {
  for (const word of wordsOf(line)) {
    const parsed = parseHostList(`${word},`, {});
    if (!parsed.ok) {
      const { message, hint } = parsed.problems[0]!;
      return `${message}: ${hint}`;
    }
  }
  return null;
}

/** `ops@web-[01:20]:2222` in its parts. */
export function hostWord(word: string): HostWord {
  const [, user, rest = word] = /^(?:([^@]+)@)?(.*)$/.exec(word) ?? [];
  const plain = { user: user ?? null, port: null };
  const bracketed = /^\[([0-9A-Fa-f:.%\w]*:[0-9A-Fa-f:.%\w]*:[^\]]*)\](?::(\d+))?$/.exec(rest);
  if (bracketed)
    return { ...plain, name: bracketed[1]!, port: bracketed[2] ? Number(bracketed[2]) : null };
  const named = /^((?:[^:[\]]|\[[^\]]*\])+):(\d+)$/.exec(rest);
  return named ? { ...plain, name: named[1]!, port: Number(named[2]) } : { ...plain, name: rest };
}

/** Every host that the lines name, each once, ranges as they are. */
export const hostWords = (lines: readonly string[]): readonly HostWord[] => [
  ...new Map(lines.flatMap(wordsOf).map((word) => [hostWord(word).name, hostWord(word)])).values(),
];

/** `-i` of these hosts, to be logged in on before there is an inventory. */
export const listOf = (words: readonly HostWord[]): string =>
  words
    .flatMap(({ name, user, port }) => {
      const names = expandName(name);
      return (names.ok ? names.value : [name]).map(
        (one) =>
          `${user === null ? '' : `${user}@`}${one.includes(':') && port !== null ? `[${one}]` : one}${port === null ? '' : `:${port}`}`,
      );
    })
    .map((word) => `${word},`)
    .join('');
