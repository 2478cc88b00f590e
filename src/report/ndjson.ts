import type { RunEvent, RunReport } from '../model/event.ts';
import type { Notice, Problem, Warning } from '../model/problem.ts';
import { withText } from './text-of.ts';

/** One event on one line, also in the run log. */
export const ndjson = (event: RunEvent): string => `${json(event)}\n`;

/** The one document of `--output json`. */
export const reportJson = (report: RunReport): string => `${json(report, 2)}\n`;

/** What was found before any host was contacted. */
export interface Findings {
  readonly schema: 1;
  readonly exitCode: number;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Warning[];
}

export const findingsJson = (findings: Omit<Findings, 'schema'>): string =>
  `${json({ schema: 1, ...findings })}\n`;

/** Every problem and warning in it gets its text. */
const json = (value: object, indent?: number): string =>
  JSON.stringify(value, (_, part) => (isNotice(part) ? withText(part) : part), indent);

const isNotice = (value: Partial<Notice> | null): value is Notice =>
  typeof value?.code === 'string' && typeof value.params?.reason === 'string';
