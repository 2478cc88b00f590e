import type { HostReport, RunEvent, Verb } from '../model/event.ts';
import type { Warning } from '../model/problem.ts';
import type { Ledger } from './fold.ts';
import { problemGroups, readPlan, warningGroups } from './groups.ts';
import { type Paint, paintWith } from './paint.ts';
import { count, cut, duration, pad, present, shorten, widest, widthOf } from './plain.ts';
import { planSum, plansText } from './plan-text.ts';
import { type Printable, toPrintable } from './printable.ts';
import { type Room, textsWithin } from './problem-text.ts';
import type { Cleaned } from './redact.ts';
import { statusText } from './status-text.ts';
import { outcomePaint, summaryText } from './summary.ts';

export interface TextOptions {
  readonly colour: boolean;
  /** Columns. */
  readonly width: number;
  /** -1 (-q): problems and the summary only; 0; 1 (-v): steps and waits; 2 (-vv): output of the hosts too. */
  readonly level: -1 | 0 | 1 | 2;
  readonly diffs: boolean;
  /** Long lines of diffs are wrapped to the width, for people at a terminal. */
  readonly folds?: boolean;
  /** Long waits get lines of their own; false where the live view shows them. */
  readonly waits?: boolean;
  /** The command that prints all that this run leaves out; absent: none does. */
  readonly replay?: string;
}

/** A run as text to append. Pure: what it prints follows from the events alone. */
export interface TextRenderer {
  /** What to print after `event`, which `ledger` includes. */
  on(event: Cleaned<RunEvent>, ledger: Ledger): Printable;
}

/** Seconds after which a wait gets a line of its own without -v. */
const LONG_WAIT_S = 5;

/** With more hosts than this, those without changes get no lines of their own, and the report at the end fits on a screen. */
const MANY_HOSTS = 40;

/** Of many hosts with problems, so many get lines of their own as they occur: the report at the end covers all of them. */
const PROBLEMS_SHOWN = 5;

/** Lines of a screen, without those of the log and of the next prompt. */
const SCREEN = 22;

/** Columns for a host's name in a progress line. */
const NAME_WIDTH = 24;

export function textRenderer(options: TextOptions): TextRenderer {
  const paint = paintWith(options.colour);
  const { level, width, diffs, folds = false } = options;
  const style = { paint, width, diffs, folds, whole: level >= 1, links: level >= 1 };
  /** What each host was last reported to wait for. */
  const waits = new Map<string, string>();
  /** Hosts whose problems were printed with the plans; null: no plans were printed. */
  let printed: ReadonlySet<string> | null = null;
  /** Hosts whose plans were printed. */
  const shown = new Set<string>();
  /** What hosts have warned of since then. */
  const late = new Map<string, readonly Warning[]>();
  /** Hosts with problems, numbered in the order in which they were reported. */
  const reported = new Map<string, number>();
  let linesShown = false;
  let nameWidth = 4;
  let isLarge = false;

  const line = (host: string, text: string, from: TextOptions['level'] = 0): string => {
    if (level < from) return '';
    linesShown = true;
    return `${pad(shorten(host, NAME_WIDTH), nameWidth)}  ${text}\n`;
  };

  /** Of the whole run. */
  const said = (text: string): string => {
    if (level < 0) return '';
    linesShown = true;
    return `${paint.bold(text)}\n`;
  };

  const problemLine = (host: string, text: string): string => {
    const isNew = !reported.has(host);
    if (isNew) reported.set(host, reported.size + 1);
    const nth = reported.get(host)!;
    if (!isLarge || level >= 1 || nth <= PROBLEMS_SHOWN) return line(host, text);
    if (!isNew || nth > PROBLEMS_SHOWN + 1 || level < 0) return '';
    return `${paint.dim('further problems are reported at the end; -v shows each as it occurs')}\n`;
  };

  const detail = (host: string, text: string): string => line(host, paint.dim(text), 1);

  const onWaiting = (event: Extract<RunEvent, { type: 'host.waiting' }>): string => {
    if (level < 0 || options.waits === false) return '';
    const said = waits.get(event.host) === event.for;
    if (said || (level === 0 && event.seconds < LONG_WAIT_S)) return '';
    waits.set(event.host, event.for);
    const limit = event.limitS === null ? '' : ` (up to ${duration(event.limitS * 1000)})`;
    return line(event.host, paint.dim(`waiting ${event.for}${limit}`));
  };

  const onFinished = (host: string, report: HostReport, verb: Verb): string => {
    waits.delete(host);
    // the summary names skipped hosts, and of many hosts those without changes; plan and status end with a
    // view of all hosts
    const counted = report.outcome === 'skipped' || (isLarge && report.outcome === 'unchanged');
    const repeated = counted || verb === 'plan' || verb === 'status';
    const text = finishedText(report, width - nameWidth - 2, paint);
    return report.problem && !repeated
      ? problemLine(host, text)
      : line(host, text, repeated ? 1 : 0);
  };

  /** On the screen, for problems and warnings. */
  const roomAbove = (summary: string): Room | null =>
    isLarge && level < 1
      ? {
          lines: SCREEN - summary.split('\n').length,
          more: `All hosts and problems: ${options.replay ?? 'run with -v'}`,
        }
      : null;

  const onEnd = (ledger: Ledger): string => {
    const hosts = [...ledger.hosts()];
    const { verb, startedAt, finishedAt, askedMs, warnings } = ledger.run;
    const endedAt = finishedAt ?? startedAt;
    const summary =
      verb === 'plan' ? '' : summaryText(hosts, ledger.run, endedAt - startedAt - askedMs, style);
    const text = present(
      verb === 'plan' && plans(ledger),
      verb === 'status' && statusText(hosts, endedAt, style),
      ...(verb === 'plan' && level >= 0
        ? []
        : textsWithin(
            roomAbove(summary),
            level < 0
              ? []
              : printed
                ? warningGroups(lateOnes(ledger), [])
                : warningGroups(hosts, warnings),
            problemGroups(hosts.filter(([name]) => !printed?.has(name))),
            style,
          )),
      summary,
    ).join('\n');
    return linesShown && text !== '' ? `\n${text}` : text;
  };

  const lateOnes = (ledger: Ledger): readonly (readonly [string, HostReport])[] =>
    [...late].map(([name, warnings]) => [name, { ...ledger.host(name)!, plan: null, warnings }]);

  const plans = (ledger: Ledger): string => {
    if (level < 0) return `${planSum(ledger.hosts(), paint)}\n`;
    const withProblems = new Set<string>();
    for (const [name, { plan, problem }] of ledger.hosts()) {
      if (problem) withProblems.add(name);
      if (plan) shown.add(name);
    }
    printed = withProblems;
    return plansText(ledger.hosts(), ledger.run, style, roomAbove(planSum(ledger.hosts(), paint)));
  };

  /** The plan of a host that the run did not wait for. */
  const latePlan = (host: string, report: HostReport): string => {
    if (!printed || shown.has(host) || report.changes.length === 0) return '';
    shown.add(host);
    linesShown = true;
    // what it warns of follows at the end
    const quiet = { ...report, warnings: [] };
    return `\n${plansText([[host, quiet]], { warnings: [], waves: [] }, style)}\n`;
  };

  const words = {
    on(event: RunEvent, ledger: Ledger): string {
      switch (event.type) {
        case 'run.started':
          nameWidth = Math.max(4, Math.min(widest(event.hosts), NAME_WIDTH));
          isLarge = event.hosts.length > MANY_HOSTS;
          return '';
        case 'host.started':
          return detail(event.host, 'connecting');
        case 'host.connected':
          return detail(event.host, event.how + (event.why ? ` (because of ${event.why})` : ''));
        case 'host.facts':
          return detail(event.host, factsLine(event.facts));
        case 'host.planned':
          if (level >= 0) readPlan(event.host, event.plan);
          return (
            detail(event.host, `planned: ${count(event.plan.changes.length, 'change')}`) +
            latePlan(event.host, ledger.host(event.host)!)
          );
        case 'host.warning':
          if (printed) late.set(event.host, [...(late.get(event.host) ?? []), event.warning]);
          return '';
        case 'host.waiting':
          return onWaiting(event);
        case 'host.reconnecting': {
          const text = `connection lost, reconnecting (attempt ${event.attempt})`;
          return problemLine(event.host, paint.yellow(text));
        }
        case 'change.started':
          return detail(event.host, `${event.step} ...`);
        case 'change.finished':
          return detail(event.host, `${event.step} done`);
        case 'change.failed':
          return problemLine(event.host, paint.red(`${event.step} failed, rolling back`));
        case 'change.undone':
          return detail(event.host, `${event.step} rolled back`);
        case 'change.output': {
          const step = event.step === null ? '' : `${event.step} `;
          return line(event.host, paint.dim(`${step}| ${event.line}`), 2);
        }
        case 'host.finished':
          return onFinished(event.host, ledger.host(event.host)!, ledger.run.verb);
        case 'run.planned':
          return ledger.run.verb === 'rollback' ? '' : `${plans(ledger)}\n`;
        case 'wave.waiting':
          return said(`${waveName(event)} begins in ${duration(event.seconds * 1000)}`);
        case 'wave.started':
          return said(`${waveName(event)}: ${count(event.hosts, 'host')}`);
        case 'run.rolling-back':
          return said(`rolling back ${count(event.hosts, 'host')} that this run changed`);
        case 'run.finished':
          return onEnd(ledger);
        default:
          return '';
      }
    },
  };
  return { on: (event, ledger) => toPrintable(words.on(event, ledger)) };
}

/** "wave 2 of 4", "web: wave 1 of 2". */
const waveName = ({
  group,
  wave,
  of,
}: {
  readonly group: string;
  readonly wave: number;
  readonly of: number;
}): string => `${group === '' ? '' : `${group}: `}wave ${wave} of ${of}`;

function factsLine({ os, version, running, active }: NonNullable<HostReport['facts']>): string {
  const alloy = version === null ? 'Alloy not installed' : `Alloy ${version}`;
  return `${os}, ${alloy}${running !== null ? ', running' : version === null ? '' : `, ${active}`}`;
}

const OUTCOME_WIDTH = 'rolled-back'.length;

function finishedText(
  { outcome, durationMs, changes, problem }: HostReport,
  room: number,
  paint: Paint,
): string {
  if (outcome === null) return 'not finished';
  const words = outcomePaint(outcome, paint)(pad(outcome, OUTCOME_WIDTH));
  const done = changes.filter(({ state }) => state === 'done');
  const titles = done.map(({ title }) => title).join(', ');
  const steps = done.map(({ step }) => step).join(', ');
  const left = room - OUTCOME_WIDTH - 10;
  const fitting = widthOf(titles) <= left ? titles : steps;
  const what = problem ? problem.code : outcome === 'changed' ? fitting : '';
  const head = `${words}  ${duration(durationMs).padStart(6)}`;
  return what === '' ? head : `${head}  ${cut(what, left)}`;
}
