import { describe, expect, test } from 'vitest';
import { type Account, emptyAccount, extend } from '../../src/engine/account.ts';
import type { RunEnd } from '../../src/engine/remote-run.ts';
import { verdictOf } from '../../src/engine/verdict.ts';
import type { HostCode, HostRecord } from '../../src/host/records.ts';
import { targetOf } from '../builders.ts';

/** What is gathered from records and lines of output. */
const account = (...said: readonly (HostRecord | string)[]): Account =>
  said.reduce(
    (so, one) => (typeof one === 'string' ? extend(so, undefined, one) : extend(so, one, '')),
    emptyAccount,
  );
const problem = (code: HostCode, reason: string, detail?: string): HostRecord => ({
  type: 'problem',
  problem: { code, params: { reason }, ...(detail === undefined ? {} : { detail }) },
});
const result = (word: Extract<HostRecord, { type: 'result' }>['result']): HostRecord => ({
  type: 'result',
  result: word,
});
const fail = (step: 'config' | 'package' | 'service', exit = 1): HostRecord => ({
  type: 'fail',
  step,
  exit,
});

const at = (line: number) => ({ file: 'inventory.yaml', line, column: 1 });
const target = targetOf({
  origins: new Map([
    ['alloy.version', at(14)],
    ['config.template', at(20)],
  ]),
});
const judge = (so: Account, end: RunEnd = 'over') =>
  verdictOf(target, so, end, (text) => text.replaceAll('s3cret', '(secret)'));

describe('how a run ended', () => {
  test.each<[string, Account, RunEnd, object]>([
    ['ok', account(result('ok')), 'over', { outcome: 'changed' }],
    [
      'ok, though followed to the end of time',
      account(result('ok')),
      'left',
      { outcome: 'changed' },
    ],
    [
      'stale',
      account(problem('apply.stale', 'file-changed'), result('stale')),
      'over',
      { outcome: 'stale', problem: { code: 'apply.stale', transient: true } },
    ],
    [
      'locked',
      account(problem('apply.locked', 'held'), result('locked')),
      'over',
      { outcome: 'locked', problem: { code: 'apply.locked' } },
    ],
    [
      'locked, with no word why',
      account(result('locked')),
      'over',
      { problem: { code: 'apply.locked', params: { reason: 'not-reported' } } },
    ],
    [
      'left as it is, as asked',
      account(fail('config'), result('failed')),
      'over',
      { outcome: 'failed', problem: { code: 'apply.failed' } },
    ],
    [
      'an undo that failed',
      account(result('stuck')),
      'over',
      { outcome: 'stuck', problem: { code: 'apply.stuck' } },
    ],
    [
      'no verdict',
      account(fail('config')),
      'over',
      { outcome: 'unknown', problem: { code: 'apply.unknown', transient: true } },
    ],
    [
      'a deadline',
      account(),
      'left',
      { outcome: 'unknown', problem: { code: 'apply.unknown', transient: true } },
    ],
    ['a reboot after the end', account(), { verdict: 'ok' }, { outcome: 'changed' }],
    ['a reboot without a word', account(), { verdict: '' }, { outcome: 'unknown' }],
    [
      'a reboot, undone at boot',
      account(),
      { verdict: 'rolled-back' },
      { outcome: 'rolled-back', problem: { code: 'apply.failed', transient: true } },
    ],
    [
      'a verdict that was read before the reboot',
      account(result('failed')),
      { verdict: 'ok' },
      { outcome: 'failed' },
    ],
    [
      'never started',
      account(),
      'never-started',
      {
        outcome: 'unreachable',
        problem: { code: 'ssh.lost', params: { reason: 'nothing-started' }, transient: true },
      },
    ],
  ])('%s', (_, so, end, expected) => {
    const verdict = judge(so, end);
    expect(verdict).toMatchObject(expected);
    if (!('problem' in expected)) return;
    expect(verdict.problem).toBeDefined();
  });

  test('a success has no problem', () => {
    expect(judge(account(fail('config'), result('ok')))).toEqual({ outcome: 'changed' });
  });

  test.each([
    ['left', 'in-progress'],
    ['over', 'no-verdict'],
  ] as const)('a run that was %s is %s', (end, reason) => {
    expect(judge(account(), end).problem).toMatchObject({ params: { reason } });
  });
});

describe('why a run failed', () => {
  const main = (...said: readonly (HostRecord | string)[]) => judge(account(...said)).problem!;

  test('the first problem counts, whatever follows', () => {
    const first = main(
      problem('alloy.reload', 'refused', 'line 3'),
      fail('service'),
      problem('host.file', 'undo-met-a-link'),
      fail('config'),
      result('rolled-back'),
    );
    expect(first).toMatchObject({
      code: 'alloy.reload',
      host: 'web-01',
      params: { reason: 'refused' },
      detail: 'line 3\nhost.file (undo-met-a-link)',
    });
  });

  test('an undo that failed beats what began it, which is kept', () => {
    const stuck = main(
      problem('alloy.start', 'died'),
      problem('apply.stuck', 'undo-failed', 'action 3'),
      result('stuck'),
    );
    expect(stuck).toMatchObject({
      code: 'apply.stuck',
      params: { reason: 'undo-failed' },
      detail: 'action 3\nalloy.start (died)',
    });
  });

  test('what the host was compared with beats what else was found', () => {
    const found = main(
      problem('host.file', 'symlink', '/etc/mc'),
      problem('apply.stale', 'file-changed'),
      result('stale'),
    );
    expect(found).toMatchObject({ code: 'apply.stale', detail: 'host.file (symlink): /etc/mc' });
  });

  test('of several problems of a failed run, the first one counts', () => {
    const failed = main(
      problem('alloy.start', 'died'),
      problem('apply.failed', 'step'),
      result('rolled-back'),
    );
    expect(failed.code).toBe('alloy.start');
  });

  test('a run that failed without a word says so', () => {
    expect(main(result('failed'))).toMatchObject({
      code: 'apply.failed',
      params: { reason: 'not-reported' },
    });
    expect(main(result('rolled-back'))).not.toHaveProperty('at');
  });

  test('without a problem, the first step that failed and its last words count', () => {
    const failed = main(
      'one',
      'two with s3cret',
      fail('package', 100),
      'of the undo',
      fail('config', 2),
      result('rolled-back'),
    );
    expect(failed).toEqual({
      code: 'apply.failed',
      host: 'web-01',
      params: { reason: 'step', step: 'package', exit: 100 },
      detail: 'one\ntwo with (secret)',
      at: at(14),
    });
  });

  test('a step that said nothing has no detail', () => {
    expect(main(fail('package', 100), result('failed'))).not.toHaveProperty('detail');
    expect(main(problem('host.disk', 'full'), result('failed'))).not.toHaveProperty('detail');
  });

  test('fifteen lines are kept, the last ones', () => {
    const lines = Array.from({ length: 20 }, (_, i) => `line ${i}`);
    const { detail } = main(...lines, fail('package'), result('failed'));
    expect(detail!.split('\n')).toEqual(lines.slice(5));
  });

  test('what the host says is masked', () => {
    const masked = main(
      {
        type: 'problem',
        problem: {
          code: 'alloy.components',
          params: { reason: 'different', unhealthy: [['a', 'unhealthy', 'no s3cret']], none: null },
          detail: 'and s3cret',
        },
      },
      result('rolled-back'),
    );
    expect(masked).toEqual({
      code: 'alloy.components',
      host: 'web-01',
      params: { reason: 'different', unhealthy: [['a', 'unhealthy', 'no (secret)']], none: null },
      detail: 'and (secret)',
      at: at(20),
    });
  });

  test.each<[HostCode | 'package' | 'config' | 'service', number | undefined]>([
    ['alloy.version', 14],
    ['alloy.validate', 20],
    ['alloy.reload', 20],
    ['alloy.start', 20],
    ['alloy.components', 20],
    ['alloy.unready', undefined],
    ['host.disk', undefined],
    ['package', 14],
    ['config', 20],
    ['service', undefined],
  ])('%s points to line %s of the inventory', (what, line) => {
    const isCode = (word: string): word is HostCode => word.includes('.');
    const cause = isCode(what) ? problem(what, 'x') : fail(what as 'config');
    expect(judge(account(cause, result('rolled-back'))).problem!.at?.line).toBe(line);
  });
});
