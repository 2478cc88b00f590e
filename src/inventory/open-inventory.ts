import type { Result } from '../model/problem.ts';
import { ANSIBLE_YAML, isListFormat, isMap, parseAnsibleYaml } from './ansible/ansible-yaml.ts';
import { convertAnsible } from './ansible/convert.ts';
import { parseAnsibleIni } from './ansible/ini.ts';
import { readVariables, type VariablesEntry } from './ansible/variable-files.ts';
import type { Inventory } from './members.ts';
import { parseTree } from './parse-inventory.ts';
import { readYaml } from './yaml.ts';

type InventoryKind = 'alloyup' | 'ansible-ini' | 'ansible-yaml';

/** Keys that only an alloyup inventory has at the top. */
const KEYS = ['defaults', 'groups', 'hosts', 'rollout'];
const hasOwnKeys = (value: unknown): boolean => isMap(value) && KEYS.some((key) => key in value);

/** A text and the format it is in, not yet read. */
export interface InventoryText {
  readonly kind: InventoryKind;
  /** Reports all problems at once. `beside`: group_vars and host_vars of an Ansible inventory. */
  read(beside?: readonly VariablesEntry[]): Result<Inventory>;
}

/**
 * Determines the format of an inventory from its content; documented in
 * docs/ansible-inventories.md. In doubt it is alloyup's own, whose problems then say what is wrong.
 */
export function openInventory(text: string, file: string): InventoryText {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;]/.test(line));
  if (isIni(lines)) return ansible('ansible-ini', text, file);
  const tree = readYaml(text, file);
  const kind = hasOwnKeys(tree.value) ? 'alloyup' : kindOfYaml(text, lines);
  return kind === 'alloyup'
    ? { kind, read: () => parseTree(tree, text, file) }
    : ansible(kind, text, file);
}

const ansible = (
  kind: Exclude<InventoryKind, 'alloyup'>,
  text: string,
  file: string,
): InventoryText => ({
  kind,
  read(beside = []) {
    const read = (kind === 'ansible-ini' ? parseAnsibleIni : parseAnsibleYaml)(text, file);
    if (!read.ok) return read;
    const variables = readVariables(read.value, beside);
    if (!variables.ok) return variables;
    const files = beside.flatMap((entry) => entry.files);
    const texts = new Map(files.map((one) => [one.file, one.text ?? '']));
    texts.set(file, text);
    return convertAnsible({ ...read.value, beside: variables.value }, file, texts);
  },
});

function isIni([first = '']: readonly string[]): boolean {
  if (/^\[[^\]\s,:]+(:\w+)?\]\s*(#.*)?$/.test(first)) return true;
  // an alloyup inventory has no assignment after a name
  return /^[^\s:"'{}]+(:\d+)?\s+[A-Za-z_]\w*=/.test(first);
}

function kindOfYaml(text: string, lines: readonly string[]): InventoryKind {
  const { value, broken } = readYaml(text, '', ANSIBLE_YAML);
  if (!isMap(value)) {
    const plain =
      lines.length > 0 && lines.every((line) => /^[\w.[\]:-]+(\s*#.*)?$|^\[/.test(line));
    return plain && (broken || typeof value === 'string') ? 'ansible-ini' : 'alloyup';
  }
  const groups = Object.values(value);
  if (groups.length === 0 || hasOwnKeys(value)) return 'alloyup';
  if (isListFormat(value)) return 'ansible-yaml';
  const isGroup = (group: unknown): boolean =>
    isMap(group) && ['hosts', 'vars', 'children'].some((section) => section in group);
  const onlyGroups = groups.every((group) => group === null || isGroup(group));
  return onlyGroups && ('all' in value || groups.some(isGroup)) ? 'ansible-yaml' : 'alloyup';
}

/** Certainly an inventory, alloyup's or Ansible's, and not just any YAML. */
export function isInventory(text: string): boolean {
  if (openInventory(text, '').kind !== 'alloyup') return true;
  const { value, broken } = readYaml(text, '');
  return !broken && hasOwnKeys(value);
}
