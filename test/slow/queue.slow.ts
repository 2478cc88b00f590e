import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { builtCommand } from '../cli/built.ts';
import { disturbed } from '../queue/chaos.ts';
import { Rig } from '../queue/rig.ts';

/** `QUEUE_HOSTS=300 QUEUE_SEEDS=1-5` for less of it. */
const HOSTS = Number(process.env.QUEUE_HOSTS ?? 3000);
const [FIRST, LAST] = (process.env.QUEUE_SEEDS ?? '1-20').split('-').map(Number) as [
  number,
  number,
];
const SEEDS = Array.from({ length: LAST - FIRST + 1 }, (_, i) => FIRST + i);

test.each(SEEDS)(
  'thousands of hosts, three workers, everybody dies once: seed %i',
  async (seed) => {
    const directory = mkdtempSync(join(tmpdir(), 'alloyup-queue-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const rig = await Rig.start(directory, builtCommand(), {
      hosts: HOSTS,
      state: 'outdated',
      defaults: ['rollout: { delivery: off }'],
      mix: { 'failing-apply': 2, 'refused-key': 1, 'lost-in-apply': 2 },
      pace: { stepMs: 200 },
    });
    onTestFinished(() => rig.stop());
    const { report, untrue, notOnce, done, ms } = await disturbed(rig, {
      seed,
      concurrency: 32,
      // every other time it is killed, and forgets its last second
      crash: seed % 2 === 0,
    });
    const said = `seed ${seed}: ${Math.round(ms / 1000)} s, ${JSON.stringify(report.summary)}; ${done.join('; ')}`;
    process.stdout.write(`${said}\n`);
    expect({ untrue, notOnce }).toEqual({ untrue: [], notOnce: [] });
    expect(report.summary.hosts).toBe(HOSTS);
    expect(done).toHaveLength(3);
  },
  900_000,
);
