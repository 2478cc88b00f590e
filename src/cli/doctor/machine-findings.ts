import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Finding } from '../../model/finding.ts';
import { count } from '../../report/plain.ts';
import { ownDirectories } from '../../sources/directories.ts';
import { commandLine } from '../../transport/command-line.ts';
import type { Terminal } from '../terminal/terminal.ts';

export type Found = readonly [
  state: Finding['state'],
  check: string,
  message: string,
  hint?: string | null,
];

export const findingOf =
  (part: Finding['part']) =>
  ([state, check, message, hint = null]: Found): Finding => ({ part, check, state, message, hint });

/** What on this machine would make a run fail. Writes nothing. */
export async function machineFindings({
  env,
  home,
}: Pick<Terminal, 'env' | 'home'>): Promise<readonly Finding[]> {
  const { cache, state } = ownDirectories(env);
  const found = [
    node(process.versions.node),
    await ssh(),
    await agent(env.SSH_AUTH_SOCK),
    knownHosts(join(home, '.ssh/known_hosts')),
    writable('cache', cache),
    writable('state', state),
    clock(),
  ];
  return found.map(findingOf('machine'));
}

/** As `engines` in package.json says. */
export function node(version: string): Found {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19)
    ? ['ok', 'node', `Node ${version}`]
    : ['trip', 'node', `Node ${version} is too old`, 'Install Node 20.19 or newer'];
}

/** Only hosts that the built-in client cannot serve need it. */
async function ssh(): Promise<Found> {
  const { exitCode, stderr } = await run('ssh', ['-V']);
  if (exitCode === 0) return ['ok', 'ssh', stderr.split(',')[0]!];
  const message = 'ssh is not installed: keys on security tokens and certificates need it';
  return ['note', 'ssh', message, 'Install it: apt-get install openssh-client'];
}

async function agent(socket: string | undefined): Promise<Found> {
  const start = 'eval "$(ssh-agent)"';
  if (!socket) {
    const message = 'no SSH agent is running: only key files are tried';
    return [
      'note',
      'agent',
      message,
      `Start one if your keys have a passphrase: ${start}; ssh-add`,
    ];
  }
  const { exitCode, stdout } = await run('ssh-add', ['-l'], { SSH_AUTH_SOCK: socket });
  if (exitCode === 0)
    return ['ok', 'agent', `the SSH agent holds ${count(stdout.split('\n').length, 'key')}`];
  if (exitCode === 1) return ['note', 'agent', 'the SSH agent holds no keys', 'Add one: ssh-add'];
  const message = `no SSH agent answers at SSH_AUTH_SOCK (${socket})`;
  return ['note', 'agent', message, `Log in again, or start an agent: ${start}`];
}

const run = (program: string, args: readonly string[], env: Record<string, string> = {}) =>
  execa(program, args, { env, timeout: 5000, reject: false });

/** @param mode `constants.R_OK` and the like */
export function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function knownHosts(path: string): Found {
  if (!existsSync(path)) return ['ok', 'known_hosts', `${path} does not exist yet`];
  if (isAllowed(path, constants.R_OK)) return ['ok', 'known_hosts', `${path} is readable`];
  const hint = `Take ownership of it: sudo chown "$USER" ${commandLine([path])}`;
  return ['trip', 'known_hosts', `${path} cannot be read, so no host key is known`, hint];
}

/** The directory, or the one it would be created in. */
export function writable(check: 'cache' | 'state', directory: string): Found {
  let existing = directory;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  if (isAllowed(existing, constants.W_OK | constants.X_OK) && statSync(existing).isDirectory())
    return ['ok', check, `${directory} is writable`];
  const message = `${directory} is not writable`;
  const hint = `Fix ${existing}, or set XDG_${check.toUpperCase()}_HOME to a directory of yours`;
  return check === 'cache'
    ? ['note', check, `${message}: everything is downloaded again`, hint]
    : ['trip', check, `${message}: runs are not logged`, hint];
}

/** A clock that is behind the time this program was built cannot be right. */
function clock(): Found {
  const built = statSync(fileURLToPath(import.meta.url)).mtimeMs;
  const now = new Date();
  if (now.getTime() >= built) return ['ok', 'clock', now.toISOString().replace(/\.\d+Z$/, 'Z')];
  const said = `the clock is wrong (${now.toISOString()})`;
  const message = `${said}: keys would seem to be expired or not valid yet`;
  return ['trip', 'clock', message, 'Set it: sudo timedatectl set-ntp true'];
}
