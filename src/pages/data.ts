import type { ChangeReport, Outcome } from '../model/event.ts';
import type { FileDiff, StepId } from '../model/plan.ts';
import type { Tone } from './tone.ts';

/** An index into `texts`; -1: nothing. */
export type TextId = number;

/**
 * What the page of a run brings along for its script. Each list of a `per host` field has an entry for each host, in the
 * order of the inventory, and each text is there once.
 */
export interface ReportData {
  readonly texts: readonly string[];
  /** Per host. */
  readonly names: readonly string[];
  /** Per host, an index into `states`. */
  readonly outcomes: readonly number[];
  readonly states: readonly State[];
  readonly columns: readonly Column[];
  /** Per host, indices into `findings`. */
  readonly found: readonly (readonly number[])[];
  readonly findings: readonly Finding[];
  /** Per host, an index into `plans`; -1: none. */
  readonly planned: readonly number[];
  readonly plans: readonly HostPlan[];
  readonly changes: readonly ChangeData[];
  /** Per host, an index into the waves of the run; -1: none. */
  readonly waves: readonly number[];
  /** Per host, what is said of its data and of its cluster. */
  readonly said: readonly (readonly TextId[])[];
  readonly time: TimeData;
  /** Per host, an index into the pictures of configurations; -1: it is on none. Absent: there are none. */
  readonly configurations?: readonly number[];
  /** Per host, on the page of a fleet: how it fares. */
  readonly tones?: readonly Tone[];
  /** Per host, on the page of a fleet: what its tile says besides its name. */
  readonly tiles?: readonly TextId[];
}

/** The column with the day on which a host's key expires. */
export const KEY_COLUMN = 'Key expires';

/** How hosts ended. */
export interface State {
  /** null: not finished. */
  readonly outcome: Outcome | null;
  readonly word: string;
  readonly tone: Tone;
}

export interface Column {
  readonly title: string;
  /** `text`: indices into `texts`. `duration`: milliseconds. -1: nothing. */
  readonly type: 'text' | 'number' | 'duration';
  /** `table`: also in the table of hosts. `host`: only where a host is shown alone. */
  readonly where: 'table' | 'host';
  /** `word`: some words. `text`: as wide as there is room. */
  readonly width: 'word' | 'text';
  /** Left out where the table has little room. */
  readonly minor: boolean;
  /** Per host. */
  readonly values: readonly number[];
}

/** The class of its cells, which makes them as wide as they should be. */
export const cellClass = ({
  type,
  width,
  minor,
}: Pick<Column, 'type' | 'width' | 'minor'>): string =>
  `${type === 'text' ? `of-${width}` : 'of-number number'}${minor ? ' minor' : ''}`;

/** A problem or warning, or what hosts share of it. */
export interface Finding {
  readonly kind: 'problem' | 'warning' | 'note';
  readonly code: TextId;
  readonly message: TextId;
  readonly hint: TextId;
  readonly place: TextId;
  readonly detail: TextId;
}

/** What hosts have planned, and how far each change got. */
export interface HostPlan {
  /** Indices into `changes`. */
  readonly changes: readonly number[];
  readonly states: readonly ChangeReport['state'][];
}

/** A change that hosts have in common. */
export interface ChangeData {
  readonly step: StepId;
  readonly title: TextId;
  /** It differs from host to host in the host's name; this is the one of that host. -1: it does not differ. */
  readonly shownFor: number;
  readonly diffs: readonly DiffData[];
}

export interface DiffData {
  readonly path: TextId;
  readonly kind: FileDiff['kind'];
  /** See `lines.ts`; null: its content is secret, or there is none. */
  readonly lines: readonly number[] | null;
}

/** When hosts did what. */
export interface TimeData {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds from there to the end of the last host. */
  readonly length: number;
  readonly phases: readonly Phase[];
  /** Per host, hundredths of a second after the start; -1: it was not begun. */
  readonly starts: readonly number[];
  /** Per host, without a gap: an index into `phases`, hundredths of a second, and so on. */
  readonly spans: readonly (readonly number[])[];
}

/** What the time of a host goes into. */
export interface Phase {
  readonly word: string;
  /** `over`: nothing is done any more. */
  readonly kind: 'work' | 'wait' | 'undo' | 'over';
  /** Equal ones have the same color. */
  readonly colour: number;
}
