import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { secretRefs } from '../../inventory/settings.ts';
import type { Finding } from '../../model/finding.ts';
import { type Problem, ToolError } from '../../model/problem.ts';
import { count } from '../../report/plain.ts';
import { textOf } from '../../report/text-of.ts';
import { besideInventory } from '../../sources/directories.ts';
import type { Invocation } from '../args/invocation.ts';
import { DEFAULT_INVENTORY } from '../args/option-table.ts';
import { type ChosenHosts, readHosts } from '../hosts/chosen-hosts.ts';
import { makeTargets, WITHOUT_SECRETS } from '../hosts/make-targets.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** A problem that would make a run fail, as a finding. */
export function failing(part: Finding['part'], problem: Problem, host?: string): Finding {
  const { code, at } = problem;
  const { message, hint } = textOf(problem);
  return {
    part,
    check: code,
    state: 'trip',
    message: at ? `${at.file}:${at.line}: ${message}` : message,
    hint,
    ...(host === undefined ? {} : { host }),
  };
}

const finding = (
  check: string,
  state: Finding['state'],
  message: string,
  hint: string | null,
): Finding => ({ part: 'inventory', check, state, message, hint });

/** Rules, templates and secrets that are not set; `chosen` null: hosts cannot be checked. */
export async function inventoryFindings(
  invocation: Invocation,
): Promise<{ readonly findings: readonly Finding[]; readonly chosen: ChosenHosts | null }> {
  const { options, terminal } = invocation;
  if (options.inventory === null && !existsSync(DEFAULT_INVENTORY)) {
    const message = `there is no ${DEFAULT_INVENTORY} here, so no hosts were checked`;
    const hint = 'Name an inventory with -i, or create one with alloyup init';
    return { findings: [finding('inventory', 'note', message, hint)], chosen: null };
  }
  let chosen: ChosenHosts;
  try {
    chosen = await readHosts(invocation);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { findings: error.problems.map((one) => failing('inventory', one)), chosen: null };
  }
  const made = await makeTargets(chosen, WITHOUT_SECRETS);
  const failures = [
    ...made.problems.map((one) => failing('inventory', one)),
    ...unsetSecrets(chosen, terminal.env),
  ];
  const notes = [
    ...openKeys(chosen),
    ...[...chosen.warnings, ...made.warnings].map((warning) => {
      const { message, hint } = textOf(warning);
      return finding(warning.code, 'note', message, hint);
    }),
  ];
  if (failures.length > 0) return { findings: [...failures, ...notes], chosen: null };
  const message = `${count(chosen.settings.length, 'host')}, and every configuration renders`;
  return { findings: [...notes, finding('inventory', 'ok', message, null)], chosen };
}

type Settings = Pick<ChosenHosts, 'settings' | 'base'>;

/** The built-in client accepts a key that others may read; OpenSSH does not. */
function openKeys({ settings, base }: Settings): readonly Finding[] {
  const paths = new Set(settings.flatMap(({ ssh }) => ssh.identity));
  return [...paths]
    .map((path) => besideInventory(path, base))
    .filter((path) => ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0)
    .map((path) =>
      finding(
        'identity',
        'note',
        `the key ${path} is readable by other users: OpenSSH refuses it`,
        `Run chmod 600 ${path}`,
      ),
    );
}

/** Looks at names only: no secret is read, no program is run. */
function unsetSecrets({ settings, base }: Settings, env: Terminal['env']): readonly Finding[] {
  const found = new Map<string, Finding>();
  const add = (message: string, hint: string): void => {
    found.set(message, finding('secret', 'trip', message, hint));
  };
  for (const ref of settings.flatMap(secretRefs)) {
    if (ref.kind === 'env' && !env[ref.name])
      add(
        `the variable ${ref.name}, which holds a secret, is not set`,
        `Set it: export ${ref.name}=...`,
      );
    if (ref.kind === 'file') {
      const path = besideInventory(ref.path, base);
      try {
        accessSync(path, constants.R_OK);
      } catch {
        add(
          `the file ${path}, which holds a secret, cannot be read`,
          'Check its path and permissions',
        );
      }
    }
  }
  return [...found.values()];
}
