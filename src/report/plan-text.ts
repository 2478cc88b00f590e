import type { HostReport, PlanView } from '../model/event.ts';
import { type FileDiff, NEEDS } from '../model/plan.ts';
import type { Warning } from '../model/problem.ts';
import {
  alikeGroups,
  type Hosts,
  type PlanGroup,
  type PlannedChanges,
  planGroups,
  problemGroups,
  warningGroups,
} from './groups.ts';
import type { Paint } from './paint.ts';
import { count, foldLine, pad, wrap } from './plain.ts';
import { type ProblemStyle, problemText, warningText } from './problem-text.ts';

export interface PlanStyle extends ProblemStyle {
  readonly diffs: boolean;
  /** Long new files are cut unless this is set. */
  readonly whole: boolean;
  /** Lines of diffs that are wider than the terminal continue on the next line, behind a mark. */
  readonly folds: boolean;
}

/**
 * The plans of all hosts: warnings first, hosts with equal plans together, then refused hosts, each
 * problem, and the totals in one line. What stops a run comes last: a long plan scrolls away.
 */
export function plansText(hosts: Hosts, warnings: readonly Warning[], style: PlanStyle): string {
  const all = [...hosts];
  const refused = ([, { plan }]: (typeof all)[number]): boolean =>
    (plan?.problems ?? []).length > 0;
  const open = all.filter((host) => !refused(host));
  const blocks = [
    ...warningGroups(all, warnings).map(({ item, names }) => warningText(item, style, names)),
    ...alikeGroups(planGroups(open)).map((group) => planText(group, style)),
    ...refusals(all.filter(refused)).map(([adoptable, group]) =>
      refusedText(group, { ...style, diffs: style.diffs && (adoptable || style.whole) }),
    ),
    ...problemGroups(all).map(({ item, names }) => problemText(item, style, names)),
  ];
  return [...blocks, `${planSum(all, style.paint)}\n`].join('\n');
}

/** Somebody may approve these changes, and needs the diffs to decide. */
const isAdoptable = ({ problems }: PlanView): boolean =>
  problems.every(({ code }) => code === 'host.adopt');

function refusals(
  hosts: readonly (readonly [string, HostReport])[],
): readonly (readonly [boolean, PlanGroup])[] {
  return [true, false].flatMap((adoptable) =>
    alikeGroups(
      planGroups(hosts.filter(([, { plan }]) => plan && isAdoptable(plan) === adoptable)),
    ).map((group) => [adoptable, group] as const),
  );
}

/** What happens to the service. A stopped one is started, whatever the changes need. */
const EFFECTS = ['restart', 'reload', 'start', 'stop'] as const;
type Effect = (typeof EFFECTS)[number] | 'nothing';

/** "Plan: 10 hosts to change (1 restart, 2 reload, 7 start), 7 unchanged." */
export function planSum(hosts: Hosts, paint: Paint): string {
  const effects = { nothing: 0, reload: 0, restart: 0, start: 0, stop: 0 };
  let change = 0;
  let same = 0;
  let blocked = 0;
  let unknown = 0;
  for (const [, { plan }] of hosts) {
    if (!plan) unknown += 1;
    else if (plan.problems.length > 0) blocked += 1;
    else if (plan.changes.length > 0) {
      change += 1;
      effects[effectOf(plan.changes)] += 1;
    } else same += 1;
  }
  const service = EFFECTS.flatMap((effect) =>
    effects[effect] > 0 ? [`${effects[effect]} ${effect}`] : [],
  );
  const lone = change === 0 && same === 0;
  const how = service.length > 0 ? ` (${service.join(', ')})` : '';
  const parts = [
    ...(change > 0 ? [paint.yellow(`${count(change, 'host')} to change${how}`)] : []),
    ...(same > 0 || change + blocked + unknown === 0
      ? [paint.green(change > 0 ? `${same} unchanged` : `${count(same, 'host')} unchanged`)]
      : []),
    ...(blocked > 0 ? [paint.red(`${lone ? count(blocked, 'host') : blocked} blocked`)] : []),
    ...(unknown > 0
      ? [paint.red(`${lone && blocked === 0 ? count(unknown, 'host') : unknown} not planned`)]
      : []),
  ];
  return `${paint.bold('Plan:')} ${parts.join(', ')}.`;
}

const planText = (group: PlanGroup, style: PlanStyle): string =>
  groupText(headline(group.item, group.names), group, style);

/** A plan that is not carried out: one line for each change; the reasons follow below all plans. */
function refusedText(group: PlanGroup, style: PlanStyle): string {
  const codes = group.item.refusals.join(', ');
  const { names } = group;
  const who = names.length === 1 ? names[0]! : count(names.length, 'host');
  return groupText(`${who}: refused (${codes}), would change`, group, style);
}

function groupText(head: string, group: PlanGroup, style: PlanStyle): string {
  const { item: plan, names, alike } = group;
  const { paint, width } = style;
  let text = `${paint.bold(wrap(head, width, 2))}\n`;
  if (names.length > 1) text += `  ${namesText(names, style)}\n`;
  if (alike && style.diffs)
    text += `  ${paint.dim(`shown for ${names[0]}; the others differ only in the host name`)}\n`;
  for (const { step, title: what, diffs } of plan.changes) {
    text += `  ${paint.cyan(pad(step, STEP_WIDTH))} ${wrap(what, width, STEP_WIDTH + 3, STEP_WIDTH + 3)}\n`;
    if (style.diffs) text += diffs.map((diff) => diffText(diff, style)).join('');
  }
  return text;
}

/** "18 hosts: alloy 1.17.0-1 -> 1.18.1-1, config, restart"; a single host by its name only. */
function headline({ changes }: PlannedChanges, names: readonly string[]): string {
  if (names.length === 1) return names[0]!;
  const what = changes.flatMap(({ step, title }) =>
    step === 'package' ? [title] : step === 'service' ? [] : [step],
  );
  const effect = effectOf(changes);
  return `${count(names.length, 'host')}: ${[...what, ...(effect === 'nothing' ? [] : [effect])].join(', ')}`;
}

function effectOf(changes: PlanView['changes']): Effect {
  const service = changes.find(({ step }) => step === 'service');
  if (service?.before === 'stopped' && service.after === 'running') return 'start';
  if (service?.before === 'running' && service.after === 'stopped') return 'stop';
  return NEEDS[Math.max(0, ...changes.map(({ needs }) => NEEDS.indexOf(needs)))]!;
}

/** Lines of names shown without -v. */
const NAME_LINES = 4;

function namesText(names: readonly string[], { paint, width, whole }: PlanStyle): string {
  const lines = wrap(names.join(', '), width - 2, 2).split('\n');
  if (whole || lines.length <= NAME_LINES) return lines.join('\n');
  const shown = lines.slice(0, NAME_LINES);
  const more =
    names.length -
    shown
      .join(' ')
      .split(',')
      .filter((name) => name.trim() !== '').length;
  return [...shown, `  ${paint.dim(`... ${count(more, 'more host')}; -v shows all`)}`].join('\n');
}

/** The longest step's name. */
const STEP_WIDTH = 'environment'.length + 1;

/** Lines of a new file shown without -v. */
const NEW_FILE_LINES = 24;

const MARKS = { create: '+', change: '~', delete: '-', mode: '~' } as const;

function diffText({ path, kind, text }: FileDiff, style: PlanStyle): string {
  const { paint, whole, folds, width } = style;
  const colour = kind === 'create' ? paint.green : kind === 'delete' ? paint.red : paint.yellow;
  const words = {
    create: 'new file',
    change: 'changed',
    delete: 'removed',
    mode: 'mode and owner',
  };
  const note = text === null && kind !== 'mode' ? `${words[kind]}, content not shown` : words[kind];
  const head = `    ${colour(`${MARKS[kind]} ${path}`)} ${paint.dim(`(${note})`)}\n`;
  if (text === null || text.trim() === '') return head;
  // where all lines are new or removed, the line numbers of a hunk say nothing
  const lines = text
    .replace(/\n$/, '')
    .split('\n')
    .filter((line) => kind === 'change' || !line.startsWith('@@'));
  const shown = whole || kind !== 'create' ? lines : lines.slice(0, NEW_FILE_LINES);
  const more = lines.length - shown.length;
  return (
    head +
    shown
      .flatMap((line) => {
        const colour = diffPaint(line, paint);
        const written = line.replaceAll('\t', '    ');
        return (folds ? foldLine(written, width - 6) : [written]).map(
          (part) => `      ${colour(part)}\n`,
        );
      })
      .join('') +
    (more > 0 ? `      ${paint.dim(`... ${count(more, 'more line')}; -v shows all`)}\n` : '')
  );
}

/** The colour of a line of a diff, by its mark. */
function diffPaint(line: string, paint: Paint): (text: string) => string {
  if (line.startsWith('@@')) return paint.cyan;
  if (line.startsWith('+')) return paint.green;
  if (line.startsWith('-')) return paint.red;
  return (text) => text;
}
