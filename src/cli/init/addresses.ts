import type { Target } from '../../model/desired.ts';
import { sshConfig } from '../../transport/ssh-config-files.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { sshOptionsOf } from '../trust/record-keys.ts';

/** Where hosts are found by others than this person: what ~/.ssh/config makes of their names. */
export async function addressesOf(
  targets: readonly Target[],
  terminal: Terminal,
): Promise<ReadonlyMap<string, string>> {
  const config = sshConfig(sshOptionsOf(terminal).user);
  const found = await Promise.all(
    targets.map(async ({ host: { name, address, port, user } }) => {
      const settings = await config.settings(address, port, user).catch(() => null);
      return [name, settings?.hostname ?? address] as const;
    }),
  );
  return new Map(found);
}
