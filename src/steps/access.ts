import type { Asker } from '../model/asker.ts';
import type { Desired } from '../model/desired.ts';
import { type Action, originOf, type Step } from '../model/plan.ts';
import { change, includes } from './change.ts';
import { readableAccess, readableProblems, readableWarnings } from './readable.ts';
import { readWarnings } from './reads.ts';

/** Groups that every configure of the package puts its user into, where they exist (upstream postinst). */
export const GROUPS_OF_PACKAGE = ['alloy', 'adm', 'systemd-journal'];
const DATA = ['/var/lib/alloy', '/var/lib/alloy/data'];

/** Groups of the user, fixed when a process starts; its own data directories; and what of others it may read. */
export const accessStep: Step = {
  id: 'access',

  diff({ desired, facts, earlier }) {
    const installed = includes(earlier, 'install');
    const member = installed
      ? [...facts.account.groups, ...GROUPS_OF_PACKAGE]
      : facts.account.groups;
    const groups = desired.memberOf.filter((group) => !member.includes(group));
    // a wrong owner keeps Alloy from starting (grafana/grafana-ansible-collection#355); the package leaves directories
    // that it finds as they are
    const directories = DATA.filter((path) => {
      const fact = facts.directories[path];
      const user = facts.account.exists || installed;
      return fact?.kind === 'directory' && fact.user !== 'alloy' && user;
    });
    const access = readableAccess(desired, facts);
    if (groups.length === 0 && directories.length === 0 && access.length === 0) return undefined;
    // what lies in them was made by the same wrong hand: a write-ahead log that Alloy cannot write
    const actions: Action[] = directories
      .filter((path) => !directories.some((other) => path.startsWith(`${other}/`)))
      .map((path) => ({ do: 'own-tree', path, user: 'alloy', group: 'alloy' }));
    if (groups.length > 0) actions.push({ do: 'join-groups', groups });
    actions.push(...access.map(({ action }) => action));
    const titles = [
      ...(groups.length > 0
        ? [`alloy joins ${groups.join(', ')}${reasonFor(groups, desired)}`]
        : []),
      ...directories.map((path) => `${path} belongs to alloy`),
      ...access.map(({ title }) => title),
    ];
    return change('access', titles.join('; '), {
      actions,
      // Alloy tries files that it cannot read again and again, by itself
      needs: groups.length > 0 || directories.length > 0 ? 'restart' : 'nothing',
      warnings: groups.includes('docker')
        ? [
            {
              code: 'access.docker',
              params: { reason: 'like-root', by: askersOf(['docker'], desired) },
            },
          ]
        : [],
    });
  },

  problems(planned) {
    const { host, desired, facts } = planned;
    // the package creates its own group
    const groups = desired.memberOf.filter(
      (group) => group !== 'alloy' && !facts.account.known.includes(group),
    );
    const readable = readableProblems(planned);
    if (groups.length === 0) return readable;
    const params = { reason: 'no-group', groups, by: askersOf(groups, desired) } as const;
    const asking = needsOf(groups, desired)[0]?.at;
    const at = asking ? { at: asking } : originOf(desired, 'alloy.memberOf');
    return [{ code: 'host.unsupported', host, params, ...at }, ...readable];
  },

  warnings: (planned) => [...readableWarnings(planned), ...readWarnings(planned)],
};

const needsOf = (groups: readonly string[], { needs }: Desired): Desired['needs'] =>
  needs.filter(({ memberOf }) => memberOf.some((group) => groups.includes(group)));

/** Who needs one of the groups, besides the inventory. */
const askersOf = (groups: readonly string[], desired: Desired): readonly Asker[] =>
  needsOf(groups, desired).map(({ by }) => by);

/** " (for the fragment docker)": nobody has written these groups into the inventory. */
function reasonFor(groups: readonly string[], desired: Desired): string {
  const names = askersOf(groups, desired).map(({ of, name }) => `the ${of} ${name}`);
  return names.length === 0 ? '' : ` (for ${names.join(', ')})`;
}
