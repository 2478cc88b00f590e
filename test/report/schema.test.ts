import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { reportSchemas } from '../../scripts/report-schemas.ts';
import { OUTCOMES } from '../../src/model/event.ts';
import { STEP_IDS } from '../../src/model/plan.ts';
import { reportOf } from '../../src/report/fold.ts';
import { ndjson, reportJson } from '../../src/report/ndjson.ts';
import {
  applied,
  change,
  converged,
  factsOf,
  planOf,
  rolledBack,
  stamp,
  started,
  unreachable,
} from './events.ts';

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../schema/${name}`, import.meta.url), 'utf8'));
const eventSchema = read('run-event.schema.json');
const event = z.fromJSONSchema(eventSchema);
const report = z.fromJSONSchema(read('run-report.schema.json'));

const warning = {
  code: 'w',
  params: { reason: 'diagnostic', rule: 'w', said: 'm', advice: 'h' },
  at: { file: 'f', line: 1, column: 1 },
  detail: 'd',
} as const;
const lost = {
  code: 'ssh.lost',
  params: { reason: 'dropped', endpoint: 'ops@f', said: 'reset' },
  host: 'f',
  transient: true,
} as const;
const events = stamp([
  started('apply', 'a', 'b', 'c', 'd', 'e', 'f'),
  { type: 'run.warning', warning },
  ...applied('a', planOf(change({ warnings: [warning], before: 'x', after: null }))),
  ...converged('b'),
  ...rolledBack('c'),
  ...unreachable('d'),
  { type: 'host.finished', host: 'f', outcome: 'unreachable', problem: lost },
  { type: 'host.warning', host: 'e', warning },
  {
    type: 'host.facts',
    host: 'e',
    facts: factsOf({ components: null, proven: null, lastRun: null, ready: null }),
  },
  {
    type: 'host.connected',
    host: 'e',
    via: 'openssh',
    how: 'openssh ops@e',
    why: 'ProxyCommand x',
  },
  { type: 'host.reconnecting', host: 'e', attempt: 1 },
  { type: 'host.resumed', host: 'e' },
  { type: 'run.waves', waves: [{ group: '', order: 0, hosts: ['e'] }] },
  { type: 'run.planned', changing: 1 },
  { type: 'wave.waiting', group: 'web', wave: 2, of: 3, seconds: 30 },
  { type: 'wave.started', group: '', wave: 1, of: 2, hosts: 1 },
  { type: 'run.rolling-back', hosts: 1 },
  {
    type: 'host.delivery',
    host: 'e',
    deliveries: [
      {
        component: 'loki.write.out',
        destination: 'loki:3100',
        state: 'refused',
        status: '401',
        reason: 'no',
        since: 1,
        perMinute: null,
        lostPerMinute: 7,
        lagS: 0,
        tolerated: false,
      },
    ],
  },
  { type: 'run.interrupted', again: false },
  { type: 'run.finished', exitCode: 130 },
]);

test('the schemas follow from the types (node build.mjs run scripts/schema.ts)', () => {
  const root = new URL('../..', import.meta.url).pathname;
  for (const [file, schema] of Object.entries(reportSchemas(root)))
    expect(read(file), file).toEqual(JSON.parse(JSON.stringify(schema)));
}, 30_000);

test('every type of event is tested here and in the schema', () => {
  const types = [...new Set(events.map(({ type }) => type))].sort();
  const described = eventSchema.oneOf.map(
    (one: { properties: { type: { const: string } } }) => one.properties.type.const,
  );
  expect(described.toSorted()).toEqual(types);
  expect(eventSchema.$defs.outcome.enum).toEqual(OUTCOMES.toSorted());
  expect(eventSchema.$defs.step.enum).toEqual(STEP_IDS.toSorted());
});

test('every printed event matches the schema', () => {
  for (const one of events) event.parse(JSON.parse(ndjson(one)));
});

test('the printed report matches the schema at every moment of a run', () => {
  for (let n = 1; n <= events.length; n += 1)
    report.parse(JSON.parse(reportJson(reportOf(events.slice(0, n)))));
});

test('a problem is printed with its params and its text', () => {
  const text = {
    message: 'the connection to ops@f was lost: reset',
    hint: 'Run again',
    docs: 'docs/problems.md#sshlost',
  };
  const printed = events.map((one) => JSON.parse(ndjson(one)));
  expect(printed.find(({ host, problem }) => host === 'f' && problem).problem).toEqual({
    ...lost,
    ...text,
  });
  expect(JSON.parse(reportJson(reportOf(events))).hosts.f.problem).toEqual({ ...lost, ...text });
});

test('the schemas refuse other documents', () => {
  const first = JSON.parse(ndjson(events[0]!));
  expect(event.safeParse({ ...first, more: 1 }).success).toBe(false);
  expect(event.safeParse({ ...first, type: 'run.began' }).success).toBe(false);
  expect(event.safeParse({ ...first, at: undefined }).success).toBe(false);
  const document = JSON.parse(reportJson(reportOf(events)));
  expect(report.safeParse({ ...document, schema: 2 }).success).toBe(false);
  expect(report.safeParse({ ...document, summary: { hosts: 1, fine: 1 } }).success).toBe(false);
});
