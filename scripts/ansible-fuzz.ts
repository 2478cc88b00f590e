import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import { openInventory } from '../src/inventory/open-inventory.ts';
import { randomFrom } from '../test/fuzz/mutate.ts';
import {
  type Answer,
  answerOf,
  askAnsible,
  comparable,
  type Question,
} from '../test/inventory/ansible/answers.ts';
import { mutated, readAny } from '../test/inventory/ansible/mutate.ts';

/**
 * Reads mutated Ansible inventories: none may make alloyup fail. Where ansible-core is installed
 * (ANSIBLE_PYTHON), a sample of those that both accept is compared: hosts, address, port, user, jump.
 *
 * node build.mjs run scripts/ansible-fuzz.ts [INVENTORIES [SAMPLE [SEED]]]
 */
const [runs = 100_000, sample = 500, seed = 1] = process.argv.slice(2).map(Number);
const python = process.env.ANSIBLE_PYTHON ?? 'python3';
console.log(`${runs} inventories, seed ${seed}`);

const random = randomFrom(seed);
const accepted: string[] = [];
let failures = 0;
for (let run = 0; run < runs; run += 1) {
  const text = mutated(random);
  try {
    if (readAny(text, random)) accepted.push(text);
  } catch (error) {
    failures += 1;
    if (failures <= 5) console.log(`run ${run}: ${(error as Error).stack}\n${text}\n`);
  }
}
console.log(
  `${accepted.length} accepted, ${runs - accepted.length - failures} refused, ${failures} failures`,
);

const fields = (answer: Answer): unknown =>
  'hosts' in answer
    ? answer.hosts.map(({ name, connection, address, port, user, jump }) => ({
        name,
        // whoever runs this is whom ssh logs in as without a user
        ...(connection === 'local'
          ? { connection }
          : { address, port, user: user === userInfo().username ? null : user, jump }),
      }))
    : null;

let differences = 0;
if (spawnSync(python, ['-c', 'import ansible.release']).status !== 0)
  console.log(`Skipped the comparison: ${python} has no ansible-core (pip install ansible-core)`);
else {
  const directory = mkdtempSync(join(tmpdir(), 'alloyup-fuzz-'));
  try {
    let compared = 0;
    const choose = randomFrom(seed);
    while (compared < sample && accepted.length > 0) {
      const questions: Question[] = [];
      for (let i = 0; i < 100 && accepted.length > 0; i += 1) {
        const [text = ''] = accepted.splice(Math.floor(choose() * accepted.length), 1);
        const extension = openInventory(text, '').kind === 'ansible-ini' ? 'ini' : 'yml';
        // JavaScript's objects put names that are numbers first: a difference of order alone
        if (extension === 'yml' && /^\s*["']?\d+["']?(\s|:|$)/m.test(text)) continue;
        const file = join(directory, `${compared}-${i}.${extension}`);
        writeFileSync(file, text);
        questions.push({ file, limit: null });
      }
      const { answers } = askAnsible(questions, python);
      for (const [i, question] of questions.entries()) {
        const ansible = comparable(answers[i]!, question);
        const alloyup = comparable(await answerOf(question), question);
        if (!('hosts' in ansible && 'hosts' in alloyup) || compared >= sample) continue;
        compared += 1;
        if (isDeepStrictEqual(fields(alloyup), fields(ansible))) continue;
        // among the children of several groups, Ansible's order depends on where Python put them in memory
        const ordered = [alloyup, ansible].map(({ hosts }) => ({
          hosts: hosts.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
        }));
        const nested = /children/.test(readFileSync(question.file, 'utf8'));
        if (nested && isDeepStrictEqual(fields(ordered[0]!), fields(ordered[1]!))) continue;
        differences += 1;
        if (differences <= 20)
          console.log(`DIFFERENT\n${readFileSync(question.file, 'utf8')}
  ansible: ${JSON.stringify(fields(ansible))}\n  alloyup: ${JSON.stringify(fields(alloyup))}\n`);
      }
    }
    console.log(`${compared} compared with Ansible, ${differences} differences`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
process.exitCode = failures + differences > 0 ? 1 : 0;
