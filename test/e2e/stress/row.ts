import type { LabHost } from '../../../lab/host.ts';
import type { Written } from '../../../lab/inventory.ts';
import type { Lab } from '../../../lab/lab.ts';
import type { Suite } from '../../../lab/state.ts';

/** What an inventory asks of a row's host. */
export interface Wanted {
  readonly alloy?: Written;
  readonly defaults?: Written;
  /** Text of the template. */
  readonly config?: string;
  /** `config.readable` */
  readonly readable?: readonly string[];
}

/** What every row ends at, sooner or later: the state that a whole snapshot calls "converged". */
export interface Scene {
  readonly lab: Lab;
  readonly host: LabHost;
  /** Where the row's run writes its events. */
  readonly log: string;
  /** Writes the row's inventory anew for `wanted`, and returns its path. */
  write(wanted?: Wanted): string;
  /** Applies `wanted` to the host in peace. @throws Error when that did not end 0 */
  settle(wanted: Wanted): Promise<void>;
}

/** A run of the row that is on its way. */
export interface Running {
  readonly kill: (signal?: NodeJS.Signals) => boolean;
  /** Ends with the run. */
  readonly done: Promise<unknown>;
}

/** One line of the table: what was done to a host when, and what must come of it. */
export interface Row {
  /** What is wrong, in a few words. */
  readonly fault: string;
  /** When it strikes. */
  readonly moment: string;
  /** The host before the run: as installed by nobody; 1.17.0 brought by alloyup; or made by hand. */
  readonly start: 'bare' | 'converged' | ((scene: Scene) => Promise<void>);
  /** Laid over `TARGET`. */
  readonly wanted?: Wanted;
  readonly verb?: 'apply' | 'remove' | 'rollback';
  readonly args?: readonly string[];
  /** Done after the picture "before" was taken. */
  readonly strike?: (scene: Scene) => Promise<void> | void;
  /** Done while the run runs. */
  readonly during?: (scene: Scene, running: Running) => Promise<void>;
  /** The report's words: "changed", "rolled-back (alloy.start)"; "-" when none was to be had. */
  readonly says: string | RegExp;
  /** 137: killed. */
  readonly exit: number | RegExp;
  /** `either`: as the report says, "changed" only when converged. */
  readonly ends: 'before' | 'converged' | 'either';
  /** Paths that may differ at the end beside what every row's may; the reason stands in the row. */
  readonly except?: RegExp;
  /** A text that a waiting or warning event must hold. */
  readonly tells?: RegExp;
  /** What takes the fault away before the next apply: time, or somebody. */
  readonly mend?: (scene: Scene) => Promise<void> | void;
  /** What the last apply needs to be allowed. */
  readonly nextArgs?: readonly string[];
  /** Paths that may differ from a host that was converged in peace, when all is over. */
  readonly besides?: RegExp;
}

/** How a row came out: a line of the table in docs/reliability.md. */
export interface RowEnd {
  readonly set: string;
  readonly fault: string;
  readonly moment: string;
  readonly suite: string;
  readonly reported: string;
  readonly exit: number;
  readonly end: string;
  readonly next: string;
  readonly seconds: number;
  /** When it ended. */
  readonly at: string;
}

/** Rows that are tried together, on hosts of one suite. */
export interface RowSet {
  readonly set: string;
  readonly suite: Suite;
  readonly rows: readonly Row[];
  /** As many rows at a time; 5 unless told. */
  readonly hosts?: number;
  readonly oneByOne?: boolean;
}
