import type { Position, Problem, Warning } from '../../model/problem.ts';
import type { WarningProblems } from '../../model/problems/warnings.ts';
import { type AnsibleVariables, Vaulted } from './ansible-inventory.ts';
import { readSshArguments } from './ssh-arguments.ts';

/** An alloyup setting that a variable stands for. */
export interface Setting {
  readonly path: readonly [string, ...string[]];
  readonly value: unknown;
  readonly at: Position;
}

/** What the variables of one host mean for alloyup. */
export interface HostMeaning {
  readonly settings: readonly Setting[];
  readonly warnings: readonly Warning[];
  readonly problems: readonly Problem[];
  /** Why the host is left out; null where it is not. */
  readonly left: Warning | null;
}

/** Old names, and those of the connection plugin, with their current equivalents. */
const ALIASES: Readonly<Record<string, string>> = {
  ansible_ssh_host: 'ansible_host',
  ansible_ssh_port: 'ansible_port',
  ansible_ssh_user: 'ansible_user',
  ansible_private_key_file: 'ansible_ssh_private_key_file',
  ansible_become_pass: 'ansible_become_password',
  ansible_sudo_pass: 'ansible_become_password',
  ansible_ssh_pass: 'ansible_password',
  ansible_ssh_password: 'ansible_password',
  ansible_host_key_checking: 'ansible_ssh_host_key_checking',
  ansible_ssh_extra_args: 'ansible_ssh_common_args',
  ansible_ssh_args: 'ansible_ssh_common_args',
};

/** Without these the host cannot be reached as Ansible would: a template in one is an error. */
const NEEDED: ReadonlySet<string> = new Set([
  'ansible_host',
  'ansible_port',
  'ansible_user',
  'ansible_connection',
  'ansible_ssh_private_key_file',
  'ansible_ssh_common_args',
]);

const SSH_CONNECTIONS =
  /^(ssh|smart|paramiko|paramiko_ssh|ansible\.builtin\.ssh|ansible\.netcommon\.libssh)$/;

const isTrue = (value: unknown): boolean => /^(true|yes|on|1|y|t)$/i.test(String(value));

const nameOf = (key: string): string => ALIASES[key] ?? key;

/** Interprets the variables of a host. Everything that has no meaning for alloyup becomes a warning. */
export function meaningOf(host: string, vars: AnsibleVariables): HostMeaning {
  const settings: Setting[] = [];
  const warnings: Warning[] = [];
  const problems: Problem[] = [];
  let left: Warning | null = null;
  const hasPassword = [...vars.keys()].some((key) => nameOf(key) === 'ansible_become_password');

  for (const [variable, { value: original, at }] of vars) {
    const set = (path: Setting['path'], value: unknown): void => {
      settings.push({ path, value, at });
    };
    const warn = (params: WarningProblems['ansible.ignored']): void => {
      warnings.push({ code: 'ansible.ignored', params, at });
    };
    const name = nameOf(variable);
    // the one template that can be filled without Ansible
    const value =
      typeof original === 'string'
        ? original.replace(/\{\{\s*inventory_hostname\s*\}\}/g, host)
        : original;
    if (name !== variable && vars.has(name) && name !== 'ansible_ssh_common_args') {
      warn({ reason: 'older-name', variable, current: name });
      continue;
    }
    if (name !== 'ansible_become_password') {
      if (value instanceof Vaulted) {
        warn({ reason: 'vault', variable });
        continue;
      }
      if (typeof value === 'string' && /\{\{|\{%/.test(value)) {
        if (NEEDED.has(name)) {
          const params = { reason: 'ansible-template', variable } as const;
          problems.push({ code: 'inventory.rule', params, at });
        } else warn({ reason: 'template', variable });
        continue;
      }
    }

    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    switch (name) {
      case 'ansible_host':
        if (text !== host) set(['ssh', 'address'], text);
        break;
      case 'ansible_port':
        set(['ssh', 'port'], /^\d+$/.test(text) ? Number(text) : value);
        break;
      case 'ansible_user':
        set(['ssh', 'user'], text);
        break;
      case 'ansible_ssh_private_key_file':
        set(['ssh', 'identity'], text);
        break;
      case 'ansible_connection':
        if (text === 'local') set(['ssh', 'transport'], 'local');
        else if (!SSH_CONNECTIONS.test(text)) {
          const params = { reason: 'connection', host, connection: text } as const;
          left = { code: 'ansible.left', params, at };
        }
        break;
      case 'ansible_become':
        if (isTrue(value)) {
          if (!hasPassword) set(['sudo'], 'passwordless');
        } else if (vars.get('ansible_user')?.value !== 'root')
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
        set(['ssh', 'hostKeys'], 'accept-new');
        warn({ reason: 'host-key-checking-off', variable });
        break;
      case 'ansible_ssh_common_args': {
        const read = readSshArguments(text);
        if (!read) {
          warn({ reason: 'unclosed-quote', variable });
          break;
        }
        const { jump = [], user, port, identity, acceptNew, rest } = read;
        if (jump.length > 0) set(['ssh', 'jump'], jump);
        if (user !== undefined) set(['ssh', 'user'], user);
        if (port !== undefined) set(['ssh', 'port'], port);
        if (identity) set(['ssh', 'identity'], identity);
        if (acceptNew) set(['ssh', 'hostKeys'], 'accept-new');
        if (rest.length > 0) warn({ reason: 'ssh-arguments', variable, args: rest });
        break;
      }
      case 'alloy_version':
        if (/^(latest|\d+\.\d+\.\d+)$/.test(text)) set(['alloy', 'version'], text);
        else warn({ reason: 'alloy-version', variable });
        break;
      default:
        warn({
          reason: variable.startsWith('ansible_') ? 'no-counterpart' : 'own-variable',
          variable,
        });
    }
  }
  return { settings, warnings, problems, left };
}
