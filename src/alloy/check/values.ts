import { nearest } from '../../model/frame.ts';
import { table } from '../../model/table.ts';
import { numberOf, stringOf, withoutParens } from '../ast-lookup.ts';
import { enumOf } from './enums.ts';
import { goDuration, inGo } from './go-duration.ts';
import { goUrlProblem } from './go-url.ts';
import type { Check, FileSpan, Part, Report } from './model.ts';
import { re2Problem } from './re2.ts';
import { spanOf } from './spans.ts';
import { isHttpUrl, isPlaceholder, variableIn } from './text-patterns.ts';

/** The contents of texts: durations, words of a list, patterns, URLs. */
export const checkValues: Check = ({ nodes }, report) => {
  for (const { parts } of nodes) {
    for (const part of parts) {
      for (const statement of part.block.body) {
        if (statement.kind !== 'attribute') continue;
        const { name } = statement.name;
        const type = part.rule?.attributes.get(name)?.type;
        const value = withoutParens(statement.value);
        const values = value.kind === 'array' ? value.elements : [value];
        for (const one of values) {
          const text = stringOf(one);
          const at = spanOf(part.node.parsed, one);
          if (type === 'duration' || type === 'list(duration)') {
            if (text !== undefined) checkDuration(text, at, report);
            continue;
          }
          checkWord(part, name, text ?? numberOf(one)?.toString(), at, report);
          if (text === undefined) continue;
          if (isRegex(part, name)) checkRegex(text, at, report);
          if (isHttpUrl(part, name)) checkUrl(text, at, report);
        }
      }
    }
  }
};

function checkDuration(text: string, at: FileSpan, report: Report): void {
  const read = goDuration(text);
  if (typeof read === 'number') return;
  const meant = inGo(text);
  report(
    'value.duration',
    at,
    `time: ${read.problem}`,
    meant ? `Write "${meant}"` : 'Write numbers with the units ns us ms s m h, as in "1h30m"',
  );
}

function checkWord(
  part: Part,
  name: string,
  text: string | undefined,
  at: FileSpan,
  report: Report,
): void {
  const words = enumOf(part.node.name, part.path, name);
  if (!words || text === undefined || words.includes(text)) return;
  const shown = words.filter((word) => word !== '');
  const meant = nearest(text, shown);
  const what = part.node.name === 'logging' ? `log ${name}` : name.replaceAll('_', ' ');
  report(
    'value.enum',
    at,
    `unrecognized ${what} "${text}"`,
    `${meant ? `Did you mean "${meant}"? It takes` : 'Use one of'} ${shown.join(', ')}`,
  );
}

/** Blocks whose `regex` is one of Prometheus' relabelling. */
const RELABEL: readonly string[] = ['rule', 'write_relabel_config', 'relabel_config'];
const STAGE_PATTERNS = table<readonly string[]>({
  'stage.regex': ['expression'],
  'stage.replace': ['expression'],
  'stage.drop': ['expression'],
  'stage.multiline': ['firstline'],
  'stage.label_keep': ['regex'],
  'stage.structured_metadata': ['regex'],
});

function isRegex({ path, node }: Part, name: string): boolean {
  const block = path.at(-1) ?? '';
  if (name === 'regex' && RELABEL.includes(block)) return true;
  return node.name === 'loki.process' && (STAGE_PATTERNS[block]?.includes(name) ?? false);
}

function checkRegex(text: string, at: FileSpan, report: Report): void {
  const problem = re2Problem(text);
  if (!problem) return;
  const perl = problem.includes('Perl syntax');
  report(
    'value.regex',
    at,
    `error parsing regexp: ${problem}`,
    perl
      ? 'RE2 has no lookarounds and no backreferences: keep in one rule and drop in another'
      : 'Fix the pattern; double each backslash in "...", not in `...`',
  );
}

function checkUrl(text: string, at: FileSpan, report: Report): void {
  if (isPlaceholder(text)) return; // said by text.placeholder
  const problem = goUrlProblem(text);
  if (problem) {
    const variable = variableIn(text);
    report(
      'value.url',
      at,
      `cannot parse the URL: ${problem}`,
      variable
        ? `Write ${variable.rewritten}: strings are not expanded`
        : 'Write the whole URL: https://host:port/path',
    );
    return;
  }
  if (/^https?:\/\/[^/]/i.test(text)) return;
  report(
    'value.url-scheme',
    at,
    text === '' ? 'the URL is empty' : 'the URL has no http:// or https:// with a host',
    text === ''
      ? 'Write the whole URL: https://host:port/path'
      : 'Write http:// or https:// before the host',
  );
}
