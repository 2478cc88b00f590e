/** What can be wrong with a simulated host, for as long as it stands. */
export const FAULTS = [
  /** It takes no key. */
  'refused-key',
  /** It has another host key than the one that is known. */
  'wrong-host-key',
  /** It resets each connection before it greets. */
  'reset-at-accept',
  /** It resets the connection in the middle of its facts. */
  'reset-in-answer',
  /** Its facts end too early, and the command ends well. */
  'broken-answer',
  /** sudo wants a password. */
  'no-sudo',
  /** It takes connections and never says a word. */
  'no-greeting',
  /** It lets people in, and no login shell ever runs what it is sent. */
  'silent-shell',
  /** It starts the program that reads its facts, and never answers. */
  'no-answer',
  /** Alloy does not start with a new configuration: each run is rolled back. */
  'failing-apply',
  /** The connection is lost once, in the middle of a run, which goes on. */
  'lost-in-apply',
  /** Its link is slow: half a second each way, 16 KB a second. */
  'slow-link',
] as const;
export type Fault = (typeof FAULTS)[number];

export const isFault = (word: string): word is Fault => FAULTS.some((one) => one === word);

/** How many of a hundred hosts have which fault. */
export type Mix = Readonly<Partial<Record<Fault, number>>>;

/** 5% that fail and 1% that hang, each in another way. */
export const USUAL_MIX: Mix = {
  'refused-key': 1,
  'wrong-host-key': 1,
  'reset-at-accept': 1,
  'reset-in-answer': 1,
  'broken-answer': 1,
  'no-greeting': 0.5,
  'silent-shell': 0.25,
  'no-answer': 0.25,
};

/**
 * The fault of each of `n` hosts; null: none. Of each kind there are as many as the mix says of four hundred, and they
 * are spread evenly, so that no part of the fleet is worse than another.
 */
export function faultsOf(n: number, mix: Mix): readonly (Fault | null)[] {
  const round: (Fault | null)[] = Array.from({ length: ROUND }, () => null);
  const kinds = Object.entries(mix) as (readonly [Fault, number])[];
  let at = 0;
  for (const [fault, percent] of kinds)
    for (let k = 0; k < Math.round((percent * ROUND) / 100); k += 1) {
      // 61 and 400 have no common divisor: each place is met once
      round[(at * 61 + 17) % ROUND] = fault;
      at += 1;
    }
  if (at > ROUND) throw new Error('more faults than hosts');
  return Array.from({ length: n }, (_, i) => round[i % ROUND]!);
}

const ROUND = 400;
