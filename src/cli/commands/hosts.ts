import type { HostSettings } from '../../inventory/settings.ts';
import { count } from '../../report/plain.ts';
import { say } from '../../report/printable.ts';
import type { Command } from '../args/option-table.ts';
import { readHosts } from '../hosts/chosen-hosts.ts';
import { columns, printJson, printProblems } from '../terminal/terminal.ts';

/** One row per host, after `--limit`. Reads no secrets and no templates. */
export const hosts: Command = async (invocation) => {
  const { options, terminal } = invocation;
  const { settings, warnings } = await readHosts(invocation);
  if (!options.quiet) printProblems(terminal, [], warnings);
  if (options.output !== 'text') {
    const list = settings.map(({ name, groups, ssh, sudo, alloy, config, origins }) => ({
      name,
      groups,
      transport: ssh.transport,
      address: ssh.address,
      port: ssh.port,
      user: ssh.user,
      identity: ssh.identity,
      jump: ssh.jump,
      sudo: sudo.kind,
      version: alloy.version.policy === 'exact' ? alloy.version.version : alloy.version.policy,
      template: config.template,
      origins: originsOf(origins),
    }));
    printJson(options.output, { hosts: list }, list, terminal);
    return 0;
  }
  const rows = settings.map(({ name, groups, ssh }) => [
    name,
    loginText(name, ssh),
    groups.join(', '),
  ]);
  for (const row of columns(rows)) terminal.out(say`${row.trimEnd()}\n`);
  if (!options.quiet) terminal.err(say`${count(rows.length, 'host')}\n`);
  return 0;
};

/** Where each value was set; of maps, what is in them. */
function originsOf(origins: HostSettings['origins']) {
  const paths = [...origins.keys()];
  const maps = new Set(
    paths.flatMap((path) => {
      const steps = path.split('.');
      return steps.slice(1).map((_, i) => steps.slice(0, i + 1).join('.'));
    }),
  );
  return Object.fromEntries(
    [...origins].flatMap(([path, { file, line }]) =>
      maps.has(path) ? [] : [[path, { file, line }]],
    ),
  );
}

/** "ops@198.51.100.7:2222", without the parts that are the default. */
function loginText(name: string, { transport, user, address, port }: HostSettings['ssh']): string {
  if (transport === 'local') return '(this machine)';
  const login = user === null ? '' : `${user}@`;
  const bracketed = address.includes(':') && port !== null ? `[${address}]` : address;
  const isName = address === name && user === null && port === null;
  return `${login}${isName ? '' : bracketed}${port === null ? '' : `:${port}`}`;
}
