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

/** Another document, of which a few values are others: of any kind, gone, there twice, or from another place. */
export function mutateJson(seed: unknown, random: () => number): unknown {
  const below = (end: number): number => Math.floor(random() * end);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;
  const holder: Parent = { it: structuredClone(seed) };
  for (let left = 1 + below(3); left > 0; left -= 1) {
    const places = [...placesIn(holder)];
    const [parent, key] = pick(places);
    const kind = below(5);
    if (kind === 0 && parent !== holder && !Array.isArray(parent)) delete parent[key];
    else if (kind === 1 && Array.isArray(parent))
      parent.splice(Number(key), below(2), structuredClone(parent[Number(key)]));
    else if (kind === 2) {
      const [from, at] = pick(places);
      parent[key] = structuredClone(from[at]);
    } else if (kind === 3 && !Array.isArray(parent)) parent[pick(KEYS)] = parent[key];
    else parent[key] = structuredClone(pick(VALUES));
  }
  return holder.it;
}

type Parent = Record<string, unknown>;
const KEYS = ['constructor', 'toString', '0', '-1', 'length', 'host', 'code', 'params', ''];
const VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    2 ** 53,
    '',
    'x',
    '\u202e\u001b[31m',
    '20260101T000000Z-0000',
  ],
  ...[
    [],
    {},
    [null],
    [[]],
    { a: null },
    ['x', 1],
    'x'.repeat(5000),
    { code: 'host.file', params: {} },
  ],
];

function* placesIn(value: unknown): Generator<readonly [Parent, string]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, one] of Object.entries(value)) {
    yield [value as Parent, key];
    yield* placesIn(one);
  }
}
