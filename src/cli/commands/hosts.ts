import { count, pad, widthOf } from '../../report/plain.ts';
import { readHosts } from '../hosts/chosen-hosts.ts';
import type { Command } from '../args/invocation.ts';

/** `alloyup hosts`: a row per host, after `--limit`. Reads no secret, no template. */
export const hosts: Command = async (invocation) => {
  const { options, terminal } = invocation;
  const { settings } = await readHosts(invocation);
  if (options.output !== 'text') {
    const list = settings.map(({ name, groups, ssh, alloy, config }) => ({
      name,
      groups,
      address: ssh.address,
      port: ssh.port,
      user: ssh.user,
      version: alloy.version.policy === 'exact' ? alloy.version.version : alloy.version.policy,
      template: config.template,
    }));
    terminal.out(
      options.output === 'json'
        ? `${JSON.stringify({ schema: 1, hosts: list }, null, 2)}\n`
        : list.map((host) => `${JSON.stringify(host)}\n`).join(''),
    );
    return 0;
  }
  const rows = settings.map(({ name, groups, ssh }) => [
    name,
    loginText(name, ssh),
    groups.join(', '),
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => widthOf(row[column]!))));
  for (const [name, login, groups] of rows)
    terminal.out(
      `${[pad(name!, widths[0]!), pad(login!, widths[1]!), groups].join('  ').trimEnd()}\n`,
    );
  if (!options.quiet) terminal.err(`${count(rows.length, 'host')}\n`);
  return 0;
};

/** "ops@198.51.100.7:2222", as far as it is not what it would be anyway. */
function loginText(
  name: string,
  {
    transport,
    user,
    address,
    port,
  }: {
    readonly transport: string;
    readonly user: string | null;
    readonly address: string;
    readonly port: number | null;
  },
): string {
  if (transport === 'local') return '(this machine)';
  const at = user === null ? '' : `${user}@`;
  const where =
    address === name && at === '' && port === null
      ? ''
      : address.includes(':') && port !== null
        ? `[${address}]`
        : address;
  return `${at}${where}${port === null ? '' : `:${port}`}`;
}
