import type { Position, Problem, Warning } from '../model/problem.ts';
import { type AnsibleVariable, Vaulted } from './ansible.ts';
import { readSshArguments } from './ansible-ssh-args.ts';

/** One setting of ours that a variable stands for. */
export interface Setting {
  readonly path: readonly [string, ...string[]];
  readonly value: unknown;
  readonly at: Position;
}

/** What the variables of one host mean here. */
export interface Meaning {
  readonly settings: readonly Setting[];
  readonly warnings: readonly Warning[];
  readonly problems: readonly Problem[];
  /** Why the host cannot be one of ours; null: it can. */
  readonly left: Warning | null;
}

type Vars = ReadonlyMap<string, AnsibleVariable>;

/** Names of old, and of the connection plugin, with the one that they stand for. */
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

/** What each variable without a counterpart means for us. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  ansible_password: 'alloyup logs in with keys: put one under ssh.identity, or into the agent',
  ansible_become_flags: 'sudo is called without flags',
  ansible_become_exe: 'sudo is taken from the PATH of the login',
  ansible_python_interpreter: 'nothing to do: hosts need no Python',
  ansible_shell_type: 'nothing to do: the login shell only has to start a program',
  ansible_shell_executable: 'nothing to do: the login shell only has to start a program',
  ansible_remote_tmp: 'nothing to do: alloyup has a folder of its own',
  ansible_pipelining: 'nothing to do: scripts always go over stdin',
  ansible_ssh_pipelining: 'nothing to do: scripts always go over stdin',
  ansible_ssh_executable: 'write ssh: { transport: openssh } for the ssh of this system',
  ansible_ssh_timeout: 'write --connect-timeout',
  ansible_timeout: 'write --connect-timeout',
  ansible_ssh_transfer_method: 'nothing to do: no file is copied',
};

const CONNECTIONS =
  /^(ssh|smart|paramiko|paramiko_ssh|ansible\.builtin\.ssh|ansible\.netcommon\.libssh)$/;

const isYes = (value: unknown): boolean => /^(true|yes|on|1|y|t)$/i.test(String(value));

/** What the variables of a host mean here. Pure; everything that is left out is told. */
export function meaningOf(name: string, vars: Vars): Meaning {
  const settings: Setting[] = [];
  const warnings: Warning[] = [];
  const problems: Problem[] = [];
  let left: Warning | null = null;
  const set = (path: Setting['path'], value: unknown, at: Position): void => {
    settings.push({ path, value, at });
  };
  const warn = (
    key: string,
    hint: string,
    at: Position,
    what = 'has no counterpart here',
  ): void => {
    warnings.push({ code: 'ansible.ignored', message: `${key} ${what}`, hint, at });
  };

  for (const [key, { value: written, at }] of vars) {
    const known = ALIASES[key] ?? key;
    const value = typeof written === 'string' ? fill(written, name) : written;
    if (known !== key && vars.has(known) && known !== 'ansible_ssh_common_args') {
      warn(key, `${known} is written, too, and counts`, at, 'is an older name');
      continue;
    }
    if (value instanceof Vaulted && known !== 'ansible_become_password') {
      warn(
        key,
        'write it as { secret: env:NAME } where it belongs',
        at,
        'is encrypted by Ansible Vault',
      );
      continue;
    }
    if (
      typeof value === 'string' &&
      /\{\{|\{%/.test(value) &&
      known !== 'ansible_become_password'
    ) {
      const told = {
        message: `${key} is a template of Ansible's, which nothing here can fill`,
        at,
      };
      if (READ.has(known))
        problems.push({
          code: 'inventory.rule',
          ...told,
          hint: 'let Ansible fill it: ansible-inventory -i FILE --list, where it is written out there; else write the value',
        });
      else warnings.push({ code: 'ansible.ignored', ...told, hint: 'it is not taken over' });
      continue;
    }
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    switch (known) {
      case 'ansible_host':
        if (text !== name) set(['ssh', 'address'], text, at);
        break;
      case 'ansible_port':
        set(['ssh', 'port'], /^\d+$/.test(text) ? Number(text) : value, at);
        break;
      case 'ansible_user':
        set(['ssh', 'user'], text, at);
        break;
      case 'ansible_ssh_private_key_file':
        set(['ssh', 'identity'], text, at);
        break;
      case 'ansible_connection':
        if (text === 'local') set(['ssh', 'transport'], 'local', at);
        else if (!CONNECTIONS.test(text))
          left = {
            code: 'ansible.left',
            message: `${name} is left out: it is not reached by SSH but by "${text}"`,
            hint: 'alloyup goes to Debian and Ubuntu hosts over SSH, or to this machine: local',
            at,
          };
        break;
      case 'ansible_become':
        if (!isYes(value) && vars.get('ansible_user')?.value !== 'root')
          warn(key, 'alloyup needs root: it calls sudo unless ssh.user is root', at, 'is off');
        else if (isYes(value) && !hasPassword(vars)) set(['sudo'], 'passwordless', at);
        break;
      case 'ansible_become_user':
        if (text !== 'root')
          warn(key, 'alloyup always becomes root', at, `is ${JSON.stringify(text)}`);
        break;
      case 'ansible_become_method':
        if (!/^(ansible\.builtin\.)?sudo$/.test(text))
          warn(
            key,
            'alloyup speaks sudo alone: allow it, or log in as root',
            at,
            `is ${JSON.stringify(text)}`,
          );
        break;
      case 'ansible_become_password': {
        const variable = /lookup\(\s*['"](?:ansible\.builtin\.)?env['"]\s*,\s*['"](\w+)['"]/.exec(
          text,
        )?.[1];
        if (variable) set(['sudo'], { password: { secret: `env:${variable}` } }, at);
        else {
          set(['sudo'], 'ask', at);
          warn(
            key,
            'it is asked for once; or write sudo: { password: { secret: env:SUDO_PASSWORD } }',
            at,
            'is a secret, and is not read from here',
          );
        }
        break;
      }
      case 'ansible_ssh_host_key_checking':
        if (!isYes(value)) {
          set(['ssh', 'hostKeys'], 'accept-new', at);
          warn(key, 'new keys are recorded; a changed one is refused in any case', at, 'is off');
        }
        break;
      case 'ansible_ssh_common_args':
        readArguments(key, text, at, set, warn);
        break;
      case 'alloy_version':
        if (/^(latest|\d+\.\d+\.\d+)$/.test(text)) set(['alloy', 'version'], text, at);
        else warn(key, 'write it under alloy.version', at);
        break;
      default:
        warn(
          key,
          ELSEWHERE[known] ??
            (key.startsWith('ansible_')
              ? 'it says something to Ansible alone'
              : 'what a template shall know stands under config.vars'),
          at,
          key.startsWith('ansible_') ? undefined : 'is a variable of yours, and is not taken over',
        );
    }
  }
  return { settings, warnings, problems, left };
}

/** Those that say where to go: to guess them would be to go elsewhere. */
const READ: ReadonlySet<string> = new Set([
  'ansible_host',
  'ansible_port',
  'ansible_user',
  'ansible_connection',
  'ansible_ssh_private_key_file',
  'ansible_ssh_common_args',
]);

const hasPassword = (vars: Vars): boolean =>
  [...vars.keys()].some((key) => (ALIASES[key] ?? key) === 'ansible_become_password');

/** The one template that needs no Ansible. */
const fill = (text: string, host: string): string =>
  text.replace(/\{\{\s*inventory_hostname\s*\}\}/g, host);

function readArguments(
  key: string,
  text: string,
  at: Position,
  set: (path: Setting['path'], value: unknown, at: Position) => void,
  warn: (key: string, hint: string, at: Position, what?: string) => void,
): void {
  const read = readSshArguments(text);
  if (!read) {
    warn(key, 'close the quote', at, 'cannot be read');
    return;
  }
  if (read.jump && read.jump.length > 0) set(['ssh', 'jump'], read.jump, at);
  if (read.user !== undefined) set(['ssh', 'user'], read.user, at);
  if (read.port !== undefined) set(['ssh', 'port'], read.port, at);
  if (read.identity) set(['ssh', 'identity'], read.identity, at);
  if (read.acceptNew) set(['ssh', 'hostKeys'], 'accept-new', at);
  if (read.rest.length > 0)
    warn(
      key,
      'put it into ~/.ssh/config, with ssh: { transport: openssh } where the built-in client does not know it',
      at,
      `has parts without a counterpart: ${read.rest.join(' ')}`,
    );
}

/** "ssh.port" */
export const settingKey = (path: readonly string[]): string => path.join('.');
