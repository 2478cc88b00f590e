import {
  isWritten,
  type Position,
  type Problem,
  type Result,
  type Warning,
} from '../model/problem.ts';
import { type AnsibleInventory, allHosts, effectiveVars } from './ansible.ts';
import { meaningOf, type Setting, settingKey } from './ansible-settings.ts';
import { assemble } from './assemble.ts';
import { framesOfFiles } from './mask.ts';
import { flawsOf, present } from './problems.ts';
import { inventorySchema, type Written } from './schema.ts';
import type { Locate, Path } from './tree.ts';
import type { WrittenInventory } from './written.ts';

type Section = Record<string, unknown>;

/**
 * An Ansible inventory as one of ours. Ansible's order of precedence is settled here, host by host;
 * a setting that all hosts share moves to `defaults`, one that all of a group share to the group
 * that says it, so that no two groups can disagree. `texts`: of each file that says something.
 */
export function writtenOf(
  ansible: AnsibleInventory,
  file: string,
  texts: ReadonlyMap<string, string>,
): Result<WrittenInventory> {
  const frame = framesOfFiles(texts);
  const problems: Problem[] = [];
  const warnings: Warning[] = ansible.skipped.map(({ what, at }) => ({
    code: 'ansible.ignored',
    message: `${what} is skipped, by Ansible too`,
    hint: 'only hosts, vars and children count',
    at,
  }));
  const settings = new Map<string, ReadonlyMap<string, Setting>>();
  for (const [name, vars] of effectiveVars(ansible)) {
    const meaning = meaningOf(name, vars);
    if (meaning.left) warnings.push(meaning.left);
    else {
      warnings.push(...meaning.warnings);
      problems.push(...meaning.problems);
      settings.set(name, new Map(meaning.settings.map((one) => [settingKey(one.path), one])));
    }
  }

  const places = new Map<string, Position>();
  const mark = (path: Path, at: Position): void => {
    places.set(JSON.stringify(path), at);
  };
  const groups: Record<string, Section> = Object.create(null);
  const hosts: Record<string, Section | null> = Object.create(null);
  const members = new Map<string, readonly string[]>();
  for (const { name, at } of ansible.groups.values()) {
    if (name === 'all' || name === 'ungrouped') continue;
    const inside = allHosts(name, ansible);
    const list = [...settings.keys()].filter((host) => inside.has(host));
    // nothing of it can be reached: told with its hosts
    if (list.length === 0 && inside.size > 0) continue;
    members.set(name, list);
    groups[name] = { hosts: list };
    mark(['groups', name], at);
  }
  for (const name of settings.keys()) {
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
  const defaults: Section = {};
  for (const key of new Set([...settings.values()].flatMap((one) => [...one.keys()]))) {
    const saying = [...settings].flatMap(([name, one]) => {
      const setting = one.get(key);
      return setting ? [[name, setting] as const] : [];
    });
    const rest = new Map(saying);
    // an address is a host's own, whoever shares it
    const shareable = key !== 'ssh.address';
    if (shareable && saying.length === settings.size && settings.size > 1 && isOne(saying)) {
      put(defaults, ['defaults'], saying[0]![1]);
      continue;
    }
    for (const [group, list] of shareable ? members : []) {
      const inGroup = list.flatMap((name) => {
        const setting = settings.get(name)!.get(key);
        return setting ? [[name, setting] as const] : [];
      });
      const says = inGroup.some(([, { at }]) => isOf(ansible, group, at));
      if (!says || inGroup.length !== list.length || !isOne(inGroup)) continue;
      if (!list.some((name) => rest.has(name))) continue;
      put(groups[group]!, ['groups', group], inGroup[0]![1]);
      for (const name of list) rest.delete(name);
    }
    for (const [name, setting] of rest) {
      hosts[name] ??= {};
      put(hosts[name], ['hosts', name], setting);
    }
  }

  const written = {
    ...(Object.keys(defaults).length > 0 ? { defaults } : {}),
    ...(Object.keys(groups).length > 0 ? { groups } : {}),
    hosts,
  } as Written;
  const top: Position = { file, line: 1, column: 1 };
  const place: Locate = (path) => {
    for (let end = path.length; end > 0; end -= 1) {
      const at = places.get(JSON.stringify(path.slice(0, end)));
      if (at) return at;
    }
    return top;
  };
  const parsed = inventorySchema.safeParse(written);
  if (!parsed.success) {
    const tree = { value: written, place, source: () => undefined, problems: [], broken: false };
    problems.push(...flawsOf(parsed.error.issues, tree).map(({ problem }) => problem));
  }
  if (problems.length > 0) return { ok: false, problems: present(problems, frame) };
  const made = assemble(written, { file, place, frame });
  if (made.problems.length > 0) return { ok: false, problems: present(made.problems, frame) };
  const { inventory } = made;
  return {
    ok: true,
    value: { ...inventory, warnings: [...gathered(warnings), ...inventory.warnings] },
  };
}

const isOne = (all: readonly (readonly [string, Setting])[]): boolean =>
  new Set(all.map(([, { value }]) => JSON.stringify(value))).size === 1;

/** The group itself wrote it. */
const isOf = ({ groups, beside }: AnsibleInventory, group: string, at: Position): boolean =>
  [groups.get(group)?.vars, beside?.groups.get(group)].some((vars) =>
    [...(vars?.values() ?? [])].some((one) => one.at === at),
  );

/** One word of each, at its first place: a variable of a thousand hosts is one line to read. */
function gathered(warnings: readonly Warning[]): readonly Warning[] {
  const found = new Map<string, { warning: Warning; lines: Set<number> }>();
  for (const warning of warnings) {
    const key = `${warning.code} ${warning.at?.file} ${isWritten(warning) ? warning.message : JSON.stringify(warning.params)}`;
    const one = found.get(key) ?? { warning, lines: new Set<number>() };
    if (warning.at) one.lines.add(warning.at.line);
    found.set(key, one);
  }
  return [...found.values()].map(({ warning, lines }) => {
    const more = [...lines].filter((line) => line !== warning.at?.line);
    if (more.length === 0 || !isWritten(warning)) return warning;
    const shown = more.slice(0, 5).join(', ');
    const rest = more.length > 5 ? ` and ${more.length - 5} more` : '';
    return { ...warning, message: `${warning.message} (also in line ${shown}${rest})` };
  });
}
