import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { ToolError } from '../model/problem.ts';
import type { KnownHosts } from './known-hosts.ts';
import { hashedName, parseKnownHosts } from './known-hosts.ts';

/** Reads known_hosts files, each set of paths once a run, and adds to them. */
export interface KnownHostsFiles {
  /** @throws ToolError `ssh.host-key` when a file is there and cannot be read: it might say "revoked". */
  read(paths: readonly string[]): KnownHosts;
  /**
   * Adds one key, in one write. What was read before knows it too.
   *
   * @throws ToolError `ssh.host-key` when the file cannot be written.
   */
  add(path: string, name: string, type: string, blob: Uint8Array): void;
}

export function knownHostsFiles(): KnownHostsFiles {
  const texts = new Map<string, string>();
  const parsed = new Map<
    string,
    { readonly paths: readonly string[]; readonly known: KnownHosts }
  >();

  const textOf = (path: string): string => {
    const cached = texts.get(path);
    if (cached !== undefined) return cached;
    const text = readOrEmpty(path);
    texts.set(path, text);
    return text;
  };

  return {
    read(paths) {
      const id = paths.join('\0');
      const cached = parsed.get(id);
      if (cached) return cached.known;
      const known = parseKnownHosts(paths.map((file) => ({ file, text: textOf(file) })));
      parsed.set(id, { paths, known });
      return known;
    },
    add(path, name, type, blob) {
      const line = `${name} ${type} ${Buffer.from(blob).toString('base64')}\n`;
      const before = readOrEmpty(path);
      const text = before === '' || before.endsWith('\n') ? line : `\n${line}`;
      try {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        appendFileSync(path, text, { mode: 0o600 });
      } catch (cause) {
        throw new ToolError({
          code: 'ssh.host-key',
          message: `the host key of ${name} cannot be noted in ${path}: ${reason(cause)}`,
          hint: `make ${path} writable, or pin the key with ssh.hostKey in the inventory`,
        });
      }
      texts.set(path, before + text);
      for (const [id, { paths }] of parsed) if (paths.includes(path)) parsed.delete(id);
    },
  };
}

/** A line to be: who has which key. */
export interface HostKeyEntry {
  /** `web-01`, or `[web-01]:2222`. */
  readonly knownAs: string;
  readonly type: string;
  readonly blob: Uint8Array;
  /** Keep the name as a hash. */
  readonly hashed: boolean;
}

/**
 * Adds lines to a known_hosts file: readers see the old file or all of the new one. A link is followed,
 * the mode is kept.
 *
 * @throws ToolError `ssh.host-key` when it cannot be written: then it is as before.
 */
export function recordHostKeys(path: string, entries: readonly HostKeyEntry[]): void {
  const lines = entries.map(({ knownAs, type, blob, hashed }) => {
    const name = hashed ? hashedName(knownAs, randomBytes(20)) : knownAs;
    return `${name} ${type} ${Buffer.from(blob).toString('base64')}\n`;
  });
  let staged: string | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const there = existsSync(path) ? realpathSync(path) : path;
    const before = readOrEmpty(there);
    const mode = before === '' ? 0o600 : statSync(there).mode & 0o777;
    staged = `${there}.alloyup-${randomBytes(6).toString('hex')}`;
    const gap = before === '' || before.endsWith('\n') ? '' : '\n';
    writeFileSync(staged, `${before}${gap}${lines.join('')}`, { flag: 'wx', mode });
    renameSync(staged, there);
  } catch (cause) {
    if (staged !== undefined) rmSync(staged, { force: true });
    if (cause instanceof ToolError) throw cause;
    throw new ToolError({
      code: 'ssh.host-key',
      message: `host keys cannot be noted in ${path}: ${reason(cause)}`,
      hint: `make ${path} and its folder writable, or pin the keys with ssh.hostKey in the inventory`,
    });
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new ToolError({
      code: 'ssh.host-key',
      message: `${path} cannot be read, so no host key can be trusted: ${reason(cause)}`,
      hint: `make ${path} readable, or pin the keys with ssh.hostKey in the inventory`,
    });
  }
}

const reason = (cause: unknown): string =>
  (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
