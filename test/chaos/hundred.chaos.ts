import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { REPOSITORY_ROOT } from '../../lab/root.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from '../e2e/lab-fixture.ts';
import { unleash } from './chaos.ts';
import { chaosPage } from './table.ts';

const ROUNDS = Number(process.env.ALLOYUP_CHAOS_ROUNDS ?? 100);
const SEED = Number(process.env.ALLOYUP_CHAOS_SEED ?? randomInt(1 << 30));

describeOnHosts(`a controller that is killed ${ROUNDS} times`, () => {
  let lab: Lab;
  let hosts: readonly LabHost[];

  beforeAll(async () => {
    ({ lab, hosts } = await freshHosts(5));
  });

  test('leaves nothing that the next apply cannot finish', async () => {
    const chaos = await unleash(lab, hosts, {
      rounds: ROUNDS,
      seed: SEED,
      say: console.log,
      // only a full run updates the page
      told: (soFar) => {
        if (ROUNDS >= 100)
          writeFileSync(join(REPOSITORY_ROOT, 'docs/reliability-chaos.md'), chaosPage(soFar));
      },
    });
    expect(
      chaos.rounds.flatMap(({ number, broken }) => broken.map((b) => `${number}: ${b}`)),
    ).toEqual([]);
  });
});
