import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { certificatesIn } from './certificates.ts';
import { hostsFile } from './names.ts';
import { PLAIN_ENV } from './run.ts';
import { type LabState, labFolder } from './state.ts';

/**
 * The environment of the controller: the machine itself, but with the lab's host names, home directories and
 * certificates. Nothing on the machine changes: the files are mounted over its own in a mount namespace that
 * ends with the command.
 */
export interface Controller {
  /** $HOME, also for OpenSSH: contains ~/.ssh/known_hosts. */
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

/** Writes the controller's files; again after hosts were added. */
export function dressController({ name, network, hosts }: LabState): void {
  const controller = controllerOf(name);
  mkdirSync(dirname(controller.knownHosts), { recursive: true, mode: 0o700 });
  writeFileSync(controller.hosts, hostsFile({ self: null, network, others: hosts }));
  // OpenSSH looks up ~ in the user database, not in $HOME
  const passwd = readFileSync('/etc/passwd', 'utf8').replace(
    /^(root:[^:]*:0:0:[^:]*:)[^:]*/m,
    `$1${controller.home}`,
  );
  writeFileSync(controller.passwd, passwd);
}

/** The environment of a command in the lab: nothing from the caller. */
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

/** The argument vector that runs `argv` in the lab; its process becomes the command. */
export function inWorld(lab: string, argv: readonly string[]): string[] {
  const { hosts, passwd } = controllerOf(lab);
  if (!existsSync(hosts)) throw new Error(`the lab ${lab} is not up`);
  const lay = 'mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/passwd && shift 2';
  return [
    ...['unshare', '--mount', '--propagation', 'private'],
    ...['sh', '-c', `${lay} && exec "$@"`, 'world', hosts, passwd, ...argv],
  ];
}
