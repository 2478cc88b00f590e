import type { HostReport, PlanView } from '../model/event.ts';
import { type FileDiff, NEEDS, type Needs } from '../model/plan.ts';
import type { Problem, Warning } from '../model/problem.ts';
import type { Paint } from './paint.ts';
import { count, pad, wrap } from './plain.ts';
import { type ProblemStyle, problemText, warningText } from './problem.ts';

export interface PlanStyle extends ProblemStyle {
  readonly diffs: boolean;
  /** Long new files are cut unless this is set. */
  readonly whole: boolean;
}

type Hosts = Iterable<readonly [string, HostReport]>;

/**
 * The plans of all hosts as people read them: warnings first, hosts with equal plans together,
 * what went wrong on the way, and the sum in one line.
 */
export function plansText(hosts: Hosts, warnings: readonly Warning[], style: PlanStyle): string {
  const all = [...hosts];
  const blocks = [
    ...warningGroups(all, warnings).map(({ item, names }) => warningText(item, style, names)),
    ...alikeGroups(planGroups(all)).map((group) => planText(group, style)),
    ...problemGroups(all).map(({ item, names }) => problemText(item, style, names)),
  ];
  return [...blocks, `${planSum(all, style.paint)}\n`].join('\n');
}

/** "Plan: 3 hosts to change (1 restart, 2 reload), 7 unchanged." */
export function planSum(hosts: Hosts, paint: Paint): string {
  const needs = { nothing: 0, reload: 0, restart: 0 };
  let change = 0;
  let same = 0;
  let blocked = 0;
  let unknown = 0;
  for (const [, { plan }] of hosts) {
    if (!plan) unknown += 1;
    else if (plan.problems.length > 0) blocked += 1;
    else if (plan.changes.length > 0) {
      change += 1;
      needs[needOf(plan.changes)] += 1;
    } else same += 1;
  }
  const service = (['restart', 'reload'] as const).flatMap((need) =>
    needs[need] > 0 ? [`${needs[need]} ${need}`] : [],
  );
  const how = service.length > 0 ? ` (${service.join(', ')})` : '';
  const parts = [
    ...(change > 0 ? [paint.yellow(`${count(change, 'host')} to change${how}`)] : []),
    ...(same > 0 || change + blocked + unknown === 0
      ? [paint.green(change > 0 ? `${same} unchanged` : `${count(same, 'host')} unchanged`)]
      : []),
    ...(blocked > 0 ? [paint.red(`${blocked} that cannot be changed`)] : []),
    ...(unknown > 0 ? [paint.red(`${unknown} without a plan`)] : []),
  ];
  return `${paint.bold('Plan:')} ${parts.join(', ')}.`;
}

export interface Group<T> {
  readonly item: T;
  readonly names: readonly string[];
}

/** Equal items with the hosts that they were met on, in the order of the first. */
export function groupEqual<T>(items: Iterable<readonly [string, T]>): readonly Group<T>[] {
  const groups = new Map<string, { item: T; names: string[] }>();
  for (const [name, item] of items) {
    const key = JSON.stringify(item);
    const group = groups.get(key);
    if (!group) groups.set(key, { item, names: [name] });
    else if (group.names.at(-1) !== name) group.names.push(name);
  }
  return [...groups.values()];
}

/**
 * Every problem that hosts ended with or that stands in the way of their plans. Problems that
 * differ in nothing but the host's name or address are one, in the words of the first.
 */
export function problemGroups(hosts: Hosts): readonly Group<Problem>[] {
  const groups = new Map<string, { item: Problem; names: string[] }>();
  for (const [name, { problem, plan }] of hosts) {
    for (const said of [...(problem ? [problem] : []), ...(plan?.problems ?? [])]) {
      const item = withoutHost(said, name);
      const key = JSON.stringify(item).replaceAll(name, 'HOST').replace(ADDRESS, 'HOST');
      const group = groups.get(key);
      if (!group) groups.set(key, { item, names: [name] });
      else if (group.names.at(-1) !== name) group.names.push(name);
    }
  }
  return [...groups.values()];
}

/** IPv4, or IPv6 with at least two colons. */
const ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}\b/gi;

/** All warnings of a run and of its hosts' plans. */
export function warningGroups(
  hosts: readonly (readonly [string, HostReport])[],
  ofRun: readonly Warning[],
): readonly Group<Warning>[] {
  const ofHosts = hosts.flatMap(([name, { plan, warnings }]) =>
    [
      ...warnings,
      ...(plan?.warnings ?? []),
      ...(plan?.changes.flatMap((change) => change.warnings) ?? []),
    ].map((warning) => [name, withoutHost(warning, name)] as const),
  );
  return [...ofRun.map((item) => ({ item, names: [] })), ...groupEqual(ofHosts)];
}

const withoutHost = <T extends { readonly message: string }>(said: T, host: string): T =>
  said.message.startsWith(`${host}: `)
    ? { ...said, message: said.message.slice(host.length + 2) }
    : said;

/** Plans that change something, equal ones together, in the order of the first. */
export function planGroups(
  hosts: readonly (readonly [string, HostReport])[],
): readonly Group<PlanView>[] {
  return groupEqual(
    hosts.flatMap(([name, { plan }]) =>
      plan && plan.changes.length > 0
        ? // what is shown elsewhere must not keep equal plans apart
          [[name, { ...plan, warnings: [], problems: [] }] as const]
        : [],
    ),
  );
}

/** Hosts that the same is done to. */
interface PlanGroup extends Group<PlanView> {
  /** The plans differ in the name of their host; `item` is the first one's. */
  readonly alike: boolean;
}

/** Groups that differ in nothing but the name of their host are one: 200 labels are one change. */
export function alikeGroups(equal: readonly Group<PlanView>[]): readonly PlanGroup[] {
  const groups = new Map<string, PlanGroup>();
  for (const group of equal) {
    const key = group.names.length === 1 ? withoutName(group) : JSON.stringify(group.item);
    const alike = groups.get(key);
    groups.set(key, {
      item: alike?.item ?? group.item,
      names: [...(alike?.names ?? []), ...group.names],
      alike: alike !== undefined,
    });
  }
  return [...groups.values()];
}

/** A plan in which the host's name, where it stands as a word, is any host's. */
const withoutName = ({ item, names }: Group<PlanView>): string =>
  JSON.stringify(item)
    .split(names[0]!)
    .reduce((text, part) => {
      const word = !/[\w.-]$/.test(text) && !/^(?:[\w-]|\.\w)/.test(part);
      return `${text}${word ? '\u0000' : names[0]}${part}`;
    });

function planText({ item: plan, names, alike }: PlanGroup, style: PlanStyle): string {
  const { paint, width } = style;
  let text = `${paint.bold(wrap(headline(plan, names), width, 2))}\n`;
  if (names.length > 1) text += `  ${namesText(names, style)}\n`;
  if (alike && style.diffs)
    text += `  ${paint.dim(`as on ${names[0]}; elsewhere the name differs`)}\n`;
  for (const { step, title: what, diffs } of plan.changes) {
    text += `  ${paint.cyan(pad(step, STEP_WIDTH))} ${wrap(what, width, STEP_WIDTH + 3, STEP_WIDTH + 3)}\n`;
    if (style.diffs) text += diffs.map((diff) => diffText(diff, style)).join('');
  }
  return text;
}

/** "18 hosts: alloy 1.17.0-1 -> 1.18.1-1, config, restart"; one host by its name alone. */
function headline({ changes }: PlanView, names: readonly string[]): string {
  if (names.length === 1) return names[0]!;
  const what = changes.flatMap(({ step, title }) =>
    step === 'package' ? [title] : step === 'service' ? [] : [step],
  );
  const need = needOf(changes);
  return `${count(names.length, 'host')}: ${[...what, ...(need === 'nothing' ? [] : [need])].join(', ')}`;
}

/** What happens to the service. */
const needOf = (changes: PlanView['changes']): Needs =>
  NEEDS[Math.max(0, ...changes.map(({ needs }) => NEEDS.indexOf(needs)))]!;

/** Lines of names that are shown unless all are asked for. */
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

/** Lines of a new file that are shown unless all are asked for. */
const NEW_FILE_LINES = 24;

const MARKS = { create: '+', change: '~', delete: '-', mode: '~' } as const;

function diffText({ path, kind, text }: FileDiff, { paint, whole }: PlanStyle): string {
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
  // where all lines are new or gone, the counts of a hunk tell nothing
  const lines = text
    .replace(/\n$/, '')
    .split('\n')
    .filter((line) => kind === 'change' || !line.startsWith('@@'));
  const shown = whole || kind !== 'create' ? lines : lines.slice(0, NEW_FILE_LINES);
  const more = lines.length - shown.length;
  return (
    head +
    shown.map((line) => `      ${diffLine(line, paint)}\n`).join('') +
    (more > 0 ? `      ${paint.dim(`... ${count(more, 'more line')}; -v shows all`)}\n` : '')
  );
}

function diffLine(written: string, paint: Paint): string {
  const line = written.replaceAll('\t', '    ');
  if (line.startsWith('@@')) return paint.cyan(line);
  if (line.startsWith('+')) return paint.green(line);
  if (line.startsWith('-')) return paint.red(line);
  return line;
}
