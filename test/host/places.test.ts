import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Action } from '../../src/model/plan.ts';
import { MISSING, testUnless } from '../missing.ts';
import { perlOn } from './perl.ts';
import { ME, MY_GROUP, PrefixHost, planOf } from './prefix.ts';

let host: PrefixHost;
beforeEach(async () => {
  host = await PrefixHost.create();
});
afterEach(() => host.remove());

const write = (path: string): Action => ({
  do: 'file',
  path,
  content: 'new\n',
  mode: '0644',
  user: ME,
  group: MY_GROUP,
});
const STATE = '/var/lib/alloyup';
const CONFIG = '/etc/alloy/config.alloy';

describe('a place that a run cannot write to is named before anything is touched', () => {
  test.each<[string, () => void, object]>([
    [
      'the state is a file',
      () => host.put(STATE, ''),
      { code: 'host.file', params: { reason: 'not-a-directory', path: STATE } },
    ],
    [
      'the state is a link',
      () => symlinkSync('/nowhere', host.at(STATE)),
      { code: 'host.file', params: { reason: 'not-a-directory', path: STATE } },
    ],
    [
      'the lock is a directory: nobody holds it',
      () => mkdirSync(host.at(`${STATE}/lock`), { recursive: true }),
      {
        code: 'host.disk',
        params: { reason: 'not-writable', directory: STATE, said: 'Is a directory' },
      },
    ],
  ])('%s', async (_, prepare, problem) => {
    prepare();
    const before = host.snapshot();
    for (const ran of [await host.apply(planOf([write('/etc/new')]))]) {
      expect(ran.problems).toEqual([problem]);
      expect([ran.result, ran.err]).toEqual(['failed', '']);
    }
    expect((await host.settle({ run: 'later' })).result).toBe('failed');
    expect(host.snapshot()).toEqual(before);
  });

  test('/etc/alloy is a mount where others can write', async () => {
    host.put(CONFIG, 'old\n');
    execFileSync('chmod', ['0770', host.at('/etc/alloy')]);
    host.put(
      '/proc/self/mountinfo',
      '1 0 8:1 / / rw - ext4 x rw\n2 1 8:1 /x /etc/alloy rw - ext4 x rw\n',
    );
    const before = host.snapshot();
    const ran = await host.apply(planOf([write('/etc/first'), write(CONFIG)]));
    expect(ran.problems).toEqual([
      { code: 'host.file', params: { reason: 'no-staging', path: CONFIG } },
    ]);
    expect(ran.result).toBe('failed');
    expect(host.snapshot()).toEqual(before);
    expect(host.strays()).toEqual([]);
  });

  test('/opt/x is a mount of root alone: it is staged there, and nothing stays', async () => {
    host.put('/opt/x/file', 'old\n');
    host.put(
      '/proc/self/mountinfo',
      '1 0 8:1 / / rw - ext4 x rw\n2 1 8:1 /x /opt/x rw - ext4 x rw\n',
    );
    const before = host.snapshot();
    const failing = planOf([write('/opt/x/file'), { do: 'install', version: '9.9-1' }]);
    expect((await host.apply(failing)).result).toBe('rolled-back');
    expect(host.snapshot()).toEqual(before);
    const run = '20261130T111500Z-0001';
    expect((await host.apply(planOf([write('/opt/x/file')]), { run })).result).toBe('ok');
    expect(Object.keys(host.snapshot())).toEqual(Object.keys(before));
  });

  const chattr = (flag: string, ...paths: readonly string[]) =>
    execFileSync('chattr', [flag, ...paths.map((path) => host.at(path))]);

  testUnless(MISSING.chattr)('an immutable file, and an immutable directory', async () => {
    host.put(CONFIG, 'old\n');
    host.put('/etc/default/alloy', 'X=1\n');
    chattr('+i', CONFIG, '/etc/default');
    try {
      const before = host.snapshot();
      const ran = await host.apply(
        planOf([write('/etc/first'), write(CONFIG), write('/etc/default/alloy')]),
      );
      expect(ran.problems).toEqual([
        { code: 'host.disk', params: { reason: 'read-only', paths: [CONFIG, '/etc/default'] } },
      ]);
      expect(ran.result).toBe('failed');
      expect(host.snapshot()).toEqual(before);
      expect(host.strays()).toEqual([]);
    } finally {
      chattr('-i', CONFIG, '/etc/default');
    }
  });

  // it has become immutable after the look at it
  for (const [what, code] of [
    [
      'a file',
      `do_file($n, { path => $path, mode => '0644', user => '${ME}', group => '${MY_GROUP}' })`,
    ],
    ['a deletion', 'do_delete($n, { path => $path })'],
    [
      'a mode',
      `do_mode($n, { path => $path, mode => '0600', user => '${ME}', group => '${MY_GROUP}' })`,
    ],
  ] as const)
    testUnless(MISSING.chattr)(`an undo of ${what} that did not happen is not stuck`, () => {
      host.put(CONFIG, 'old\n', 0o640);
      chattr('+i', CONFIG);
      try {
        const said = perlOn(
          host,
          `open_journal(); my ($n, $path) = (1, '${CONFIG}'); note(1, 'begin', 'x');
           eval { ${code}; 1 } and print "done "; our $journal; undef $journal;
           my (undef, $last, $all) = read_journal();
           eval { undo_file($n, { path => $path }, $last->{1}, $all->{1}); undo_mode($n, { path => $path }, $last->{1}); 1 } or print "stuck: $@"`,
        );
        expect(said).toBe('');
        expect([host.read(CONFIG), host.mode(CONFIG)]).toEqual(['old\n', '640']);
      } finally {
        chattr('-i', CONFIG);
      }
    });
});
