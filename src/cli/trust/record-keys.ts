import type { Host } from '../../model/host.ts';
import { paintWith } from '../../report/paint.ts';
import { oneLine, plain, someNames, widest, widthOf, wrap } from '../../report/plain.ts';
import { say, toPrintable } from '../../report/printable.ts';
import { type NewKey, type Server, scanHostKeys } from '../../transport/host-key-scan.ts';
import { recordHostKeys } from '../../transport/known-hosts-files.ts';
import { sshOptionsOf } from '../create-world.ts';
import { columns, type Terminal, withTilde } from '../terminal/terminal.ts';

/** A server and the key it presented. */
export interface FoundKey {
  readonly server: Server;
  readonly key: NewKey;
}

interface RecordOptions {
  readonly terminal: Terminal;
  readonly timeoutMs: number;
  readonly forks: number;
  /** Shows what was found and asks; false: none of it is recorded. */
  readonly agree: (found: readonly FoundKey[]) => Promise<boolean>;
}

/**
 * Asks all hosts for their keys and records the unknown ones, once they are agreed to. Hosts behind a
 * jump host come in a second round, when its key is known. @throws ToolError `ssh.host-key`
 */
export async function recordKeys(hosts: readonly Host[], options: RecordOptions) {
  const fresh = new Set<string>();
  for (;;) {
    const servers = await scanHostKeys(hosts, sshOptionsOf(options.terminal), {
      ...options,
      signal: new AbortController().signal,
    });
    const found = servers.flatMap(({ server, result }) =>
      result.kind === 'new' ? [{ server, key: result.key }] : [],
    );
    if (found.length > 0 && !(await options.agree(found)))
      return { servers, recorded: fresh.size, agreed: false };
    for (const [file, here] of byFile(found))
      recordHostKeys(
        file,
        here.map(({ key }) => key),
      );
    for (const { server } of found) fresh.add(idOf(server));
    if (found.length === 0 || !servers.some(({ result }) => result.kind === 'later')) {
      const others = servers.filter(
        ({ server, result }) =>
          result.kind !== 'new' && !(result.kind === 'known' && fresh.has(idOf(server))),
      );
      return { servers: others, recorded: fresh.size, agreed: true };
    }
  }
}

const idOf = ({ name, address, port }: Server): string => `${name} ${address} ${port}`;

/** The keys that go to each file. */
const byFile = (found: readonly FoundKey[]) =>
  [...new Set(found.map(({ key }) => key.file))].map(
    (file) => [file, found.filter(({ key }) => key.file === file)] as const,
  );

/** Prints keys by the file they go to; fingerprints that do not fit get lines of their own. */
export function printKeys(found: readonly FoundKey[], terminal: Terminal): void {
  const { err, errColour, width } = terminal;
  for (const [file, here] of byFile(found)) {
    const lefts = columns(here.map(cellsOf));
    const room = widest(here.map(({ key }) => key.fingerprint));
    const folds = 2 + widthOf(lefts[0]!) + 2 + room > width;
    err(
      toPrintable(
        `${paintWith(errColour).bold(`To be added to ${plain(withTilde(file, terminal))}:`)}\n`,
      ),
    );
    for (const [i, { key }] of here.entries()) {
      const left = folds ? `${lefts[i]!.trimEnd()}\n    ` : lefts[i]!;
      err(toPrintable(`  ${left}  ${key.fingerprint}\n`));
    }
    err(say`\n`);
  }
  for (const names of sharedKeys(found)) {
    const said = `${someNames(names.map(oneLine), 60)} show the same key: they are one machine, or copies of one. Whoever has one of the copies can pose as the others. Give each its own: rm /etc/ssh/ssh_host_*; dpkg-reconfigure openssh-server`;
    const warning = paintWith(errColour).yellow('warning');
    err(toPrintable(`${warning}: ${wrap(said, width, 2, 9)}\n\n`));
  }
}

/** Names of servers that show one and the same key, for each such key. */
export function sharedKeys(found: readonly FoundKey[]): readonly (readonly string[])[] {
  const names = new Map<string, Set<string>>();
  for (const { server, key } of found) {
    const here = names.get(key.fingerprint) ?? new Set();
    names.set(key.fingerprint, here.add(server.name));
  }
  return [...names.values()].filter(({ size }) => size > 1).map((one) => [...one]);
}

function cellsOf({ server, key }: FoundKey): readonly string[] {
  const { name, address, port, jump } = server;
  const where = `${address === name ? '' : address}${port === 22 ? '' : ` port ${port}`}`.trim();
  return [
    plain(`${name}${jump ? ' (jump)' : ''}`),
    plain(where === '' ? '-' : where),
    plain(key.type.replace(/^ssh-|^ecdsa-sha2-/, '')),
  ];
}
