import { gatherSoftware } from '../../engine/gather-facts.ts';
import type { Target } from '../../model/desired.ts';
import type { Host } from '../../model/host.ts';
import type { Secret } from '../../model/secret.ts';
import type { Software } from '../../model/software.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { onEach } from './live-checks.ts';
import type { Known } from './question.ts';

interface Roots {
  /** As the login found out. */
  readonly root: Known['root'];
  /** Hosts whose sudo asks for a password. */
  readonly withPassword: readonly Host[];
  /** null: nobody has typed it. */
  readonly password: Secret | null;
}

/** Looks as root at what runs on each host. Hosts that cannot be looked at are left out. Changes nothing. */
export async function findSoftware(
  targets: readonly Target[],
  roots: Roots,
  terminal: Terminal,
): Promise<ReadonlyMap<string, readonly Software[]>> {
  const found = new Map<string, readonly Software[]>();
  const reachable = targets.flatMap((target) => {
    const host = withRoot(target.host, roots);
    return host === null ? [] : [{ ...target, host }];
  });
  const byHost = new Map(reachable.map((target) => [target.host, target]));
  await onEach([...byHost.keys()], terminal, async (host, session, world) => {
    found.set(host.name, await gatherSoftware(byHost.get(host)!, session, world));
  });
  return found;
}

/** The host with the way to root that its login found; null: its password is not known. */
export function withRoot(host: Host, { root, withPassword, password }: Roots): Host | null {
  if (withPassword.some(({ name }) => name === host.name))
    return password === null ? null : { ...host, sudo: { kind: 'password', password } };
  return root === 'password' ? { ...host, sudo: { kind: 'passwordless' } } : host;
}
