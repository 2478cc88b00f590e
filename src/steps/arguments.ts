/** Arguments of `alloy run`, taken apart as far as an inventory has keys of their own for them. */
export interface RunArguments {
  /** `--server.http.listen-addr`; every interface is `[::]`, as Go reads an address without a host. */
  readonly listen: string;
  readonly stability: string;
  /** All others, as they are, in their order. */
  readonly others: readonly string[];
}

/** What holds where an argument is not given (upstream: internal/alloycli/cmd_run.go). */
const LISTEN = '127.0.0.1:12345';
const STABILITY = 'generally-available';

/** Reads CUSTOM_ARGS: systemd parts it at blanks and knows no quotes there. */
export function readArguments(text: string): RunArguments {
  const words = text.split(/\s+/).filter(Boolean);
  const others: string[] = [];
  let listen = LISTEN;
  let stability = STABILITY;
  for (let i = 0; i < words.length; i += 1) {
    const [, flag, glued] =
      /^(--(?:server\.http\.listen-addr|stability\.level))(?:=(.*))?$/.exec(words[i]!) ?? [];
    if (flag === undefined) {
      const word = words[i]!;
      const before = others.at(-1);
      // a value that stands behind its flag
      const isValue = !word.startsWith('-') && before !== undefined && !before.includes('=');
      if (isValue) others.splice(-1, 1, `${before}=${word}`);
      else others.push(word);
      continue;
    }
    const value = glued ?? words[++i] ?? '';
    if (flag === '--stability.level') stability = value;
    else listen = value.startsWith(':') ? `[::]${value}` : value;
  }
  return { listen, stability, others };
}

/** Both start the same Alloy: what is written out may be what holds anyway. */
export const sameArguments = (a: string, b: string): boolean =>
  JSON.stringify(readArguments(a)) === JSON.stringify(readArguments(b));
