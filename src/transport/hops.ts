import type { Host } from '../model/host.ts';
import { ToolError } from '../model/problem.ts';
import type { SshUser } from './options.ts';
import type { Endpoint } from './problems.ts';
import { unsupported } from './problems.ts';
import type { SshSettings } from './ssh-config.ts';
import { parseHop } from './ssh-config.ts';
import type { SshConfig } from './ssh-config-files.ts';

/** One SSH server on the way to a host; the last hop is the host itself. */
export interface Hop {
  readonly endpoint: Endpoint;
  /** The name as the user wrote it, which ~/.ssh/config matches. */
  readonly alias: string;
  readonly settings: SshSettings;
  readonly identities: Identities;
  readonly hostKeys: Host['hostKeys'];
  /** `SHA256:...`; null: the known_hosts files decide. Jump hosts have none: the inventory has no place for it. */
  readonly pin: string | null;
}

/** The keys that a login may use. */
export interface Identities {
  readonly files: readonly string[];
  /** Who named the files. The default names may be absent. */
  readonly source: 'inventory' | 'ssh-config' | 'default';
  /** Offer all of the agent's keys; else only those that `files` name. */
  readonly allAgentKeys: boolean;
  /** The agent's socket; null: none. */
  readonly agent: string | null;
}

const DEFAULT_KEY_NAMES = ['id_ed25519', 'id_ecdsa', 'id_rsa'];
const MAX_NESTED_JUMPS = 8;

/**
 * The servers on the way to a host, in order. The inventory wins over ~/.ssh/config. A jump host
 * takes the host's keys and user unless ~/.ssh/config says otherwise: the inventory has no other
 * place to name them. `opensshOnly`: the setting that only OpenSSH can follow; null: the built-in
 * client can take this route.
 *
 * @throws ToolError `ssh.unsupported` when a jump host or OpenSSH's configuration cannot be read.
 */
export async function routeTo(
  host: Host,
  config: SshConfig,
  user: SshUser,
  agent: string | null,
): Promise<{ readonly hops: readonly Hop[]; readonly opensshOnly: string | null }> {
  const inventoryFiles = host.identity.map((path) => path.replace(/^~(?=\/)/, user.home));

  const identitiesOf = (settings: SshSettings): Identities => {
    const { identities: named, agent: socket = agent } = settings;
    // an identity of the inventory is used alone, as with IdentitiesOnly
    if (inventoryFiles.length > 0)
      return { files: inventoryFiles, source: 'inventory', allAgentKeys: false, agent: socket };
    const allAgentKeys = !settings.identitiesOnly;
    if (named.length > 0)
      return { files: named, source: 'ssh-config', allAgentKeys, agent: socket };
    const files = DEFAULT_KEY_NAMES.map((name) => `${user.home}/.ssh/${name}`);
    return { files, source: 'default', allAgentKeys, agent: socket };
  };

  const hopOf = (alias: string, settings: SshSettings, login: string, pin: string | null): Hop => ({
    endpoint: { user: login, host: settings.hostname, port: settings.port },
    alias,
    settings,
    identities: identitiesOf(settings),
    hostKeys: host.hostKeys,
    pin,
  });

  const jumpHops = async (jumps: readonly string[], depth: number): Promise<readonly Hop[]> => {
    const hops: Hop[] = [];
    for (const [index, text] of jumps.entries()) {
      const jump = parseHop(text);
      if (!jump || depth > MAX_NESTED_JUMPS)
        throw new ToolError(unsupported({ reason: 'bad-jump-host', text }));
      const settings = await config.settings(jump.host, jump.port, jump.user);
      // only the first is reached from here, so only its own jump hosts count
      if (index === 0) hops.push(...(await jumpHops(settings.jump, depth + 1)));
      const login = jump.user ?? settings.user ?? host.user ?? user.name;
      hops.push(hopOf(jump.host, settings, login, null));
    }
    return hops;
  };

  const settings = await config.settings(host.address, host.port, host.user);
  const before = await jumpHops(host.jump.length > 0 ? host.jump : settings.jump, 0);
  const login = host.user ?? settings.user ?? user.name;
  const hops = [...before, hopOf(host.address, settings, login, host.hostKey)];
  return { hops, opensshOnly: opensshOnlyOf(hops) };
}

/** A ProxyCommand counts on the first hop only: the others are reached through their jump host. */
function opensshOnlyOf(hops: readonly Hop[]): string | null {
  const forLogin = hops.flatMap(({ identities, settings }) =>
    identities.source === 'inventory' ? [] : settings.opensshOnly.forLogin,
  );
  // a pin decides alone
  const forHostKey = hops.flatMap(({ pin, settings: { knownHostsCommand } }) =>
    pin !== null || knownHostsCommand === null ? [] : `KnownHostsCommand ${knownHostsCommand}`,
  );
  const setting = hops[0]!.settings.opensshOnly.always[0] ?? forHostKey[0] ?? forLogin[0];
  return setting === undefined ? null : `${setting} in ~/.ssh/config`;
}
