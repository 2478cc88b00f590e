import type { Reasons } from './reasons.ts';

/** Where Redis is: "redis.example.com:6379". */
type Place = { place: string };

/** A run that workers do. */
type Run = { run: string };

export interface QueueProblems {
  'queue.unreachable':
    | Reasons<'no-connection' | 'login' | 'permission' | 'tls', Place & { said: string }>
    | Reasons<'too-old', Place & { version: string; least: string }>;
  /** A run cannot be continued, or not by this command. */
  'queue.run':
    | Reasons<'dispatched' | 'other-inventory' | 'other-plan', Run>
    | Reasons<'unknown', Run & { known: readonly string[] }>
    | Reasons<'other-verb', Run & { verb: string }>
    | Reasons<'other-version', Run & { version: string }>;
  /** Nobody knows how a part of a host's run went. */
  'queue.lost':
    | Reasons<'given-up' | 'refused' | 'workers', { times: number }>
    | Reasons<'no-workers', { seconds: number }>
    | Reasons<'connection', Place & { seconds: number }>;
}

/** What is to be known of workers and of what they find in Redis. `worker`: "ops-1 (pid 812)". */
export interface QueueWarnings {
  'queue.worker':
    | Reasons<'taken-over', { worker: string }>
    /** `said`: the code of what it could not use; empty: nothing more is known. */
    | Reasons<
        'version' | 'inventory' | 'unreadable',
        { worker: string; version: string; said: string }
      >;
  'queue.order': Reasons<
    'signature' | 'expired' | 'other-run' | 'unknown-host',
    { worker: string }
  >;
  'queue.events': Reasons<'signature'>;
}
