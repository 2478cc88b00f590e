import type { Fault } from './faults.ts';
import type { HostNote, Pace } from './host.ts';
import type { Link } from './ssh-server.ts';

/** Facts as a host reports them. */
export type FactsText = string;

/** The hosts that one worker plays. */
export interface Setup {
  readonly port: number;
  readonly hosts: readonly {
    readonly n: number;
    readonly address: string;
    readonly name: string;
    /** Which of `facts`. */
    readonly facts: number;
    readonly fault: Fault | null;
  }[];
  readonly facts: readonly FactsText[];
  readonly hostKey: string;
  /** Shown by those with the fault `wrong-host-key`. */
  readonly otherHostKey: string;
  /** The public key that may log in, base64. */
  readonly accepts: string;
  readonly pace: Pace;
  readonly link: Link;
}

export type ToWorker =
  | { readonly type: 'setup'; readonly setup: Setup }
  | { readonly type: 'notes' }
  | { readonly type: 'repair'; readonly hosts: readonly number[] | null };

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly why: string }
  | {
      readonly type: 'notes';
      readonly hosts: readonly (readonly [n: number, note: HostNote])[];
      readonly cpuMs: number;
    };
