import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Finding } from '../../model/finding.ts';
import { ownFolders } from '../../sources/folders.ts';
import type { Terminal } from '../terminal/terminal.ts';

type Found = Omit<Finding, 'part' | 'host'>;

/** Milliseconds that a program may take to say its version. */
const PATIENCE_MS = 5000;

/** What on this machine would trip a run. Writes nothing. */
export function machineFindings(terminal: Pick<Terminal, 'env' | 'home'>): readonly Finding[] {
  const { cache, state } = ownFolders(terminal.env);
  return [
    node(process.versions.node),
    ssh(),
    agent(terminal.env.SSH_AUTH_SOCK),
    knownHosts(join(terminal.home, '.ssh/known_hosts')),
    writable('cache', cache),
    writable('state', state),
    clock(),
  ].map((one) => ({ part: 'machine', ...one }));
}

const ok = (check: string, message: string): Found => ({ check, state: 'ok', message, hint: null });

/** As `engines` of package.json says. */
export function node(version: string): Found {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return ok('node', `Node ${version}`);
  return {
    check: 'node',
    state: 'trip',
    message: `Node ${version} is too old`,
    hint: 'install Node 20.19 or newer',
  };
}

/** Only hosts that the built-in client cannot serve need it. */
function ssh(): Found {
  const { error, stderr } = spawnSync('ssh', ['-V'], { encoding: 'utf8', timeout: PATIENCE_MS });
  if (!error) return ok('ssh', stderr.trim().split(',')[0] ?? 'ssh');
  return {
    check: 'ssh',
    state: 'note',
    message: 'there is no ssh: keys on a security token and certificates need it',
    hint: 'install it: apt-get install openssh-client',
  };
}

function agent(socket: string | undefined): Found {
  if (!socket)
    return {
      check: 'agent',
      state: 'note',
      message: 'no SSH agent: only keys in files are tried',
      hint: 'start one where keys have a passphrase: eval "$(ssh-agent)"; ssh-add',
    };
  const { status, stdout } = spawnSync('ssh-add', ['-l'], {
    encoding: 'utf8',
    timeout: PATIENCE_MS,
    env: { ...process.env, SSH_AUTH_SOCK: socket },
  });
  if (status === 0)
    return ok('agent', `the SSH agent holds ${stdout.trim().split('\n').length} of your keys`);
  return status === 1
    ? {
        check: 'agent',
        state: 'note',
        message: 'the SSH agent holds no key',
        hint: 'add one: ssh-add',
      }
    : {
        check: 'agent',
        state: 'note',
        message: `nobody answers at SSH_AUTH_SOCK (${socket})`,
        hint: 'log in again, or start an agent: eval "$(ssh-agent)"',
      };
}

export function knownHosts(path: string): Found {
  if (!statSync(path, { throwIfNoEntry: false }))
    return ok('known_hosts', `${path} is not there yet`);
  try {
    accessSync(path, constants.R_OK);
    return ok('known_hosts', `${path} can be read`);
  } catch {
    return {
      check: 'known_hosts',
      state: 'trip',
      message: `${path} cannot be read: no host key is known`,
      hint: `take it back: sudo chown "$USER" ${path}`,
    };
  }
}

/** The folder, or where it would be made. */
export function writable(check: string, folder: string): Found {
  let there = folder;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  try {
    accessSync(there, constants.W_OK | constants.X_OK);
    if (!statSync(there).isDirectory()) throw new Error('no folder');
    return ok(check, `${folder} can be written`);
  } catch {
    return {
      check,
      state: check === 'cache' ? 'note' : 'trip',
      message: `${folder} cannot be written${check === 'cache' ? ': everything is fetched again' : ': no run is logged'}`,
      hint: `mend ${there}, or set ${check === 'cache' ? 'XDG_CACHE_HOME' : 'XDG_STATE_HOME'} to a folder of yours`,
    };
  }
}

/** A clock before the time at which this program was written cannot be right. */
function clock(): Found {
  const written = statSync(fileURLToPath(import.meta.url)).mtimeMs;
  const now = Date.now();
  if (now >= written) return ok('clock', new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'));
  return {
    check: 'clock',
    state: 'trip',
    message: `the clock says ${new Date(now).toISOString()}, which has passed: keys would be judged wrongly`,
    hint: 'set it: sudo timedatectl set-ntp true',
  };
}
