import type { Host } from '../../model/host.ts';
import { type Scanned, scanHostKeys } from '../../transport/host-key-scan.ts';
import { recordHostKeys } from '../../transport/known-hosts-files.ts';
import { sshOptionsOf } from '../create-world.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { FoundKey } from './key-table.ts';

interface RecordOptions {
  readonly terminal: Terminal;
  readonly timeoutMs: number;
  readonly forks: number;
  /** Shows what was found and asks; false: none of it is recorded. */
  readonly agree: (found: readonly FoundKey[]) => Promise<boolean>;
}

export interface KeyRound {
  /** What was found out about each server in the end. */
  readonly servers: readonly Scanned[];
  readonly recorded: number;
  readonly agreed: boolean;
}

/**
 * Asks all hosts for their keys and records the unknown ones, once they are agreed to. Hosts behind a
 * jump host come in a second round, when the jump host's key is known.
 *
 * @throws ToolError `ssh.host-key` if a known_hosts file cannot be written
 */
export async function recordKeys(
  hosts: readonly Host[],
  options: RecordOptions,
): Promise<KeyRound> {
  const fresh = new Set<string>();
  const isFresh = ({ server, result }: Scanned): boolean =>
    result.kind === 'known' && fresh.has(idOf(server));
  for (;;) {
    const servers = await scanHostKeys(hosts, sshOptionsOf(options.terminal), {
      ...options,
      signal: new AbortController().signal,
    });
    const found = servers.flatMap(({ server, result }) =>
      result.kind === 'new' ? [{ server, key: result.key }] : [],
    );
    const recorded = fresh.size;
    if (found.length > 0 && !(await options.agree(found)))
      return { servers, recorded, agreed: false };
    for (const file of new Set(found.map(({ key }) => key.file)))
      recordHostKeys(
        file,
        found.filter(({ key }) => key.file === file).map(({ key }) => key),
      );
    for (const { server } of found) fresh.add(idOf(server));
    if (found.length === 0 || !servers.some(({ result }) => result.kind === 'later')) {
      const others = servers.filter((one) => one.result.kind !== 'new' && !isFresh(one));
      return { servers: others, recorded: fresh.size, agreed: true };
    }
  }
}

const idOf = ({ name, address, port }: Scanned['server']): string => `${name} ${address} ${port}`;
