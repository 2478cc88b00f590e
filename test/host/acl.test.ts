import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Action } from '../../src/model/plan.ts';
import { MISSING, testUnless } from '../missing.ts';
import { PrefixHost, planOf } from './prefix.ts';

const aclTest = testUnless(MISSING.acl);
const SECOND = '20261130T111500Z-0001';
const APP = '/srv/closed/app';

let host: PrefixHost;
beforeEach(async () => {
  host = await PrefixHost.create();
  host.put(
    '/etc/passwd',
    `${host.read('/etc/passwd')}alloy:x:998:997::/var/lib/alloy:/bin/false\n`,
  );
  host.put('/etc/group', `${host.read('/etc/group')}alloy:x:997:\n`);
  host.put('/usr/bin/setfacl', '', 0o755);
  host.put('/usr/bin/getfacl', '', 0o755);
  chmodSync(host.root, 0o755);
  host.put(`${APP}/deep/a.log`, 'a\n', 0o600);
  host.put(`${APP}/b.log`, 'b\n', 0o640);
  chmodSync(host.at('/srv/closed'), 0o700);
  chmodSync(host.at(APP), 0o750);
});
afterEach(() => host.remove());

const give = (path = APP, search = ['/srv/closed']): Action => ({
  do: 'acl',
  path,
  gives: true,
  search,
});
const take = (path = APP, search = ['/srv/closed']): Action =>
  ({ ...give(path, search), gives: false }) as Action;
const facl = (...args: string[]): string => execFileSync('setfacl', args, { encoding: 'utf8' });
const aclOf = (path: string): readonly string[] =>
  execFileSync('getfacl', ['-n', '-p', '-E', '-c', host.at(path)], { encoding: 'utf8' })
    .trim()
    .split('\n');
const treeAt = async (path = APP) => (await host.facts({ readable: [path] })).readable?.trees[path];
/** As user alloy: the kernel's word. */
const reads = (path: string): boolean =>
  spawnSync('setpriv', ['--reuid=998', '--regid=997', '--clear-groups', 'cat', host.at(path)], {
    stdio: 'ignore',
  }).status === 0;

aclTest('what is given can be read, what is made later too, and the facts say so', async () => {
  expect(await treeAt()).toEqual({
    kind: 'directory',
    lacking: 4,
    closed: ['/srv/closed'],
    error: null,
  });
  expect(reads(`${APP}/deep/a.log`)).toBe(false);
  expect((await host.apply(planOf([give()]))).result).toBe('ok');
  expect(reads(`${APP}/deep/a.log`)).toBe(true);
  writeFileSync(host.at(`${APP}/deep/new.log`), 'n\n', { mode: 0o640 });
  expect(reads(`${APP}/deep/new.log`)).toBe(true);
  const facts = await host.facts({ readable: [APP] });
  expect(facts.readable?.trees[APP]).toEqual({
    kind: 'directory',
    lacking: 0,
    closed: [],
    error: null,
  });
  expect(facts.given).toEqual({ [APP]: ['/srv/closed'] });
});

aclTest('nobody else gets more than before where the mask becomes wider', async () => {
  facl('-m', 'u:4711:rwx,g:42:rwx,m::r--', host.at(`${APP}/b.log`));
  chmodSync(host.at(`${APP}/b.log`), 0o600);
  await host.apply(planOf([give()]));
  expect(aclOf(`${APP}/b.log`)).toEqual([
    'user::rw-',
    'user:998:r--',
    'user:4711:---',
    'group::---',
    'group:42:---',
    'mask::r--',
    'other::---',
  ]);
});

aclTest('what was moved there is drift, and so is an ACL that somebody removed', async () => {
  await host.apply(planOf([give()]));
  host.put('/tmp/moved.log', 'm\n', 0o600);
  renameSync(host.at('/tmp/moved.log'), host.at(`${APP}/moved.log`));
  expect((await treeAt())?.lacking).toBe(1);
  facl('-b', host.at(`${APP}/deep`));
  expect((await treeAt())?.lacking).toBe(2);
  chmodSync(host.at(`${APP}/b.log`), 0o600);
  expect((await treeAt())?.lacking).toBe(3);
  chmodSync(host.at('/srv/closed'), 0o700);
  expect((await treeAt())?.closed).toEqual(['/srv/closed']);
});

aclTest(
  'a rollback restores what is as the run left it, and takes its part from the rest',
  async () => {
    host.put(`${APP}/gone.log`, '', 0o600);
    const before = host.acls();
    await host.apply(planOf([give()]));
    // somebody works there: a rotation, a new directory, another mode
    renameSync(host.at(`${APP}/b.log`), host.at(`${APP}/b.log.1`));
    writeFileSync(host.at(`${APP}/b.log`), 'new\n', { mode: 0o640 });
    mkdirSync(host.at(`${APP}/later`));
    rmSync(host.at(`${APP}/gone.log`));
    chmodSync(host.at(`${APP}/deep/a.log`), 0o644);
    const ran = await host.rollback(null, { run: SECOND });
    expect([ran.result, ran.err, ran.problems]).toEqual(['rolled-back', '', []]);
    expect(host.acls()).toBe(before);
    expect(host.mode(`${APP}/b.log.1`)).toBe('640');
    expect(host.mode(`${APP}/b.log`)).toBe('640');
    // its group had nothing: what chmod gave was the mask
    expect(host.mode(`${APP}/deep/a.log`)).toBe('604');
    expect(host.mode('/srv/closed')).toBe('700');
    expect(host.read('/var/lib/alloyup/readable.json')).toBeNull();
  },
);

aclTest('a rollback of a repair leaves what an earlier run gave', async () => {
  await host.apply(planOf([give()]));
  const given = host.acls();
  facl('-b', host.at(`${APP}/b.log`));
  chmodSync(host.at(`${APP}/b.log`), 0o640);
  const broken = host.acls();
  await host.apply(planOf([give()]), { run: SECOND });
  expect(host.acls()).toBe(given);
  writeFileSync(host.at(`${APP}/new.log`), '', { mode: 0o640 });
  const inherited = aclOf(`${APP}/new.log`);
  expect((await host.rollback(null, { run: '20261130T121500Z-0001' })).result).toBe('rolled-back');
  expect(aclOf(`${APP}/new.log`)).toEqual(inherited);
  rmSync(host.at(`${APP}/new.log`));
  expect(host.acls()).toBe(broken);
  expect((await host.facts()).given).toEqual({ [APP]: ['/srv/closed'] });
});

aclTest(
  'what is taken back leaves no trace where there was none, and others their entries',
  async () => {
    facl('-m', 'u:4711:r--', host.at(`${APP}/b.log`));
    facl('-d', '-m', 'u:4711:r--', host.at(`${APP}/deep`));
    const before = host.acls();
    await host.apply(planOf([give()]));
    await host.apply(planOf([take()]), { run: SECOND });
    expect(host.acls()).toBe(before);
    expect((await host.facts()).given).toEqual({});
  },
);

aclTest('a tree that is gone is taken back all the same', async () => {
  await host.apply(planOf([give()]));
  rmSync(host.at(APP), { recursive: true });
  expect((await treeAt())?.kind).toBe('absent');
  expect((await host.apply(planOf([take()]), { run: SECOND })).result).toBe('ok');
  expect(host.acls()).toBe('');
  expect((await host.facts()).given).toEqual({});
});

aclTest('no link is followed, and a file with several names is left alone', async () => {
  host.put('/etc/secret', 's\n', 0o600);
  host.link(`${APP}/link`, host.at('/etc/secret'));
  host.link(`${APP}/directory`, host.at('/etc'));
  host.put('/srv/other', 'o\n', 0o600);
  execFileSync('ln', [host.at('/srv/other'), host.at(`${APP}/hard.log`)]);
  execFileSync('mkfifo', [host.at(`${APP}/fifo`)]);
  expect((await host.apply(planOf([give()]))).result).toBe('ok');
  for (const path of ['/etc/secret', '/etc', '/srv/other', `${APP}/fifo`])
    expect(aclOf(path).join()).not.toContain('998');
  expect((await treeAt())?.lacking).toBe(0);
});

aclTest(
  'a link that others could put on the way is refused, and so is one in its place',
  async () => {
    mkdirSync(host.at('/srv/theirs'));
    chownSync(host.at('/srv/theirs'), 1234, 1234);
    host.link('/srv/theirs/app', host.at(APP));
    const before = host.snapshot();
    for (const [run, path] of [
      [SECOND, '/srv/theirs/app'],
      ['20261130T121500Z-0001', '/srv/theirs/app/deep'],
    ] as const) {
      const ran = await host.apply(planOf([give(path, [])]), { run });
      const params = { reason: 'symlink', path: '/srv/theirs/app' };
      expect([ran.result, ran.problems[0]?.params]).toEqual(['failed', params]);
      expect(host.snapshot()).toEqual(before);
    }
    expect((await treeAt('/srv/theirs/app'))?.kind).toBe('symlink');
    expect((await treeAt('/srv/theirs/app/deep'))?.error).toBe('failed');
  },
);

aclTest('names are taken as they are', async () => {
  for (const name of ['with space', 'new\nline', "it's \\ $HOME", 'ümlaut.log', '-n'])
    host.put(`${APP}/${name}`, 'x\n', 0o600);
  expect((await host.apply(planOf([give()]))).result).toBe('ok');
  expect((await treeAt())?.lacking).toBe(0);
  await host.rollback(null, { run: SECOND });
  expect(host.acls()).toBe('');
});

testUnless(MISSING.mount)(
  'a file system without ACLs is told before anything is touched',
  async () => {
    mkdirSync(host.at('/srv/ram'));
    execFileSync('mount', ['-t', 'ramfs', 'ramfs', host.at('/srv/ram')]);
    try {
      host.put('/srv/ram/app/a.log', 'a\n', 0o600);
      const before = host.snapshot();
      const ran = await host.apply(planOf([give(), give('/srv/ram/app', [])]));
      expect([ran.result, ran.err, ran.problems]).toEqual([
        'failed',
        '',
        [
          expect.objectContaining({
            code: 'host.acl',
            params: { reason: 'unsupported', path: '/srv/ram/app' },
          }),
        ],
      ]);
      expect(host.snapshot()).toEqual(before);
      expect(host.strays()).toEqual([]);
    } finally {
      execFileSync('umount', [host.at('/srv/ram')]);
    }
  },
);

aclTest(
  'ten thousand files are no matter',
  async () => {
    for (let i = 0; i < 100; i += 1) {
      mkdirSync(host.at(`${APP}/d${i}`));
      for (let j = 0; j < 100; j += 1)
        writeFileSync(host.at(`${APP}/d${i}/${j}.log`), '', { mode: 0o600 });
    }
    expect((await treeAt())?.lacking).toBe(10_104);
    expect((await host.apply(planOf([give()]))).result).toBe('ok');
    expect((await treeAt())?.lacking).toBe(0);
    expect((await host.rollback(null, { run: SECOND })).result).toBe('rolled-back');
    expect(host.acls()).toBe('');
  },
  120_000,
);

aclTest('a tree that is too deep is said to be too large', async () => {
  mkdirSync(host.at(`${APP}${'/d'.repeat(250)}`), { recursive: true });
  expect((await treeAt())?.error).toBe('too large');
});

test('without the tools nothing is looked at', async () => {
  rmSync(host.at('/usr/bin/setfacl'));
  expect((await host.facts({ readable: [APP] })).readable).toEqual({ tools: false, trees: {} });
});
