import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.ts';
import { cacheFolder, type Suite } from './state.ts';

/**
 * A host's root file system: that of a minimal server. It has no curl, wget, gpg, python3, ping or full
 * perl, so that the product cannot depend on them.
 */
const PACKAGES = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'libpam-systemd',
  'openssh-server',
  'sudo',
  'ca-certificates',
  'iproute2',
  'adduser',
];

/**
 * Shell lines that mmdebstrap runs, where `$root` is the new root. Package tools run in it only under
 * chroot: mmdebstrap's apt settings do not reach a dpkg started from a hook, which would then modify the
 * machine itself (checked by test/lab/base.test.ts).
 */
const HOOKS = (suite: Suite): readonly string[] => [
  // bookworm installs usrmerge, and with it all of perl, for a conversion that is not needed here
  ...(suite === 'bookworm'
    ? [
        'chroot "$root" sh -c "dpkg --purge usrmerge libfile-find-rule-perl libnumber-compare-perl ' +
          'libtext-glob-perl perl perl-modules-5.36 libperl5.36 libgdbm-compat4 libgdbm6" >&2',
      ]
    : []),
  'chroot "$root" useradd -m -s /bin/bash ops',
  'echo "ops ALL=(ALL) NOPASSWD:ALL" >"$root/etc/sudoers.d/ops"; chmod 440 "$root/etc/sudoers.d/ops"',
  'mkdir -p "$root/etc/ssh/sshd_config.d"; echo "UseDNS no" >"$root/etc/ssh/sshd_config.d/lab.conf"',
  // each host gets its own keys and machine id
  'rm -f "$root"/etc/ssh/ssh_host_*; : >"$root/etc/machine-id"; rm -f "$root/var/lib/dbus/machine-id"',
  // hermetic: no mirror, only the lab's repository
  'rm -rf "$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d/*',
  'chroot "$root" systemctl -q mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer ' +
    'e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-tmpfiles-clean.timer ' +
    'console-getty.service getty@.service 2>/dev/null || true',
  'rm -rf "$root"/usr/share/doc/* "$root"/usr/share/man/* "$root"/usr/share/locale/*',
];

/** sudo-rs, besides the usual sudo: it reads ahead on stdin. */
const MORE: Readonly<Record<Suite, readonly string[]>> = {
  // both satisfy init-system-helpers; the hook removes the other one
  bookworm: ['usr-is-merged'],
  trixie: ['sudo-rs'],
  bullseye: [],
};

/** A hook without a root, or with the machine's own, stops the build. */
const GUARD = 'set -eu; root=${1:?}; test "$(readlink -f "$root")" != /';

/** Arguments of mmdebstrap, without the directory of the root. @param more packages that a minimal server lacks */
export function recipe(suite: Suite, more: readonly string[] = []): readonly string[] {
  return [
    '--variant=minbase',
    `--include=${[...PACKAGES, ...MORE[suite], ...more].join(',')}`,
    '--aptopt=Apt::Install-Recommends "false"',
    ...HOOKS(suite).map((line) => `--customize-hook=${GUARD}; ${line}`),
    suite,
  ];
}

/** The directory of a suite's root file system: another recipe leads to another directory. */
export function baseFolder(suite: Suite, more: readonly string[] = []): string {
  const hash = createHash('sha256')
    .update(recipe(suite, more).join('\n'))
    .digest('hex')
    .slice(0, 12);
  return join(cacheFolder(), `${suite}-${hash}`);
}

/**
 * Builds the base unless it exists (20-30 s, with the machine's Debian mirror settings). If two labs ask
 * at the same time, the second waits for the first one's lock.
 */
export async function ensureBase(
  suite: Suite,
  say: (line: string) => void,
  more: readonly string[] = [],
): Promise<string> {
  const folder = baseFolder(suite, more);
  if (existsSync(folder)) return folder;
  mkdirSync(cacheFolder(), { recursive: true });
  say(`building a minimal Debian ${suite}, once on this machine (about 30 s)`);
  const script =
    'set -eu; folder=$1; shift; [ ! -e "$folder" ] || exit 0; rm -rf "$folder.part"\n' +
    'mmdebstrap --quiet "$@" "$folder.part"; mv -T "$folder.part" "$folder"';
  // mmdebstrap takes the directory as its last argument, so the script appends it
  await run('flock', [
    join(cacheFolder(), `${suite}.lock`),
    'sh',
    '-c',
    script,
    'base',
    folder,
    ...recipe(suite, more),
  ]);
  return folder;
}
