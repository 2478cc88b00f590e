import type { Problem, Warning } from '../../model/problem.ts';
import type { InventoryProblems } from '../../model/problems/inventory-problems.ts';
import type { WarningProblems } from '../../model/problems/warnings.ts';
import { table } from '../../model/table.ts';
import { type AnsibleVariables, Vaulted } from './ansible-inventory.ts';
import { pythonText } from './python-literal.ts';
import { jumpOfCommand, readSshArguments } from './ssh-arguments.ts';
import { foreignKey, type Paths, type Setting, sshSettings, type Told } from './ssh-settings.ts';

/** What the variables of one host mean for alloyup. */
export interface HostMeaning {
  readonly settings: readonly Setting[];
  readonly warnings: readonly Warning[];
  readonly problems: readonly Problem[];
  /** Why the host is left out; null where it is not. */
  readonly left: Left | null;
}

export type Left = Extract<Warning, { readonly code: 'ansible.left' }>;

/**
 * The names of each setting that has several: the last one that is set wins. Those of Ansible's
 * Python client mean something to it alone.
 */
const NAMES = table<readonly string[]>({
  ansible_host: ['ansible_host', 'ansible_ssh_host', 'ansible_paramiko_host'],
  ansible_port: ['ansible_port', 'ansible_ssh_port', 'ansible_paramiko_port'],
  ansible_user: ['ansible_user', 'ansible_ssh_user', 'ansible_paramiko_user'],
  ansible_ssh_private_key_file: [
    'ansible_private_key_file',
    'ansible_ssh_private_key_file',
    'ansible_paramiko_private_key_file',
  ],
  ansible_ssh_host_key_checking: [
    'ansible_host_key_checking',
    'ansible_ssh_host_key_checking',
    'ansible_paramiko_host_key_checking',
  ],
  ansible_become_password: ['ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass'],
  ansible_password: ['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password'],
});

const SETTING_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(NAMES).flatMap(([setting, names]) => names.map((name) => [name, setting])),
);

/** ssh reads them in this order, with the port, the key and the user after the first. */
const ARGUMENTS = ['ansible_ssh_args', 'ansible_ssh_common_args', 'ansible_ssh_extra_args'];

/** Without these the host cannot be reached as Ansible would: what cannot be read is an error. */
const NEEDED: ReadonlySet<string> = new Set([
  'ansible_host',
  'ansible_port',
  'ansible_user',
  'ansible_connection',
  'ansible_ssh_private_key_file',
  'ansible_paramiko_proxy_command',
  ...ARGUMENTS,
]);

const CONNECTION = /^(?:ansible\.(?:builtin|legacy)\.)?(ssh|smart|paramiko|paramiko_ssh|local)$/;

const isTrue = (value: unknown): boolean => /^(true|yes|on|1|y|t)$/i.test(pythonText(value) ?? '');

/**
 * Interprets the variables of a host. Everything that has no meaning for alloyup becomes a warning.
 *
 * @param file the inventory
 */
export function meaningOf(
  host: string,
  vars: AnsibleVariables,
  file: string,
  paths: Paths,
): HostMeaning {
  const settings: Setting[] = [];
  const warnings: Warning[] = [];
  const problems: Problem[] = [];
  let left: Left | null = null;

  const wanted = vars.get('ansible_connection')?.value ?? 'ssh';
  const connection = CONNECTION.exec(pythonText(wanted) ?? '')?.[1];
  const paramiko = connection?.startsWith('paramiko') ?? false;
  const nameOf = (variable: string): string =>
    !paramiko && variable.startsWith('ansible_paramiko_')
      ? variable
      : (SETTING_OF.get(variable) ?? variable);
  /** The variable that decides each setting. One that is null is not set. */
  const deciding = new Map<string, string>();
  for (const [variable, { value }] of vars) {
    if (value === null || value === undefined) continue;
    const name = nameOf(variable);
    const rank = (one = ''): number => NAMES[name]?.indexOf(one) ?? 0;
    if (rank(variable) >= rank(deciding.get(name))) deciding.set(name, variable);
  }
  const hasPassword = deciding.has('ansible_become_password');
  /** What ssh is told, by the name of the variable, in no order. */
  const told = new Map<string, Told>();

  for (const [variable, { value: original, at }] of vars) {
    const set = (path: Setting['path'], value: unknown): void => {
      settings.push({ path, value, at });
    };
    const warn = (params: WarningProblems['ansible.ignored']): void => {
      warnings.push({ code: 'ansible.ignored', params, at });
    };
    const refuse = (params: InventoryProblems['inventory.rule']): void => {
      problems.push({ code: 'inventory.rule', params, at });
    };
    if (original === null || original === undefined) continue;
    const name = nameOf(variable);
    const current = deciding.get(name)!;
    if (current !== variable) {
      warn({ reason: 'older-name', variable, current });
      continue;
    }
    const value = filled(original, host, paths);
    const needed = NEEDED.has(name) && (paramiko || name !== 'ansible_paramiko_proxy_command');
    if (name !== 'ansible_become_password') {
      if (value instanceof Vaulted) {
        if (needed) refuse({ reason: 'ansible-vault', variable, host, file });
        else warn({ reason: 'vault', variable });
        continue;
      }
      if (typeof value === 'string' && /\{\{|\{%/.test(value)) {
        if (needed) refuse({ reason: 'ansible-template', variable, host, file });
        else warn({ reason: 'template', variable });
        continue;
      }
    }
    const text = pythonText(value) ?? JSON.stringify(value);
    if (needed && (typeof value === 'object' || (text === '' && !MAY_BE_EMPTY.has(name)))) {
      refuse({ reason: 'ansible-value', variable, found: text });
      continue;
    }
    switch (name) {
      case 'ansible_host':
        if (text !== host) set(['ssh', 'address'], text);
        break;
      case 'ansible_port':
        told.set(name, { at, port: /^\s*\+?\d+(\.0*)?\s*$/.test(text) ? Number(text) : value });
        break;
      case 'ansible_user':
        if (text !== '') told.set(name, { at, user: text });
        break;
      case 'ansible_ssh_private_key_file':
        if (text !== '') told.set(name, { at, identity: [text] });
        break;
      case 'ansible_connection':
        if (connection === 'local') set(['ssh', 'transport'], 'local');
        else if (connection === undefined) {
          const params = { reason: 'connection', host, connection: text } as const;
          left = { code: 'ansible.left', params, at };
        }
        break;
      case 'ansible_become':
        if (isTrue(value)) {
          if (!hasPassword) set(['sudo'], 'passwordless');
        } else if (vars.get(deciding.get('ansible_user') ?? '')?.value !== 'root')
          warn({ reason: 'become-off', variable });
        break;
      case 'ansible_become_user':
        if (text !== 'root') warn({ reason: 'become-user', variable, value: text });
        break;
      case 'ansible_become_method':
        if (!/^(ansible\.builtin\.)?sudo$/.test(text))
          warn({ reason: 'become-method', variable, value: text });
        break;
      case 'ansible_become_password': {
        const [, fromEnvironment] =
          /lookup\(\s*['"](?:ansible\.builtin\.)?env['"]\s*,\s*['"](\w+)['"]/.exec(text) ?? [];
        if (fromEnvironment) set(['sudo'], { password: { secret: `env:${fromEnvironment}` } });
        else {
          set(['sudo'], 'ask');
          warn({ reason: 'become-password', variable });
        }
        break;
      }
      case 'ansible_ssh_host_key_checking':
        if (isTrue(value)) break;
        told.set(name, { at, acceptNew: true });
        warn({ reason: 'host-key-checking-off', variable });
        break;
      case 'ansible_ssh_args':
      case 'ansible_ssh_common_args':
      case 'ansible_ssh_extra_args': {
        // the Python client does not start ssh
        if (paramiko) {
          warn({ reason: 'no-counterpart', variable });
          break;
        }
        const read = readSshArguments(text);
        if (!read) {
          refuse({ reason: 'ansible-value', variable, found: text });
          break;
        }
        const { rest, decisive } = read;
        for (const argument of decisive) refuse({ reason: 'ssh-argument', variable, argument });
        if (rest.length > 0) warn({ reason: 'ssh-arguments', variable, args: rest });
        told.set(name, { ...read, at });
        break;
      }
      case 'alloy_version':
        if (/^(latest|\d+\.\d+\.\d+)$/.test(text)) set(['alloy', 'version'], text);
        else warn({ reason: 'alloy-version', variable });
        break;
      default:
        if (paramiko && name === 'ansible_paramiko_proxy_command' && text !== '') {
          const route = jumpOfCommand(text);
          if (route) told.set(name, { at, ...route });
          else refuse({ reason: 'ssh-argument', variable, argument: text });
        } else
          warn({
            reason: variable.startsWith('ansible_') ? 'no-counterpart' : 'own-variable',
            variable,
          });
    }
  }
  settings.push(...sshSettings(told, paths));
  const foreign = foreignKey(told);
  if (foreign) {
    const { at, ...params } = foreign;
    problems.push({ code: 'inventory.rule', params: { reason: 'jump-key', ...params }, at });
  }
  return { settings, warnings, problems, left };
}

/** Empty, they are as good as not set. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set([
  'ansible_user',
  'ansible_ssh_private_key_file',
  'ansible_paramiko_proxy_command',
  ...ARGUMENTS,
]);

/** The templates that can be filled without Ansible. */
function filled(value: unknown, host: string, { directory }: Paths): unknown {
  if (typeof value !== 'string') return value;
  const known: Readonly<Record<string, string>> = {
    inventory_hostname: host,
    inventory_dir: directory,
  };
  return value.replace(/\{\{\s*(\w+)\s*\}\}/g, (written, name: string) => known[name] ?? written);
}
