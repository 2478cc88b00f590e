import type { Host } from '../model/host.ts';
import type { Connection, Transport } from '../model/ports.ts';
import { localConnection } from './local.ts';
import { NeedsOpenssh } from './needs-openssh.ts';
import type { OpensshTransport } from './openssh.ts';
import type { SshOptions, SshTransport } from './ssh.ts';
import { sshTransport } from './ssh.ts';

/**
 * Makes logins as each host asks for them. `auto` takes the built-in client, 15 times cheaper for this
 * machine, and the system's OpenSSH for what only that can do.
 */
export function createTransport(options: SshOptions): Transport {
  let ssh: SshTransport | undefined;
  let openssh: Promise<OpensshTransport> | undefined;
  // a key of a kind that the built-in client cannot offer serves the hosts to come, too
  const refused = new Map<string, string>();

  const byOpenssh = async (host: Host, limits: Limits, why: string): Promise<Connection> => {
    openssh ??= import('./openssh.ts').then(({ opensshTransport }) => opensshTransport(options));
    return (await openssh).connect(host, limits, why);
  };

  return {
    async connect(host, limits) {
      if (host.transport === 'local') return localConnection();
      if (host.transport === 'openssh') return byOpenssh(host, limits, 'ssh.transport: openssh');
      const keys = JSON.stringify([host.user, host.identity]);
      const earlier = host.transport === 'auto' ? refused.get(keys) : undefined;
      if (earlier !== undefined) return byOpenssh(host, limits, earlier);
      try {
        ssh ??= sshTransport(options);
        return await ssh.connect(host, limits);
      } catch (error) {
        if (!(error instanceof NeedsOpenssh) || host.transport === 'ssh') throw error;
        const connection = await byOpenssh(host, limits, error.why);
        if (error.afterRefusal) refused.set(keys, error.why);
        return connection;
      }
    },
    async close() {
      ssh?.close();
      await openssh?.then((transport) => transport.close());
    },
  };
}

type Limits = Parameters<Transport['connect']>[1];
