import { failWith, ok, type Problem, type Result } from '../../model/problem.ts';
import type { FileFailure } from '../../model/problems/file-problems.ts';
import { framesOf, withExcerpts } from '../excerpt.ts';
import { readYaml } from '../yaml.ts';
import type { AnsibleInventory, AnsibleVariable, VariablesBeside } from './ansible-inventory.ts';
import { ANSIBLE_YAML, isMap, plainValue } from './ansible-yaml.ts';

/** A file or directory in `group_vars` or `host_vars`, with all that it contains. */
export interface VariablesEntry {
  readonly of: 'group' | 'host';
  /** Its name: "web", "web.yml". */
  readonly entry: string;
  /** In the order in which Ansible reads them; `text` null: it could not be read. */
  readonly files: readonly {
    readonly file: string;
    readonly text: string | null;
    readonly failure: FileFailure | null;
  }[];
}

/** In the order in which Ansible looks for them: it reads only the first that exists. */
const EXTENSIONS = ['', '.yml', '.yaml', '.json'] as const;

const VAULT_HEADER = '$ANSIBLE_VAULT';

/** The variables beside an inventory for its groups and hosts, or all problems in them. */
export function readVariables(
  { groups, hosts }: AnsibleInventory,
  entries: readonly VariablesEntry[],
): Result<VariablesBeside> {
  const problems: Problem[] = [];
  const read = (of: VariablesEntry['of'], names: Iterable<string>) => {
    const byName = new Map(entries.filter((one) => one.of === of).map((one) => [one.entry, one]));
    const found = new Map<string, ReadonlyMap<string, AnsibleVariable>>();
    for (const name of byName.size === 0 ? [] : names) {
      const entry = EXTENSIONS.map((one) => byName.get(`${name}${one}`)).find(Boolean);
      if (!entry) continue;
      const vars = new Map<string, AnsibleVariable>();
      for (const file of entry.files) for (const one of readFile(file, vars)) problems.push(one);
      found.set(name, vars);
    }
    return found;
  };
  const beside = { groups: read('group', groups.keys()), hosts: read('host', hosts.keys()) };
  return problems.length > 0 ? failWith(problems) : ok(beside);
}

function readFile(
  { file, text, failure }: VariablesEntry['files'][number],
  vars: Map<string, AnsibleVariable>,
): readonly Problem[] {
  const at = { file, line: 1, column: 1 };
  if (text === null) {
    const params = { reason: 'variables-unreadable', file, failure: failure! } as const;
    return [{ code: 'inventory.file', params, at }];
  }
  if (text.startsWith(VAULT_HEADER))
    return [{ code: 'inventory.file', params: { reason: 'variables-encrypted', file }, at }];
  const tree = readYaml(text, file, ANSIBLE_YAML);
  const problems = withExcerpts(tree.problems, framesOf(text));
  if (tree.broken || tree.value === null || tree.value === undefined) return problems;
  if (!isMap(tree.value)) {
    const params = { reason: 'variables-form', file } as const;
    return [...problems, { code: 'inventory.syntax', params, at }];
  }
  for (const [key, value] of Object.entries(tree.value))
    vars.set(key, { value: plainValue(value), at: tree.place([key], 'key') });
  return problems;
}
