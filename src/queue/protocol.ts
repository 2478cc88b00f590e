import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Approved } from '../engine/host-run.ts';
import type { RunOptions } from '../engine/world.ts';
import type { Happening, Outcome, Verb } from '../model/event.ts';
import type { Problem } from '../model/problem.ts';
import type { Rollout, Wave } from '../model/rollout.ts';
import type { SavedHost } from '../plan/saved-plan.ts';
import type { Signer } from './signing.ts';

/** Of every key. BullMQ puts its own behind it. */
export const PREFIX = 'alloyup';
/** Signed records of the runs that are in progress, by their ids. */
export const RUNS = `${PREFIX}:runs`;
/** Ids of workers; each has a key of its own, which goes when it says nothing for a while. */
export const WORKERS = `${PREFIX}:workers`;
export const workerKey = (id: string): string => `${PREFIX}:worker:${id}`;

/** BullMQ's name of a run's queue. */
export const queueOf = (run: string): string => `run-${run}`;
const ofRun = (run: string, what: string): string => `${PREFIX}:${queueOf(run)}:${what}`;
export const scopeKey = (run: string): string => ofRun(run, 'scope');
export const eventsKey = (run: string): string => ofRun(run, 'told');
export const ownerKey = (run: string): string => ofRun(run, 'owner');

/** What BullMQ keeps of a queue, without its jobs. */
export const listKey = (run: string, list: string): string => ofRun(run, list);

/** A run that is in progress, as its dispatcher announces it. */
export interface RunRecord {
  readonly run: string;
  readonly verb: Verb;
  /** Of alloyup. */
  readonly version: string;
  /** Of the inventory and of all that it names, hex. */
  readonly digest: string;
  /** Who dispatches it: "ops@laptop". */
  readonly who: string;
  /** Counts up: an older record is not believed any more. */
  readonly revision: number;
  /** Ctrl-C: nothing else is begun. */
  readonly stopping: boolean;
  /** Somebody has said yes. */
  readonly approved: boolean;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** From then on it is nobody's, and is removed. */
  readonly expiresAt: number;
  readonly hosts: number;
  /** The texts that configurations replace are told as well: somebody wants pictures of them. */
  readonly configurations: boolean;
  /** Hosts whose data is not watched any more. */
  readonly unwatched: readonly string[];
  readonly options: Omit<RunOptions, 'run' | 'verb' | 'forks' | 'who' | 'waves' | 'keepLogin'>;
}

/** What a run is about, written once. */
export interface RunScope {
  readonly run: string;
  /** In the order of the inventory. */
  readonly hosts: readonly string[];
  readonly forks: number;
  readonly waves: readonly Wave[];
  /** What the command line says otherwise than the inventory. */
  readonly rollout: Partial<Pick<Rollout, 'canary' | 'serial' | 'maxFail' | 'pauseS'>>;
  /** Of the saved plan that is applied, hex; null: none. */
  readonly plan: string | null;
}

/** A part of a host's run, which one worker does as a whole. */
export type Phase = 'plan' | 'change' | 'undo';

/** What a worker is asked to do. */
export interface Order {
  readonly run: string;
  /** BullMQ's id of the job. */
  readonly id: string;
  readonly phase: Phase;
  readonly host: string;
  /** Counts from 1: it is ordered again when it was lost. */
  readonly issue: number;
  /** Milliseconds since the epoch; later nobody begins it. */
  readonly expiresAt: number;
  /** `plan`: what a saved plan says of the host, null where there is none for it; absent: nothing is saved. */
  readonly expected?: SavedHost | null;
  /** `change`: what was planned. */
  readonly approved?: Approved;
  /** `change`: members that were seen in the host's cluster. */
  readonly known?: readonly string[];
  /** What may have been started on the host by earlier orders, the newest first. */
  readonly before: readonly string[];
  /** `undo`: the run on the host that is undone, how it ended, and why it is. */
  readonly lastRun?: string;
  readonly problem?: Problem;
  readonly because?: Problem;
}

/** How a part of a host's run has ended. */
export interface PartEnd {
  readonly outcome: Outcome | null;
  readonly waiting: boolean;
  readonly moved: boolean;
  readonly changed: boolean;
  readonly lastRun: string;
  readonly problem?: Problem;
  readonly approved: Approved | null;
  /** What `plan --out` saves. */
  readonly saved?: SavedHost;
  /** The cluster that it was seen in; absent: nobody looked. */
  readonly seen?: { readonly cluster: string | null };
}

/** A text in parts. A number stands for what may be secret in the host's configuration, counted from 0: it is the same. */
export type ToldText = readonly (string | number)[];

/** What a worker tells of a job. Each attempt counts its words from 1. */
export type Word = {
  readonly id: string;
  /** Of one worker at one job: another one has another. */
  readonly attempt: string;
  readonly n: number;
} & (
  | { readonly type: 'taken'; readonly worker: string; readonly name: string }
  | { readonly type: 'happened'; readonly happening: Happening }
  /** The host is planned for its configuration, in place of this one; null: of none, or of the same. */
  | { readonly type: 'configured'; readonly before: ToldText | null }
  /** The host is changed and proven, and waits for a word about its data. */
  | { readonly type: 'proven' }
  | { readonly type: 'ended'; readonly end: PartEnd }
  /** Its data is watched no longer. */
  | { readonly type: 'over' }
  | { readonly type: 'refused'; readonly worker: string; readonly why: Refusal }
);

/** Why a worker does not do a job. */
export type Refusal = 'signature' | 'expired' | 'other-run' | 'unknown-host';

/** Why a worker takes no part in a run. */
export type Absence = 'version' | 'inventory' | 'unreadable';

/** What a worker says of itself, every other second. */
export interface WorkerRecord {
  readonly id: string;
  /** "web-ops-1 (pid 812)". */
  readonly name: string;
  readonly version: string;
  readonly concurrency: number;
  readonly busy: number;
  readonly startedAt: number;
  /** Runs that it serves, and why it does not serve others. */
  readonly runs: Readonly<Record<string, 'serves' | Absence>>;
  /** What it found wrong, for runs whose inventory it cannot use. */
  readonly problems?: Readonly<Record<string, readonly Problem[]>>;
}

/** An entry of the stream of what workers tell. */
export interface Told {
  readonly run: string;
  readonly words: readonly Word[];
}

export const jobId = (phase: Phase, index: number, issue: number): string =>
  `${phase}-${index}-${issue}`;

/** The names of the runs that an attempt starts on its host. */
export function runName(run: string, phase: Phase, issue: number, attempt: number): string {
  const nth = `${issue}${String(attempt).padStart(2, '0')}`;
  if (phase === 'undo') return `${run}-9${nth}`;
  return nth === '101' ? run : `${run}-${nth}`;
}

/** Bytes of one entry of a stream, once it is unpacked. */
const MAX_UNPACKED = 64 << 20;

/** Packs and signs; plans and their diffs are mostly alike. */
export function packed(purpose: 'events' | 'scope', value: unknown, signer: Signer): Buffer {
  const content = deflateRawSync(JSON.stringify(value), { level: 1 });
  return Buffer.concat([Buffer.from(signer.sign(purpose, content), 'hex'), content]);
}

/** undefined: nobody with the key has written it. */
export function unpacked<T>(
  purpose: 'events' | 'scope',
  bytes: Buffer | null | undefined,
  signer: Signer,
): T | undefined {
  if (!bytes || bytes.length < 33) return undefined;
  const content = bytes.subarray(32);
  if (!signer.verify(purpose, content, bytes.subarray(0, 32).toString('hex'))) return undefined;
  const text = inflateRawSync(content, { maxOutputLength: MAX_UNPACKED }).toString();
  return JSON.parse(text) as T;
}
