import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** What the machine lacks; the reason why the test is skipped. */
    missing?: string;
  }
}

const isRoot = process.getuid?.() === 0;

const found = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((path) => existsSync(join(path, program)));

/** A file of the recordings of Alloy, which lie beside the repository. */
export const recording = (path: string): string =>
  fileURLToPath(new URL(`../../shared/alloy/${path}`, import.meta.url));

/** A file of the cases with Ansible's answers, which lie beside the repository. */
export const ansibleCases = (path: string): string =>
  fileURLToPath(new URL(`../../shared/ansible-cases/${path}`, import.meta.url));

/** Files can be made immutable where the tests keep theirs. */
function isImmutable(): boolean {
  if (!isRoot) return false;
  const path = join(mkdtempSync(join(tmpdir(), 'alloyup-chattr-')), 'file');
  writeFileSync(path, '');
  const made = spawnSync('chattr', ['+i', path]).status === 0;
  if (made) spawnSync('chattr', ['-i', path]);
  rmSync(dirname(path), { recursive: true });
  return made;
}

/** Something can be mounted where the tests keep their files. */
function canMount(): boolean {
  if (!isRoot || !found('setfacl')) return false;
  const path = mkdtempSync(join(tmpdir(), 'alloyup-mount-'));
  const made = spawnSync('mount', ['-t', 'ramfs', 'ramfs', path]).status === 0;
  if (made) spawnSync('umount', [path]);
  rmSync(path, { recursive: true });
  return made;
}

/** What this machine lacks for some of the tests; undefined where it has it. */
export const MISSING = {
  chattr: isImmutable() ? undefined : 'needs root and a file system with chattr +i',
  root: isRoot ? undefined : 'needs root',
  sshd:
    isRoot && existsSync('/usr/sbin/sshd')
      ? undefined
      : 'needs root and /usr/sbin/sshd (package openssh-server)',
  acl: isRoot && found('setfacl') ? undefined : 'needs root and setfacl (package acl)',
  mount: canMount() ? undefined : 'needs root, setfacl (package acl) and leave to mount',
  ssh: found('ssh') ? undefined : 'needs ssh (package openssh-client)',
  dpkg: found('dpkg-deb') ? undefined : 'needs dpkg',
  zsh: found('zsh') ? undefined : 'needs zsh',
  go: found('go') ? undefined : 'needs Go (go.dev)',
  chromium:
    existsSync('/usr/bin/chromium') &&
    existsSync('/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf')
      ? undefined
      : 'needs Chromium (packages chromium and fonts-dejavu-core)',
  fish: found('fish') ? undefined : 'needs fish',
  recordings: existsSync(recording('.'))
    ? undefined
    : 'needs the recordings of Alloy in ../shared/alloy',
  ansibleCases: existsSync(ansibleCases('cases.tsv'))
    ? undefined
    : 'needs the cases of Ansible in ../shared/ansible-cases',
} as const satisfies Record<string, string | undefined>;

/**
 * `describe` for tests that need something of the machine. Where it is missing they are skipped, and
 * the summary of `npm test` counts them under this reason.
 */
export const describeUnless = (missing: string | undefined) => (name: string, tests: () => void) =>
  missing === undefined ? describe(name, tests) : describe.skip(name, { meta: { missing } }, tests);

/** The same for a single test. */
export const testUnless =
  (missing: string | undefined) =>
  (name: string, run: () => void | Promise<void>, timeoutMs?: number) =>
    missing === undefined
      ? test(name, run, timeoutMs)
      : test.skip(name, { meta: { missing } }, run);
