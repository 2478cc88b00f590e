import { expect, test } from 'vitest';
import { openPrinter } from '../../src/cli/runs/run-output.ts';
import { runAnnotations } from '../../src/report/github.ts';
import { ndjson } from '../../src/report/ndjson.ts';
import { readSavedEvent } from '../../src/report/saved-events.ts';
import { memoryTerminal } from '../cli/terminal.ts';
import { pathsIn, withValue } from '../edited.ts';
import { applied, factsOf, rolledBack, stamp, started, unreachable } from './events.ts';

const events = stamp([
  started('apply', 'a', 'b', 'c'),
  {
    type: 'run.warning',
    warning: { code: 'retry.gone', params: { reason: 'hosts', hosts: ['x'] } },
  },
  { type: 'host.connected', host: 'a', via: 'ssh', how: 'ssh a', why: null },
  ...applied('a'),
  ...rolledBack('b'),
  ...unreachable('c'),
  { type: 'host.facts', host: 'a', facts: factsOf({ keyExpiresAt: 1795435200000 }) },
  { type: 'host.waiting', host: 'a', for: 'for Alloy', seconds: 9, limitS: 10 },
  { type: 'run.finished', exitCode: 1 },
]).map((event) => JSON.parse(ndjson(event)) as unknown);

test('a line is read as it was written', () => {
  for (const event of events) expect(readSavedEvent(JSON.stringify(event))).toEqual(event);
});

test.each([
  ['', null],
  ['{"type":', null],
  ['null', null],
  ['1', null],
  ['[]', null],
  ['{"type":"constructor"}', null],
  ['{"type":"run.finished","at":1,"seq":1}', 'exitCode'],
  [
    '{"type":"run.started","at":1,"seq":1,"schema":1,"run":"r","verb":"plan","version":"0"}',
    'hosts',
  ],
  ['{"type":"host.finished","host":"a","outcome":"odd","at":1,"seq":1}', 'outcome'],
  [
    '{"type":"host.finished","host":"a","outcome":"failed","at":1,"seq":1,"problem":{"code":"ssh.unreachable","docs":"","message":"","hint":"","params":{"reason":"proxy"}}}',
    'problem.params',
  ],
])('%j is damaged at %j', (line, where) => {
  expect(readSavedEvent(line)).toEqual({ where });
});

test('whatever is changed in a log, each format shows it, or the place is named', () => {
  const others = [
    null,
    undefined,
    0,
    -1,
    1e300,
    'x',
    '__proto__',
    true,
    [],
    {},
    [null],
    { x: null },
  ];
  let shown = 0;
  for (const [i, event] of events.entries())
    for (const path of pathsIn(event))
      for (const other of others) {
        const read = readSavedEvent(JSON.stringify(withValue(event, path, other)));
        if ('where' in read) continue;
        shown += 1;
        for (const format of ['text', 'json', 'ndjson', 'junit', 'markdown'] as const) {
          const printer = openPrinter(
            format,
            { quiet: false, verbose: 1, diff: true },
            memoryTerminal(),
          );
          for (const [n, one] of events.entries())
            printer.on(n === i ? read : (one as typeof read));
          printer.end();
          runAnnotations(printer.ledger.report());
        }
      }
  expect(shown).toBeGreaterThan(100);
});
