/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a language's texts are made of, the unusual more often than in real ones. */
export interface Material {
  /** Texts to begin with. */
  readonly seeds: readonly string[];
  readonly words: readonly string[];
  readonly lines: readonly string[];
  /** What stands between a name and a value. */
  readonly between: readonly string[];
}

/** Another text, made from one or two of the seeds by a few changes. */
export function mutate({ seeds, words, lines: ours, between }: Material, random: () => number) {
  const below = (end: number): number => Math.floor(random() * end);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;
  const lines = pick(seeds).split('\n');
  for (let left = 1 + below(4); left > 0; left -= 1) {
    const at = below(lines.length + 1);
    const line = lines[at] ?? '';
    const kind = below(8);
    if (kind === 0) lines.splice(at, 1);
    else if (kind === 1) lines.splice(at, 0, pick(ours));
    else if (kind === 2)
      lines.splice(
        at,
        0,
        ...pick(seeds)
          .split('\n')
          .slice(0, 1 + below(6)),
      );
    else if (kind === 3) lines.splice(at, 0, pick(lines));
    else if (kind === 4)
      lines[at] =
        `${line}${pick([' ', '\n', '\n      '])}${pick(words)}${pick(between)}${pick(words)}`;
    else if (kind === 5) {
      const cut = below(line.length + 1);
      lines[at] =
        line.slice(0, cut) +
        pick([...'[]:{}"\'#=,&*!%@ \t-~\\()`$.|<>\u0000\u202e']) +
        line.slice(cut);
    } else {
      // most changes exchange one word for another
      const parts = line.split(/(?<=[\s=:,{}[\]().])|(?=[\s=:,{}[\]().])/);
      parts[below(parts.length)] = pick(words);
      lines[at] = parts.join('');
    }
  }
  return lines.join('\n');
}
