import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Finding } from '../../model/finding.ts';
import { ownDirectories } from '../../sources/directories.ts';
import type { Terminal } from '../terminal/terminal.ts';

type Found = Omit<Finding, 'part' | 'host'>;

const finding =
  (state: Finding['state']) =>
  (check: string, message: string, hint: string | null = null): Found => ({
    check,
    state,
    message,
    hint,
  });
const ok = finding('ok');
const note = finding('note');
const failing = finding('trip');

/** What on this machine would make a run fail. Writes nothing. */
export async function machineFindings(
  terminal: Pick<Terminal, 'env' | 'home'>,
): Promise<readonly Finding[]> {
  const { cache, state } = ownDirectories(terminal.env);
  const found = [
    node(process.versions.node),
    await ssh(),
    await agent(terminal.env.SSH_AUTH_SOCK),
    knownHosts(join(terminal.home, '.ssh/known_hosts')),
    writable('cache', cache),
    writable('state', state),
    clock(),
  ];
  return found.map((one) => ({ part: 'machine', ...one }));
}

/** As `engines` in package.json says. */
export function node(version: string): Found {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19)
    ? ok('node', `Node ${version}`)
    : failing('node', `Node ${version} is too old`, 'Install Node 20.19 or newer');
}

/** Only hosts that the built-in client cannot serve need it. */
async function ssh(): Promise<Found> {
  const { exitCode, stderr } = await run('ssh', ['-V']);
  return exitCode === 0
    ? ok('ssh', stderr.split(',')[0]!)
    : note(
        'ssh',
        'ssh is not installed: keys on security tokens and certificates need it',
        'Install it: apt-get install openssh-client',
      );
}

async function agent(socket: string | undefined): Promise<Found> {
  if (!socket)
    return note(
      'agent',
      'no SSH agent is running: only key files are tried',
      'Start one if your keys have a passphrase: eval "$(ssh-agent)"; ssh-add',
    );
  const { exitCode, stdout } = await run('ssh-add', ['-l'], { SSH_AUTH_SOCK: socket });
  if (exitCode === 0) return ok('agent', `the SSH agent holds ${stdout.split('\n').length} keys`);
  return exitCode === 1
    ? note('agent', 'the SSH agent holds no keys', 'Add one: ssh-add')
    : note(
        'agent',
        `no SSH agent answers at SSH_AUTH_SOCK (${socket})`,
        'Log in again, or start an agent: eval "$(ssh-agent)"',
      );
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
  if (!existsSync(path)) return ok('known_hosts', `${path} does not exist yet`);
  return isAllowed(path, constants.R_OK)
    ? ok('known_hosts', `${path} is readable`)
    : failing(
        'known_hosts',
        `${path} cannot be read, so no host key is known`,
        `Take ownership of it: sudo chown "$USER" ${path}`,
      );
}

/** The directory, or the one it would be created in. */
export function writable(check: 'cache' | 'state', directory: string): Found {
  let existing = directory;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  if (isAllowed(existing, constants.W_OK | constants.X_OK) && statSync(existing).isDirectory())
    return ok(check, `${directory} is writable`);
  const message = `${directory} is not writable`;
  const hint = `Fix ${existing}, or set XDG_${check.toUpperCase()}_HOME to a directory of yours`;
  return check === 'cache'
    ? note(check, `${message}: everything is downloaded again`, hint)
    : failing(check, `${message}: runs are not logged`, hint);
}

/** A clock that is behind the time this program was built cannot be right. */
function clock(): Found {
  const built = statSync(fileURLToPath(import.meta.url)).mtimeMs;
  const now = new Date();
  return now.getTime() >= built
    ? ok('clock', now.toISOString().replace(/\.\d+Z$/, 'Z'))
    : failing(
        'clock',
        `the clock is wrong (${now.toISOString()}): keys would seem to be expired or not valid yet`,
        'Set it: sudo timedatectl set-ntp true',
      );
}
