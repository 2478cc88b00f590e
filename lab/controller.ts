import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { certificatesIn } from './certificates.ts';
import { hostsFile } from './names.ts';
import { PLAIN_ENV } from './run.ts';
import { type LabState, labFolder } from './state.ts';

/**
 * The controller's world: the machine itself, except that names, users' homes and certificates are
 * the lab's. Nothing of the machine is changed: the files are laid over its own in a mount namespace
 * that ends with the command.
 */
export interface Controller {
  /** $HOME, and what OpenSSH takes for it: ~/.ssh/known_hosts is here. */
  readonly home: string;
  readonly identity: string;
  readonly knownHosts: string;
  readonly hosts: string;
  readonly passwd: string;
}

export function controllerOf(lab: string): Controller {
  const folder = join(labFolder(lab), 'controller');
  const home = join(folder, 'home');
  return {
    home,
    identity: join(home, '.ssh/id_ed25519'),
    knownHosts: join(home, '.ssh/known_hosts'),
    hosts: join(folder, 'hosts'),
    passwd: join(folder, 'passwd'),
  };
}

/** Writes (again) what the controller sees; hosts may have been added. */
export function dressController({ name, network, hosts }: LabState): void {
  const controller = controllerOf(name);
  mkdirSync(dirname(controller.knownHosts), { recursive: true, mode: 0o700 });
  writeFileSync(controller.hosts, hostsFile({ self: null, network, others: hosts }));
  // OpenSSH asks the user database where ~ is, not $HOME
  const passwd = readFileSync('/etc/passwd', 'utf8').replace(
    /^(root:[^:]*:0:0:[^:]*:)[^:]*/m,
    `$1${controller.home}`,
  );
  writeFileSync(controller.passwd, passwd);
}

/** Environment of a command in the lab's world: nothing of the caller's. */
export function controllerEnv(lab: string): Record<string, string> {
  const { home } = controllerOf(lab);
  return {
    ...PLAIN_ENV,
    PATH: `${dirname(process.execPath)}:${PLAIN_ENV.PATH}`,
    HOME: home,
    USER: 'root',
    LOGNAME: 'root',
    TERM: 'xterm-256color',
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_STATE_HOME: join(home, '.local/state'),
    XDG_CACHE_HOME: join(home, '.cache'),
    NODE_EXTRA_CA_CERTS: certificatesIn(join(labFolder(lab), 'tls')).authority,
  };
}

/** The argument vector that runs `argv` in the lab's world; its process is the command's own. */
export function inWorld(lab: string, argv: readonly string[]): string[] {
  const { hosts, passwd } = controllerOf(lab);
  if (!existsSync(hosts)) throw new Error(`the lab ${lab} is not up`);
  const lay = 'mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/passwd && shift 2';
  return [
    ...['unshare', '--mount', '--propagation', 'private'],
    ...['sh', '-c', `${lay} && exec "$@"`, 'world', hosts, passwd, ...argv],
  ];
}
