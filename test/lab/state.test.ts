import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { missingPackages } from '../../lab/prerequisites.ts';
import {
  claimNetwork,
  identify,
  isAlive,
  labFolder,
  releaseNetworks,
  writeState,
} from '../../lab/state.ts';
import { takeDown } from '../../lab/takedown.ts';
import { MISSING, testUnless } from '../missing.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labs-'));
  vi.stubEnv('ALLOYUP_LAB_DIR', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const begin = (name: string): void => {
  mkdirSync(labFolder(name));
  writeState({ name, network: '', owner: null, ready: false, fingerprint: '', hosts: [] });
};

test('a process is alive until it ends, and a later one with its number is another', async () => {
  const child = spawn('sleep', ['60']);
  const identity = identify(child.pid!)!;
  expect(isAlive(identity)).toBe(true);
  expect(isAlive({ ...identity, startedTicks: '1' })).toBe(false);
  expect(isAlive({ ...identity, bootId: 'another' })).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isAlive(identity)).toBe(false);
});

test('no two labs get one network; a cut-off claim is taken over', () => {
  begin('one');
  const first = claimNetwork('one');
  expect(claimNetwork('one')).toBe(first); // the same lab again
  begin('two');
  expect(claimNetwork('two')).not.toBe(first);
  rmSync(labFolder('one'), { recursive: true });
  releaseNetworks('two');
  expect(claimNetwork('one')).toBe(first);
});

test('a folder that no lab made is never removed', async () => {
  mkdirSync(join(folder, 'zq'));
  writeFileSync(join(folder, 'zq/precious'), '');
  await expect(takeDown('zq')).rejects.toThrow(/is not a lab's directory/);
  expect(existsSync(join(folder, 'zq/precious'))).toBe(true);
  await expect(takeDown('../zq')).rejects.toThrow(/cannot name a lab/);
});

test('a lab that was cut off at its first breath is removed', async () => {
  begin('zq');
  await takeDown('zq');
  expect(existsSync(labFolder('zq'))).toBe(false);
});

testUnless(MISSING.chattr)(
  'a lab whose removal was cut off is removed by the next one',
  async () => {
    begin('zq');
    const part = join(labFolder('zq'), 'network');
    mkdirSync(part);
    writeFileSync(join(part, 'file'), '');
    execFileSync('chattr', ['+i', part]);
    try {
      await expect(takeDown('zq')).rejects.toThrow();
    } finally {
      execFileSync('chattr', ['-i', part]);
    }
    await takeDown('zq');
    expect(existsSync(labFolder('zq'))).toBe(false);
  },
);

test('each missing package is named once', () => {
  const programs = { ip: 'iproute2', ssh: 'openssh-client', 'ssh-keygen': 'openssh-client' };
  expect(missingPackages(programs, (program) => program === 'ip')).toEqual(['openssh-client']);
  expect(missingPackages(programs, () => true)).toEqual([]);
});
