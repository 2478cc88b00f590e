import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtCommand } from '../cli/built.ts';
import { scratch } from '../transport/fixtures.ts';
import { FakeFleet, type HostEnd, TIMEOUT_S } from './fleet.ts';
import { type Measured, ROWS, type Row } from './rows.ts';

// Every row beside two good hosts. ALLOYUP_HOSTILE_RESULTS=FILE tries all rows and writes what they
// took, for docs/hostile-hosts.md (scripts/hostile-hosts.ts).
const results = process.env.ALLOYUP_HOSTILE_RESULTS;

/** Other tests run on the same cores: the limits are the contract's, with this much for the machine. */
const SLACK_MS = 3000;
const MOST_MB = 250;

const { path: directory, remove } = scratch();
let fleet: FakeFleet;
const alone = new Map<Row['verb'], number>();

const slower = ({ a, b }: Readonly<Record<string, HostEnd>>): number => Math.max(a!.ms, b!.ms);

function reportedOf({ outcome, problem }: HostEnd): string {
  return problem ? `${outcome} (${problem.code} ${problem.params.reason})` : outcome;
}

async function measureAlone(verb: Row['verb']): Promise<void> {
  const { hosts } = await fleet.run(null, { verb });
  alone.set(verb, slower(hosts));
}

beforeAll(async () => {
  fleet = new FakeFleet(directory, builtCommand());
  await fleet.start();
  for (const verb of ['status', 'apply', 'rollback'] as const) await measureAlone(verb);
}, 120_000);
afterAll(() => {
  fleet?.stop();
  remove();
});

describe.each(ROWS.filter((row) => row.always || results !== undefined))(
  '$behavior ($verb)',
  (row) => {
    const { behavior, verb } = row;
    const aloneMs = (): number => alone.get(verb)!;
    let measured: Omit<Measured, 'termMs'>;

    test('is reported for what it is, in time, and harms no other host', async () => {
      // for the page, right before: the machine's load counts for both
      if (results !== undefined) await measureAlone(verb);
      const { ended, hosts } = await fleet.run(behavior, { verb });
      const { a, b, fake } = hosts;
      const reported = reportedOf(fake!);
      const message = fake!.problem?.message ?? '';
      const goodMs = slower(hosts);
      measured = {
        row,
        reported,
        message: message.replace(/127\.0\.0\.1(:\d+|, port \d+)?/, 'HOST'),
        fakeMs: fake!.partMs,
        goodMs,
        aloneMs: aloneMs(),
        peakMb: ended.peakMb,
      };
      expect(reported).toBe(row.reported);
      if (a!.problem) console.log(JSON.stringify(a!.problem));
      expect(ended.signal).toBe(null);
      expect([a!.outcome, b!.outcome]).toEqual([a!.outcome, a!.outcome]);
      expect(['pending', 'changed']).toContain(a!.outcome);
      expect(goodMs).toBeLessThan(1.5 * aloneMs() + SLACK_MS);
      expect(fake!.partMs).toBeLessThan((TIMEOUT_S + 2) * 1000 + SLACK_MS);
      expect(ended.peakMb).toBeLessThan(MOST_MB);
      expect(ended.peakMb).toBeGreaterThan(20);
    });

    if (results !== undefined || behavior.includes('silent') || behavior.includes('endless'))
      test('does not keep SIGTERM waiting', async () => {
        // a rollback's hosts are being changed by then
        const termAfterMs = verb === 'status' ? 400 : 1700;
        const { ended, termMs } = await fleet.run(behavior, { verb, termAfterMs, timeoutS: 60 });
        expect(termMs).toBeLessThan(3000 + SLACK_MS);
        expect([0, 1, 130]).toContain(ended.code);
        if (results === undefined) return;
        mkdirSync(dirname(results), { recursive: true });
        appendFileSync(results, `${JSON.stringify({ ...measured, termMs: termMs! })}\n`);
      });
  },
);
