import type { ScalarTag } from 'yaml';
import { failWith, ok, type Position, type Result } from '../../model/problem.ts';
import { framesOf, withExcerpts } from '../excerpt.ts';
import { type Dialect, type Path, readYaml, type YamlTree } from '../yaml.ts';
import { AnsibleBuilder, type AnsibleInventory, Vaulted } from './ansible-inventory.ts';
import { pythonNumber } from './python-literal.ts';

/** Plain scalars as PyYAML reads them. Their tags in `yaml` differ: `y` is text there, and so is `1e3`. */
const scalar = (tag: string, test: RegExp, resolve: (text: string) => unknown): ScalarTag => ({
  tag: `tag:yaml.org,2002:${tag}`,
  default: true,
  test,
  resolve,
});
const digits = (text: string): string => text.replace(/^([-+]?)0(?=[0-7_]+$)/, '$10o');
const SCALARS: readonly ScalarTag[] = [
  scalar('bool', /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/, () => true),
  scalar('bool', /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/, () => false),
  scalar('int', /^[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]+|0|[1-9][0-9_]*)$/, (text) =>
    pythonNumber(digits(text)),
  ),
  scalar('int', /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/, (text) =>
    text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0),
  ),
  scalar(
    'float',
    /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?$/,
    pythonNumber,
  ),
];

/** The YAML that Ansible's files are written in. */
export const ANSIBLE_YAML: Dialect = {
  version: '1.1',
  tags: (tags) => [
    ...tags.filter((one) => typeof one === 'string' || !/:(bool|int|float)$/.test(one.tag)),
    ...SCALARS,
  ],
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

const SECTIONS = ['hosts', 'vars', 'children'] as const;
type Section = (typeof SECTIONS)[number];

/** A map that says what a group says. */
export const isGroup = (value: unknown): value is YamlMap =>
  isMap(value) && SECTIONS.some((section) => section in value);

/** What `--list` prints, unlike a YAML file: its hosts and children are lists. */
export const isListFormat = (value: unknown, text: string): boolean =>
  isMap(value) &&
  ('_meta' in value ||
    (text.trimStart().startsWith('{') &&
      Object.values(value).some(
        (group) =>
          Array.isArray(group) ||
          (isMap(group) && (Array.isArray(group.hosts) || Array.isArray(group.children))),
      )));

type SetVariable = (key: string, value: unknown, at: Position) => void;

/**
 * Reads an Ansible inventory in YAML, or the JSON that `ansible-inventory --list` and inventory
 * programs print, in which `hosts` are lists and the variables of hosts are in `_meta`.
 */
export function parseAnsibleYaml(text: string, file: string): Result<AnsibleInventory> {
  const tree = readYaml(text, file, ANSIBLE_YAML);
  const builder = new AnsibleBuilder(file);
  const top = isMap(tree.value) ? tree.value : {};
  if (tree.broken || !isMap(tree.value)) {
    if (!tree.broken) builder.report({ reason: 'not-groups' }, { file, line: 1, column: 1 });
  } else if (typeof top.plugin === 'string') {
    const params = { reason: 'plugin-config', plugin: top.plugin, file } as const;
    builder.report(params, tree.place(['plugin'], 'key'));
  } else (isListFormat(top, text) ? readList : readGroups)(top, tree, builder);
  const inventory = builder.finish();
  const problems = [...tree.problems, ...(tree.broken ? [] : builder.problems)];
  return problems.length > 0 ? failWith(withExcerpts(problems, framesOf(text))) : ok(inventory);
}

function readVars(value: YamlMap, path: Path, { place }: YamlTree, set: SetVariable): void {
  for (const [key, one] of Object.entries(value))
    set(key, plainValue(one), place([...path, key], 'key'));
}

/** A file: groups are maps of maps. What is of another form is skipped, as Ansible does. */
function readGroups(top: YamlMap, tree: YamlTree, builder: AnsibleBuilder): void {
  const { place } = tree;
  const readGroup = (group: string, value: unknown, path: Path): void => {
    if (!isMap(value) && !isMissing(value)) {
      builder.skip({ reason: 'not-a-group', group }, place(path, 'key'));
      return;
    }
    builder.group(group, place(path, 'key'));
    for (const [key, inner] of Object.entries(value ?? {})) {
      const below = [...path, key];
      const section = SECTIONS.find((one) => one === key);
      if (isMissing(inner)) continue;
      if (!section) builder.skip({ reason: 'group-key', key, group }, place(below, 'key'));
      else if (typeof inner === 'string' && section !== 'vars')
        readSection(group, section, { [inner]: null }, below);
      else if (isMap(inner)) readSection(group, section, inner, below);
      else builder.report({ reason: 'group-section-form', group, section }, place(below, 'key'));
    }
  };
  const readSection = (group: string, section: Section, value: YamlMap, path: Path): void => {
    if (section === 'vars')
      readVars(value, path, tree, (key, one, at) => builder.setGroup(group, key, one, at));
    else
      for (const [name, inner] of Object.entries(value)) {
        const below = [...path, name];
        const at = place(below, 'key');
        if (section === 'children') {
          readGroup(name, inner, below);
          if (builder.hasGroup(name)) builder.group(group, at).children.add(name);
          else builder.report({ reason: 'group-form', group: name }, at);
        } else {
          const names = builder.addHosts(group, name, at);
          // as in Python, whatever is empty is no variables
          const isEmpty = !inner || (Array.isArray(inner) && inner.length === 0);
          if (isMap(inner))
            readVars(inner, below, tree, (key, one, at) => {
              for (const host of names) builder.setHost(host, key, one, at);
            });
          else if (!isEmpty) builder.report({ reason: 'host-form', host: name }, at);
        }
      }
  };
  for (const [name, value] of Object.entries(top)) readGroup(name, value, [name]);
}

/** The output of a program: groups have lists of names, which are neither ranges nor have a port. */
function readList(top: YamlMap, tree: YamlTree, builder: AnsibleBuilder): void {
  const { place } = tree;
  const readNames = (group: string, section: Section, value: unknown, path: Path) => {
    if (isMissing(value)) return [];
    const names = Array.isArray(value) ? value : [null];
    if (names.every((name) => typeof name === 'string'))
      return names.map((name, i) => ({ name, at: place([...path, i]) }));
    builder.report({ reason: 'group-list-form', group, section }, place(path, 'key'));
    return [];
  };
  for (const [group, value] of Object.entries(top)) {
    if (group === '_meta') continue;
    const path = [group];
    const at = place(path, 'key');
    builder.group(group, at);
    const isHost = isMap(value) && !isGroup(value);
    // a program may print a host with its variables where a group belongs
    const sections = isHost
      ? { hosts: [group], vars: value }
      : isMap(value)
        ? value
        : { hosts: value };
    const inside = (section: Section): Path =>
      isHost || !isMap(value) ? path : [...path, section];
    for (const { name, at } of readNames(group, 'hosts', sections.hosts, inside('hosts')))
      builder.addHost(group, name, null, at);
    if (isMap(sections.vars))
      readVars(sections.vars, inside('vars'), tree, (key, one, at) =>
        builder.setGroup(group, key, one, at),
      );
    else if (!isMissing(sections.vars))
      builder.report({ reason: 'group-section-form', group, section: 'vars' }, at);
    for (const { name, at } of readNames(
      group,
      'children',
      sections.children,
      inside('children'),
    )) {
      builder.group(name, at);
      builder.group(group, at).children.add(name);
    }
  }
  // may come first, but refers to hosts in groups
  const meta = isMap(top._meta) ? top._meta.hostvars : top._meta;
  if (isMap(meta))
    for (const [host, vars] of Object.entries(meta)) {
      const path = ['_meta', 'hostvars', host];
      const at = place(path, 'key');
      if (!builder.hasHost(host)) builder.skip({ reason: 'ungrouped-host', host }, at);
      else if (isMap(vars))
        readVars(vars, path, tree, (key, one, at) => builder.setHost(host, key, one, at));
      else builder.report({ reason: 'host-form', host }, at);
    }
  else if ('_meta' in top) builder.report({ reason: 'meta-form' }, place(['_meta'], 'key'));
}

/** `--list` writes YAML's tags as maps. */
export function plainValue(value: unknown): unknown {
  if (!isMap(value)) return value;
  if ('__ansible_vault' in value) return new Vaulted();
  return '__ansible_unsafe' in value ? value.__ansible_unsafe : value;
}
