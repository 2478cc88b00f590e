import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';

/** FUZZ_SEED repeats a run. */
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);

test.each([
  ['inventories', 2000],
  ['Ansible inventories', 2000],
  ['Alloy files', 5000],
] as const)(
  '%s: none of %d mutated ones is a bug, or takes 2 s',
  async (subject, runs) => {
    const { accepted, slowestMs, failures } = await fuzz(subject, runs, seed);
    console.log(
      `${subject}: ${accepted} accepted, slowest ${Math.round(slowestMs)} ms, seed ${seed}`,
    );
    expect(failures.slice(0, 3).join('\n\n')).toBe('');
    expect(accepted).toBeGreaterThan(runs / 100);
  },
  120_000,
);
