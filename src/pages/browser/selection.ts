import { KEY_COLUMN, type ReportData } from '../data.ts';
import type { Address } from './address.ts';

/** Which hosts are shown, in their order. */
export interface Selector {
  /** Indices of hosts. */
  select(address: Address): readonly number[];
}

export function openSelector(data: ReportData): Selector {
  const shown = data.columns.filter(({ where }) => where === 'table');
  /** What a search looks in, per host; made when somebody searches. */
  let haystacks: readonly string[] | null = null;
  const haystack = (): readonly string[] => {
    const low = data.texts.map((text) => text.toLowerCase());
    haystacks ??= data.names.map((name, host) =>
      [
        name.toLowerCase(),
        ...shown.map(({ type, values }) => (type === 'text' ? (low[values[host]!] ?? '') : '')),
      ].join('\n'),
    );
    return haystacks;
  };
  const ranks = new Map<string, readonly number[]>();

  /** The place of each host in the order of a column; equal ones have the same. */
  const ranksOf = (key: string): readonly number[] => {
    const known = ranks.get(key);
    if (known) return known;
    const made = makeRanks(key);
    ranks.set(key, made);
    return made;
  };
  const makeRanks = (key: string): readonly number[] => {
    if (key === 'name') return ranked(data.names, (i) => i)(data.names.map((_, i) => i));
    if (key === 'outcome') return data.outcomes;
    const column = shown[Number(key)];
    if (!column) return data.names.map(() => 0);
    if (column.type !== 'text') return column.values;
    // texts are few, and hosts are many
    const used = [...new Set(column.values)].filter((id) => id >= 0);
    const place = new Map<number, number>();
    const rank = ranked(
      used.map((id) => data.texts[id]!),
      (i) => i,
    );
    used.forEach((id, i) => {
      place.set(id, rank([i])[0]!);
    });
    return column.values.map((id) => place.get(id) ?? -1);
  };

  return {
    select(address) {
      const tests = testsOf(data, address, haystack);
      const found: number[] = [];
      for (let host = 0; host < data.names.length; host += 1)
        if (tests.every((test) => test(host))) found.push(host);
      const { key, down } = sortOf(address);
      if (key === null) return found;
      const rank = ranksOf(key);
      const sign = down ? -1 : 1;
      // hosts without a value come last in both orders
      return found.sort((a, b) => {
        const [x, y] = [rank[a]!, rank[b]!];
        if (x < 0 || y < 0) return Number(x < 0) - Number(y < 0) || a - b;
        return sign * (x - y) || a - b;
      });
    },
  };
}

/** Numbers in names count as numbers: web-2 is before web-10. */
function ranked(texts: readonly string[], idOf: (i: number) => number) {
  const { compare } = new Intl.Collator('en', { numeric: true });
  const order = texts.map((_, i) => i).sort((a, b) => compare(texts[a]!, texts[b]!));
  const place = new Array<number>(texts.length);
  order.forEach((i, at) => {
    place[i] = at;
  });
  return (of: readonly number[]): readonly number[] => of.map((i) => place[idOf(i)]!);
}

/** `sort=-time`: downwards. null: in the order of the inventory. */
export function sortOf({ sort = '' }: Address): {
  readonly key: string | null;
  readonly down: boolean;
} {
  const key = sort.replace(/^-/, '');
  return { key: key === '' ? null : key, down: sort.startsWith('-') };
}

type Test = (host: number) => boolean;

function testsOf(
  data: ReportData,
  address: Address,
  haystack: () => readonly string[],
): readonly Test[] {
  const tests: Test[] = [];
  const { q = '', outcome, finding, change, wave, said, configuration, tone, key } = address;
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length > 0) {
    const texts = haystack();
    tests.push((host) => words.every((word) => texts[host]!.includes(word)));
  }
  if (outcome) {
    const states = new Set(
      data.states.flatMap((one, i) => ((one.outcome ?? 'none') === outcome ? [i] : [])),
    );
    tests.push((host) => states.has(data.outcomes[host]!));
  }
  if (finding) tests.push((host) => data.found[host]!.includes(Number(finding)));
  if (change)
    tests.push(
      (host) => data.plans[data.planned[host]!]?.changes.includes(Number(change)) ?? false,
    );
  if (wave) tests.push((host) => data.waves[host] === Number(wave));
  if (said)
    tests.push((host) => data.said[host]!.some((id) => data.texts[id]!.startsWith(`${said}: `)));
  if (configuration) tests.push((host) => data.configurations?.[host] === Number(configuration));
  if (tone) tests.push((host) => data.tones?.[host] === tone);
  if (key) {
    const expires = data.columns.find(({ title }) => title === KEY_COLUMN);
    tests.push((host) => data.texts[expires?.values[host] ?? -1] === key);
  }
  return tests;
}
