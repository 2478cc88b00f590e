import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import type { LabHost } from './host.ts';

/** The state of a host, for comparisons: named lines of text. */
export interface Snapshot {
  /** By path: everything in /etc, the other files of the package alloy, the tree under /var/lib/alloy. */
  readonly files: Readonly<Record<string, string>>;
  /** By name: dpkg's status of each package it knows, "install ok installed 1.18.1-1". */
  readonly packages: Readonly<Record<string, string>>;
  /** By name: "uid=... groups=...". */
  readonly users: Readonly<Record<string, string>>;
  readonly groups: Readonly<Record<string, string>>;
  /** Properties of the unit alloy that show whether and what it runs. */
  readonly unit: Readonly<Record<string, string>>;
  /** Health by component id; empty if there is no answer. */
  readonly components: Readonly<Record<string, string>>;
}

/** Backup copies left by shadow's tools and ld; redundant to the files. */
const UNTOLD = /^\/etc\/((passwd|shadow|group|gshadow|subuid|subgid)-|\.pwd\.lock|ld\.so\.cache)$/;

const kindOf = (stat: Stats): string =>
  stat.isSymbolicLink() ? 'link' : stat.isDirectory() ? 'folder' : stat.isFile() ? 'file' : 'other';

/** Reads a tree below `root` (a host's root as seen from the machine) without following links. */
function readTree(
  root: string,
  path: string,
  withContent: boolean,
  nameOf: (kind: 'user' | 'group', id: number) => string,
  into: Record<string, string> = {},
): Record<string, string> {
  const there = join(root, path);
  const stat = lstatSync(there, { throwIfNoEntry: false });
  if (!stat || UNTOLD.test(path)) return into;
  const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0');
  const owner = `${nameOf('user', stat.uid)}:${nameOf('group', stat.gid)}`;
  const what = stat.isSymbolicLink()
    ? ` -> ${readlinkSync(there)}`
    : stat.isFile() && withContent
      ? ` sha256:${createHash('sha256').update(readFileSync(there)).digest('hex').slice(0, 16)}`
      : '';
  into[path] = `${kindOf(stat)} ${mode} ${owner}${what}`;
  if (stat.isDirectory())
    for (const name of readdirSync(there).sort())
      readTree(root, join(path, name), withContent, nameOf, into);
  return into;
}

/** Lines "name:x:number:..." as number -> name. */
const byNumber = (text: string): Map<number, string> =>
  new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(':'))
      .map(([name, , number]) => [Number(number), name!]),
  );

/** Paragraphs of /var/lib/dpkg/status as name -> "want flag status version". */
export function packagesOf(status: string): Record<string, string> {
  const field = (paragraph: string, name: string): string =>
    new RegExp(`^${name}: (.*)$`, 'm').exec(paragraph)?.[1] ?? '';
  return Object.fromEntries(
    status
      .split('\n\n')
      .filter((paragraph) => paragraph.trim() !== '')
      .map((paragraph) => [
        field(paragraph, 'Package'),
        `${field(paragraph, 'Status')} ${field(paragraph, 'Version')}`.trim(),
      ]),
  );
}

const UNIT = [
  ...['LoadState', 'ActiveState', 'SubState', 'UnitFileState', 'FragmentPath', 'DropInPaths'],
  ...['NeedDaemonReload', 'Result'],
];

const LINES = /^([^=]+)=(.*)$/;

/** @throws Error when the host is off. */
export async function takeSnapshot(host: LabHost): Promise<Snapshot> {
  const root = host.path('/');
  const users = byNumber(host.read('/etc/passwd'));
  const groups = byNumber(host.read('/etc/group'));
  const nameOf = (kind: 'user' | 'group', id: number): string =>
    (kind === 'user' ? users : groups).get(id) ?? `${id}`;
  const files = readTree(root, '/etc', true, nameOf);
  const listFile = '/var/lib/dpkg/info/alloy.list';
  if (existsSync(host.path(listFile)))
    for (const path of host.read(listFile).split('\n').filter(Boolean))
      if (
        !path.startsWith('/etc') &&
        !lstatSync(join(root, path), { throwIfNoEntry: false })?.isDirectory()
      )
        readTree(root, path, true, nameOf, files);
  readTree(root, '/var/lib/alloy', false, nameOf, files);
  const shown = await host.root(`systemctl show alloy -p ${UNIT.join(',')}`, { reject: false });
  return {
    files,
    packages: packagesOf(host.read('/var/lib/dpkg/status')),
    users: linesByName(host.read('/etc/passwd')),
    groups: linesByName(host.read('/etc/group')),
    unit: Object.fromEntries(
      shown.stdout.split('\n').flatMap((line) => {
        const [, name, value] = LINES.exec(line) ?? [];
        return name === undefined ? [] : [[name, value!]];
      }),
    ),
    components: await componentsOf(host),
  };
}

const linesByName = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.split(':')[0]!, line]),
  );

async function componentsOf(host: LabHost): Promise<Record<string, string>> {
  const answered = await host.http('/api/v0/web/components');
  if (answered?.status !== 200) return {};
  const components = JSON.parse(answered.body) as {
    readonly localID: string;
    readonly health: { readonly state: string };
  }[];
  return Object.fromEntries(components.map(({ localID, health }) => [localID, health.state]));
}

/** Human-readable differences, one per line; empty if there are none. */
export function diffSnapshots(
  before: Snapshot,
  after: Snapshot,
  options: {
    /** Paths (or `section/name`) that may differ. */
    readonly ignore?: RegExp;
  } = {},
): string[] {
  return (Object.keys(before) as (keyof Snapshot)[]).flatMap((section) => {
    const [old, now] = [before[section], after[section]];
    return [...new Set([...Object.keys(old), ...Object.keys(now)])].sort().flatMap((name) => {
      const label = section === 'files' ? name : `${section}/${name}`;
      if (old[name] === now[name] || options.ignore?.test(label)) return [];
      if (old[name] === undefined) return [`${label}: new: ${now[name]}`];
      if (now[name] === undefined) return [`${label}: gone, was: ${old[name]}`];
      return [`${label}: was ${old[name]}, is ${now[name]}`];
    });
  });
}

/** Where a host writes on its own: logs, login records, random seeds. */
const RESTLESS =
  /^\/(var\/log|run|tmp|var\/tmp|dev|proc|sys)(\/|$)|^\/var\/lib\/(systemd|private|sudo)(\/|$)|^\/home\/ops\/\.cache/;

/** Paths below an overlay's upper directory whose inode changed at or after `sinceMs`. */
export function writtenSince(upper: string, sinceMs: number, below = '/'): string[] {
  return readdirSync(join(upper, below)).flatMap((name) => {
    const path = join(below, name);
    const stat = lstatSync(join(upper, path), { throwIfNoEntry: false });
    if (!stat || RESTLESS.test(path)) return [];
    const here = stat.ctimeMs >= sinceMs ? [path] : [];
    return stat.isDirectory() ? [...here, ...writtenSince(upper, sinceMs, path)] : here;
  });
}
