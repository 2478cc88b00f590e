/** A number of hosts, or a share of them: percent from 1 to 100, rounded up. */
export type Share = { readonly hosts: number } | { readonly percent: number };

/** In which waves hosts are changed, and when that stops. Complete: no field is optional. */
export interface Rollout {
  /** Size of a first wave before those of `serial`; 0: there is none. */
  readonly canary: number;
  /** Sizes of the waves in order; the last one repeats until no host is left. Never empty. */
  readonly serial: readonly Share[];
  /** More failed hosts than this end the run; null: no number of them does. */
  readonly maxFail: Share | null;
  /** Seconds between two waves. */
  readonly pauseS: number;
  /** Groups with waves of their own go by this number; equal ones go at the same time. */
  readonly order: number;
  /** What becomes of the hosts that the run has changed when it ends like this. */
  readonly onFail: 'stop' | 'rollback';
  /** Whether a host is watched until its data arrives, and whether it is rolled back if that does not happen. */
  readonly delivery: 'off' | 'report' | 'require';
}

/** A wave as it is shown, logged and saved. */
export interface Wave {
  /** The groups whose settings made it; empty: the whole fleet's. */
  readonly group: string;
  /** Waves of the same order in different groups go at the same time. */
  readonly order: number;
  readonly hosts: readonly string[];
}
