import type { HostReport, PlanView, RunEvent, RunReport } from '../model/event.ts';
import type { Problem, Warning } from '../model/problem.ts';
import { withText } from './text-of.ts';

/** One event on one line, also in the run log. */
export const ndjson = (event: RunEvent): string => `${JSON.stringify(eventWithTexts(event))}\n`;

/** The one document of `--output json`. */
export const reportJson = (report: RunReport): string =>
  `${JSON.stringify(
    {
      ...report,
      warnings: report.warnings.map(withText),
      hosts: Object.fromEntries(
        Object.entries(report.hosts).map(([name, host]) => [name, hostWithTexts(host)]),
      ),
    },
    null,
    2,
  )}\n`;

/** What was found before any host was contacted. */
export interface Findings {
  readonly schema: 1;
  readonly exitCode: number;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Warning[];
}

export const findingsJson = ({ problems, warnings, ...head }: Omit<Findings, 'schema'>): string =>
  `${JSON.stringify({
    schema: 1,
    ...head,
    problems: problems.map(withText),
    warnings: warnings.map(withText),
  })}\n`;

function eventWithTexts(event: RunEvent): RunEvent {
  switch (event.type) {
    case 'run.warning':
    case 'host.warning':
      return { ...event, warning: withText(event.warning) };
    case 'host.planned':
      return { ...event, plan: planWithTexts(event.plan) };
    case 'host.finished':
      return event.problem ? { ...event, problem: withText(event.problem) } : event;
    default:
      return event;
  }
}

const hostWithTexts = (host: HostReport): HostReport => ({
  ...host,
  plan: host.plan && planWithTexts(host.plan),
  warnings: host.warnings.map(withText),
  ...(host.problem ? { problem: withText(host.problem) } : {}),
});

const planWithTexts = ({ changes, warnings, problems }: PlanView): PlanView => ({
  changes: changes.map((change) => ({ ...change, warnings: change.warnings.map(withText) })),
  warnings: warnings.map(withText),
  problems: problems.map(withText),
});
