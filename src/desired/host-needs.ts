import { neededBy } from '../config/host-needs.ts';
import { varsFor } from '../config/parameters.ts';
import type { Template } from '../config/template-model.ts';
import type { HostSettings } from '../inventory/settings.ts';
import type { Asker } from '../model/asker.ts';
import { compareDebianVersions } from '../model/debian-version.ts';
import type { HostNeeds, HostRead, Stability } from '../model/desired.ts';
import type { Position, Problem, ProblemOf } from '../model/problem.ts';

/** What the template and the fragments of a host declare that they need from it. */
export interface NeedsOfHost {
  /** What the inventory does not give. */
  readonly problems: readonly Problem[];
  readonly memberOf: readonly string[];
  readonly needs: readonly HostNeeds[];
  readonly reads: readonly HostRead[];
}

type Needed = ReturnType<typeof neededBy>;

/** What templates need, by the settings that hosts share, and by the name of the fragment ('': the base). */
const known = new WeakMap<HostSettings['config'], Map<string, readonly [Template, Needed]>>();

/** Hosts that share their settings share what a template needs with these. */
function neededOnce(
  template: Template,
  config: HostSettings['config'],
  name: string,
  varsOf: () => Vars,
): Needed {
  const own = known.get(config) ?? new Map<string, readonly [Template, Needed]>();
  known.set(config, own);
  const [before, found] = own.get(name) ?? [];
  if (found && before === template) return found;
  const needed = neededBy(template, varsOf());
  own.set(name, [template, needed]);
  return needed;
}

const LEVELS: readonly Stability[] = ['generally-available', 'public-preview', 'experimental'];

/**
 * @param isSet whether the service has a variable
 * @param alloyVersion what hosts that pin no version are checked for; null: the plan checks it
 */
export function needsOfHost(
  settings: HostSettings,
  template: Template,
  fragments: ReadonlyMap<string, Template>,
  { isSet, alloyVersion }: IsGiven,
): NeedsOfHost {
  const { config, alloy, origins, at, name, ssh, groups } = settings;
  const { version } = alloy;
  const pinned = version.policy === 'exact' ? version.version : null;
  const checkedFor = pinned ?? alloyVersion;
  const problems: Problem[] = [];
  const needs: HostNeeds[] = [];
  const reads: HostRead[] = [];

  const add = (by: Asker, where: Position, needed: Needed): void => {
    const report = (params: ProblemOf<'template.needs'>['params']): void => {
      problems.push({ code: 'template.needs', params, at: where });
    };
    for (const one of needed) {
      const { memberOf, files, environment, alloy: oldest, stability: level } = one;
      const variables = [...new Set(environment)].filter((variable) => !isSet(variable));
      if (variables.length > 0) report({ reason: 'environment', by, variables });
      if (level !== null && LEVELS.indexOf(level) > LEVELS.indexOf(alloy.stability))
        report({ reason: 'stability', by, level, set: alloy.stability });
      if (oldest !== null && checkedFor !== null && compareDebianVersions(checkedFor, oldest) < 0) {
        const versionIs = pinned === null ? 'asked' : 'pinned';
        report({ reason: 'alloy', by, oldest, version: checkedFor, versionIs });
      }
      if (memberOf.length > 0 || oldest !== null)
        needs.push({ by, at: where, memberOf, alloy: oldest });
      reads.push(...files.map((path) => ({ path, by, at: where, exclude: [], waits: true })));
    }
  };

  const host = { name, address: ssh.address, groups, fragments: [...fragments.keys()] };
  const given = { ...config, host, locate: () => ({}) };
  const base = { of: 'template', name: template.name } as const;
  add(
    base,
    origins.get('config.template') ?? at,
    neededOnce(template, config, '', () => varsFor(template.parameters, () => [], given)),
  );
  for (const fragment of config.fragments) {
    const own = fragments.get(fragment.name);
    if (!own) continue;
    const needed = neededOnce(own, config, fragment.name, () => fragment.vars);
    add({ of: 'fragment', name: fragment.name }, fragment.at, needed);
  }
  const memberOf = [...new Set([...alloy.memberOf, ...needs.flatMap((one) => one.memberOf)])];
  return { problems, memberOf, needs, reads };
}

type Vars = Readonly<Record<string, unknown>>;

interface IsGiven {
  readonly isSet: (variable: string) => boolean;
  readonly alloyVersion: string | null;
}
