import { constants, existsSync, statSync } from 'node:fs';
import { secretRefs } from '../../inventory/settings.ts';
import type { Finding } from '../../model/finding.ts';
import type { Notice } from '../../model/problem.ts';
import { type SecretRef, secretKey } from '../../model/secret-ref.ts';
import { count } from '../../report/plain.ts';
import { textOf } from '../../report/text-of.ts';
import { besideInventory } from '../../sources/directories.ts';
import { commandLine } from '../../transport/command-line.ts';
import { DEFAULT_INVENTORY, type Invocation } from '../args/option-table.ts';
import { type ChosenHosts, readHosts } from '../hosts/chosen-hosts.ts';
import { makeTargets } from '../hosts/make-targets.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { resultOf } from '../usage.ts';
import { type Found, findingOf, isAllowed } from './machine-findings.ts';

/** A problem or a warning as a finding. */
export function noticed(
  notice: Notice,
  state: Finding['state'],
  part: Finding['part'] = 'inventory',
  check: string = notice.code,
): Finding {
  const { at, host } = notice;
  const { message, hint } = textOf(notice);
  const where = at ? `${at.file}:${at.line}: ` : '';
  const found = { part, check, state, message: `${where}${message}`, hint };
  return host === undefined ? found : { ...found, host };
}

const finding = (...found: Found): Finding => findingOf('inventory')(found);

/** Rules, templates and secrets that are not set; `chosen` null: hosts cannot be checked. */
export async function inventoryFindings(
  invocation: Invocation,
): Promise<{ readonly findings: readonly Finding[]; readonly chosen: ChosenHosts | null }> {
  const { options, terminal } = invocation;
  if (options.inventory === null && !existsSync(DEFAULT_INVENTORY)) {
    const message = `there is no ${DEFAULT_INVENTORY} here, so no hosts were checked`;
    const hint = 'Name an inventory with -i, or create one with alloyup init';
    return { findings: [finding('note', 'inventory', message, hint)], chosen: null };
  }
  const read = await resultOf(() => readHosts(invocation));
  if (!read.ok) return { findings: read.problems.map((one) => noticed(one, 'trip')), chosen: null };
  const chosen = read.value;
  const made = await makeTargets(chosen);
  const failures = [
    ...made.problems.map((one) => noticed(one, 'trip')),
    ...unsetSecrets(chosen, terminal.env),
  ];
  const notes = [
    ...openKeys(chosen),
    ...[...chosen.warnings, ...made.warnings].map((one) => noticed(one, 'note')),
  ];
  if (failures.length > 0) return { findings: [...failures, ...notes], chosen: null };
  const message = `${count(chosen.settings.length, 'host')}, and every configuration renders`;
  return { findings: [...notes, finding('ok', 'inventory', message)], chosen };
}

/** The built-in client accepts a key that others may read; OpenSSH does not. */
function openKeys({ settings, base }: ChosenHosts): readonly Finding[] {
  const paths = new Set(settings.flatMap(({ ssh }) => ssh.identity));
  return [...paths]
    .map((path) => besideInventory(path, base))
    .filter((path) => ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0)
    .map((path) => {
      const message = `the key ${path} is readable by other users: OpenSSH refuses it`;
      return finding('note', 'identity', message, `Run ${commandLine(['chmod', '600', path])}`);
    });
}

/** Looks at names only: no secret is read, no program is run. */
function unsetSecrets({ settings, base }: ChosenHosts, env: Terminal['env']): readonly Finding[] {
  const unset = (ref: SecretRef): readonly [message: string, hint: string] | null => {
    if (ref.kind === 'exec') return null;
    if (ref.kind === 'env') {
      const message = `the variable ${ref.name}, which holds a secret, is not set`;
      return env[ref.name] ? null : [message, `Set it: export ${ref.name}=...`];
    }
    const path = besideInventory(ref.path, base);
    const message = `the file ${path}, which holds a secret, cannot be read`;
    return isAllowed(path, constants.R_OK) ? null : [message, 'Check its path and permissions'];
  };
  const refs = new Map(settings.flatMap(secretRefs).map((ref) => [secretKey(ref), ref]));
  return [...refs.values()].flatMap((ref) => {
    const found = unset(ref);
    return found ? [finding('trip', 'secret', ...found)] : [];
  });
}
