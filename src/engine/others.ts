import type { Target } from '../model/desired.ts';
import { runAsRoot } from './root-command.ts';
import type { Session } from './session.ts';
import type { World } from './world.ts';

/**
 * Names of installed packages besides alloy that the host's index of this repository has. The index
 * may lie there compressed: apt-helper reads any form. Words come in as arguments, none is shell text.
 */
const SCRIPT = `for list in /var/lib/apt/lists/"$1"_*_Packages*; do
  [ -e "$list" ] || continue
  /usr/lib/apt/apt-helper cat-file "$list" | sed -n 's/^Package: //p'
done | sort -u | while read -r name; do
  [ "$name" != alloy ] || continue
  [ "$(dpkg-query -W -f '\${db:Status-Status}' "$name" 2>/dev/null)" = installed ] && echo "$name"
done; exit 0`;

/** Packages that still need the repository when Alloy goes. */
export async function othersFromRepository(
  { host, desired }: Target,
  session: Session,
  world: World,
): Promise<readonly string[]> {
  const name = desired.repository.url.replace(/^\w+:\/\//, '').replaceAll('/', '_');
  const said = await runAsRoot(session, host, ['sh', '-c', SCRIPT, 'alloyup', name], '', {
    timeoutMs: 60_000,
    signal: world.abandon,
  });
  return said.out.split('\n').filter(Boolean);
}
