import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  buildPackages,
  CONFFILE_VERSION,
  GOOD_VERSIONS,
  programOf,
  STAND_IN_VERSIONS,
} from '../../lab/stand-in/package.ts';

/** Needs dpkg-deb, which every Debian has. */
const out = async (command: string, ...args: string[]): Promise<string> =>
  (await execa(command, args)).stdout;

describe('packages', () => {
  let folder = '';
  let debs: readonly string[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stand-in-debs-'));
    debs = await buildPackages(join(folder, 'new'), [...STAND_IN_VERSIONS, CONFFILE_VERSION]);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('one for each version, named as dpkg names them', async () => {
    const architecture = await out('dpkg', '--print-architecture');
    expect(debs.map((deb) => deb.split('/').at(-1))).toEqual(
      [...STAND_IN_VERSIONS, CONFFILE_VERSION].map((v) => `alloy_${v.version}_${architecture}.deb`),
    );
    for (const deb of debs) expect(await out('dpkg-deb', '-f', deb, 'Package')).toBe('alloy');
    expect(GOOD_VERSIONS.length).toBeGreaterThanOrEqual(3);
  });

  test('hold the recorded paths, root:root, with the recorded modes', async () => {
    const list = (await out('dpkg-deb', '-c', debs[0] ?? '')).split('\n').map((line) => {
      const [mode, owner, , , , path] = line.split(/\s+/);
      return `${mode} ${owner} ${path}`;
    });
    expect(list.filter((line) => line.startsWith('-'))).toEqual([
      '-rw-r--r-- root/root ./etc/alloy/config.alloy',
      '-rw-r--r-- root/root ./etc/default/alloy',
      '-rwxr-xr-x root/root ./usr/bin/alloy',
      '-rw-r--r-- root/root ./usr/lib/systemd/system/alloy.service',
    ]);
    for (const line of list.filter((l) => l.startsWith('d'))) {
      expect(line).toMatch(/^drwxr-xr-x root\/root /);
    }
    expect(await out('dpkg-deb', '-I', debs[0] ?? '', 'conffiles')).toBe(
      '/etc/alloy/config.alloy\n/etc/default/alloy',
    );
  });

  test('the environment file differs in the one version made for it, and sh can read it', async () => {
    const texts = await Promise.all(
      debs.map(async (deb, i) => {
        const root = join(folder, String(i));
        await execa('dpkg-deb', ['-x', deb, root]);
        return readFileSync(join(root, 'etc/default/alloy'), 'utf8');
      }),
    );
    expect(new Set(texts.slice(0, -1)).size).toBe(1);
    expect(texts.at(-1)).not.toBe(texts[0]);
    // sh names this line when a blank stands unquoted in the value (recorded)
    expect(texts[0]?.split('\n')[12]).toBe('CUSTOM_ARGS=""');
    const file = join(folder, '0/etc/default/alloy');
    expect(
      await out('sh', '-c', `set -e; . ${file}; echo "$CONFIG_FILE $RESTART_ON_UPGRADE"`),
    ).toBe('/etc/alloy/config.alloy true');
  });

  test('each says its version and carries its faults', async () => {
    for (const [i, { version }] of STAND_IN_VERSIONS.entries()) {
      await execa('dpkg-deb', ['-x', debs[i] ?? '', join(folder, `run${i}`)]);
      const said = await out(join(folder, `run${i}/usr/bin/alloy`), '--version');
      expect(said.split('\n')[0]).toBe(
        `alloy, version v${version.replace('-1', '')} (branch: HEAD, revision: stand-in)`,
      );
    }
    expect(programOf({ version: '9.9.9-1', faults: ['slow-start 3', 'stop-takes 2'] })).toContain(
      "my $BUILT_IN_FAULTS = 'slow-start 3\nstop-takes 2';",
    );
  });

  test('what ships passes its own validate', async () => {
    const ran = await execa('perl', ['usr/bin/alloy', 'validate', 'etc/alloy/config.alloy'], {
      cwd: join(folder, '0'),
    });
    expect([ran.exitCode, ran.stdout, ran.stderr]).toEqual([0, '', '']);
  });
});
