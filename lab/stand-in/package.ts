/**
 * The packages of the lab's repository: the stand-in for `alloy` in several versions, built with dpkg-deb.
 * Paths, conffiles, the unit and the maintainer scripts follow recordings of the real package. The texts of files
 * are our own, so the digests of the two conffiles differ from the real ones.
 */
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import program from './alloy.pl';
import { tableLines, usedComponents } from './components.ts';
import config from './config.alloy';
import postinst from './postinst.sh';
import prerm from './prerm.sh';

/** One package to build. */
export type StandInVersion = {
  /** The Debian version, such as `1.18.1-1`. */
  readonly version: string;
  /** Switches that are set in this version (see the top of alloy.pl), such as `crash-after 5`. */
  readonly faults: readonly string[];
  /** A changed line of /etc/default/alloy, for dpkg's conffile prompt. */
  readonly environmentNote?: string;
};

/** The versions of the lab's repository, oldest first. */
export const STAND_IN_VERSIONS: readonly StandInVersion[] = [
  { version: '1.16.3-1', faults: [] },
  { version: '1.17.0-1', faults: [] },
  { version: '1.18.1-1', faults: [] },
  { version: '1.17.90-1', faults: ['crash-after 5'] },
  { version: '1.17.91-1', faults: ['never-ready'] },
  { version: '1.17.92-1', faults: ['slow-start 30'] },
];

/** The working versions only, for `latest` in an ordinary lab. */
export const GOOD_VERSIONS: readonly StandInVersion[] = STAND_IN_VERSIONS.filter(
  ({ faults }) => faults.length === 0,
);

/** Works, but has another /etc/default/alloy: dpkg prompts if the host's file was edited too. */
export const CONFFILE_VERSION: StandInVersion = {
  version: '1.18.2-1',
  faults: [],
  environmentNote: '# changed by the package',
};

/** sh reports a broken value in CUSTOM_ARGS at line 13, as with the real file. */
const environment = (note: string | undefined): string => `# Settings of the service alloy.
#
# systemd reads this file when it starts the service, and /bin/sh when the
# package is upgraded or removed. Write KEY="value".
${note ?? '#'}

# The configuration: a file, or a folder whose *.alloy files are read.
CONFIG_FILE="/etc/alloy/config.alloy"

#
# More arguments for \`alloy run\`, before --storage.path.
#
CUSTOM_ARGS=""

# Restart the service when the package is upgraded.
RESTART_ON_UPGRADE=true
`;

const UNIT = `[Unit]
Description=Grafana Alloy (a stand-in for lab hosts)
Wants=network-online.target
After=network-online.target

[Service]
Restart=always
User=alloy
Environment=HOSTNAME=%H
Environment=ALLOY_DEPLOY_MODE=deb
EnvironmentFile=/etc/default/alloy
WorkingDirectory=/var/lib/alloy
ExecStart=/usr/bin/alloy run $CUSTOM_ARGS --storage.path=/var/lib/alloy/data $CONFIG_FILE
ExecReload=/usr/bin/env kill -HUP $MAINPID
TimeoutStopSec=20s

[Install]
WantedBy=multi-user.target
`;

const CONFFILES = ['/etc/alloy/config.alloy', '/etc/default/alloy'] as const;

/** The stand-in's program in one version. */
export function programOf({ version, faults }: StandInVersion): string {
  const set = (text: string, name: string, value: string): string => {
    const line = new RegExp(`^(my \\$${name} += )'[^']*';$`, 'm');
    if (!line.test(text)) throw new Error(`alloy.pl has no line for $${name}`);
    return text.replace(line, `$1'${value}';`);
  };
  const named = set(program, 'VERSION', version.replace(/-[^-]*$/, ''));
  const judged = set(named, 'BUILT_IN_FAULTS', faults.join('\n'));
  const recorded = new Set(
    [...program.matchAll(/^(?:component|block) (\S+)/gm)].map(([, name]) => name),
  );
  const others = usedComponents().filter((name) => !recorded.has(name));
  return judged.replace(/^TABLE$/m, () => `${tableLines(others, version)}TABLE`);
}

/**
 * Builds the packages into a directory, which is created if it is missing.
 * @returns the paths of the .deb files, in the order of the versions
 * @throws ExecaError when dpkg-deb is missing or fails
 */
export async function buildPackages(
  outDir: string,
  versions: readonly StandInVersion[] = STAND_IN_VERSIONS,
): Promise<readonly string[]> {
  await mkdir(outDir, { recursive: true });
  const { stdout: architecture } = await execa('dpkg', ['--print-architecture']);
  const built: string[] = [];
  for (const version of versions) built.push(await buildPackage(outDir, version, architecture));
  return built;
}

async function buildPackage(
  outDir: string,
  version: StandInVersion,
  architecture: string,
): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'alloy-stand-in-'));
  try {
    const files = new Map<string, string>([
      ['/etc/alloy/config.alloy', config],
      ['/etc/default/alloy', environment(version.environmentNote)],
      ['/usr/bin/alloy', programOf(version)],
      ['/usr/lib/systemd/system/alloy.service', UNIT],
    ]);
    for (const [path, text] of files) await put(root, path, text, path === '/usr/bin/alloy');
    await put(root, '/DEBIAN/control', control(version.version, architecture, files), false);
    await put(root, '/DEBIAN/conffiles', CONFFILES.map((path) => `${path}\n`).join(''), false);
    await put(root, '/DEBIAN/md5sums', md5sums(files), false);
    await put(root, '/DEBIAN/postinst', postinst, true);
    await put(root, '/DEBIAN/prerm', prerm, true);
    await chmod(root, 0o755);
    const deb = join(outDir, `alloy_${version.version}_${architecture}.deb`);
    await execa('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', root, deb]);
    return deb;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function put(root: string, path: string, text: string, runs: boolean): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  // the umask must not affect the package
  await chmod(file, runs ? 0o755 : 0o644);
  for (let folder = dirname(file); folder !== root; folder = dirname(folder)) {
    await chmod(folder, 0o755);
  }
}

function control(
  version: string,
  architecture: string,
  files: ReadonlyMap<string, string>,
): string {
  const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return `Package: alloy
Version: ${version}
License: Apache-2.0
Vendor: alloyup lab
Architecture: ${architecture}
Maintainer: alloyup lab <lab@localhost>
Installed-Size: ${Math.ceil(bytes / 1024)}
Section: default
Priority: optional
Homepage: https://github.com/grafana/alloy
Description: stand-in for Grafana Alloy on lab hosts, collects and sends nothing
`;
}

const md5sums = (files: ReadonlyMap<string, string>): string =>
  [...files]
    .filter(([path]) => !(CONFFILES as readonly string[]).includes(path))
    .map(([path, text]) => `${createHash('md5').update(text).digest('hex')}  ${path.slice(1)}\n`)
    .join('');
