import type { RunReport } from '../model/event.ts';
import { OUTCOMES } from '../model/event.ts';
import type { Notice } from '../model/problem.ts';
import { trimEndOf } from '../model/trim-end.ts';
import {
  alone,
  type Group,
  type Hosts,
  planGroups,
  problemGroups,
  warningGroups,
} from './groups.ts';
import { count, duration, oneLine, plain, present, someNames } from './plain.ts';
import { type Printable, toPrintable, withoutCommands } from './printable.ts';
import { isNote, placeText } from './problem-text.ts';
import type { Cleaned } from './redact.ts';
import { outcomeRows } from './summary.ts';
import { docsOf, textOf } from './text-of.ts';

/** GitHub drops a summary of more than 1 MiB. */
const MOST_BYTES = 1_000_000;

/** Columns of a list of hosts. */
const NAMES_WIDTH = 300;

/** A run for the page of a CI job: outcomes as a table, problems, plans with their diffs. */
export function markdown(report: Cleaned<RunReport>): Printable {
  const { verb, run, startedAt, finishedAt, exitCode, summary } = report;
  const hosts = Object.entries(report.hosts);
  const counts = OUTCOMES.filter((outcome) => summary[outcome]).map(
    (outcome) => `${summary[outcome]} ${outcome}`,
  );
  const ended =
    finishedAt === null
      ? 'not finished'
      : `${duration(finishedAt - startedAt)}, exit code ${exitCode ?? '?'}`;
  const rows = outcomeRows(hosts).map(
    ({ word, names }) => `| ${escaped(word)} | ${names.length} | ${namesText(names)} |\n`,
  );
  return limited([
    `## alloyup ${escaped(verb)}: ${counts.join(', ') || count(summary.hosts, 'host')}\n\nRun ${code(run)}, ${ended}.\n`,
    ...(rows.length > 0 ? [`| Outcome | Hosts | |\n|---|---:|---|\n${rows.join('')}`] : []),
    ...findingBlocks('Problems', problemGroups(hosts)),
    ...warningBlocks(warningGroups(hosts, report.warnings)),
    ...planBlocks(hosts),
  ]);
}

/** What was found before any host was contacted: by a check, or by a command that was refused. */
export const findingsMarkdown = (
  title: string,
  problems: readonly Notice[],
  warnings: readonly Notice[],
): Printable =>
  limited([
    `## alloyup ${title}: ${problems.length > 0 ? count(problems.length, 'error') : 'no errors'}\n`,
    ...findingBlocks('Problems', problems.map(alone)),
    ...warningBlocks(warnings.map(alone)),
  ]);

const warningBlocks = (groups: readonly Group<Notice>[]): readonly string[] => [
  ...findingBlocks(
    'Warnings',
    groups.filter(({ item }) => !isNote(item)),
  ),
  ...findingBlocks(
    'Notes',
    groups.filter(({ item }) => isNote(item)),
  ),
];

function findingBlocks(title: string, groups: readonly Group<Notice>[]): readonly string[] {
  if (groups.length === 0) return [];
  return [
    `### ${title}\n`,
    ...groups.map(({ item, names }) => {
      const { at, detail } = item;
      const { message, hint } = textOf(item);
      const lines = present(
        `**${escaped(item.code)}**: ${escaped(message)}`,
        at && `at ${code(placeText(at))}`,
        names.length > 0 && `on ${namesText(names)}`,
        hint && `help: ${escaped(hint)}`,
        `see ${code(docsOf(item))}`,
      );
      const text = `${lines.join('<br>\n')}\n`;
      return detail?.trim() ? `${text}\n${fenced(detail)}` : text;
    }),
  ];
}

function planBlocks(hosts: Hosts): readonly string[] {
  const groups = planGroups(hosts);
  if (groups.length === 0) return [];
  return [
    '### Changes\n',
    ...groups.map(({ item: { changes }, names, alike }) => {
      const steps = changes.map(({ step, title, diffs }) =>
        [
          `- **${escaped(step)}** ${escaped(title)}\n`,
          ...diffs.map(
            ({ path, kind, text }) =>
              `\n${code(path)} (${escaped(kind)})\n${text?.trim() ? `\n${fenced(text, 'diff')}` : ''}`,
          ),
        ].join(''),
      );
      return `<details><summary>${count(names.length, 'host')}: ${namesText(names)}</summary>\n\n${alike ? `Shown for ${escaped(names[0]!)}; the others differ only in the host name.\n\n` : ''}${steps.join('\n')}\n</details>\n`;
    }),
  ];
}

const namesText = (names: readonly string[]): string => escaped(someNames(names, NAMES_WIDTH));

/** One more than ever stand together in the text, and at least so many. */
function ticks(text: string, least: number): string {
  const longest = [...text.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 0);
  return '`'.repeat(Math.max(least, longest + 1));
}

/** A name, a path: no markup in it counts. */
function code(said: string): string {
  const text = withoutCommands(oneLine(said));
  const mark = ticks(text, 1);
  return text.includes('`') ? `${mark} ${text} ${mark}` : `${mark}${text}${mark}`;
}

/** The fence is longer than any inside. */
function fenced(said: string, language = ''): string {
  const text = withoutCommands(plain(said));
  const fence = ticks(text, 3);
  return `${fence}${language}\n${trimEndOf(text, '\n')}\n${fence}\n`;
}

/** Text of hosts and files: no markup, no link, one line. */
const escaped = (text: string): string =>
  oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_{}[\]#|~!@]|(?<=:):/g, (char) => `&#${char.charCodeAt(0)};`);

/** As many whole blocks as fit. */
function limited(blocks: readonly string[]): Printable {
  let text = '';
  for (const block of blocks) {
    if (Buffer.byteLength(text) + Buffer.byteLength(block) > MOST_BYTES)
      return toPrintable(
        `${text}\nThe rest is omitted: a job summary is limited to 1 MiB. See the log.\n`,
      );
    text += text === '' ? block : `\n${block}`;
  }
  return toPrintable(text);
}
