import { fail, ok, type Position, type Result } from '../../model/problem.ts';
import { framesOf, withExcerpts } from '../excerpt.ts';
import { type Dialect, type Path, readYaml } from '../yaml.ts';
import { AnsibleBuilder, type AnsibleInventory, Vaulted } from './ansible-inventory.ts';

/** The YAML that Ansible's files are written in. */
export const ANSIBLE_YAML: Dialect = {
  version: '1.1',
  tagged: (tag, text) => {
    if (tag === '!vault' || tag === '!vault-encrypted') return { value: new Vaulted() };
    return tag === '!unsafe' ? { value: text } : undefined;
  },
};

type YamlMap = Readonly<Record<string, unknown>>;

export const isMap = (value: unknown): value is YamlMap =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Vaulted);

const isMissing = (value: unknown): value is null | undefined =>
  value === null || value === undefined;

/** What `--list` prints, unlike a YAML file: its hosts and children are lists. */
export const isListFormat = (value: unknown): boolean =>
  isMap(value) &&
  ('_meta' in value ||
    Object.values(value).some(
      (group) =>
        Array.isArray(group) ||
        (isMap(group) && (Array.isArray(group.hosts) || Array.isArray(group.children))),
    ));

/**
 * Reads an Ansible inventory in YAML, or the JSON that `ansible-inventory --list` and inventory
 * programs print, in which `hosts` are lists and the variables of hosts are in `_meta`.
 */
export function parseAnsibleYaml(text: string, file: string): Result<AnsibleInventory> {
  const tree = readYaml(text, file, ANSIBLE_YAML);
  const builder = new AnsibleBuilder(file);
  const listFormat = isListFormat(tree.value);

  const readVars = (
    value: unknown,
    path: Path,
    set: (key: string, value: unknown, at: Position) => void,
  ): void => {
    if (!isMap(value)) return;
    for (const [key, one] of Object.entries(value))
      set(key, plainValue(one), tree.place([...path, key], 'key'));
  };
  const readHostVars = (names: readonly string[], value: unknown, path: Path): void =>
    readVars(value, path, (key, one, at) => {
      for (const name of names) builder.setHost(name, key, one, at);
    });

  const readHosts = (group: string, value: unknown, path: Path): void => {
    if (typeof value === 'string') builder.addHosts(group, value, tree.place(path));
    else if (Array.isArray(value))
      value.forEach((pattern, i) => {
        builder.addHosts(group, String(pattern), tree.place([...path, i]));
      });
    else if (isMap(value))
      for (const [pattern, vars] of Object.entries(value)) {
        const below = [...path, pattern];
        readHostVars(builder.addHosts(group, pattern, tree.place(below, 'key')), vars, below);
      }
    else if (!isMissing(value)) reportSection(group, 'hosts', path);
  };
  const readChildren = (group: string, value: unknown, path: Path): void => {
    const add = (name: string, below: Path, inner?: unknown): void => {
      const at = tree.place(below, 'key');
      builder.group(group, at).children.add(name);
      builder.group(name, at);
      if (inner !== undefined) readGroup(name, inner, below);
    };
    if (typeof value === 'string') add(value, path);
    else if (Array.isArray(value))
      value.forEach((name, i) => {
        add(String(name), [...path, i]);
      });
    else if (isMap(value))
      for (const [name, inner] of Object.entries(value)) add(name, [...path, name], inner);
    else if (!isMissing(value)) reportSection(group, 'children', path);
  };
  const reportSection = (group: string, section: 'hosts' | 'children', path: Path): void =>
    builder.report({ reason: 'group-section-form', group, section }, tree.place(path, 'key'));

  const readGroup = (group: string, value: unknown, path: Path): void => {
    const at = tree.place(path, 'key');
    builder.group(group, at);
    if (Array.isArray(value)) readHosts(group, value, path);
    else if (isMap(value)) {
      // a program may print a host with its variables where a group belongs
      const isHost =
        listFormat &&
        path.length === 1 &&
        Object.keys(value).length > 0 &&
        !['hosts', 'vars', 'children'].some((key) => key in value);
      if (isHost) readHostVars(builder.addHosts(group, group, at), value, path);
      else readSections(group, value, path);
    } else if (!isMissing(value)) builder.report({ reason: 'group-form', group }, at);
  };
  const readSections = (group: string, value: YamlMap, path: Path): void => {
    for (const [key, inner] of Object.entries(value)) {
      const below = [...path, key];
      if (key === 'hosts') readHosts(group, inner, below);
      else if (key === 'children') readChildren(group, inner, below);
      else if (key === 'vars')
        readVars(inner, below, (name, one, place) => builder.setGroup(group, name, one, place));
      else builder.skip({ reason: 'group-key', key, group }, tree.place(below, 'key'));
    }
  };
  const readMeta = (meta: unknown): void => {
    const hostvars = isMap(meta) && isMap(meta.hostvars) ? meta.hostvars : {};
    for (const [host, vars] of Object.entries(hostvars)) {
      const path = ['_meta', 'hostvars', host];
      if (builder.hasHost(host)) readHostVars([host], vars, path);
      else builder.skip({ reason: 'ungrouped-host', host }, tree.place(path, 'key'));
    }
  };

  if (!tree.broken && isMap(tree.value)) {
    for (const [name, value] of Object.entries(tree.value))
      if (name !== '_meta') readGroup(name, value, [name]);
    // may come first, but refers to hosts in groups
    readMeta(tree.value._meta);
  }
  const inventory = builder.finish();
  const problems = [...tree.problems, ...(tree.broken ? [] : builder.problems)];
  return problems.length > 0 ? fail(...withExcerpts(problems, framesOf(text))) : ok(inventory);
}

/** `--list` writes YAML's tags as maps. */
export function plainValue(value: unknown): unknown {
  if (!isMap(value)) return value;
  if ('__ansible_vault' in value) return new Vaulted();
  return '__ansible_unsafe' in value ? value.__ansible_unsafe : value;
}
