import { randomBytes } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../model/secret.ts';

export interface CacheEntry {
  /** Of the answer that brought it; null: it was made here. */
  readonly etag: string | null;
  readonly body: Uint8Array;
}

export type Cache = ReturnType<typeof createCache>;

/** First line of an entry's file; the body follows. */
type Header = Pick<CacheEntry, 'etag'> & { readonly key: string; readonly sha256: string };

/**
 * Keeps what was fetched for later runs, in a directory of our own (0700); one that others can write
 * to is not trusted. Never fails: what cannot be kept is fetched again.
 */
export function createCache(directory: string) {
  const pathOf = (key: string): string => join(directory, sha256(key).slice(0, 40));

  return {
    /** undefined: not there, or damaged. */
    async read(key: string): Promise<CacheEntry | undefined> {
      try {
        if (!isOurs(directory)) return undefined;
        const bytes = readFileSync(pathOf(key));
        const newline = bytes.indexOf(0x0a);
        const header = JSON.parse(bytes.toString('utf8', 0, newline)) as Header;
        const body = bytes.subarray(newline + 1);
        if (header.key !== key || header.sha256 !== sha256(body)) return undefined;
        return { etag: header.etag, body };
      } catch {
        return undefined;
      }
    },

    async write(key: string, { etag, body }: CacheEntry): Promise<void> {
      const staged = `${pathOf(key)}.${randomBytes(6).toString('hex')}`;
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        if (!isOurs(directory)) return;
        await chmod(directory, 0o700);
        const header: Header = { key, sha256: sha256(body), etag };
        await writeFile(staged, [`${JSON.stringify(header)}\n`, body], { mode: 0o600 });
        await rename(staged, pathOf(key));
      } catch {
        await rm(staged, { force: true }).catch(() => undefined);
      }
    },
  };
}

/** A directory, not a symlink, that belongs to us and that nobody else can write to. */
function isOurs(directory: string): boolean {
  const stat = lstatSync(directory);
  return stat.isDirectory() && stat.uid === userInfo().uid && (stat.mode & 0o022) === 0;
}
