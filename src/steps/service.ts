import { upstreamVersion } from '../model/debian-version.ts';
import type { Desired } from '../model/desired.ts';
import { CONFIG_PATH, DROP_IN_PATH, ENVIRONMENT_PATH } from '../model/desired.ts';
import type { ComponentFact, Facts } from '../model/facts.ts';
import { type Action, type Change, NEEDS, type Needs, originOf, type Step } from '../model/plan.ts';
import { readArguments } from './arguments.ts';
import { change, includes } from './change.ts';

const most = (...needs: readonly Needs[]): Needs =>
  NEEDS[Math.max(0, ...needs.map((one) => NEEDS.indexOf(one)))]!;

/**
 * Within this many milliseconds, before and after cannot be told: the kernel stamps files by a clock
 * that moves in steps of up to 10, and systemd reads the environment before it forks. Not more: a
 * script that writes a file and starts Alloy at once is done in less than 100.
 */
const CLOCK_SLACK_MS = 20;

/** The receipt is about the process that runs now. */
export const receiptHolds = ({ receipt, unit }: Facts): boolean =>
  receipt !== null && unit.invocation !== '' && receipt.invocation === unit.invocation;

/**
 * The running process has read this file as it is now: a receipt of this very process says so, or it
 * was started after the file and its directory last changed. ctime, since mtime survives `cp -p`; a
 * first load that fails ends the process. The directory /etc/default is everybody's: what some other
 * package puts there is no reason to restart Alloy.
 */
function isLoaded(path: string, facts: Facts): boolean {
  const fact = facts.files[path];
  const hash = fact?.kind === 'file' ? fact.sha256 : null;
  if (receiptHolds(facts) && facts.receipt!.files[path] === (hash ?? undefined)) return true;
  if (hash === null) return true; // nothing there to be loaded; a file that was taken away is a planned change
  const parent = path.slice(0, path.lastIndexOf('/'));
  const directory = path === ENVIRONMENT_PATH ? undefined : facts.directories[parent];
  const changedAt = Math.max(fact!.ctimeMs, directory?.ctimeMs ?? 0);
  return facts.process!.startedAtMs > changedAt + CLOCK_SLACK_MS;
}

/** What the service needs for what is already on the host to count, and why. */
function neededByFacts(
  desired: Desired,
  facts: Facts,
): { readonly needs: Needs; readonly why: string } {
  const { process, unit } = facts;
  if (unit.active !== 'active' || !process) return { needs: 'restart', why: 'it does not run' };
  const { version } = facts.package;
  if (
    process.version !== null &&
    version !== null &&
    process.version !== version &&
    process.version !== upstreamVersion(version)
  )
    return { needs: 'restart', why: `${process.version} still runs` };
  if (process.exeDeleted && process.version === null)
    return { needs: 'restart', why: 'its binary was replaced' };
  for (const path of [ENVIRONMENT_PATH, DROP_IN_PATH])
    if (!isLoaded(path, facts))
      return { needs: 'restart', why: `${path} was not read since it changed` };
  if (
    receiptHolds(facts) &&
    desired.memberOf.some((group) => !facts.receipt!.groups.includes(group))
  )
    return { needs: 'restart', why: 'it runs without its groups' };
  if (desired.check === 'http' && facts.http.ready !== null && facts.http.ready !== 200)
    return { needs: 'restart', why: 'it is not ready' };
  for (const path of [CONFIG_PATH, ...desired.files.map((file) => file.path)])
    if (!isLoaded(path, facts))
      return { needs: 'reload', why: `${path} was not loaded since it changed` };
  // equal hashes prove nothing: after a refused reload it is the new file's; the set of components does not lie
  const { configHash } = process;
  const onDisk = facts.files[CONFIG_PATH]?.sha256 ?? null;
  if (configHash !== null && onDisk !== null && configHash !== onDisk)
    return { needs: 'reload', why: `it has loaded something else than ${CONFIG_PATH}` };
  if (facts.components !== null) {
    const running = new Set(facts.components.map(({ id }) => id));
    const expected = desired.components.ids;
    if (expected.some((id) => !running.has(id)))
      return { needs: 'reload', why: 'it runs other components than its configuration makes' };
    if (desired.components.known && running.size !== new Set(expected).size)
      return { needs: 'reload', why: 'it runs more components than its configuration makes' };
  }
  return { needs: 'nothing', why: '' };
}

/** Neither tolerated, nor as they were when the run that made them was proven. */
function unhealthyComponents({ tolerate }: Desired, facts: Facts): readonly ComponentFact[] {
  const then = new Map(receiptHolds(facts) ? Object.entries(facts.receipt!.unhealthy) : []);
  return (facts.components ?? []).filter(
    ({ id, health }) => health !== 'healthy' && !tolerate.includes(id) && then.get(id) !== health,
  );
}

/** Of the package's unit, as our environment file sets them. */
const variables = (desired: Desired): ReadonlyMap<string, readonly string[]> =>
  new Map([
    ['$CONFIG_FILE', [CONFIG_PATH]],
    ['$CUSTOM_ARGS', desired.args],
  ]);

/** What decides Alloy's arguments instead of our environment file; systemd takes the last value that it reads. */
function otherEnvironment({ unit }: Facts) {
  const files = unit.environmentFiles;
  const ours = files.findIndex(({ path }) => path === ENVIRONMENT_PATH);
  if (files.length > 0 && ours < 0) return { reason: 'no-environment' } as const;
  const later = files.slice(ours + 1).find(({ sets }) => sets.length > 0);
  return later && ({ reason: 'environment-file', ...later } as const);
}

/** A command that starts what is asked for; it may do so with more arguments. */
function isAsked(command: readonly string[], desired: Desired): boolean {
  const [is, asked] = [command, desired.args].map((words) => readArguments(words.join(' ')));
  return (
    command.includes(CONFIG_PATH) &&
    is!.listen === asked!.listen &&
    is!.stability === asked!.stability &&
    asked!.others.every((word) => command.includes(word))
  );
}

/** The most that the planned changes and the facts ask for: at most one restart. */
export function serviceNeeds(desired: Desired, facts: Facts, earlier: readonly Change[]): Needs {
  const planned = most(...earlier.map(({ needs }) => needs));
  const needs = most(planned, neededByFacts(desired, facts).needs);
  // without HTTP a reload cannot be asked for, nor its answer be read
  return needs === 'reload' && desired.check === 'service' ? 'restart' : needs;
}

/** Enabled, and running what is on the disk: by a reload where only the configuration changed. */
export const serviceStep: Step = {
  id: 'service',

  diff({ desired, facts, earlier }) {
    const needs = serviceNeeds(desired, facts, earlier);
    const enable = facts.unit.enabled !== 'enabled';
    if (needs === 'nothing' && !enable) return undefined;
    const actions: Action[] = [];
    const titles: string[] = [];
    // a fresh package is not known to systemd until it has read its unit; an upgrade may bring another
    if (enable || includes(earlier, 'install'))
      actions.push({ do: 'daemon-reload', ifNeeded: true });
    if (enable) {
      actions.push({ do: 'enable' });
      titles.push('enable');
    }
    if (needs === 'restart') actions.push({ do: 'restart' });
    if (needs === 'reload') actions.push({ do: 'reload' });
    const runs = facts.process !== null;
    if (needs !== 'nothing') titles.push(runs ? needs : 'start');
    const planned = earlier.some((one) => one.needs === needs);
    const { why } = neededByFacts(desired, facts);
    const because = !planned && runs && why !== '' ? ` (${why})` : '';
    return change('service', `${titles.join(' and ')} alloy${because}`, {
      actions,
      needs,
      before: runs ? 'running' : 'stopped',
      after: 'running',
    });
  },

  problems({ host, desired, facts }) {
    const owner = facts.http.portOwner;
    if (owner === null || owner === 'alloy') return [];
    const params = { reason: 'taken', owner, ...desired.listen } as const;
    return [{ code: 'host.port', host, params, ...originOf(desired, 'alloy.listen') }];
  },

  unmet({ host, desired, facts, changes }) {
    const { unit, process } = facts;
    const paths = unit.dropIns.filter((path) => path !== DROP_IN_PATH);
    const environment = otherEnvironment(facts);
    if (environment) return [{ code: 'host.unit', host, params: { ...environment, paths } }];
    const problem = (reason: 'other-command' | 'other-process', words: readonly string[]) =>
      [{ code: 'host.unit', host, params: { reason, command: words.join(' '), paths } }] as const;
    const command = unit.command.flatMap(
      (word) => variables(desired).get(word.replace(/[{}]/g, '')) ?? word,
    );
    if (command.length > 0 && !isAsked(command, desired))
      return problem('other-command', unit.command);
    return changes.length === 0 &&
      process &&
      process.argv.length > 0 &&
      !isAsked(process.argv, desired)
      ? problem('other-process', process.argv)
      : [];
  },

  warnings({ host, desired, facts, changes }) {
    const unhealthy = unhealthyComponents(desired, facts);
    if (unhealthy.length === 0 || changes.length > 0) return [];
    const components = unhealthy.map(({ id, health }) => ({ id, health }));
    return [
      {
        code: 'alloy.components',
        host,
        params: { reason: 'unhealthy', components },
        detail: unhealthy.map(({ id, message }) => `${id}: ${message}`).join('\n'),
      },
    ];
  },
};
