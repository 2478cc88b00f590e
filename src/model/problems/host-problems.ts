import type { Asker } from '../asker.ts';
import type { Answer } from '../delivery.ts';
import type { FileKind } from '../facts.ts';
import type { Reasons } from './reasons.ts';

// What the host program reports are strings, numbers too.

export interface HostProblems {
  'host.unsupported':
    | Reasons<'system', { name: string }>
    /** `oldest`: "Debian 11". */
    | Reasons<'too-old', { name: string; oldest: string }>
    | Reasons<'architecture', { arch: string; supported: readonly string[] }>
    | Reasons<'no-systemd'>
    | Reasons<'missing-tools', { tools: readonly string[] }>
    /** `by`: who needs them; empty: the inventory alone. */
    | Reasons<'no-group', { groups: readonly string[]; by: readonly Asker[] }>;
  'host.probe':
    | Reasons<'no-facts', { exit: string }>
    | Reasons<'nonsense'>
    /** It sent more than this, and was hung up on: before its answer, or as its answer. */
    | Reasons<'flooded' | 'too-large', { limitMb: number }>
    /** `why`: what the system said; `deadline`: it did not answer in time. */
    | Reasons<
        'unreadable',
        { part: 'dpkg' | 'account' | 'apt' | 'own' | 'unit' | 'packages'; why: string }
      >;
  'host.dpkg':
    | Reasons<'broken', { packages: readonly { readonly name: string; readonly status: string }[] }>
    | Reasons<'interrupted'>;
  'host.disk': /** /tmp, where apt keeps what it checks. */
    | Reasons<'tmp-full', { freeMb: number; neededMb: number }>
    | Reasons<'no-room', { directory: string; freeMb: number; neededMb: number }>
    | Reasons<'not-writable', { directory: string; said: string }>
    | Reasons<'no-inodes', { directory: string; free: number; needed: number }>
    /** Immutable, or on something mounted read-only. */
    | Reasons<'read-only', { paths: readonly string[] }>;
  /** What `config.readable` asks for cannot be given. `most`: directories and files. */
  'host.acl':
    | Reasons<'no-tools', { paths: readonly string[] }>
    | Reasons<'unsupported', { path: string }>
    | Reasons<'too-large', { path: string; most: number }>
    | Reasons<'unknown', { path: string; said: string }>;
  'host.port': Reasons<'taken', { owner: string; address: string; port: number }>;
  'host.file':
    | Reasons<'kind', { path: string; kind: FileKind }>
    | Reasons<
        'symlink' | 'not-a-file' | 'not-a-directory' | 'no-staging' | 'not-text',
        { path: string }
      >
    | Reasons<'not-for-sh', { path: string; line: string }>
    | Reasons<'not-movable', { path: string; said: string }>
    /** An existing installation cannot be imported. */
    | Reasons<'no-package'>;
  /** `paths`: drop-ins of others. */
  'host.unit':
    | Reasons<'masked'>
    | Reasons<'shadowed', { path: string }>
    /** The unit, or the process, uses other arguments or another configuration than the inventory says. */
    | Reasons<'other-command' | 'other-process', { command: string; paths: readonly string[] }>
    /** An environment file of others, read after ours, sets what decides how Alloy starts. */
    | Reasons<
        'environment-file',
        { path: string; sets: readonly string[]; paths: readonly string[] }
      >
    /** The unit does not read /etc/default/alloy. */
    | Reasons<'no-environment', { paths: readonly string[] }>
    /** Limits: "MemoryMax", what the inventory asks for, and what systemd uses. */
    | Reasons<
        'overridden',
        {
          settings: readonly Readonly<Record<'name' | 'wanted' | 'found', string>>[];
          paths: readonly string[];
        }
      >;
  /** `loses`: variables whose values would be removed or replaced. */
  'host.adopt': Reasons<
    'foreign',
    { files: readonly { readonly path: string; readonly loses: readonly string[] }[] }
  >;
}

export interface ApplyProblems {
  /** `run` is unknown when the other run has only just taken the lock. */
  'apply.locked':
    | Reasons<'run', { seconds: string; run?: string; who?: string }>
    | Reasons<'dpkg', { pid: string; command: string; seconds: string }>
    | Reasons<'not-reported'>;
  'apply.stale':
    | Reasons<'file-appeared' | 'file-gone' | 'file-changed' | 'owner-changed', { path: string }>
    /** A rollback would lose what somebody wrote after the run. */
    | Reasons<'file-changed-since', { path: string; run: string }>
    | Reasons<'package-changed', { status: string; version: string }>
    | Reasons<'service-restarted' | 'unfinished-run' | 'not-reported'>
    /** A saved plan is not applied where another run is in progress, or was cut off. */
    | Reasons<'other-run'>
    /** Hosts of a saved plan are not in the inventory. */
    | Reasons<'hosts-missing', { hosts: readonly string[] }>
    /** A saved plan is not what would be done now: "step: title" of each change. */
    | Reasons<'plan-differs', { removed: readonly string[]; added: readonly string[] }>;
  'apply.failed':
    | Reasons<'step', { step: string; exit: number }>
    /** The host went down during the run, and rolled it back when it came up. */
    | Reasons<'rolled-back-at-boot'>
    | Reasons<'not-launched' | 'stop', { exit: string }>
    | Reasons<'apt-refuses', { paths: readonly string[] }>
    | Reasons<'killed' | 'not-armed' | 'not-reported'>;
  'apply.stuck':
    | Reasons<'action', { step: string; action: string; path: string | null }>
    | Reasons<'service' | 'not-reported'>
    | Reasons<'earlier-run', { run: string }>;
  /** `allowed` hosts may fail, and more did. `group`: whose waves; empty: the fleet's. */
  'rollout.stopped':
    | Reasons<'untouched' | 'rolled-back', { group: string; failed: number; allowed: number }>
    /** Of a cluster, `member` failed. */
    | Reasons<'cluster', { cluster: string; member: string }>;
  /** Titles of the changes. */
  'apply.drift': Reasons<'changes-remain', { changes: readonly string[] }>;
  'apply.unknown': Reasons<'in-progress' | 'no-verdict'> | Reasons<'flooded', { limitMb: number }>;
}

export interface AlloyProblems {
  'alloy.validate': Reasons<'refused' | 'no-answer'>;
  'alloy.reload': Reasons<'refused', { status: string }> | Reasons<'no-answer', { said: string }>;
  'alloy.start':
    | Reasons<'unit-failed', { result: string; status: string }>
    | Reasons<'restarting', { times: string }>
    | Reasons<'not-running'>
    | Reasons<'other-configuration', { command: string }>
    | Reasons<'died', { seconds: string }>
    | Reasons<'systemctl-hangs', { verb: string; seconds: string }>;
  'alloy.unready':
    | Reasons<'status', { seconds: string; status: string }>
    | Reasons<'no-answer', { seconds: string; said: string }>
    | Reasons<'not-listening', { seconds: string }>;
  'alloy.components':
    | Reasons<'no-list', { seconds: string }>
    | Reasons<
        'different',
        {
          seconds: string;
          missing: readonly string[];
          unexpected: readonly string[];
          unhealthy: readonly (readonly [id: string, health: string, message: string])[];
          /** Not evaluated yet. */
          young: readonly string[];
        }
      >;
  /** [who, what, whom]: `gone`: it was there before; `misses`: it does not see that name; `double`: they share it. */
  'alloy.cluster': Reasons<
    'apart',
    {
      cluster: string;
      seconds: string;
      faults: readonly (readonly [who: string, what: string, whom: string])[];
    }
  >;
  'alloy.version':
    | Reasons<'unknown'>
    | Reasons<'different', { running: string; installed: string }>;
  /** The data of a host that requires delivery does not arrive, so the run is rolled back. */
  'alloy.delivery':
    | Reasons<'not-delivered', { seconds: number; destinations: readonly Undelivered[] }>
    /** Nothing could be read that would tell. */
    | Reasons<'unseen', { seconds: number }>
    /** What the host itself says: it was told so, or it was told nothing. */
    | Reasons<'not-confirmed'>
    | Reasons<'no-word', { seconds: string }>;
}

/** Where data does not arrive, in words that are the same on every host. */
export interface Undelivered {
  readonly destination: string;
  readonly state: 'refused' | 'retrying' | 'backlogged';
  readonly status: string | null;
  readonly answer: Answer | null;
}
