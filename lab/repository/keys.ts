import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../run.ts';

const DAY = 86_400_000;

/** A GnuPG home directory; its agent must be stopped after use. */
class KeyHome {
  readonly folder: string;

  /** `folder`: a short path, because the path of the agent's socket is limited to 107 characters. */
  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** @throws ExecaError with gpg's output. */
  gpg(args: readonly string[], input = ''): Promise<string> {
    return run(
      'gpg',
      [
        ...['--homedir', this.folder, '--yes', '--quiet', '--no-tty'],
        ...['--pinentry-mode', 'loopback', '--passphrase', '', ...args],
      ],
      { stdin: 'pipe', input, stripFinalNewline: false },
    );
  }

  /** Runs `work` and stops the agent in any case. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      await run('gpgconf', ['--homedir', this.folder, '--kill', 'all']).catch(() => undefined);
    }
  }

  /** A copy of the keys that can be changed. */
  copy(folder: string): KeyHome {
    mkdirSync(dirname(folder), { recursive: true });
    cpSync(this.folder, folder, {
      recursive: true,
      filter: (path) => !path.includes('S.gpg-agent'),
    });
    return new KeyHome(folder);
  }

  async generate(key: {
    readonly uid: string;
    readonly algorithm: string;
    /** Its creation date. */
    readonly made: Date;
    readonly expiresAfterDays: number | null;
    readonly sha1?: boolean;
    readonly encryption?: boolean;
  }): Promise<string> {
    const expires = key.expiresAfterDays === null ? '0' : `${key.expiresAfterDays}d`;
    const common = [
      ...['--batch', ...at(key.made)],
      ...(key.sha1 ? ['--cert-digest-algo', 'SHA1'] : ['--cert-digest-algo', 'SHA512']),
    ];
    const before = new Set(readdirIfThere(this.revocations()));
    await this.gpg([...common, '--quick-gen-key', key.uid, key.algorithm, 'sign,cert', expires]);
    // GnuPG writes a revocation for each new key, named by its fingerprint
    const fingerprint = readdirIfThere(this.revocations())
      .find((name) => !before.has(name))!
      .replace('.rev', '');
    if (key.encryption)
      await this.gpg([...common, '--quick-add-key', fingerprint, key.algorithm, 'encr', expires]);
    return fingerprint;
  }

  private revocations(): string {
    return join(this.folder, 'openpgp-revocs.d');
  }

  /** The armored certificate. */
  export(fingerprint: string): Promise<string> {
    return this.gpg(['--batch', '--armor', '--export', fingerprint]);
  }

  /** An armored revocation signature alone (reason 0x02, "compromised"), as in upstream's bundle. */
  revocation(fingerprint: string, when: Date): Promise<string> {
    return this.gpg(
      [...at(when), '--command-fd', '0', '--armor', '--gen-revoke', fingerprint],
      'y\n1\n\ny\n',
    );
  }
}

const readdirIfThere = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** Sets GnuPG's clock. */
const at = (when: Date): string[] => [
  '--faked-system-time',
  `${when.toISOString().replaceAll(/[-:]/g, '').slice(0, 15)}!`,
];

/** The keys of the lab's repository. */
export interface RepositoryKeys {
  readonly home: KeyHome;
  /** 40 upper-case hex digits: the fingerprint to pin in this lab. */
  readonly fingerprint: string;
  /** A valid key that must not be trusted: it signs the forged index. */
  readonly stranger: string;
  /** The four blocks that come before the signing key in upstream's gpg-full.key. */
  readonly history: string;
}

/**
 * Creates keys like upstream's: a retired one (2017, RSA 2048, SHA-1 self-signature) with its revocation, an
 * expired one with its revocation, and the signing key.
 */
export async function makeKeys(folder: string): Promise<RepositoryKeys> {
  const home = new KeyHome(folder);
  return home.use(async () => {
    const retired = await home.generate({
      uid: 'Lab of 2017 <info@lab.invalid>',
      algorithm: 'rsa2048',
      made: new Date('2017-01-24T15:06:26Z'),
      expiresAfterDays: null,
      sha1: true,
    });
    const expired = await home.generate({
      uid: 'Lab of 2023 <engineering@lab.invalid>',
      algorithm: 'rsa3072',
      made: new Date('2023-01-06T12:00:00Z'),
      expiresAfterDays: 730,
    });
    const fingerprint = await home.generate({
      uid: 'Lab <engineering@lab.invalid>',
      algorithm: 'rsa3072',
      made: new Date('2023-08-24T16:33:45Z'),
      // about 300 days from now: no expiry warning
      expiresAfterDays: Math.ceil((Date.now() - Date.parse('2023-08-24T16:33:45Z')) / DAY) + 300,
      encryption: true,
    });
    const stranger = await home.generate({
      uid: 'Stranger <nobody@lab.invalid>',
      algorithm: 'rsa3072',
      made: new Date('2024-01-01T00:00:00Z'),
      expiresAfterDays: null,
    });
    const history = [
      await home.export(retired),
      await home.revocation(retired, new Date('2023-01-12T09:00:00Z')),
      await home.export(expired),
      await home.revocation(expired, new Date('2023-08-25T09:00:00Z')),
    ].join('');
    const keys = { home, fingerprint, stranger, history };
    writeFileSync(join(folder, 'keys.json'), JSON.stringify({ fingerprint, stranger, history }));
    return keys;
  });
}

/** The keys that an earlier `makeKeys` wrote to the directory. */
export function readKeys(folder: string): RepositoryKeys {
  const kept = JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')) as Omit<
    RepositoryKeys,
    'home'
  >;
  return { ...kept, home: new KeyHome(folder) };
}

/**
 * The signing certificate with another expiry date, created in a copy of the keys.
 *
 * @param days from now; negative: it has expired.
 */
export async function withExpiry(
  keys: RepositoryKeys,
  days: number,
  scratch: string,
): Promise<string> {
  const copy = keys.home.copy(scratch);
  return copy.use(async () => {
    // the renewal must be dated before the expiry
    const signedAt = new Date(Date.now() + Math.min(0, days) * DAY - 10 * DAY);
    await copy.gpg([
      ...['--batch', ...at(signedAt)],
      ...['--quick-set-expire', keys.fingerprint, `${10 + Math.max(days, 0)}d`],
    ]);
    return copy.export(keys.fingerprint);
  });
}
