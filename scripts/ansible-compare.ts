import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import {
  ANSWERS,
  answerOf,
  askAnsible,
  CASES,
  comparable,
} from '../test/inventory/ansible/answers.ts';

/**
 * Compares what alloyup makes of the project's Ansible inventories and patterns with the answers of
 * the installed ansible-core. `--write` records them for the tests.
 *
 * ANSIBLE_PYTHON is the Python that ansible-core is installed for.
 */
const python = process.env.ANSIBLE_PYTHON ?? 'python3';
if (spawnSync(python, ['-c', 'import ansible.release']).status !== 0) {
  console.log(
    `Skipped: ${python} has no ansible-core. Install it (pip install ansible-core), or set ANSIBLE_PYTHON to the Python of its virtual environment.`,
  );
  process.exit(0);
}

const { version, answers } = askAnsible(CASES, python);
const recorded: Record<string, unknown> = {};
let differences = 0;
for (const [i, one] of CASES.entries()) {
  const ansible = comparable(answers[i]!, one);
  const alloyup = await answerOf(one);
  const name = [one.file.replace(ANSWERS, ''), ...(one.limit === null ? [] : [one.limit])].join(
    ' ',
  );
  recorded[name] = ansible;
  const agrees =
    one.alloyup === 'same'
      ? isDeepStrictEqual(alloyup, ansible)
      : 'refused' in alloyup && alloyup.refused.split(',').includes(one.alloyup);
  if (agrees) continue;
  differences += 1;
  console.log(`${name} (expected: ${one.alloyup})
  ansible: ${JSON.stringify(answers[i])}
  alloyup: ${JSON.stringify({ ...alloyup, problems: undefined })}`);
}
console.log(`ansible-core ${version}: ${CASES.length} cases, ${differences} differences`);
if (process.argv.includes('--write'))
  writeFileSync(
    `${ANSWERS}ansible.gen.json`,
    `${JSON.stringify({ version, answers: recorded }, null, 1)}\n`,
  );
process.exitCode = differences > 0 ? 1 : 0;
