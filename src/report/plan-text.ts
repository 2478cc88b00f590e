import type { HostReport, PlanView, RunReport } from '../model/event.ts';
import type { GraphChanges } from '../model/graph-changes.ts';
import { type FileDiff, NEEDS } from '../model/plan.ts';
import type { Wave } from '../model/rollout.ts';
import { graphChangeLines } from './graph-text.ts';
import { type Hosts, type PlanGroup, planGroups, problemGroups, warningGroups } from './groups.ts';
import type { Paint } from './paint.ts';
import { count, foldLine, pad, present, someNames, who, wrap } from './plain.ts';
import { type ProblemStyle, type Room, textsWithin, warningTexts } from './problem-text.ts';

export interface PlanStyle extends ProblemStyle {
  readonly diffs: boolean;
  /** Long new files are cut unless this is set. */
  readonly whole: boolean;
  /** Lines of diffs that are wider than the terminal continue on the next line, behind a mark. */
  readonly folds: boolean;
}

type Named = readonly [string, HostReport];

/**
 * The plans of all hosts: warnings first, hosts with equal plans together, then refused hosts, each
 * problem, the waves, and the totals in one line. What stops a run comes last: a long plan scrolls away.
 *
 * @param room for the problems; null: as much as they take
 */
export function plansText(
  hosts: Hosts,
  { warnings, waves }: Pick<RunReport, 'warnings' | 'waves'>,
  style: PlanStyle,
  room: Room | null = null,
): string {
  const all = [...hosts];
  const [fine, adoptable, refused] = [[], [], []] as [Named[], Named[], Named[]];
  for (const named of all) {
    const found = named[1].plan?.problems ?? [];
    if (found.length === 0) fine.push(named);
    // somebody may approve these changes, and needs the diffs to decide
    else if (found.every(({ code }) => code === 'host.adopt')) adoptable.push(named);
    else refused.push(named);
  }
  const brief = { ...style, diffs: style.diffs && style.whole };
  return [
    ...warningTexts(warningGroups(all, warnings), style),
    ...planGroups(fine).map((group) => groupText(headline(group), group, style)),
    ...planGroups(adoptable).map((group) => refusedText(group, style)),
    ...planGroups(refused).map((group) => refusedText(group, brief)),
    ...textsWithin(room, [], problemGroups(all), style),
    ...(waves.length > 0 ? [wavesText(waves, style)] : []),
    ...clustersText(all, style),
    `${planSum(all, style.paint)}\n`,
  ].join('\n');
}

/** Waves of a group that are shown without -v: the others come before the last one. */
const WAVES_SHOWN = 8;

/** "Waves:" and a line for each, numbered within its group. */
function wavesText(waves: readonly Wave[], { paint, width, whole }: PlanStyle): string {
  const groups = new Map<string, Wave[]>();
  for (const wave of waves) groups.set(wave.group, [...(groups.get(wave.group) ?? []), wave]);
  const digits = String(Math.max(...[...groups.values()].map((of) => of.length))).length;
  const widest = Math.max(...waves.map(({ hosts }) => count(hosts.length, 'host').length));
  const orders = new Set(waves.map(({ order }) => order));
  const blocks = [...groups].map(([group, of]) => {
    const lines = of.map(({ hosts }, i) => {
      const head = `  ${String(i + 1).padStart(digits)}  ${pad(count(hosts.length, 'host'), widest)}  `;
      return `${head}${paint.dim(someNames(hosts, width - head.length))}\n`;
    });
    const hidden = whole ? 0 : Math.max(0, lines.length - WAVES_SHOWN);
    const shown =
      hidden === 0
        ? lines
        : [
            ...lines.slice(0, WAVES_SHOWN - 1),
            paint.dim(`  ... ${count(hidden, 'more wave')}; -v shows all\n`),
            lines.at(-1)!,
          ];
    const when = orders.size > 1 ? ` (order ${of[0]!.order})` : '';
    const title = group === '' ? (groups.size > 1 ? 'other hosts' : '') : group;
    return `${paint.bold(title === '' ? 'Waves:' : `Waves of ${title}${when}:`)}\n${shown.join('')}`;
  });
  return blocks.join('');
}

/** "One member at a time: cluster edge", for each cluster of which several members change. */
function clustersText(hosts: Hosts, { paint, width }: PlanStyle): readonly string[] {
  const changing = new Map<string, string[]>();
  for (const [name, { plan }] of hosts) {
    if (plan?.cluster === undefined || plan.problems.length > 0 || plan.changes.length === 0)
      continue;
    const members = changing.get(plan.cluster);
    if (members) members.push(name);
    else changing.set(plan.cluster, [name]);
  }
  return [...changing]
    .filter(([, members]) => members.length > 1)
    .map(([cluster, members]) => {
      const head = `  ${count(members.length, 'host')}  `;
      const title = paint.bold(`One member at a time, cluster ${cluster}:`);
      return `${title}\n${head}${paint.dim(someNames(members, width - head.length))}\n`;
    });
}

/** What happens to the service. A stopped one is started, whatever the changes need. */
const EFFECTS = ['restart', 'reload', 'start', 'stop'] as const;
type Effect = (typeof EFFECTS)[number] | 'nothing';

/** "Plan: 10 hosts to change (1 restart, 2 reload, 7 start), 7 unchanged." */
export function planSum(hosts: Hosts, paint: Paint): string {
  const effects = { nothing: 0, reload: 0, restart: 0, start: 0, stop: 0 };
  const sums = { change: 0, same: 0, blocked: 0, unknown: 0 };
  for (const [, { plan }] of hosts) {
    if (!plan) sums.unknown += 1;
    else if (plan.problems.length > 0) sums.blocked += 1;
    else if (plan.changes.length > 0) {
      sums.change += 1;
      effects[effectOf(plan.changes)] += 1;
    } else sums.same += 1;
  }
  const { change, same, blocked, unknown } = sums;
  const service = EFFECTS.filter((effect) => effects[effect] > 0);
  const how = service.map((effect) => `${effects[effect]} ${effect}`).join(', ');
  // the first number says what is counted
  const hostsOr = (n: number, isFirst: boolean): string => (isFirst ? count(n, 'host') : `${n}`);
  const parts = present(
    change > 0 && paint.yellow(`${count(change, 'host')} to change${how && ` (${how})`}`),
    (same > 0 || change + blocked + unknown === 0) &&
      paint.green(`${hostsOr(same, change === 0)} unchanged`),
    blocked > 0 && paint.red(`${hostsOr(blocked, change + same === 0)} blocked`),
    unknown > 0 && paint.red(`${hostsOr(unknown, change + same + blocked === 0)} not planned`),
  );
  return `${paint.bold('Plan:')} ${parts.join(', ')}.`;
}

/** A plan that is not carried out: one line for each change; the reasons follow below all plans. */
function refusedText(group: PlanGroup, style: PlanStyle): string {
  const codes = group.item.refusals.join(', ');
  return groupText(`${who(group.names)}: refused (${codes}), would change`, group, style);
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
  if (plan.graph !== undefined) text += graphText(plan.graph, style);
  if (plan.requiresDeliveryS !== undefined) {
    const what = `rolled back unless data arrives within ${plan.requiresDeliveryS} s`;
    text += `  ${paint.cyan(pad('delivery', STEP_WIDTH))} ${what}\n`;
  }
  return text;
}

/** What happens to components, below the changes of files. */
function graphText(graph: GraphChanges, { paint, width, whole }: PlanStyle): string {
  const room = width - STEP_WIDTH - 3;
  const lines = graphChangeLines(graph, room, whole).map((line) =>
    wrap(line, room, 2).replaceAll('\n', `\n${' '.repeat(STEP_WIDTH + 3)}`),
  );
  return lines
    .map(
      (line, i) =>
        `  ${paint.cyan(pad(i === 0 ? 'graph' : '', STEP_WIDTH))} ${markPaint(line, paint)}\n`,
    )
    .join('');
}

/** In the color of its mark. */
function markPaint(line: string, paint: Paint): string {
  if (line.startsWith('+ ')) return paint.green(line);
  if (line.startsWith('- ')) return paint.red(line);
  if (line.startsWith('~ ')) return paint.yellow(line);
  return / any more$/.test(line) ? paint.yellow(line) : line;
}

/** "18 hosts: alloy 1.17.0-1 -> 1.18.1-1, config, restart"; a single host by its name only. */
function headline({ item: { changes }, names }: PlanGroup): string {
  if (names.length === 1) return names[0]!;
  const steps = changes.map(({ step, title }) =>
    step === 'package' ? title : step !== 'service' && step,
  );
  const effect = effectOf(changes);
  return `${who(names)}: ${present(...steps, effect !== 'nothing' && effect).join(', ')}`;
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
  // each of these lines ends with a comma
  const more = names.length - (shown.join(' ').split(',').length - 1);
  return [...shown, `  ${paint.dim(`... ${count(more, 'more host')}; -v shows all`)}`].join('\n');
}

/** The longest step's name. */
const STEP_WIDTH = 'environment'.length + 1;

/** Lines of a new file shown without -v. */
const NEW_FILE_LINES = 24;

const KINDS = {
  create: ['green', '+', 'new file'],
  change: ['yellow', '~', 'changed'],
  delete: ['red', '-', 'removed'],
  mode: ['yellow', '~', 'mode and owner'],
} as const;

function diffText({ path, kind, text }: FileDiff, style: PlanStyle): string {
  const { paint, whole, folds, width } = style;
  const [colour, mark, word] = KINDS[kind];
  const note = word + (text === null && kind !== 'mode' ? ', content not shown' : '');
  const head = `    ${paint[colour](`${mark} ${path}`)} ${paint.dim(`(${note})`)}\n`;
  if (text === null || text.trim() === '') return head;
  // where all lines are new or removed, the line numbers of a hunk say nothing
  const lines = text
    .replace(/\n$/, '')
    .split('\n')
    .filter((line) => kind === 'change' || !line.startsWith('@@'));
  const shown = whole || kind !== 'create' ? lines : lines.slice(0, NEW_FILE_LINES);
  const more = lines.length - shown.length;
  const parts = shown.flatMap((line) => {
    const written = line.replaceAll('\t', '    ');
    return (folds ? foldLine(written, width - 6) : [written]).map(diffPaint(line, paint));
  });
  if (more > 0) parts.push(paint.dim(`... ${count(more, 'more line')}; -v shows all`));
  return head + parts.map((part) => `      ${part}\n`).join('');
}

function diffPaint(line: string, paint: Paint): (text: string) => string {
  if (line.startsWith('@@')) return paint.cyan;
  if (line.startsWith('+')) return paint.green;
  return line.startsWith('-') ? paint.red : (text) => text;
}
