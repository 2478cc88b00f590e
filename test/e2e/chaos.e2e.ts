import { randomInt } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { unleash } from '../chaos/chaos.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';

const SEED = Number(process.env.ALLOYUP_CHAOS_SEED ?? randomInt(1 << 30));

// a short version of `npm run test:chaos`
describeOnHosts('a controller that is killed ten times', () => {
  let lab: Lab;
  let hosts: readonly LabHost[];

  beforeAll(async () => {
    ({ lab, hosts } = await freshHosts(5));
  });

  test('leaves nothing that the next apply cannot finish', async () => {
    const { rounds } = await unleash(lab, hosts, { rounds: 10, seed: SEED, say: console.log });
    expect(
      rounds.flatMap(({ number, broken }) => broken.map((what) => `${number}: ${what}`)),
    ).toEqual([]);
  });
});
