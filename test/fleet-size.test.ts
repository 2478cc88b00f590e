import process from 'node:process';
import { expect, test } from 'vitest';
import { validate } from '../src/inventory/parse-inventory.ts';
import type { RunEvent } from '../src/model/event.ts';
import { ToolError } from '../src/model/problem.ts';
import { openLedger } from '../src/report/fold.ts';
import { paintWith } from '../src/report/paint.ts';
import { foldText } from '../src/report/plain.ts';
import { statusText } from '../src/report/status-text.ts';
import { summaryText } from '../src/report/summary.ts';
import { textRenderer } from '../src/report/text.ts';
import { converged, factsOf, stamp, started } from './report/events.ts';

/** Milliseconds of CPU. Work that grows with the square of a fleet takes ten times as long at the sizes here. */
const BOUND_MS = 20_000;

const names = (n: number): readonly string[] =>
  Array.from({ length: n }, (_, i) => `web-${i}.example.com`);
const at = { file: 'inventory.yaml', line: 1, column: 1 };
const source = { file: 'inventory.yaml', place: () => at, frame: () => '' };
const timed = <T>(work: () => T): T => {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(BOUND_MS);
  return result;
};

test('a wrong key in each of 20,000 hosts', () => {
  const hosts = Object.fromEntries(names(20_000).map((name) => [name, { shh: { user: name } }]));
  let line = 0;
  const place = () => {
    line += 1;
    return { ...at, line };
  };
  const result = timed(() => validate({ hosts }, { ...source, place }));
  expect(!result.ok && result.problems).toHaveLength(20_000);
});

test('ten conflicts of groups on each of 20,000 hosts', () => {
  const vars = (value: string) =>
    Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`v${i}`, value]));
  const hosts = names(20_000);
  const groups = {
    a: { hosts, config: { vars: vars('a') } },
    b: { hosts, config: { vars: vars('b') } },
  };
  const result = timed(() => validate({ groups }, source));
  const problems = result.ok ? [] : result.problems;
  expect(problems).toHaveLength(200_000);
  expect(ToolError.of(problems).problems).toHaveLength(200_000);
});

test('a status and a summary of 20,000 hosts, of which each has something else to say', () => {
  const hosts = names(20_000);
  const happenings = hosts.flatMap((host, i) => [
    { type: 'host.started', host } as const,
    {
      type: 'host.facts',
      host,
      facts: factsOf({ running: `1.${i}.0`, components: { unhealthy: [`loki.write.w${i}`] } }),
    } as const,
    { type: 'host.finished', host, outcome: 'pending' } as const,
  ]);
  const style = { paint: paintWith(false), width: 80, whole: true };
  const text = timed(() => {
    const ledger = openLedger();
    for (const event of stamp([started('status', ...hosts), ...happenings])) ledger.add(event);
    const all = [...ledger.hosts()];
    return statusText(all, 0, style) + summaryText(all, ledger.run, 1000, style);
  });
  expect(text.split('\n').length).toBeGreaterThan(40_000);
});

test('20,000 warnings of a run', () => {
  const ledger = openLedger();
  const warning = { code: 'secret.short', params: { reason: 'too-short-to-mask' } } as const;
  const events = stamp([
    started('apply', 'a'),
    ...names(20_000).map(() => ({ type: 'run.warning', warning }) as const),
  ]);
  timed(() => events.forEach(ledger.add));
  expect(ledger.run.warnings).toHaveLength(20_000);
  expect(ledger.report().warnings).toHaveLength(20_000);
});

test('an apply that changes nothing on 10,000 hosts does not print a line for each', () => {
  const hosts = names(10_000);
  const print = textRenderer({ colour: false, width: 80, level: 0, diffs: true });
  const ledger = openLedger();
  let out = '';
  for (const event of stamp([
    started('apply', ...hosts),
    ...hosts.flatMap((host) => converged(host)),
    { type: 'run.finished', exitCode: 0 },
  ]) satisfies readonly RunEvent[]) {
    ledger.add(event);
    out += print.on(event, ledger);
  }
  expect(out.split('\n').length).toBeLessThan(10);
  expect(out).toContain('10000 unchanged');
});

test('a line of a megabyte is folded', () => {
  const text = timed(() => foldText('password'.repeat(128_000), 80));
  expect(text.split('\n').length).toBeGreaterThan(12_000);
});
