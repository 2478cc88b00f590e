import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Happening } from '../../../src/model/event.ts';
import type { Problem } from '../../../src/model/problem.ts';
import { ndjson } from '../../../src/report/ndjson.ts';
import { stamp, started } from '../../report/events.ts';
import { useAlloyup } from '../built.ts';

const { alloyup, path } = useAlloyup();

test('the report of many hosts with problems says which command lists them all, and that one does', () => {
  const names = Array.from({ length: 90 }, (_, i) => `web-${String(i).padStart(2, '0')}`);
  const problems: readonly Problem[] = [
    { code: 'ssh.lost', params: { reason: 'nothing-started' } },
    { code: 'alloy.start', params: { reason: 'not-reported' } },
    { code: 'apply.drift', params: { reason: 'changes-remain', changes: ['x'] } },
    { code: 'apply.failed', params: { reason: 'not-reported' } },
  ] as never;
  const ends = names.map((host, i): Happening => {
    const problem = { ...problems[i % 4]!, host };
    return { type: 'host.finished', host, outcome: 'failed', problem };
  });
  const log = join(path(), 'run of many.ndjson');
  const events = stamp([
    started('apply', ...names),
    ...ends,
    { type: 'run.finished', exitCode: 1 },
  ]);
  writeFileSync(log, events.map(ndjson).join(''));

  const { out } = alloyup(['report', log]);
  expect(out).toContain(`\nAll hosts and problems: alloyup report '${log}' -v\n`);
  expect(names.filter((name) => out.includes(name)).length).toBeLessThan(50);
  const whole = alloyup(['report', log, '-v']).out;
  for (const name of names) expect(whole.slice(whole.indexOf('error['))).toContain(name);
});
