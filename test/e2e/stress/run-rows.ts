import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnHosts, freshHosts, type Lab } from '../lab-fixture.ts';
import { carryOut, hostPool, keepResult, takeReference } from './rig.ts';
import type { RowSet } from './row.ts';

/** Declares one test for each row; several at a time, each on a host of its own. */
export function tryRows({ set, suite, rows, hosts = 5, oneByOne = false }: RowSet): void {
  describeOnHosts(`${set} on ${suite}`, () => {
    let lab: Lab;
    let pool: ReturnType<typeof hostPool>;
    beforeAll(async () => {
      const fresh = await freshHosts(hosts, suite);
      lab = fresh.lab;
      await takeReference(lab, fresh.hosts[0]!);
      await fresh.hosts[0]!.reset();
      pool = hostPool(fresh.hosts);
    });
    afterAll(async () => {
      await lab?.repository.mend();
    });
    const names = rows.map(({ fault, moment }) => `${fault}, ${moment}`);
    (oneByOne ? test : test.concurrent).each(
      rows.map((row, index) => [names[index]!, row] as const),
    )('%s', async (_, row) => {
      const { line, wrong } = await pool.with((host) =>
        carryOut(`${set}-${suite}`, row, lab, host),
      );
      keepResult(line);
      expect(wrong.join('\n')).toBe('');
    });
  });
}
