import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diffSnapshots, packagesOf, type Snapshot, writtenSince } from '../../lab/snapshot.ts';

const snapshot = (parts: Partial<Snapshot> = {}): Snapshot => ({
  files: {},
  packages: {},
  users: {},
  groups: {},
  unit: {},
  components: {},
  ...parts,
});

test('differences are told one a line, by what they are about', () => {
  const before = snapshot({
    files: { '/etc/a': 'file 0644 root:root sha256:1', '/etc/gone': 'link 0777 root:root -> a' },
    packages: { alloy: 'hold ok installed 1.17.0-1' },
  });
  const after = snapshot({
    files: { '/etc/a': 'file 0600 root:root sha256:1', '/etc/new': 'folder 0755 root:root' },
    packages: { alloy: 'install ok installed 1.17.0-1' },
    components: { 'a.b.c': 'healthy' },
  });
  expect(diffSnapshots(before, after)).toEqual([
    '/etc/a: was file 0644 root:root sha256:1, is file 0600 root:root sha256:1',
    '/etc/gone: gone, was: link 0777 root:root -> a',
    '/etc/new: new: folder 0755 root:root',
    'packages/alloy: was hold ok installed 1.17.0-1, is install ok installed 1.17.0-1',
    'components/a.b.c: new: healthy',
  ]);
  expect(diffSnapshots(before, before)).toEqual([]);
  expect(diffSnapshots(before, after, { ignore: /^\/etc|^(packages|components)\// })).toEqual([]);
});

test('packages are read with what dpkg wants of them', () => {
  const status =
    'Package: alloy\nStatus: hold ok installed\nVersion: 1.18.1-1\nDescription: x\n Status: no\n\n' +
    'Package: old\nStatus: deinstall ok config-files\nVersion: 2\n\n';
  expect(packagesOf(status)).toEqual({
    alloy: 'hold ok installed 1.18.1-1',
    old: 'deinstall ok config-files 2',
  });
});

test('what was written is told by the inode, whatever the times of the file say', () => {
  const upper = mkdtempSync(join(tmpdir(), 'upper-'));
  try {
    mkdirSync(join(upper, 'etc'));
    mkdirSync(join(upper, 'var/log'), { recursive: true });
    const since = Date.now() - 1000;
    writeFileSync(join(upper, 'etc/touched'), '');
    utimesSync(join(upper, 'etc/touched'), 0, 0);
    writeFileSync(join(upper, 'var/log/syslog'), '');
    const written = writtenSince(upper, since);
    expect(written).toContain('/etc/touched');
    expect(written).not.toContain('/var/log/syslog');
    expect(writtenSince(upper, Date.now() + 60_000)).toEqual([]);
  } finally {
    rmSync(upper, { recursive: true, force: true });
  }
});
