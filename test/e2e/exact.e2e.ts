import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inventory, pipeline } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';

const POOL = 'pool/main/a/alloy';
const BAD = pipeline().replace('metrics.receiver', 'metric.receiver');

describeOnHosts('validate --exact, from the repository to the verdict', () => {
  let lab: Lab;
  let hosts: readonly [LabHost];
  let debs: string;
  const kept = (): readonly string[] =>
    readdirSync(debs)
      .filter((name) => name.endsWith('.deb'))
      .map((name) => join(debs, name));

  beforeAll(async () => {
    ({ lab, hosts } = await freshHosts(1));
    debs = mkdtempSync(join(tmpdir(), 'alloyup-debs-'));
    const pool = join(lab.repository.folder, POOL);
    for (const name of readdirSync(pool)) copyFileSync(join(pool, name), join(debs, name));
  });
  afterAll(async () => {
    await lab.repository.mend();
    await lab.repository.publish(kept());
    rmSync(debs, { recursive: true });
  });

  const validate = (...args: readonly string[]) =>
    lab.alloyup(['validate', '--exact', '-i', inventory(lab, hosts, BAD), ...args]);
  const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

  test('the verdict of the pinned version, and again without the repository', async () => {
    const first = await validate();
    expect(first.exitCode).toBe(64);
    expect(oneLine(first.stderr)).toContain('Fetching alloy 1.18.1-1');
    expect(oneLine(first.stderr)).toContain('[alloyup, alloy 1.18.1]');
    await lab.repository.behave({ down: true });
    const again = await validate('-q');
    await lab.repository.mend();
    expect(again.exitCode).toBe(64);
    expect(oneLine(again.stderr)).toContain('[alloyup, alloy 1.18.1]');
    expect(again.stderr).not.toContain('Fetching');
    const good = await lab.alloyup([
      'validate',
      '--exact',
      '-i',
      inventory(lab, hosts, pipeline()),
    ]);
    expect([good.exitCode, good.stdout]).toEqual([
      0,
      '1 host checked with alloy 1.18.1: no problems',
    ]);
  });

  test('a package that was exchanged is refused', async () => {
    lab.resetController();
    const pool = join(lab.repository.folder, POOL);
    const name = readdirSync(pool).find((one) => one.includes('1.18.1-1'))!;
    const evil = readFileSync(join(pool, name));
    evil[evil.length - 100]! ^= 1;
    writeFileSync(join(pool, name), evil);
    const { exitCode, stderr } = await validate('-q');
    copyFileSync(join(debs, name), join(pool, name));
    expect(exitCode).toBe(64);
    expect(oneLine(stderr)).toContain('does not match its hash');
    expect(oneLine(stderr)).not.toContain('alloy 1.18.1]');
  });

  test.each(['gzip', 'xz', 'zstd'])('a package that dpkg-deb compressed with %s', async (kind) => {
    lab.resetController();
    const work = join(debs, kind);
    mkdirSync(work);
    const deb = kept().find((path) => path.includes('1.18.1-1'))!;
    const made = join(work, deb.split('/').pop()!);
    for (const args of [
      ['-R', deb, join(work, 'tree')],
      [`-Z${kind}`, '--root-owner-group', '-b', join(work, 'tree'), made],
    ])
      expect(spawnSync('dpkg-deb', args).status).toBe(0);
    await lab.repository.publish([made]);
    const { stderr } = await validate('-q');
    expect(oneLine(stderr)).toContain('[alloyup, alloy 1.18.1]');
  });
});
