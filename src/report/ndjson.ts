import type { RunEvent, RunReport } from '../model/event.ts';
import type { Notice, Problem, Warning } from '../model/problem.ts';
import { type Document, toJson } from './printable.ts';
import type { Cleaned } from './redact.ts';
import { withText } from './text-of.ts';

/** One event on one line, also in the run log. */
export const ndjson = (event: Cleaned<RunEvent>): Document => json(event);

/** The one document of `--output json`. */
export const reportJson = (report: Cleaned<RunReport>): Document => json(report, 2);

/** What was found before any host was contacted. */
export interface Findings {
  readonly schema: 1;
  readonly exitCode: number;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Warning[];
}

export const findingsJson = (findings: Omit<Findings, 'schema'>): Document =>
  json({ schema: 1, ...findings });

/** Every problem and warning in it gets its text. */
const json = (value: object, indent?: number): Document =>
  toJson(value, indent, (part) => (isNotice(part) ? withText(part) : part));

export const isNotice = (value: unknown): value is Notice =>
  typeof (value as Partial<Notice> | null)?.code === 'string' &&
  typeof (value as Partial<Notice>).params?.reason === 'string';
