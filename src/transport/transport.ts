import type { Host } from '../model/host.ts';
import type { Transport } from '../model/ports.ts';
import { routeTo } from './hops.ts';
import { knownHostsFiles } from './known-hosts-files.ts';
import { localConnection } from './local.ts';
import { type Limits, type Logins, logins } from './logins.ts';
import type { SshOptions } from './options.ts';
import { OpensshRequired } from './problems.ts';
import { sshConfig } from './ssh-config-files.ts';

/**
 * Connects to each host as its `ssh.transport` says. `auto` takes the built-in client, which costs
 * this machine a fifteenth of the system's OpenSSH, and OpenSSH for what only OpenSSH can do.
 */
export function createTransport(options: SshOptions): Transport {
  const config = sshConfig(options.user, options.systemConfig, options.sshCommand);
  const files = knownHostsFiles();
  let builtIn: Promise<Logins> | undefined;
  let openssh: Promise<Logins> | undefined;
  // hosts with the same keys will be refused by the built-in client too
  const fallbacks = new Map<string, string>();

  const loadBuiltIn = async () =>
    logins((await import('./ssh2-client.ts')).ssh2Client(options, files));
  const loadOpenssh = async () =>
    logins((await import('./openssh-client.ts')).opensshClient(options, files));

  async function connectTo(host: Host, limits: Limits) {
    const { hops, opensshOnly } = await routeTo(host, config, options.user, options.agent);
    const byOpenssh = async (why: string) => {
      openssh ??= loadOpenssh();
      return (await openssh).connect(hops, limits, why);
    };
    if (host.transport === 'openssh') return byOpenssh('ssh.transport: openssh');
    const keys = JSON.stringify([host.user, host.identity]);
    const earlier = host.transport === 'auto' ? fallbacks.get(keys) : undefined;
    if (earlier !== undefined) return byOpenssh(earlier);
    try {
      if (opensshOnly !== null) throw new OpensshRequired(opensshOnly);
      builtIn ??= loadBuiltIn();
      return await (await builtIn).connect(hops, limits, null);
    } catch (error) {
      if (!(error instanceof OpensshRequired) || host.transport === 'ssh') throw error;
      const connection = await byOpenssh(error.feature);
      if (error.afterRefusal) fallbacks.set(keys, error.feature);
      return connection;
    }
  }

  return {
    connect: async (host, limits) =>
      host.transport === 'local' ? localConnection() : connectTo(host, limits),
    async close() {
      await (await builtIn)?.close();
      await (await openssh)?.close();
    },
  };
}
