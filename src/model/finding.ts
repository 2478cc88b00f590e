import type { Notice } from './problem.ts';

/** What a check found out about one thing that a run needs. */
export interface Finding {
  readonly part: 'machine' | 'inventory' | 'host';
  /** Stable word: "ssh", "clock", "dpkg". */
  readonly check: string;
  /** `trip`: a run would fail or do harm; `note`: worth knowing. */
  readonly state: 'ok' | 'note' | 'trip';
  /** One sentence without the host's name, so that equal ones can be told together. */
  readonly message: string;
  /** What to do, in the imperative; null where nothing is to be done. */
  readonly hint: string | null;
  readonly host?: string;
}

/** A finding that has its text from a problem or a warning. */
export type NoticeFinding = Omit<Finding, 'message' | 'hint'> & { readonly notice: Notice };
