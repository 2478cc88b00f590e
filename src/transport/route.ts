import type { Host } from '../model/host.ts';
import { ToolError } from '../model/problem.ts';
import type { Identities } from './keys.ts';
import { DEFAULT_KEY_NAMES } from './keys.ts';
import type { Endpoint } from './problems.ts';
import { badHop } from './problems.ts';
import type { SshSettings, SshUser } from './ssh-config.ts';
import { parseHop } from './ssh-config.ts';
import type { SshConfig } from './ssh-config-files.ts';

/** One SSH server on the way to a host; the last leg is the host. */
export interface Leg {
  readonly endpoint: Endpoint;
  /** As it was written: what ~/.ssh/config knows it by. */
  readonly alias: string;
  readonly settings: SshSettings;
  readonly keys: Identities;
  /** The inventory names them. */
  readonly ownKeys: boolean;
  readonly hostKeys: Host['hostKeys'];
  /** `SHA256:...`; null: the known_hosts files decide. */
  readonly pin: string | null;
}

/** The servers on the way to a host; never none. */
export interface Route {
  readonly legs: readonly Leg[];
  /** Why only OpenSSH's own client can take it; null: the built-in one can. */
  readonly needsOpenssh: string | null;
}

/** A jump host that names a jump host that names ... */
const DEPTH = 8;

/**
 * The servers on the way to a host, in order. The inventory wins over ~/.ssh/config. A jump host
 * takes the host's keys and user unless ~/.ssh/config says otherwise: the inventory has no other
 * place to say them.
 *
 * @throws ToolError `ssh.unsupported` when a jump host cannot be read, or OpenSSH's configuration.
 */
export async function routeTo(
  host: Host,
  config: SshConfig,
  user: SshUser,
  agent: string | null,
): Promise<Route> {
  const own = host.identity.map((path) => path.replace(/^~(?=\/)/, user.home));

  const leg = (alias: string, settings: SshSettings, login: string, pin: string | null): Leg => {
    const { hostname, port, identities } = settings;
    // an identity of the inventory speaks alone, as `ssh -i` with IdentitiesOnly does
    const named = own.length > 0 ? own : identities;
    return {
      endpoint: { user: login, host: hostname, port },
      alias,
      settings,
      ownKeys: own.length > 0,
      keys: {
        files:
          named.length > 0 ? named : DEFAULT_KEY_NAMES.map((name) => `${user.home}/.ssh/${name}`),
        optional: named.length === 0,
        agentKeys: own.length === 0 && !settings.identitiesOnly,
        agent: settings.agent === undefined ? agent : settings.agent,
      },
      hostKeys: host.hostKeys,
      pin,
    };
  };

  const hops = async (texts: readonly string[], depth: number): Promise<readonly Leg[]> => {
    const legs: Leg[] = [];
    for (const [index, text] of texts.entries()) {
      const hop = parseHop(text);
      if (!hop || depth > DEPTH) throw new ToolError(badHop(text));
      const settings = await config.settings(hop.host, hop.port, hop.user);
      // only the first is reached from here, so only its own jump hosts count
      if (index === 0) legs.push(...(await hops(settings.jump, depth + 1)));
      legs.push(leg(hop.host, settings, hop.user ?? settings.user ?? host.user ?? user.name, null));
    }
    return legs;
  };

  const settings = await config.settings(host.address, host.port, host.user);
  const before = await hops(host.jump.length > 0 ? host.jump : settings.jump, 0);
  const login = host.user ?? settings.user ?? user.name;
  const legs = [...before, leg(host.address, settings, login, host.hostKey)];
  return { legs, needsOpenssh: needOf(legs) };
}

/** A jump host stands before a ProxyCommand, so only that of the first leg counts. */
function needOf(legs: readonly Leg[]): string | null {
  const what =
    legs[0]!.settings.needsOpenssh.always[0] ??
    legs.flatMap(({ ownKeys, settings }) => (ownKeys ? [] : settings.needsOpenssh.forLogin))[0];
  return what === undefined ? null : `${what} in ~/.ssh/config`;
}
