import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { inUse, networksFor } from './names.ts';

/** Debian releases for hosts. */
export const SUITES = ['bookworm', 'trixie', 'bullseye'] as const;
export type Suite = (typeof SUITES)[number];

/** The directory of all labs, one directory each; on disk, because the hosts' writes go there. */
export const labsFolder = (): string => process.env.ALLOYUP_LAB_DIR ?? '/var/tmp/alloyup-lab';
export const labFolder = (name: string): string => join(labsFolder(), name);

/** Root file systems, built once per machine. */
export const cacheFolder = (): string => process.env.ALLOYUP_LAB_CACHE ?? '/var/cache/alloyup-lab';

/** Identifies a process, even if its pid is reused later. */
export interface Identity {
  readonly pid: number;
  /** Clock ticks from the machine's boot to its start. */
  readonly startedTicks: string;
  readonly bootId: string;
}

export interface HostState {
  readonly number: number;
  readonly name: string;
  readonly suite: Suite;
  readonly address: string;
  /** "SHA256:..." of its ed25519 key, as `ssh.hostKey` of an inventory takes it. */
  readonly hostKey: string;
}

/** The contents of lab.json in a lab's directory. */
export interface LabState {
  readonly name: string;
  /** The first three numbers of its network. */
  readonly network: string;
  /** The lab is taken down when this process ends; null: it stays until `down`. */
  readonly owner: Identity | null;
  /** False while it is being created; a lab found in this state was interrupted. */
  readonly ready: boolean;
  readonly fingerprint: string;
  readonly hosts: readonly HostState[];
}

export function readState(name: string): LabState | null {
  const file = join(labFolder(name), 'lab.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as LabState) : null;
}

export function writeState(state: LabState): void {
  const file = join(labFolder(state.name), 'lab.json');
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** Whether this is a lab's directory: the first thing written there is lab.json. */
export const isLabFolder = (folder: string): boolean => readdirSync(folder).some(isLabFile);

/** Whether a file of this name makes a directory a lab's. */
export const isLabFile = (name: string): boolean => name === 'lab.json' || name === 'lab.json.new';

/** Labs that have a directory. */
export const listLabs = (): string[] =>
  existsSync(labsFolder())
    ? readdirSync(labsFolder(), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
        .map((entry) => entry.name)
    : [];

const claims = (): string => join(labsFolder(), '.networks');

/** Reserves a free network for a lab. Creating a symbolic link is atomic. */
export function claimNetwork(name: string): string {
  mkdirSync(claims(), { recursive: true });
  for (const network of networksFor(name)) {
    const claim = join(claims(), network);
    if (inUse(network)) continue;
    const owner = ownerOf(claim);
    // a lab that was interrupted before it recorded its network
    if (owner !== null && (owner === name || !existsSync(labFolder(owner))))
      rmSync(claim, { force: true });
    try {
      symlinkSync(name, claim);
      return network;
    } catch {
      // taken by another lab
    }
  }
  throw new Error('every network of 198.18.0.0/15 is in use: take a lab down');
}

function ownerOf(claim: string): string | null {
  try {
    return readlinkSync(claim);
  } catch {
    return null;
  }
}

/** Releases the network of a lab. */
export function releaseNetworks(name: string): void {
  if (!existsSync(claims())) return;
  for (const network of readdirSync(claims()))
    if (ownerOf(join(claims(), network)) === name) rmSync(join(claims(), network), { force: true });
}

/** null: no such process. */
export function identify(pid: number): Identity | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the second field is a name that can contain blanks and parentheses; the start is the 22nd
    const startedTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!;
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return { pid, startedTicks, bootId };
  } catch {
    return null;
  }
}

export function isAlive(identity: Identity): boolean {
  const now = identify(identity.pid);
  return now?.startedTicks === identity.startedTicks && now.bootId === identity.bootId;
}
