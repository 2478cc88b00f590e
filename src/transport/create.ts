import type { Connection, Transport } from '../model/ports.ts';
import { ToolError } from '../model/problem.ts';
import { localConnection } from './local.ts';
import { needsOpenssh } from './problems.ts';
import type { SshOptions, SshTransport } from './ssh.ts';
import { sshTransport } from './ssh.ts';

/**
 * Makes logins as each host asks for them. `auto` takes the built-in client; a host that only the
 * system's OpenSSH can reach is refused with what it is that needs it.
 */
export function createTransport(options: SshOptions): Transport {
  let ssh: SshTransport | undefined;
  return {
    async connect(host, limits): Promise<Connection> {
      switch (host.transport) {
        case 'local':
          return localConnection();
        case 'openssh':
          throw new ToolError({
            ...needsOpenssh(host.name, 'ssh.transport: openssh'),
            hint: 'Write ssh.transport: auto, which takes the built-in client',
            at: host.at,
          });
        case 'auto':
        case 'ssh':
          ssh ??= sshTransport(options);
          return ssh.connect(host, limits);
      }
    },
    async close() {
      ssh?.close();
    },
  };
}
