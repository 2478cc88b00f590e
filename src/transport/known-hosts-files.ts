import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ToolError } from '../model/problem.ts';
import type { KnownHosts } from './known-hosts.ts';
import { parseKnownHosts } from './known-hosts.ts';

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
          hint: `Make ${path} writable, or pin the key with ssh.hostKey in the inventory`,
        });
      }
      texts.set(path, before + text);
      for (const [id, { paths }] of parsed) if (paths.includes(path)) parsed.delete(id);
    },
  };
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new ToolError({
      code: 'ssh.host-key',
      message: `${path} cannot be read, so no host key can be trusted: ${reason(cause)}`,
      hint: `Make ${path} readable, or pin the keys with ssh.hostKey in the inventory`,
    });
  }
}

const reason = (cause: unknown): string =>
  (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
