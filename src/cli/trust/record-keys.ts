import { userInfo } from 'node:os';
import type { Host } from '../../model/host.ts';
import { hostKeys, type Met } from '../../transport/host-keys.ts';
import { recordHostKeys } from '../../transport/known-hosts-files.ts';
import { askSecret } from '../terminal/ask.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { FoundKey } from './key-table.ts';

interface MeetOptions {
  readonly terminal: Terminal;
  readonly timeoutMs: number;
  readonly forks: number;
  /** Shows what was found and asks; false: nothing of it may be recorded. */
  readonly agree: (found: readonly FoundKey[]) => Promise<boolean>;
}

export interface AllMet {
  /** The last word on each server. */
  readonly met: readonly Met[];
  readonly recorded: number;
  readonly agreed: boolean;
}

/**
 * Asks all hosts for their keys and records those that nobody has met, once they are agreed to. What
 * stands behind a jump host comes in a second round, when the jump host is known.
 *
 * @throws ToolError `ssh.host-key` when a known_hosts file cannot be written
 */
export async function meetAll(hosts: readonly Host[], options: MeetOptions): Promise<AllMet> {
  let recorded = 0;
  const fresh = new Set<string>();
  for (;;) {
    const keys = hostKeys(sshOptionsOf(options.terminal));
    const met = await keys
      .meet(hosts, { ...options, signal: new AbortController().signal })
      .finally(() => keys.close());
    const found = met.flatMap(({ server, meeting }) =>
      meeting.kind === 'new' ? [{ server, key: meeting.key }] : [],
    );
    if (found.length === 0)
      return { met: met.filter((one) => !isFresh(one)), recorded, agreed: true };
    if (!(await options.agree(found))) return { met, recorded, agreed: false };
    for (const file of new Set(found.map(({ key }) => key.file)))
      recordHostKeys(
        file,
        found.filter(({ key }) => key.file === file).map(({ key }) => key),
      );
    recorded += found.length;
    for (const { server } of found) fresh.add(idOf(server));
    if (!met.some(({ meeting }) => meeting.kind === 'later'))
      return {
        met: met.filter((one) => one.meeting.kind !== 'new' && !isFresh(one)),
        recorded,
        agreed: true,
      };
  }

  function isFresh({ server, meeting }: Met): boolean {
    return meeting.kind === 'known' && fresh.has(idOf(server));
  }
}

const idOf = ({ name, address, port }: Met['server']): string => `${name} ${address} ${port}`;

/** What a login of this person may use. */
export const sshOptionsOf = (terminal: Terminal) => ({
  user: { home: terminal.home, name: userInfo().username },
  agent: terminal.env.SSH_AUTH_SOCK || null,
  askPassphrase: terminal.interactive
    ? (file: string) =>
        askSecret(`Passphrase of ${file}:`, terminal, `ssh-add ${file}`).catch(() => null)
    : null,
});
