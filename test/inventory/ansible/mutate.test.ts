import { expect, test } from 'vitest';
import { randomFrom } from '../../fuzz/mutate.ts';
import { mutated, readAny } from './mutate.ts';

// npm run fuzz:ansible reads a hundred thousand, and asks Ansible about some
test('a mutated inventory is read, or refused with a position and a hint', () => {
  const seed = Number(process.env.FUZZ_SEED ?? 13);
  const random = randomFrom(seed);
  let accepted = 0;
  for (let run = 0; run < 600; run += 1) {
    const text = mutated(random);
    try {
      if (readAny(text, random)) accepted += 1;
    } catch (error) {
      throw new Error(`FUZZ_SEED=${seed}, run ${run}:\n${text}`, { cause: error });
    }
  }
  expect(accepted).toBeGreaterThan(50);
});
