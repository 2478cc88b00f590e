import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY_ROOT } from '../../lab/root.ts';
import { describeOnHosts, freshHosts } from '../e2e/lab-fixture.ts';
import { unleash } from './chaos.ts';
import { wavesPage } from './table.ts';

const ROUNDS = Number(process.env.ALLOYUP_CHAOS_ROUNDS ?? 20);
const SEED = Number(process.env.ALLOYUP_CHAOS_SEED ?? randomInt(1 << 30));

/** Four hosts in waves of one, one and two. */
const WAVES = { serial: '1,1,2', count: 3, pauseS: 1 };

describeOnHosts(`a controller that is killed between waves ${ROUNDS} times`, () => {
  test('leaves nothing that the next apply cannot finish', async () => {
    const { lab, hosts } = await freshHosts(4);
    const chaos = await unleash(lab, hosts, {
      rounds: ROUNDS,
      seed: SEED,
      waves: WAVES,
      say: console.log,
      // only a full run updates the page
      told: (soFar) => {
        if (ROUNDS >= 20)
          writeFileSync(
            join(REPOSITORY_ROOT, 'docs/reliability-waves.md'),
            wavesPage(soFar, WAVES),
          );
      },
    });
    expect(
      chaos.rounds.flatMap(({ number, broken }) => broken.map((b) => `${number}: ${b}`)),
    ).toEqual([]);
  });
});
