import { fail, ok, type Result } from '../model/problem.ts';
import {
  ANSIBLE_YAML,
  isGroup,
  isListFormat,
  isMap,
  parseAnsibleYaml,
} from './ansible/ansible-yaml.ts';
import { convertAnsible } from './ansible/convert.ts';
import { parseAnsibleIni, shellWords } from './ansible/ini.ts';
import type { Paths } from './ansible/ssh-settings.ts';
import { readVariables, type VariablesEntry } from './ansible/variable-files.ts';
import { framesOfFiles } from './excerpt.ts';
import type { Inventory } from './members.ts';
import { parseTree } from './parse-inventory.ts';
import type { InventoryPart } from './several.ts';
import { readYaml, type YamlTree } from './yaml.ts';

type InventoryKind = 'alloyup' | 'ansible-ini' | 'ansible-yaml';

/** Keys that only an alloyup inventory has at the top. */
const KEYS = ['defaults', 'groups', 'hosts', 'rollout'];
const hasOwnKeys = (value: unknown): boolean => isMap(value) && KEYS.some((key) => key in value);

/** What surrounds an Ansible inventory. */
export interface Surroundings extends Paths {
  /** What `group_vars` and `host_vars` contain. */
  readonly beside: readonly VariablesEntry[];
}

const ALONE: Surroundings = { beside: [], directory: '.', fromInventory: (path) => path };

/** A text and the format it is in, not yet read. */
export interface InventoryText {
  readonly kind: InventoryKind;
  /** Reports all problems of the text at once. */
  read(surroundings?: Surroundings): Result<Inventory>;
  /** As one of several files. */
  part(surroundings?: Surroundings): Result<InventoryPart>;
}

/**
 * Determines the format of an inventory from its content; documented in
 * docs/ansible-inventories.md. In doubt it is alloyup's own, whose problems then say what is wrong.
 *
 * @param ran the text is what a program printed
 */
export function openInventory(text: string, file: string, ran = false): InventoryText {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;]/.test(line));
  if (isIni(lines)) return ansible('ansible-ini', text, file, ran);
  const tree = readYaml(text, file);
  return isCertainlyOurs(tree) || kindOfYaml(text, tree.value) === 'alloyup'
    ? {
        kind: 'alloyup',
        read: () => parseTree(tree, text, file),
        part: () => partOfTree(tree, text, file),
      }
    : ansible('ansible-yaml', text, file, ran);
}

const ansible = (
  kind: Exclude<InventoryKind, 'alloyup'>,
  text: string,
  file: string,
  ran: boolean,
): InventoryText => ({
  kind,
  read({ beside, ...paths } = ALONE) {
    const output = ran ? mistakeOf(text) : null;
    if (output) return fail({ code: 'inventory.file', params: { reason: output, path: file } });
    if (/\.toml$/.test(file))
      return fail({ code: 'inventory.file', params: { reason: 'toml', path: file } });
    const read =
      kind === 'ansible-ini' ? parseAnsibleIni(text, file) : parseAnsibleYaml(text, file);
    if (!read.ok) return read;
    const variables = readVariables(read.value, beside);
    if (!variables.ok) return variables;
    const files = beside.flatMap((entry) =>
      entry.files.map((one) => [one.file, one.text ?? ''] as const),
    );
    const texts = new Map([...files, [file, text]]);
    return convertAnsible({ ...read.value, beside: variables.value }, file, texts, paths);
  },
  part(surroundings) {
    const read = this.read(surroundings);
    return read.ok ? ok(partOf(read.value)) : read;
  },
});

/** An inventory that was read as one of several. */
export const partOf = ({ input, ...inventory }: Inventory): InventoryPart => ({
  ...inventory,
  value: input,
  problems: [],
});

function partOfTree(tree: YamlTree, text: string, file: string): Result<InventoryPart> {
  const { value, place, source, problems, broken } = tree;
  if (broken || value === null || value === undefined) {
    const read = parseTree(tree, text, file);
    return read.ok ? ok(partOf(read.value)) : read;
  }
  const frame = framesOfFiles(new Map([[file, text]]));
  return ok({ file, value, place, source, problems, frame, warnings: [] });
}

/** Ansible takes nothing but JSON from a program, and without `_meta` runs it again for each host. */
function mistakeOf(text: string): 'program-not-json' | 'program-without-meta' | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isMap(value)) return 'program-not-json';
    return '_meta' in value ? null : 'program-without-meta';
  } catch {
    return 'program-not-json';
  }
}

/** Whether the first line is a section or a host of an INI file. */
function isIni([first = '', ...others]: readonly string[]): boolean {
  if (/^\[[^\]\s,:]+(:\w+)?\]\s*(#.*)?$/.test(first)) return true;
  const [name = '', ...assignments] = shellWords(first)?.map(({ text }) => text) ?? [];
  if (!/^[\w[](.*[^:])?$/.test(name)) return false;
  // a name alone may also be a key of YAML without its colon
  if (assignments.length === 0) return !others.some((line) => /^[^\s:=]+:(\s|$)/.test(line));
  return assignments.every((word) => /^[A-Za-z_]\w*=/.test(word));
}

/** What a group of Ansible's may contain. */
const SECTIONS = /^(hosts|vars|children)$/;

/** No need to read the text as Ansible does, too: it has our keys, and a section that could not be a group of Ansible's. */
function isCertainlyOurs({ value, problems }: YamlTree): boolean {
  if (problems.length > 0 || !isMap(value) || !hasOwnKeys(value)) return false;
  if ('_meta' in value || 'plugin' in value) return false;
  return Object.values(value).some(
    (section) => isMap(section) && Object.keys(section).some((key) => !SECTIONS.test(key)),
  );
}

/** @param own the text read as alloyup's own YAML */
function kindOfYaml(text: string, own: unknown): Exclude<InventoryKind, 'ansible-ini'> {
  const { value } = readYaml(text, '', ANSIBLE_YAML);
  if (!isMap(value)) return 'alloyup';
  if ('_meta' in value || typeof value.plugin === 'string') return 'ansible-yaml';
  const groups = Object.values(value);
  if (!hasOwnKeys(own)) {
    const isAnsible = 'all' in value || groups.some(isGroup) || isListFormat(value, text);
    return isAnsible ? 'ansible-yaml' : 'alloyup';
  }
  // a group may have the name of one of the keys, with what nothing there may contain
  const onlyGroups = groups.every(
    (group) =>
      group === null || (isMap(group) && Object.keys(group).every((key) => SECTIONS.test(key))),
  );
  const isAnsible = onlyGroups && groups.some(isGroup) && !('groups' in value);
  return isAnsible ? 'ansible-yaml' : 'alloyup';
}

/** Certainly an inventory, alloyup's or Ansible's, and not just any YAML. */
export function isInventory(text: string): boolean {
  if (openInventory(text, '').kind === 'ansible-ini') return true;
  const { value, broken } = readYaml(text, '', ANSIBLE_YAML);
  if (broken || !isMap(value)) return false;
  const groups = Object.values(value);
  return (
    hasOwnKeys(value) ||
    isListFormat(value, text) ||
    (groups.some(isGroup) && groups.every((group) => group === null || isGroup(group)))
  );
}
