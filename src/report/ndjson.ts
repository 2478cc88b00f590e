import type { RunEvent, RunReport } from '../model/event.ts';

/** One event, one line. The run log is the same text. */
export const ndjson = (event: RunEvent): string => `${JSON.stringify(event)}\n`;

/** The one document of `--output json`. */
export const reportJson = (report: RunReport): string => `${JSON.stringify(report, null, 2)}\n`;
