import { ENVIRONMENT_PATH } from '../model/desired.ts';
import type { FileDiff, Needs, Step } from '../model/plan.ts';
import { Secret } from '../model/secret.ts';
import { sameArguments } from './arguments.ts';
import { change, contentDiffers, modeChange } from './change.ts';
import { parseEnvironment, renderEnvironment } from './environment-file.ts';
import type { Hide } from './textdiff.ts';

/** Read by the package's maintainer scripts alone: changing them never needs a restart. */
const FOR_MAINTAINER_SCRIPTS = ['RESTART_ON_UPGRADE', 'ALLOY_USER', 'ALLOY_GROUP'];
/** md5 of /etc/default/alloy as upstream has always shipped it. */
const PRISTINE = ['ccfea04564365fecee977e4e631a5376'];
/** Set by alloyup, and never secret: the plan shows their values. */
export const OWN_VARIABLES = ['CONFIG_FILE', 'CUSTOM_ARGS', 'RESTART_ON_UPGRADE'];

/**
 * /etc/default/alloy, before the package: its maintainer scripts read it, and RESTART_ON_UPGRADE=false
 * leaves the restart to us. Compared by value, so that another tool's quotes are no change.
 */
export const environmentStep: Step = {
  id: 'environment',

  diff({ desired, facts, hide }) {
    const fact = facts.files[ENVIRONMENT_PATH];
    const before =
      fact?.kind === 'file' && fact.content !== null ? environmentOf(fact.content) : null;
    const environment = keepArguments(before, desired.environment);
    const wanted = {
      path: ENVIRONMENT_PATH,
      content: renderEnvironment(environment),
      mode: '0600',
      user: 'root',
      group: 'root',
    };
    // of a file whose content was not told the hash may still be ours
    const same = !contentDiffers(wanted, fact);
    const names = same ? [] : before ? changedNames(before, environment) : [...environment.keys()];
    if (names.length === 0) {
      const mode = modeChange(wanted, fact);
      const title = `mode of ${ENVIRONMENT_PATH}`;
      return mode && change('environment', title, { actions: [mode.action], diffs: [mode.diff] });
    }
    const needs: Needs = names.every((name) => FOR_MAINTAINER_SCRIPTS.includes(name))
      ? 'nothing'
      : 'restart';
    return change('environment', `${before ? 'change' : 'write'} ${ENVIRONMENT_PATH}`, {
      actions: [{ do: 'file', ...wanted }, { do: 'check-environment' }],
      diffs: [diffOf(before, environment, names, hide)],
      needs,
    });
  },

  foreignFiles({ desired, facts }) {
    const fact = facts.files[ENVIRONMENT_PATH];
    if (fact?.kind !== 'file') return [];
    const pristine = [...PRISTINE, facts.package.conffiles[ENVIRONMENT_PATH]];
    if (pristine.includes(fact.md5 ?? '')) return [];
    const before = environmentOf(fact.content);
    const after = keepArguments(before, desired.environment);
    const loses = [...before]
      .filter(([name, value]) => {
        const now = after.get(name);
        return value !== '' && !isOurs(name) && (now === undefined || textOf(now) !== value);
      })
      .map(([name]) => name);
    return loses.length > 0 ? [{ path: ENVIRONMENT_PATH, loses }] : [];
  },
};

const isOurs = (name: string): boolean => FOR_MAINTAINER_SCRIPTS.includes(name);

/** Arguments that start the same Alloy stay as they are written: changing them would restart it for nothing. */
function keepArguments(
  before: ReadonlyMap<string, string> | null,
  wanted: ReadonlyMap<string, string | Secret>,
): ReadonlyMap<string, string | Secret> {
  const old = before?.get('CUSTOM_ARGS');
  const new_ = wanted.get('CUSTOM_ARGS');
  if (old === undefined || typeof new_ !== 'string' || !sameArguments(old, new_)) return wanted;
  return new Map([...wanted, ['CUSTOM_ARGS', old]]);
}

const textOf = (value: string | Secret): string =>
  value instanceof Secret ? value.reveal() : value;

function changedNames(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string | Secret>,
): readonly string[] {
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all].filter((name) => {
    const wanted = after.get(name);
    return wanted === undefined || before.get(name) !== textOf(wanted);
  });
}

/**
 * Names of variables, and the values that the inventory has in the open: they are approved, too. What the
 * host has may be anybody's secret: only our own three are shown.
 */
function diffOf(
  before: ReadonlyMap<string, string> | null,
  after: ReadonlyMap<string, string | Secret>,
  names: readonly string[],
  hide: Hide,
): FileDiff {
  const shown = (name: string, value: string | Secret, open: boolean) =>
    value instanceof Secret || !open ? `${name}=(hidden)` : hide(`${name}=${value}`);
  const lines = names.flatMap((name) => {
    const old = before?.get(name);
    const new_ = after.get(name);
    return [
      ...(old === undefined ? [] : [`-${shown(name, old, OWN_VARIABLES.includes(name))}`]),
      ...(new_ === undefined ? [] : [`+${shown(name, new_, true)}`]),
    ];
  });
  return { path: ENVIRONMENT_PATH, kind: before ? 'change' : 'create', text: lines.join('\n') };
}

/** The variables of a host's file; none where there is no file. */
export const environmentOf = (content: string | Secret | null): ReadonlyMap<string, string> =>
  content === null ? new Map() : parseEnvironment(textOf(content));
