import type { RunReport } from '../model/event.ts';
import type { Notice, Position } from '../model/problem.ts';
import { findingGroups, type Group, groupEqual, problemGroups, warningGroups } from './groups.ts';
import { present, someNames } from './plain.ts';
import { type Commands, toCommand } from './printable.ts';
import { isNote, placeText } from './problem-text.ts';
import type { Cleaned } from './redact.ts';
import { docsOf, textOf } from './text-of.ts';

/** GitHub calls a note a notice. */
const LEVELS = ['error', 'warning', 'notice'] as const;

/** A note that GitHub shows on a line of the files under review. */
export interface Annotation {
  readonly level: (typeof LEVELS)[number];
  readonly title: string;
  readonly message: string;
  readonly at: Position | null;
}

/** The path of a file in the repository; null: it is not in the repository. */
export type PathOf = (file: string) => string | null;

/** GitHub shows so many of each level in one step and silently drops the rest. */
const MOST_SHOWN = 10;

/** Columns of the list of hosts in an annotation. */
const NAMES_WIDTH = 400;

/**
 * What went wrong on hosts, each on a line of the inventory: the value's, where the problem knows it,
 * otherwise the host's own. Hosts of one line with equal problems share an annotation.
 */
export function runAnnotations({ hosts, warnings }: Cleaned<RunReport>): readonly Annotation[] {
  const all = Object.entries(hosts);
  const errors = groupEqual(all, ({ place }) => [place]).flatMap(({ item: place, names }) =>
    problemGroups(names.map((name) => [name, hosts[name]!])).map((group) =>
      annotation('error', group, place),
    ),
  );
  const warned = warningGroups(all, warnings).map((group) =>
    annotation(levelOf(group.item), group),
  );
  return [...errors, ...warned];
}

/** What was found before any host was contacted. */
export const findingAnnotations = (
  problems: readonly Notice[],
  warnings: readonly Notice[],
): readonly Annotation[] => [
  ...findingGroups(problems).map((group) => annotation('error', group)),
  ...findingGroups(warnings).map((group) => annotation(levelOf(group.item), group)),
];

const levelOf = (warning: Notice): Annotation['level'] => (isNote(warning) ? 'notice' : 'warning');

function annotation(
  level: Annotation['level'],
  { item, names }: Group<Notice>,
  place: Position | null = null,
): Annotation {
  const { code, detail, at = place } = item;
  const { message, hint } = textOf(item);
  const lines = present(
    message,
    names.length > 0 && `on ${someNames(names, NAMES_WIDTH)}`,
    detail?.trimEnd(),
    hint && `help: ${hint}`,
    `see ${docsOf(item)}`,
  );
  return { level, title: `alloyup: ${code}`, message: lines.join('\n'), at };
}

/**
 * Workflow commands, one per line: `::error file=F,line=1,col=2,title=T::MESSAGE`. The last one of a
 * level counts those that GitHub would drop.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export function annotationsText(annotations: readonly Annotation[], pathOf: PathOf): Commands {
  const lines = LEVELS.flatMap((level) => {
    const all = annotations.filter((one) => one.level === level);
    if (all.length <= MOST_SHOWN) return all;
    const shown = all.slice(0, MOST_SHOWN - 1);
    const message = `${all.length - shown.length} more: see the log or the job summary`;
    return [...shown, { level, title: 'alloyup', message, at: null }];
  });
  return lines.map((one) => commandOf(one, pathOf)).join('') as Commands;
}

function commandOf({ level, title, message, at }: Annotation, pathOf: PathOf): Commands {
  const file = at && pathOf(at.file);
  const place = at && file !== null ? { file, line: at.line, col: at.column } : {};
  const where = at && file === null ? `${placeText(at)}: ` : '';
  return toCommand(level, { ...place, title }, where + message);
}
