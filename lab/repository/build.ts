import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { run } from '../run.ts';
import { type RepositoryKeys, withExpiry } from './keys.ts';

/** Faults of the repository; `folder`: files that replace the intact ones. */
const FAULTS = {
  /** The index is signed by a key that is not pinned. */
  'wrong-signature': 'signed by a stranger',
  /** The hashes of packages differ from the signed ones. */
  'broken-index': 'an index that is not the signed one',
  /** The signing key expired ten days ago. */
  'expired-key': 'a signing key that has expired',
  /** The signing key expires in 30 days. */
  'expiring-key': 'a signing key that expires soon',
  /** The bundle contains an unknown valid key. */
  'strange-key': 'a bundle with an unknown key in force',
  /** The bundle lacks the signing key. */
  'missing-key': 'a bundle without the signing key',
} as const;
export type Fault = keyof typeof FAULTS;

const ARCHITECTURES = ['amd64', 'arm64'];
const SUITE = 'dists/stable';

/** Creates a signed repository of `debs` with upstream's layout: suite stable, component main, one pool. */
export async function buildRepository(
  folder: string,
  debs: readonly string[],
  keys: RepositoryKeys,
): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const pool = join(folder, 'pool/main/a/alloy');
  mkdirSync(pool, { recursive: true });
  for (const deb of debs) copyFileSync(deb, join(pool, basename(deb)));
  for (const architecture of ARCHITECTURES) {
    const index = await run('apt-ftparchive', ['--arch', architecture, 'packages', 'pool'], {
      cwd: folder,
      stripFinalNewline: false,
    });
    const binary = join(folder, SUITE, 'main', `binary-${architecture}`);
    mkdirSync(binary, { recursive: true });
    writeFileSync(join(binary, 'Packages'), index);
    writeFileSync(join(binary, 'Packages.gz'), gzipSync(index));
  }
  const release = await run(
    'apt-ftparchive',
    [
      ...Object.entries({
        Origin: '. stable',
        Label: '. stable',
        Suite: 'stable',
        Codename: 'stable',
        Architectures: ARCHITECTURES.join(' '),
        Components: 'main',
        Description: 'stand-in repository of a test lab',
      }).flatMap(([field, value]) => ['-o', `APT::FTPArchive::Release::${field}=${value}`]),
      ...['release', SUITE],
    ],
    { cwd: folder, stripFinalNewline: false },
  );
  writeFileSync(join(folder, SUITE, 'Release'), release);
  await keys.home.use(async () => {
    writeFileSync(
      join(folder, SUITE, 'InRelease'),
      await clearsign(keys, keys.fingerprint, release),
    );
    const detached = ['--batch', '--digest-algo', 'SHA512', '--armor', '--detach-sign'];
    writeFileSync(
      join(folder, SUITE, 'Release.gpg'),
      await keys.home.gpg([...detached, '--local-user', keys.fingerprint], release),
    );
    writeBundles(folder, keys.history, await keys.home.export(keys.fingerprint));
  });
}

const clearsign = (keys: RepositoryKeys, by: string, text: string): Promise<string> =>
  keys.home.gpg(['--batch', '--digest-algo', 'SHA512', '--local-user', by, '--clearsign'], text);

function writeBundles(folder: string, history: string, signing: string): void {
  writeFileSync(join(folder, 'gpg.key'), signing);
  writeFileSync(join(folder, 'gpg-full.key'), history + signing);
}

/** Writes to `folder` the files that the server serves while `fault` is active. */
export async function buildFault(options: {
  readonly fault: Fault;
  readonly folder: string;
  /** The intact repository. */
  readonly good: string;
  readonly keys: RepositoryKeys;
  /** A short path for a copy of the keys. */
  readonly scratch: string;
}): Promise<void> {
  const { fault, folder, good, keys, scratch } = options;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, SUITE), { recursive: true });
  const release = readFileSync(join(good, SUITE, 'Release'), 'utf8');
  try {
    switch (fault) {
      case 'wrong-signature':
        await keys.home.use(async () => {
          const signed = await clearsign(keys, keys.stranger, release);
          writeFileSync(join(folder, SUITE, 'InRelease'), signed);
        });
        return;
      case 'broken-index':
        for (const architecture of ARCHITECTURES) {
          const place = join(SUITE, 'main', `binary-${architecture}`);
          mkdirSync(join(folder, place), { recursive: true });
          // one letter of the description, so that the size stays the same
          const index = readFileSync(join(good, place, 'Packages'), 'utf8').replace(
            /^Description: ./m,
            'Description: ~',
          );
          writeFileSync(join(folder, place, 'Packages'), index);
          writeFileSync(join(folder, place, 'Packages.gz'), gzipSync(index));
        }
        return;
      case 'expired-key':
        writeBundles(folder, keys.history, await withExpiry(keys, -10, scratch));
        return;
      case 'expiring-key':
        writeBundles(folder, keys.history, await withExpiry(keys, 30, scratch));
        return;
      case 'strange-key':
        await keys.home.use(async () => {
          const stranger = await keys.home.export(keys.stranger);
          const signing = await keys.home.export(keys.fingerprint);
          writeBundles(folder, keys.history + stranger, signing);
        });
        return;
      case 'missing-key':
        writeBundles(folder, keys.history, '');
        return;
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
