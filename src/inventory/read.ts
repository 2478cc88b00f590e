import { ok, type Result } from '../model/problem.ts';
import { parseAnsibleIni } from './ansible-ini.ts';
import { readVariables, type VariablesEntry } from './ansible-variables.ts';
import { ANSIBLE_YAML, isListForm, isMap, parseAnsibleYaml } from './ansible-yaml.ts';
import { assembleSound } from './assemble.ts';
import { readTree, type Tree } from './tree.ts';
import type { WrittenInventory } from './written.ts';

export type InventoryKind = 'ours' | 'ansible-ini' | 'ansible-yaml';

const OURS = ['defaults', 'groups', 'hosts', 'rollout'];

/** The text of an inventory, whose it is, and what it says. */
export interface InventoryText {
  readonly kind: InventoryKind;
  /**
   * Gives all problems of the text at once.
   *
   * @param beside what lies in `group_vars` and `host_vars`; ours has none
   */
  read(beside?: readonly VariablesEntry[]): Promise<Result<WrittenInventory>>;
}

/** Looks at an inventory, ours or one of Ansible's; YAML of ours, the usual one, is parsed once. */
export function openInventory(text: string, file: string): InventoryText {
  const lines = linesOf(text);
  if (!isIni(lines)) {
    const tree = readTree(text, file);
    if (isMap(tree.value) && OURS.some((key) => key in (tree.value as object)))
      return { kind: 'ours', read: () => readOurs(tree, text, file) };
  }
  const kind = kindOfInventory(text);
  return {
    kind,
    async read(beside = []) {
      if (kind === 'ours') return readOurs(readTree(text, file), text, file);
      const read =
        kind === 'ansible-ini' ? parseAnsibleIni(text, file) : parseAnsibleYaml(text, file);
      if (!read.ok) return read;
      const variables = readVariables(read.value, beside);
      if (!variables.ok) return variables;
      const texts = new Map(
        beside.flatMap(({ files }) => files.map((one) => [one.file, one.text ?? ''])),
      );
      const { writtenOf } = await import('./ansible-written.ts');
      return writtenOf({ ...read.value, beside: variables.value }, file, texts.set(file, text));
    },
  };
}

/** What is wrong with a text is told with zod, which the others need not wait for. */
async function readOurs(tree: Tree, text: string, file: string): Promise<Result<WrittenInventory>> {
  const sound = assembleSound(tree, text, file);
  if (sound) return ok(sound);
  const { parseTree } = await import('./parse.ts');
  return parseTree(tree, text, file);
}

/** `openInventory`, and what it says. */
export const readInventory = (
  text: string,
  file: string,
  beside: readonly VariablesEntry[] = [],
): Promise<Result<WrittenInventory>> => openInventory(text, file).read(beside);

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;]/.test(line));

function isIni([first = '']: readonly string[]): boolean {
  if (/^\[[^\]\s,:]+(:\w+)?\]\s*(#.*)?$/.test(first)) return true;
  // no YAML of ours has an assignment behind a name
  return /^[^\s:"'{}]+(:\d+)?\s+[A-Za-z_]\w*=/.test(first);
}

/**
 * Whose inventory a text is, by what is in it; documented in docs/ansible-inventories.md. In doubt
 * it is ours, whose problems then say what is amiss.
 */
export function kindOfInventory(text: string): InventoryKind {
  const lines = linesOf(text);
  if (isIni(lines)) return 'ansible-ini';

  const { value, broken } = readTree(text, '', ANSIBLE_YAML);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const plain =
      lines.length > 0 && lines.every((line) => /^[\w.[\]:-]+(\s*#.*)?$|^\[/.test(line));
    return plain && (broken || typeof value === 'string') ? 'ansible-ini' : 'ours';
  }
  const keys = Object.keys(value);
  if (keys.length === 0 || keys.some((key) => OURS.includes(key))) return 'ours';
  if (isListForm(value)) return 'ansible-yaml';
  const groups = Object.entries(value);
  const isGroup = (group: unknown): boolean =>
    typeof group === 'object' &&
    group !== null &&
    ['hosts', 'vars', 'children'].some((section) => section in group);
  const fits = groups.every(([, group]) => group === null || isGroup(group));
  return fits && (keys.includes('all') || groups.some(([, group]) => isGroup(group)))
    ? 'ansible-yaml'
    : 'ours';
}

/** For certain an inventory, ours or one of Ansible's: not just any YAML. */
export function isInventory(text: string): boolean {
  if (kindOfInventory(text) !== 'ours') return true;
  const { value, broken } = readTree(text, '', ANSIBLE_YAML);
  return !broken && isMap(value) && OURS.some((key) => key in value);
}
