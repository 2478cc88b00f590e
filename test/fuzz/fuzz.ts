import process from 'node:process';
import { randomFrom } from './mutate.ts';
import { SUBJECTS } from './subjects.ts';

/** No text may take longer, in milliseconds of CPU. */
const MOST_CPU_MS = 2000;

/** So many failures are told; the rest are counted. */
const SHOWN = 5;

/** What became of `runs` texts. */
export interface Fuzzed {
  readonly accepted: number;
  readonly slowestMs: number;
  readonly failures: readonly string[];
}

/** Reads so many mutated texts. The seed of each follows from `seed` and its number. */
export async function fuzz(subject: string, runs: number, seed: number): Promise<Fuzzed> {
  const { text: make, read } = SUBJECTS[subject]!;
  const failures: string[] = [];
  let accepted = 0;
  let slowestMs = 0;
  const fail = (run: number, text: string, why: string): void => {
    failures.push(
      failures.length < SHOWN ? `${subject}, seed ${seed}, run ${run}: ${why}\n${text}` : '',
    );
  };
  for (let run = 0; run < runs; run += 1) {
    // one text can be made again without those before it
    const random = randomFrom(seed + run);
    const text = make(random);
    const before = process.cpuUsage();
    try {
      if (await read(text, random)) accepted += 1;
    } catch (error) {
      fail(run, text, (error as Error).stack ?? String(error));
    }
    const { user, system } = process.cpuUsage(before);
    const tookMs = (user + system) / 1000;
    slowestMs = Math.max(slowestMs, tookMs);
    if (tookMs > MOST_CPU_MS) fail(run, text, `took ${Math.round(tookMs)} ms of CPU`);
  }
  return { accepted, slowestMs, failures };
}
