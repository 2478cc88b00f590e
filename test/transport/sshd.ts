import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../lab/free-port.ts';

export interface Sshd {
  readonly port: number;
  readonly pid: number;
  /** Public host keys by type, `ssh-ed25519 AAAA...`. */
  readonly hostKeys: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Makes a key pair and returns its path. */
export function makeKey(
  directory: string,
  name: string,
  type = 'ed25519',
  passphrase = '',
): string {
  const path = join(directory, name);
  const bits = type === 'rsa' ? ['-b', '2048'] : [];
  execFileSync('ssh-keygen', ['-q', '-t', type, ...bits, '-N', passphrase, '-C', name, '-f', path]);
  return path;
}

export const publicKey = (path: string): string =>
  readFileSync(`${path}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' ');

/** Starts an sshd of its own on loopback that lets root in with `authorized`. */
export async function startSshd(
  directory: string,
  authorized: readonly string[],
  options: { readonly types?: readonly string[]; readonly extra?: string } = {},
): Promise<Sshd> {
  const home = mkdtempSync(join(directory, 'sshd-'));
  mkdirSync('/run/sshd', { recursive: true });
  const hostKeys: Record<string, string> = {};
  for (const type of options.types ?? ['ed25519']) {
    const path = makeKey(home, `host_${type}`, type);
    hostKeys[publicKey(path).split(' ')[0]!] = publicKey(path);
  }
  const keys = join(home, 'authorized_keys');
  writeFileSync(keys, authorized.map((path) => `${publicKey(path)}\n`).join(''), { mode: 0o600 });
  const config = join(home, 'sshd_config');
  const configFor = (port: number): string =>
    [
      // sshd takes the first value it meets
      options.extra ?? '',
      `ListenAddress 127.0.0.1:${port}`,
      ...(options.types ?? ['ed25519']).map((type) => `HostKey ${join(home, `host_${type}`)}`),
      `AuthorizedKeysFile ${keys}`,
      `PidFile none`,
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'UsePAM no',
      'StrictModes no',
      'LogLevel INFO',
    ].join('\n');
  const port = await freePort();
  writeFileSync(config, configFor(port));
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (bytes) => {
    log += bytes;
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (let tries = 0; !log.includes('Server listening'); tries += 1) {
    if (tries > 250 || child.exitCode !== null) {
      child.kill('SIGTERM');
      throw new Error(`sshd did not start: ${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    port,
    pid: child.pid!,
    hostKeys,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
