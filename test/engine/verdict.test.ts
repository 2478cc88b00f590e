import { expect, test } from 'vitest';
import type { StreamEnd } from '../../src/engine/script-run.ts';
import { type Account, emptyAccount, hear, verdictOf } from '../../src/engine/verdict.ts';
import { textOf } from '../../src/report/text-of.ts';
import { readRecord } from '../../src/shell/records.ts';
import { targetOf } from '../builders.ts';

/** What is gathered from a script's lines; ours start with "@ ". */
const heard = (...lines: readonly string[]): Account =>
  lines.reduce((account, line) => hear(account, readRecord(line, '@'), line), emptyAccount);

const judged = (account: Account, end: StreamEnd = 'over') => {
  const { outcome, problem } = verdictOf(targetOf(), account, end, (text) => text);
  return {
    outcome,
    code: problem?.code,
    message: problem && textOf(problem).message,
    detail: problem?.detail,
  };
};

test.each<[string, readonly string[], StreamEnd, object]>([
  ['done', ['@ begin config', '@ end config', '@ result ok'], 'over', { outcome: 'changed' }],
  [
    'a refused reload, taken back',
    [
      '@ begin service',
      '@ problem alloy.reload it said no',
      '@ detail line 3',
      '@ fail service 1',
      '@ undone config',
      '@ result rolled-back',
    ],
    'over',
    {
      outcome: 'rolled-back',
      code: 'alloy.reload',
      message: 'web-01: it said no',
      detail: 'line 3',
    },
  ],
  [
    'a command that failed: its last words are told',
    [
      '@ begin package',
      'Reading package lists...',
      'E: no space left',
      '@ fail package 100',
      'Setting up nothing',
      '@ result rolled-back',
    ],
    'over',
    {
      outcome: 'rolled-back',
      code: 'apply.failed',
      message: 'web-01: the step package failed (exit 100)',
      detail: 'Reading package lists...\nE: no space left',
    },
  ],
  [
    'an undo that failed beats what began it',
    [
      '@ problem alloy.start it died',
      '@ fail service 1',
      '@ problem apply.stuck action 3 could not be taken back',
      '@ result stuck',
    ],
    'over',
    {
      outcome: 'stuck',
      code: 'apply.stuck',
      message: 'web-01: action 3 could not be taken back',
      detail: 'it died',
    },
  ],
  [
    'a host that changed since',
    ['@ stale /etc/alloy/config.alloy was changed', '@ result stale'],
    'over',
    {
      outcome: 'stale',
      code: 'apply.stale',
      message: 'web-01 changed since it was planned: /etc/alloy/config.alloy was changed',
    },
  ],
  [
    'another run',
    ['@ problem apply.locked another run holds this host: r1', '@ result locked'],
    'over',
    { outcome: 'locked', code: 'apply.locked', message: 'web-01: another run holds this host: r1' },
  ],
  [
    'left as it is, as asked',
    ['@ fail config 1', '@ result failed'],
    'over',
    { outcome: 'failed', code: 'apply.failed' },
  ],
  [
    'a deadline that passed',
    ['@ begin package'],
    'left',
    { outcome: 'unknown', code: 'apply.unknown' },
  ],
  [
    'a log that ends without a word',
    ['@ begin package'],
    'over',
    { outcome: 'unknown', code: 'apply.unknown' },
  ],
  [
    'a reboot, undone at boot',
    ['@ begin package'],
    { verdict: 'rolled-back' },
    { outcome: 'rolled-back' },
  ],
  ['a reboot after the end', [], { verdict: 'ok' }, { outcome: 'changed' }],
  ['nothing begun', [], 'never-started', { outcome: 'unreachable', code: 'ssh.lost' }],
])('%s', (_, lines, end, expected) => {
  expect(judged(heard(...lines), end)).toMatchObject(expected);
});

test('what a script prints cannot pass for its own word', () => {
  expect(judged(heard(' @ result ok', '@@ result ok', '@ result fine')).outcome).toBe('unknown');
});

test('every problem of a host has something to do next', () => {
  for (const code of ['alloy.validate', 'alloy.unready', 'host.file', 'apply.stuck', 'ssh.lost']) {
    const { problem } = verdictOf(
      targetOf(),
      heard(`@ problem ${code} x`, '@ result rolled-back'),
      'over',
      (text) => text,
    );
    expect(textOf(problem!).hint).toMatch(/\w+ \w+/);
  }
});
