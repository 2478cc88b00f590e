import {
  failWith,
  ok,
  type Position,
  type Problem,
  type Result,
  type Warning,
} from '../../model/problem.ts';
import { framesOfFiles, withExcerpts } from '../excerpt.ts';
import type { Inventory } from '../members.ts';
import { validate } from '../parse-inventory.ts';
import type { Locate, Path } from '../yaml.ts';
import { type AnsibleInventory, allHosts, effectiveVars } from './ansible-inventory.ts';
import type { Paths, Setting } from './ssh-settings.ts';
import { type Left, meaningOf } from './variable-settings.ts';

type Section = Record<string, unknown>;
/** Settings by the name of the host that has them. */
type SettingByHost = ReadonlyMap<string, Setting>;

/**
 * Converts an Ansible inventory to one of alloyup's. Ansible's order of precedence is resolved
 * here, host by host. A setting that all hosts share moves to `defaults`, and one that all hosts of
 * a group share to the group that sets it, so that no two groups can disagree.
 *
 * @param texts of each file that variables come from
 */
export function convertAnsible(
  ansible: AnsibleInventory,
  file: string,
  texts: ReadonlyMap<string, string>,
  paths: Paths,
): Result<Inventory> {
  const problems: Problem[] = [];
  const warnings: Warning[] = ansible.skipped.map(({ at, ...params }) => ({
    code: 'ansible.ignored',
    params,
    at,
  }));
  /** By dotted path, then by host. */
  const settings = new Map<string, Map<string, Setting>>();
  const kept: string[] = [];
  const left: Left[] = [];
  const vars = effectiveVars(ansible);
  for (const host of allHosts('all', ansible)) {
    const meaning = meaningOf(host, vars.get(host)!, file, paths);
    if (meaning.left) {
      left.push(meaning.left);
      continue;
    }
    kept.push(host);
    for (const one of meaning.warnings) warnings.push(one);
    for (const one of meaning.problems) problems.push(one);
    for (const setting of meaning.settings) {
      const key = setting.path.join('.');
      const hosts = settings.get(key) ?? new Map<string, Setting>();
      settings.set(key, hosts.set(host, setting));
    }
  }

  for (const one of left) warnings.push(one);
  const frame = framesOfFiles(texts);
  const [first] = left;
  if (first && kept.length === 0) {
    const { host, connection } = first.params;
    const params = { reason: 'all-left-out', host, connection, more: left.length - 1 } as const;
    const problem: Problem = { code: 'inventory.rule', params, ...(first.at && { at: first.at }) };
    return failWith(withExcerpts([...problems, problem], frame));
  }

  const places = new Map<string, Position>();
  const mark = (path: Path, at: Position): void => {
    places.set(JSON.stringify(path), at);
  };
  const defaults: Section = {};
  const groups: Record<string, Section> = Object.create(null);
  const hosts: Record<string, Section | null> = Object.create(null);
  const members = new Map<string, readonly string[]>();
  const chosen = new Set(kept);
  for (const { name, at } of ansible.groups.values()) {
    if (name === 'all' || name === 'ungrouped') continue;
    const inside = allHosts(name, ansible);
    const list = [...inside].filter((host) => chosen.has(host));
    // all of its hosts are left out, each with a warning
    if (list.length === 0 && inside.size > 0) continue;
    members.set(name, list);
    groups[name] = { hosts: list };
    mark(['groups', name], at);
  }
  for (const name of kept) {
    hosts[name] = null;
    mark(['hosts', name], ansible.hosts.get(name)!.at);
  }

  const put = (section: Section, base: Path, { path, value, at }: Setting): void => {
    let inner = section;
    path.slice(0, -1).forEach((step, i) => {
      inner[step] ??= {};
      inner = inner[step] as Section;
      mark([...base, ...path.slice(0, i + 1)], at);
    });
    inner[path.at(-1)!] = value;
    mark([...base, ...path], at);
  };
  for (const [key, byHost] of settings) {
    const rest = new Map(byHost);
    // an address belongs to its host, even if others share it
    const shareable = key !== 'ssh.address';
    const common = kept.length > 1 ? sharedBy(kept, byHost) : undefined;
    if (shareable && common) {
      put(defaults, ['defaults'], common);
      continue;
    }
    for (const [group, list] of shareable ? members : []) {
      const shared = sharedBy(list, byHost);
      const isSetHere = list.some((name) => isSetBy(ansible, group, byHost.get(name)));
      if (!shared || !isSetHere || !list.some((name) => rest.has(name))) continue;
      put(groups[group]!, ['groups', group], shared);
      for (const name of list) rest.delete(name);
    }
    for (const [name, setting] of rest) {
      hosts[name] ??= {};
      put(hosts[name], ['hosts', name], setting);
    }
  }

  const input = {
    ...(Object.keys(defaults).length > 0 ? { defaults } : {}),
    // first, because hosts are in the order in which the inventory names them
    hosts,
    ...(Object.keys(groups).length > 0 ? { groups } : {}),
  };
  const place: Locate = (path) => {
    for (let end = path.length; end > 0; end -= 1) {
      const at = places.get(JSON.stringify(path.slice(0, end)));
      if (at) return at;
    }
    return { file, line: 1, column: 1 };
  };
  const made = validate(input, { file, place, frame }, problems);
  if (!made.ok) return made;
  return ok({
    ...made.value,
    // an object puts names that are numbers first
    hosts: new Map(kept.map((host) => [host, made.value.hosts.get(host)!])),
    mentioned: [...ansible.hosts.keys()].filter((host) => chosen.has(host)),
    warnings: [...merged(warnings), ...made.value.warnings],
  });
}

/** The setting of the first host if all hosts have it with the same value. */
function sharedBy(hosts: readonly string[], byHost: SettingByHost): Setting | undefined {
  const found = hosts.map((name) => byHost.get(name));
  const values = new Set(found.map((one) => one && JSON.stringify(one.value)));
  return values.size === 1 ? found[0] : undefined;
}

/** Whether the variable is the group's own, not inherited. */
const isSetBy = (
  { groups, beside }: AnsibleInventory,
  group: string,
  setting: Setting | undefined,
): boolean =>
  [groups.get(group)?.vars, beside?.groups.get(group)].some((vars) =>
    [...(vars?.values() ?? [])].some(({ at }) => at === setting?.at),
  );

/** One warning for each variable, at its first position: one that a thousand hosts have is reported once. */
function merged(warnings: readonly Warning[]): readonly Warning[] {
  const found = new Map<string, { warning: Warning; lines: Set<number> }>();
  for (const warning of warnings) {
    const key = JSON.stringify([warning.code, warning.at?.file, warning.params]);
    const one = found.get(key) ?? { warning, lines: new Set<number>() };
    if (warning.at) one.lines.add(warning.at.line);
    found.set(key, one);
  }
  return [...found.values()].map(({ warning, lines }) => {
    const moreLines = [...lines].filter((line) => line !== warning.at?.line);
    if (moreLines.length === 0) return warning;
    return { ...warning, params: { ...warning.params, moreLines } } as Warning;
  });
}
