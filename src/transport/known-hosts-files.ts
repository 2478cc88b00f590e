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
import { addLine, hashedName, parseKnownHosts, typeOf } from './known-hosts.ts';
import { hostKeyProblem } from './problems.ts';

export type KnownHostsFiles = ReturnType<typeof knownHostsFiles>;

/** Reads known_hosts files, each set of paths once, and adds keys to them. */
export function knownHostsFiles() {
  const parsed = new Map<string, KnownHosts>();
  return {
    /** @throws ToolError `ssh.host-key` when a file is there and cannot be read: it might say "revoked". */
    read(paths: readonly string[]): KnownHosts {
      const id = paths.join('\0');
      const known =
        parsed.get(id) ?? parseKnownHosts(paths.map((file) => ({ file, text: readOrEmpty(file) })));
      parsed.set(id, known);
      return known;
    },
    /** Appends one key, in one write. @throws ToolError `ssh.host-key` if the file is not writable */
    add(path: string, name: string, blob: Uint8Array): void {
      const before = readOrEmpty(path);
      const added = lineOf(name, blob);
      try {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        appendFileSync(path, gapAfter(before) + added, { mode: 0o600 });
      } catch (cause) {
        throw fileError('file-unwritable', path, cause);
      }
      // not read again: a fleet of new hosts would read the whole file for each of them
      const line = (before + gapAfter(before)).split('\n').length;
      for (const [id, known] of parsed)
        if (id.split('\0').includes(path)) addLine(known, added, path, line);
    },
  };
}

/** Who has which key. */
export interface HostKeyEntry {
  /** `web-01`, or `[web-01]:2222`. */
  readonly knownAs: string;
  readonly blob: Uint8Array;
  /** Record the name as a hash. */
  readonly hashed: boolean;
}

/**
 * Adds lines to a known_hosts file: readers see the old file or all of the new one. A link is followed,
 * the mode is kept.
 *
 * @throws ToolError `ssh.host-key` when it cannot be written: it is then unchanged.
 */
export function recordHostKeys(path: string, entries: readonly HostKeyEntry[]): void {
  const lines = entries.map(({ knownAs, blob, hashed }) =>
    lineOf(hashed ? hashedName(knownAs, randomBytes(20)) : knownAs, blob),
  );
  let staged: string | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const target = existsSync(path) ? realpathSync(path) : path;
    const before = readOrEmpty(target);
    const mode = before === '' ? 0o600 : statSync(target).mode & 0o777;
    staged = `${target}.alloyup-${randomBytes(6).toString('hex')}`;
    writeFileSync(staged, before + gapAfter(before) + lines.join(''), { flag: 'wx', mode });
    renameSync(staged, target);
  } catch (cause) {
    try {
      if (staged !== undefined) rmSync(staged, { force: true });
    } catch {
      // what went wrong first is the reason
    }
    if (cause instanceof ToolError) throw cause;
    throw fileError('file-unwritable', path, cause);
  }
}

const lineOf = (name: string, blob: Uint8Array): string =>
  `${name} ${typeOf(blob)} ${Buffer.from(blob).toString('base64')}\n`;

const gapAfter = (text: string): string => (text === '' || text.endsWith('\n') ? '' : '\n');

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return '';
    throw fileError('file-unreadable', path, cause);
  }
}

const fileError = (
  reason: 'file-unreadable' | 'file-unwritable',
  file: string,
  cause: unknown,
): ToolError => new ToolError(hostKeyProblem({ reason, file, said: errorCode(cause) }));

const errorCode = (cause: unknown): string =>
  (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
