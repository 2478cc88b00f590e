import type { Notice, Position, Problem } from '../model/problem.ts';
import { trimEndOf } from '../model/trim-end.ts';
import { alone, findingGroups, type Group, isRendered } from './groups.ts';
import type { Paint } from './paint.ts';
import { count, cut, oneLine, plain, present, someNames, widthOf, wrap } from './plain.ts';
import { type Printable, toPrintable } from './printable.ts';
import { docsOf, textOf } from './text-of.ts';

export interface ProblemStyle {
  readonly paint: Paint;
  /** Columns. */
  readonly width: number;
  /** Each problem or warning ends with a link to its explanation. */
  readonly links?: boolean;
  /** All that hosts of a run ended with is told, however many of one kind, and every host is named. */
  readonly whole?: boolean;
}

type Kind = 'error' | 'warning' | 'note';

export const problemText = (problem: Problem, style: ProblemStyle): Printable =>
  toPrintable(blockText('error', alone(problem), style));

/** Of a kind that hosts have, so many are told in full: keys, addresses and sizes make others of what is one thing. */
const TOLD_OF_A_KIND = 3;

/** What hosts ended with. Of many problems of one kind, the first ones; the other hosts are named. */
export const errorTexts = (
  groups: readonly Group<Problem>[],
  style: ProblemStyle,
): readonly string[] => kindTexts('error', groups, style);

/** Warnings, and after them notes. Of many of one kind, the first ones; the other hosts are named. */
export const warningTexts = (
  groups: readonly Group<Notice>[],
  style: ProblemStyle,
): readonly string[] => [
  ...kindTexts(
    'warning',
    groups.filter(({ item }) => !isNote(item)),
    style,
  ),
  ...kindTexts(
    'note',
    groups.filter(({ item }) => isNote(item)),
    style,
  ),
];

/** Of a screen. */
export interface Room {
  readonly lines: number;
  /** Says where all of it is. */
  readonly more: string;
}

/**
 * Warnings and errors, as `warningTexts` and `errorTexts` do it, where there is room for that. Otherwise each kind gets as
 * many lines as there are for it, errors of most hosts first: what it is and on how many hosts, what to do, and some of
 * the hosts. The kinds that there is no room for are counted. @param room null: as much as they take
 */
export function textsWithin(
  room: Room | null,
  warnings: readonly Group<Notice>[],
  errors: readonly Group<Problem>[],
  style: ProblemStyle,
): readonly string[] {
  const whole = [...warningTexts(warnings, style), ...errorTexts(errors, style)];
  // with the empty lines after them
  const lines = whole.flatMap((text) => text.split('\n'));
  return room === null || rowsOf(lines, style.width) <= room.lines
    ? whole
    : [overview(room, warnings, errors, style)];
}

/** Of a terminal, which goes on in the next one where a line is longer. */
const rowsOf = (lines: readonly string[], width: number): number =>
  lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(plain(line)) / width)), 0);

function overview(
  { lines: room, more }: Room,
  warnings: readonly Group<Notice>[],
  errors: readonly Group<Problem>[],
  { paint, width }: ProblemStyle,
): string {
  const kinds = [...kindsOf('error', errors), ...kindsOf('warning', warnings)];
  // without `more`, and the empty line after it
  const free = room - 2;
  const shown = kinds.length > free ? kinds.slice(0, Math.max(1, free - 1)) : kinds;
  const lines = Math.floor(free / shown.length);
  const text = shown.map(({ kind, item, names, isOne }) => {
    const { message, hint } = textOf(item);
    const head = `${kind}[${oneLine(item.code)}]`;
    const on = names.length > 0 ? ` on ${count(names.length, 'host')}` : '';
    const said = cut(`${on}${isOne ? ':' : ', e.g.'} ${oneLine(message)}`, width - head.length);
    const help = cut(oneLine(hint), width - '  help: '.length);
    const some = cut(someNames(names.map(oneLine), width - 5), width - 5);
    return [
      `${paint[COLOURS[kind]](paint.bold(head))}${paint.bold(said)}\n`,
      lines > 1 && help !== '' ? `${paint.cyan('  help')}: ${help}\n` : '',
      lines > 2 && some !== '' ? `${paint.cyan('  on')} ${some}\n` : '',
    ].join('');
  });
  const left = kinds.length - shown.length;
  const others = left > 0 ? `and ${count(left, 'more kind')}\n` : '';
  return `${text.join('')}${others}${more}\n`;
}

/** What is of one kind, as one, with all of its hosts; those on most hosts first, and notes after warnings. */
const kindsOf = (kind: 'error' | 'warning', groups: readonly Group<Notice>[]) =>
  alikeGroups(kind, groups)
    .map((all) => {
      const { item } = all[0]!;
      const names = [...new Set(all.flatMap(({ names }) => names))];
      const isOne = all.length === 1;
      return { kind: isNote(item) ? ('note' as const) : kind, item, names, isOne };
    })
    .sort(
      (a, b) =>
        Number(a.kind === 'note') - Number(b.kind === 'note') || b.names.length - a.names.length,
    );

function alikeGroups(
  kind: Kind,
  groups: readonly Group<Notice>[],
): readonly (readonly Group<Notice>[])[] {
  const alike = new Map<string, Group<Notice>[]>();
  for (const group of groups) {
    const { item, names } = group;
    // what was found before any host was contacted is somebody's to mend, place by place
    const isOfHosts = names.length > 0 && !(kind !== 'error' && isRendered(item));
    const key = isOfHosts ? sortOf(item) : JSON.stringify(item);
    const known = alike.get(key);
    if (known) known.push(group);
    else alike.set(key, [group]);
  }
  return [...alike.values()];
}

function kindTexts(
  kind: Kind,
  groups: readonly Group<Notice>[],
  style: ProblemStyle,
): readonly string[] {
  return alikeGroups(kind, groups).flatMap((all) => {
    const hosts = new Set(all.flatMap(({ names }) => names));
    // one more takes no more room than to say that there is one more, and what a single host has is told
    const isShort = all.length <= TOLD_OF_A_KIND + 1 || hosts.size < all.length;
    const told = style.whole || isShort ? all : all.slice(0, TOLD_OF_A_KIND);
    const others = all.slice(told.length);
    return [
      ...told.map((group) => blockText(kind, group, style)),
      ...(others.length > 0 ? [othersText(kind, others, style)] : []),
    ];
  });
}

const sortOf = ({ code, params }: Notice): string =>
  JSON.stringify([code, params && 'reason' in params ? params.reason : null]);

function othersText(
  kind: Kind,
  groups: readonly Group<Notice>[],
  { paint, width }: ProblemStyle,
): string {
  const names = groups.flatMap((group) => group.names);
  const head = `${kind}[${oneLine(groups[0]!.item.code)}]`;
  const what = `more of this kind on ${count(names.length, 'host')}; -v shows each`;
  return `${paint[COLOURS[kind]](paint.bold(head))}: ${paint.bold(wrap(what, width, 2, head.length + 2))}
${paint.cyan('  on')} ${hostNames(names, width)}
`;
}

/** Nobody has to act on it. */
export const isNote = (notice: Notice): boolean =>
  'severity' in notice && notice.severity === 'note';

/** "2 warnings, 1 note"; empty without any. What was found in the texts of several hosts counts once. */
export const warningSum = (warnings: readonly Notice[]): string =>
  sumOf(findingGroups(warnings).map(({ item }) => item));

function sumOf(warnings: readonly Notice[]): string {
  const notes = warnings.filter(isNote).length;
  const others = warnings.length - notes;
  return present(others > 0 && count(others, 'warning'), notes > 0 && count(notes, 'note')).join(
    ', ',
  );
}

/** All of them, equal ones of several hosts together, separated by blank lines, and their totals. */
export function problemsText(
  problems: readonly Problem[],
  warnings: readonly Notice[],
  style: ProblemStyle,
): Printable {
  const warned = findingGroups(warnings);
  const errors = findingGroups(problems);
  const blocks = [...warningTexts(warned, style), ...errorTexts(errors, style)];
  const sums = present(
    errors.length > 0 && count(errors.length, 'error'),
    sumOf(warned.map(({ item }) => item)),
  );
  const text = blocks.join('\n') + (blocks.length > 1 ? `\n${sums.join(', ')}\n` : '');
  return toPrintable(text);
}

export const placeText = ({ file, line, column }: Position): string =>
  `${oneLine(file)}:${line}:${column}`;

/**
 * A problem or warning as a compiler would print it: what, where, the lines, what to do. Without names
 * it is about the host that it was met on, if any. Ends with a newline.
 */
function blockText(
  kind: Kind,
  { item: notice, names }: Group<Notice>,
  { paint, width, links, whole = false }: ProblemStyle,
): string {
  const { code, host, at, detail } = notice;
  const { message, hint } = textOf(notice);
  const head = `${kind}[${oneLine(code)}]`;
  const colour = paint[COLOURS[kind]];
  let text = `${colour(paint.bold(head))}: ${paint.bold(wrap(message, width, 2, head.length + 2))}\n`;
  if (at) text += `${paint.cyan(' -->')} ${placeText(at)}\n`;
  const on = names.length === 0 && host !== undefined ? [host] : names;
  if (isRendered(notice)) {
    // the place names the first one
    const others = someNames(on.slice(1), width - '  also rendered for '.length);
    if (others !== '') text += `${paint.cyan('  also')} rendered for ${others}\n`;
  } else if (on.length > 0) text += `${paint.cyan('  on')} ${hostNames(on, width, whole)}\n`;
  if (detail !== undefined && detail.trim() !== '') text += detailText(plain(detail), paint, width);
  if (hint !== '') text += `${paint.cyan('  help')}: ${wrap(hint, width, 8, 8)}\n`;
  if (links) text += `${paint.cyan('  see')} ${docsOf(notice)}\n`;
  return text;
}

const COLOURS = { error: 'red', warning: 'yellow', note: 'cyan' } as const;

/** So many hosts are named. Of more, the first few are, so that what befell a large fleet fits on a screen or two. */
const NAMES_SHOWN = 40;
const NAMES_OF_MANY = 12;

function hostNames(hosts: readonly string[], width: number, whole = false): string {
  const named = !whole && hosts.length > NAMES_SHOWN ? hosts.slice(0, NAMES_OF_MANY) : hosts;
  const more = hosts.length - named.length;
  const names = named.map(oneLine).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return wrap(names, width, 5, 5);
}

/** A line of a code frame: number, bar and text, or only bar and carets. */
const FRAME = /^[ >]*(?:\d+ *)?\|/;
const CARETS = /^([ >]*\|)([ \t]*\^.*)$/;

function detailText(detail: string, paint: Paint, width: number): string {
  const lines = trimEndOf(detail, '\n').split('\n');
  const isFrame = lines.every((line) => FRAME.test(line));
  return lines
    .map((line) => {
      if (!isFrame) return outputLine(line, paint, width);
      const carets = CARETS.exec(line);
      if (carets) return `  ${paint.dim(carets[1]!)}${paint.red(carets[2]!)}\n`;
      const gutter = FRAME.exec(line)![0];
      return `  ${paint.dim(gutter)}${line.slice(gutter.length)}\n`;
    })
    .join('');
}

/** What a command printed, behind a bar; wrapped where it is longer than the terminal. */
const outputLine = (line: string, paint: Paint, width: number): string =>
  wrap(line, width - 4, 2)
    .split('\n')
    .map((part) => `${paint.dim('  |')} ${part}\n`)
    .join('');
