import { nearest } from '../../model/frame.ts';
import { numberOf, stringOf, withoutParens } from '../ast-lookup.ts';
import { enumOf } from './enums.ts';
import { goDuration, inGo } from './go-duration.ts';
import { goUrlProblem } from './go-url.ts';
import type { Check, Part, Report, Rule } from './model.ts';
import { re2Problem } from './re2.ts';
import { spanOf } from './spans.ts';
import { isHttpUrl, isPlaceholder, variableIn } from './text-patterns.ts';

const duration: Rule = {
  code: 'value.duration',
  kind: 'knowledge',
  finds: 'a duration that Go cannot parse: "15 seconds", "7d"',
  fix: 'Write numbers with the units ns us ms s m h: "15s", "168h", "1h30m"',
};
const enumeration: Rule = {
  code: 'value.enum',
  kind: 'knowledge',
  finds: 'a word that the argument does not accept: level = "verbose"',
  fix: 'Use one of the words listed in the hint',
};
const regex: Rule = {
  code: 'value.regex',
  kind: 'knowledge',
  finds: 'a regular expression that RE2 refuses: unclosed groups, lookarounds, backreferences',
  fix: 'Fix the pattern; backslashes are doubled in "..." and single in `...`',
};
const url: Rule = {
  code: 'value.url',
  kind: 'knowledge',
  finds:
    'a URL that Go cannot parse, or without http:// or https:// where one is needed; alloy validate does not notice',
  fix: 'Write the whole URL: https://host:port/path',
};

const urlScheme: Rule = {
  code: 'value.url-scheme',
  kind: 'advice',
  finds: 'an empty URL, or one without http:// or https://: Alloy starts, and nothing is ever sent',
  fix: 'Write the whole URL: https://host:port/path',
};

export const VALUE_RULES: readonly Rule[] = [duration, enumeration, regex, url, urlScheme];

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
          const text =
            stringOf(one) ?? (numberOf(one) === undefined ? undefined : String(numberOf(one)));
          if (text === undefined) continue;
          const at = spanOf(part.node.parsed, one);
          if (type === 'duration' || type === 'list(duration)') {
            if (stringOf(one) !== undefined) checkDuration(text, at, report);
            continue;
          }
          checkWord(part, name, text, at, report);
          if (stringOf(one) === undefined) continue;
          if (isRegex(part, name)) checkRegex(text, at, report);
          if (isHttpUrl(part, name)) checkUrl(text, at, report);
        }
      }
    }
  }
};

function checkDuration(text: string, at: Parameters<Report>[1], report: Report): void {
  const read = goDuration(text);
  if (typeof read === 'number') return;
  const meant = inGo(text);
  report(
    duration,
    at,
    `time: ${read.problem}`,
    meant ? `Write "${meant}"` : 'Write numbers with the units ns us ms s m h, as in "1h30m"',
  );
}

function checkWord(
  part: Part,
  name: string,
  text: string,
  at: Parameters<Report>[1],
  report: Report,
): void {
  const words = enumOf(part.node.name, part.path, name);
  if (!words || words.includes(text)) return;
  const shown = words.filter((word) => word !== '');
  const meant = nearest(text, shown);
  const what = part.node.name === 'logging' ? `log ${name}` : name.replaceAll('_', ' ');
  report(
    enumeration,
    at,
    `unrecognized ${what} "${text}"`,
    `${meant ? `Did you mean "${meant}"? It takes` : 'Use one of'} ${shown.join(', ')}`,
  );
}

/** Blocks whose `regex` is one of Prometheus' relabelling. */
const RELABEL: readonly string[] = ['rule', 'write_relabel_config', 'relabel_config'];
const STAGE_PATTERNS: Readonly<Record<string, readonly string[]>> = {
  'stage.regex': ['expression'],
  'stage.replace': ['expression'],
  'stage.drop': ['expression'],
  'stage.multiline': ['firstline'],
  'stage.label_keep': ['regex'],
  'stage.structured_metadata': ['regex'],
};

function isRegex({ path, node }: Part, name: string): boolean {
  const block = path.at(-1) ?? '';
  if (name === 'regex' && RELABEL.includes(block)) return true;
  return node.name === 'loki.process' && (STAGE_PATTERNS[block]?.includes(name) ?? false);
}

function checkRegex(text: string, at: Parameters<Report>[1], report: Report): void {
  const problem = re2Problem(text);
  if (!problem) return;
  const perl = problem.includes('Perl syntax');
  report(
    regex,
    at,
    `error parsing regexp: ${problem}`,
    perl
      ? 'RE2 has no lookarounds and no backreferences: keep in one rule and drop in another'
      : 'Fix the pattern; double each backslash in "...", not in `...`',
  );
}

function checkUrl(text: string, at: Parameters<Report>[1], report: Report): void {
  if (isPlaceholder(text)) return; // said by text.placeholder
  const problem = goUrlProblem(text);
  if (problem) {
    const variable = variableIn(text);
    report(
      url,
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
    urlScheme,
    at,
    text === '' ? 'the URL is empty' : 'the URL has no http:// or https:// with a host',
    text === ''
      ? 'Write the whole URL: https://host:port/path'
      : 'Write http:// or https:// before the host',
  );
}
