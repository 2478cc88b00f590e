import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { execa } from 'execa';
import { PLAIN_ENV } from './run.ts';

/** Program -> the Debian package that contains it. */
export const LAB_PROGRAMS: Readonly<Record<string, string>> = {
  mmdebstrap: 'mmdebstrap',
  'systemd-nspawn': 'systemd-container',
  ip: 'iproute2',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  openssl: 'openssl',
  gpg: 'gpg',
  gpgconf: 'gpgconf',
  'gpg-agent': 'gpg-agent',
  'apt-ftparchive': 'apt-utils',
  'dpkg-deb': 'dpkg',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  script: 'bsdutils',
  flock: 'util-linux',
};

/** What the tests need in addition: programs, and files by their path. */
export const TEST_PROGRAMS: Readonly<Record<string, string>> = {
  setfacl: 'acl',
  dash: 'dash',
  bash: 'bash',
  chromium: 'chromium',
  '/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf': 'fonts-dejavu-core',
  fish: 'fish',
  zsh: 'zsh',
  git: 'git',
  perl: 'perl',
  'redis-server': 'redis-server',
  shellcheck: 'shellcheck',
  tmux: 'tmux',
  sshd: 'openssh-server',
};

const canRun = (program: string): boolean =>
  (isAbsolute(program) && existsSync(program)) ||
  PLAIN_ENV.PATH.split(delimiter).some((folder) => {
    const path = join(folder, program);
    if (!existsSync(path)) return false;
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** Debian packages whose programs are missing. */
export const missingPackages = (
  programs: Readonly<Record<string, string>>,
  has: (program: string) => boolean = canRun,
): string[] =>
  [
    ...new Set(Object.entries(programs).flatMap(([program, name]) => (has(program) ? [] : [name]))),
  ].sort();

export const isRoot = (): boolean => process.getuid?.() === 0;

/** Why no hosts can be booted here, and what to do about it; null: they can. */
export function labObstacle(): string | null {
  const missing = missingPackages(LAB_PROGRAMS);
  const install = `sudo apt-get install -y ${missing.join(' ')}`;
  if (process.platform !== 'linux') return 'the lab boots hosts on Linux only';
  if (!isRoot())
    return missing.length > 0
      ? `the lab needs root, and packages: ${install}; then run this again with sudo`
      : 'the lab needs root: run this again with sudo';
  return missing.length > 0 ? `the lab needs packages: ${install}` : null;
}

/**
 * Installs missing programs if this process is root and the machine has apt.
 *
 * @throws Error that names the command to run.
 */
export async function installPrerequisites(
  programs: Readonly<Record<string, string>>,
  say: (line: string) => void,
): Promise<void> {
  const missing = missingPackages(programs);
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!isRoot() || !canRun('apt-get'))
    throw new Error(`some programs are missing: run  sudo ${command}`);
  say(`installing ${missing.join(' ')}`);
  const apt = (...args: string[]) =>
    execa('apt-get', ['-qq', ...args], {
      stdin: 'ignore',
      stdout: 'ignore',
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  // --no-remove: tests never remove anything from the machine
  const install = () => apt('install', '-y', '--no-install-recommends', '--no-remove', ...missing);
  await install().catch(async () => {
    // a fresh machine has no package lists yet
    await apt('update');
    await install();
  });
}
