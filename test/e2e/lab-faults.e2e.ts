import { beforeAll, expect, test } from 'vitest';
import {
  breakPackage,
  breakSource,
  changeHostKey,
  fillDisk,
  holdDpkgLock,
  maskUnit,
  setSudo,
  takePort,
} from '../../lab/faults.ts';
import { describeOnHosts, freshHosts, type LabHost } from './lab-fixture.ts';

describeOnHosts('a host in trouble', () => {
  let host: LabHost;
  beforeAll(async () => {
    ({
      hosts: [host],
    } = await freshHosts(1));
  });
  const root = (script: string) => host.root(script, { reject: false });

  test('whose dpkg lock is held', async () => {
    await holdDpkgLock(host, 2);
    const held = await root('apt-get install -y alloy');
    expect(held.stderr).toMatch(/Could not get lock .* held by process \d+ \(perl\)/);
    const waited = await root('apt-get -o DPkg::Lock::Timeout=10 -y autoremove');
    expect(waited.exitCode).toBe(0);
  });

  test('with another source that is broken', async () => {
    breakSource(host);
    expect((await root('apt-get update 2>&1')).stdout).toContain('gone.invalid');
  });

  test('whose disk is full', async () => {
    await fillDisk(host, '/srv/small', '64k');
    expect((await root('head -c 100000 /dev/zero >/srv/small/file')).stderr).toContain('No space');
  });

  test('whose port is taken', async () => {
    await takePort(host);
    expect((await root('exec 3<>/dev/tcp/127.0.0.1/12345 && echo open')).stdout).toBe('open');
  });

  test('whose unit is masked', async () => {
    await maskUnit(host);
    expect((await root('systemctl is-enabled alloy.service')).stdout).toBe('masked');
  });

  test('with a package half configured', async () => {
    await breakPackage(host);
    expect((await root('dpkg --audit')).stdout).toContain('lab-broken');
  });

  test('where sudo asks, refuses, and trusts again', async () => {
    await setSudo(host, { password: 'geheim' });
    expect((await host.ssh('sudo -n true')).exitCode).toBe(1);
    expect((await host.ssh('sudo -S -p "" id -un', { input: 'geheim\n' })).stdout).toBe('root');
    await setSudo(host, 'refused');
    const refused = await host.ssh('sudo -S -p "" true', { input: 'geheim\n' });
    expect(refused.stderr).toMatch(/not in the sudoers|may not run sudo/);
    await setSudo(host, 'passwordless');
    expect((await host.ssh('sudo -n id -un')).stdout).toBe('root');
  });

  test('whose key has changed', async () => {
    await changeHostKey(host);
    const refused = await host.ssh('true');
    expect(refused.exitCode).toBe(255);
    expect(refused.stderr).toContain('HOST IDENTIFICATION HAS CHANGED');
    await host.reset();
    expect((await host.ssh('echo as before')).stdout).toBe('as before');
  });
});
