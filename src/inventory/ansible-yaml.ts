import type { Position, Result } from '../model/problem.ts';
import { type AnsibleBuilder, type AnsibleInventory, ansibleBuilder, Vaulted } from './ansible.ts';
import { present } from './problems.ts';
import { type Dialect, type Path, readTree, type Tree } from './tree.ts';

/** The YAML that Ansible's files are written in. */
export const ANSIBLE_YAML: Dialect = {
  version: '1.1',
  tagged: (tag, text) => {
    if (tag === '!vault' || tag === '!vault-encrypted') return { value: new Vaulted() };
    return tag === '!unsafe' ? { value: text } : undefined;
  },
};

type Plain = Readonly<Record<string, unknown>>;

export const isMap = (value: unknown): value is Plain =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Vaulted);

/**
 * Reads an Ansible inventory in YAML, or the JSON that `ansible-inventory --list` and inventory
 * programs print: there `hosts` are lists, and variables of hosts stand under `_meta`.
 */
export function parseAnsibleYaml(text: string, file: string): Result<AnsibleInventory> {
  const tree = readTree(text, file, ANSIBLE_YAML);
  const builder = ansibleBuilder({ file, line: 1, column: 1 });
  if (!tree.broken && isMap(tree.value)) {
    for (const [name, value] of Object.entries(tree.value))
      if (name !== '_meta') readGroup(name, value, [name], tree, builder);
    // may stand first, and speaks of hosts that groups name
    readMeta(tree.value._meta, tree, builder);
  }
  const value = builder.finish();
  const problems = [...tree.problems, ...(tree.broken ? [] : builder.problems)];
  return problems.length > 0
    ? { ok: false, problems: present(problems, text) }
    : { ok: true, value };
}

function readGroup(
  name: string,
  value: unknown,
  path: Path,
  tree: Tree,
  builder: AnsibleBuilder,
): void {
  const at = tree.place(path, 'key');
  builder.group(name, at);
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) {
    readHosts(name, value, path, tree, builder);
    return;
  }
  if (!isMap(value)) {
    builder.complain(
      `the group "${name}" is no map`,
      'write "hosts:", "vars:" or "children:" below it',
      at,
    );
    return;
  }
  // a program may name one host with its variables where a group belongs
  if (isProgramHost(value, path, tree)) {
    builder.addHosts(name, name, at);
    readVars(value, path, tree, (key, one, place) => builder.setHost(name, key, one, place));
    return;
  }
  for (const [section, inner] of Object.entries(value)) {
    const below = [...path, section];
    if (section === 'hosts') readHosts(name, inner, below, tree, builder);
    else if (section === 'children') readChildren(name, inner, below, tree, builder);
    else if (section === 'vars')
      readVars(inner, below, tree, (key, one, place) => builder.setGroup(name, key, one, place));
    else builder.skip(`"${section}" of the group "${name}"`, tree.place(below, 'key'));
  }
}

/** Only in what programs print: a YAML file has no such form. */
const isProgramHost = (value: Plain, path: Path, tree: Tree): boolean =>
  isListForm(tree.value) &&
  path.length === 1 &&
  Object.keys(value).length > 0 &&
  !['hosts', 'vars', 'children'].some((section) => section in value);

/** The form that `--list` prints, told from a YAML file: hosts and children are lists. */
export const isListForm = (value: unknown): boolean =>
  isMap(value) &&
  ('_meta' in value ||
    Object.values(value).some(
      (group) =>
        Array.isArray(group) ||
        (isMap(group) && (Array.isArray(group.hosts) || Array.isArray(group.children))),
    ));

function readHosts(
  group: string,
  value: unknown,
  path: Path,
  tree: Tree,
  builder: AnsibleBuilder,
): void {
  if (typeof value === 'string') {
    builder.addHosts(group, value, tree.place(path));
  } else if (Array.isArray(value)) {
    value.forEach((pattern, i) => {
      builder.addHosts(group, String(pattern), tree.place([...path, i]));
    });
  } else if (isMap(value)) {
    for (const [pattern, vars] of Object.entries(value)) {
      const below = [...path, pattern];
      const names = builder.addHosts(group, pattern, tree.place(below, 'key'));
      readVars(vars, below, tree, (key, one, at) => {
        for (const name of names) builder.setHost(name, key, one, at);
      });
    }
  } else if (value !== null && value !== undefined) wrongForm('hosts', group, path, tree, builder);
}

function readChildren(
  group: string,
  value: unknown,
  path: Path,
  tree: Tree,
  builder: AnsibleBuilder,
): void {
  const add = (name: string, below: Path, inner?: unknown): void => {
    const at = tree.place(below, 'key');
    builder.group(group, at).children.add(name);
    builder.group(name, at);
    if (inner !== undefined) readGroup(name, inner, below, tree, builder);
  };
  if (typeof value === 'string') add(value, path);
  else if (Array.isArray(value)) {
    for (const [i, name] of value.entries()) add(String(name), [...path, i]);
  } else if (isMap(value))
    for (const [name, inner] of Object.entries(value)) add(name, [...path, name], inner);
  else if (value !== null && value !== undefined) wrongForm('children', group, path, tree, builder);
}

const wrongForm = (
  section: string,
  group: string,
  path: Path,
  tree: Tree,
  builder: AnsibleBuilder,
): void =>
  builder.complain(
    `"${section}" of the group "${group}" is no map`,
    'write one name a line, each followed by ":"',
    tree.place(path, 'key'),
  );

function readVars(
  value: unknown,
  path: Path,
  tree: Tree,
  set: (key: string, value: unknown, at: Position) => void,
): void {
  if (!isMap(value)) return;
  for (const [key, one] of Object.entries(value))
    set(key, unwrapped(one), tree.place([...path, key], 'key'));
}

/** `--list` spells the tags of YAML as maps. */
export function unwrapped(value: unknown): unknown {
  if (!isMap(value)) return value;
  if ('__ansible_vault' in value) return new Vaulted();
  return '__ansible_unsafe' in value ? value.__ansible_unsafe : value;
}

function readMeta(value: unknown, tree: Tree, builder: AnsibleBuilder): void {
  const hostvars = isMap(value) ? value.hostvars : undefined;
  if (!isMap(hostvars)) return;
  for (const [name, vars] of Object.entries(hostvars)) {
    if (!builder.hasHost(name)) {
      builder.skip(
        `"${name}", which no group names`,
        tree.place(['_meta', 'hostvars', name], 'key'),
      );
      continue;
    }
    readVars(vars, ['_meta', 'hostvars', name], tree, (key, one, at) =>
      builder.setHost(name, key, one, at),
    );
  }
}
