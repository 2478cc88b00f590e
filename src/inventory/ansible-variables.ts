import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import type { FileFailure } from '../model/problems/file-problems.ts';
import type { AnsibleInventory, AnsibleVariable, VariablesBeside } from './ansible.ts';
import { ANSIBLE_YAML, isMap, unwrapped } from './ansible-yaml.ts';
import { present } from './problems.ts';
import { readTree } from './tree.ts';

/** A file or folder right below `group_vars` or `host_vars`, with all that is in it. */
export interface VariablesEntry {
  readonly of: 'group' | 'host';
  /** As it is called: "web", "web.yml". */
  readonly entry: string;
  /** In the order in which Ansible reads them; `text` null: it could not be read. */
  readonly files: readonly {
    readonly file: string;
    readonly text: string | null;
    readonly failure: FileFailure | null;
  }[];
}

/** Endings in the order in which Ansible looks for them: the first that is there is the only one read. */
const ENDINGS = ['', '.yml', '.yaml', '.json'] as const;

const VAULT = '$ANSIBLE_VAULT';

/** The variables beside an inventory, of the groups and hosts that are in it; or all that is wrong with them. */
export function readVariables(
  { groups, hosts }: AnsibleInventory,
  entries: readonly VariablesEntry[],
): Result<VariablesBeside> {
  const problems: Problem[] = [];
  const read = (of: VariablesEntry['of'], names: Iterable<string>) => {
    const there = new Map(entries.filter((one) => one.of === of).map((one) => [one.entry, one]));
    const found = new Map<string, ReadonlyMap<string, AnsibleVariable>>();
    for (const name of there.size === 0 ? [] : names) {
      const ending = ENDINGS.find((one) => there.has(`${name}${one}`));
      if (ending === undefined) continue;
      const vars = new Map<string, AnsibleVariable>();
      for (const one of there.get(`${name}${ending}`)!.files) readFile(one, vars, problems);
      found.set(name, vars);
    }
    return found;
  };
  const beside = { groups: read('group', groups.keys()), hosts: read('host', hosts.keys()) };
  return problems.length > 0 ? fail(...problems) : ok(beside);
}

function readFile(
  { file, text, failure }: VariablesEntry['files'][number],
  vars: Map<string, AnsibleVariable>,
  problems: Problem[],
): void {
  const at = { file, line: 1, column: 1 };
  if (text === null) {
    problems.push({
      code: 'inventory.file',
      params: { reason: 'variables-unreadable', file, failure: failure! },
      at,
    });
    return;
  }
  if (text.startsWith(VAULT)) {
    problems.push({
      code: 'inventory.file',
      message: `${file} is encrypted by Ansible Vault, and what it says is for nobody here`,
      hint: `let Ansible open it: ${GATHER.replace('--list', '--list --ask-vault-pass')}; a secret then becomes { secret: env:NAME }`,
      at,
    });
    return;
  }
  const tree = readTree(text, file, ANSIBLE_YAML);
  if (tree.problems.length > 0) problems.push(...present(tree.problems, text));
  if (tree.broken || tree.value === null || tree.value === undefined) return;
  if (!isMap(tree.value)) {
    const message = `${file} is no map of variables`;
    problems.push({
      code: 'inventory.syntax',
      message,
      hint: 'write one "name: value" a line',
      at,
    });
    return;
  }
  for (const [key, value] of Object.entries(tree.value))
    vars.set(key, { value: unwrapped(value), at: tree.place([key], 'key') });
}

const GATHER = 'ansible-inventory -i INVENTORY --list | alloyup inventory import -';
