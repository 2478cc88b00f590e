import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Warning } from '../model/problem.ts';

/** Ansible reads these beside an inventory; nobody here does. */
export function variableFolders(inventory: string): readonly Warning[] {
  if (inventory === '-') return [];
  return ['group_vars', 'host_vars']
    .map((name) => join(dirname(inventory), name))
    .filter((folder) => statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    .map((folder) => ({
      code: 'ansible.ignored',
      message: `${folder} is not read`,
      hint: `let Ansible gather it: ansible-inventory -i ${inventory} --list | alloyup inventory import -`,
    }));
}
