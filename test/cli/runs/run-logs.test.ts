import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRunLog } from '../../../src/cli/runs/run-logs.ts';
import type { Document } from '../../../src/report/printable.ts';
import { memoryTerminal } from '../terminal.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'alloyup-log-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const line = (text: string): Document => `${text}\n` as Document;

test('what happens in one turn is written together, and nothing is lost at the end', async () => {
  const path = join(directory, 'run.ndjson');
  const logged = (): string => readFileSync(path, 'utf8');
  const log = openRunLog('run', path, memoryTerminal())!;
  log.append(line('one'));
  log.append(line('two'));
  expect(logged()).toBe('');
  await nextTurn();
  expect(logged()).toBe('one\ntwo\n');
  log.append(line('three'));
  process.listeners('exit').at(-1)!(0);
  expect(logged()).toBe('one\ntwo\nthree\n');
  log.append(line('four'));
  log.close();
  expect(logged()).toBe('one\ntwo\nthree\nfour\n');
});

test('a full disk ends the log, not the run', async () => {
  const terminal = memoryTerminal();
  const log = openRunLog('run', '/dev/full', terminal)!;
  for (const text of ['one', 'two']) {
    log.append(line(text));
    await nextTurn();
  }
  log.close();
  expect(terminal.printed().err.match(/logging stopped: ENOSPC/g)).toHaveLength(1);
});
