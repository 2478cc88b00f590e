// Reads mutated inventories, Ansible inventories and Alloy files: none may be a bug or take 2 s of CPU.
// Usage: npm run fuzz [-- RUNS [SEED [KIND]]]
import process from 'node:process';
import { fuzz } from '../test/fuzz/fuzz.ts';
import { SUBJECTS } from '../test/fuzz/subjects.ts';

const [runs = 100_000, seed = Date.now() % 2 ** 31] = process.argv.slice(2, 4).map(Number);
const [, , , , kind] = process.argv;
for (const subject of Object.keys(SUBJECTS)) {
  if (kind !== undefined && subject !== kind) continue;
  const begun = Date.now();
  const { accepted, slowestMs, failures } = await fuzz(subject, runs, seed);
  console.log(
    `${subject}: ${runs} read, ${accepted} accepted, ${failures.length} failures, slowest ${Math.round(slowestMs)} ms, ${Math.round((Date.now() - begun) / 1000)} s, seed ${seed}`,
  );
  for (const failure of failures.filter(Boolean)) console.log(`\n${failure}`);
  if (failures.length > 0) process.exitCode = 1;
}
