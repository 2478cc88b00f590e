import { memo } from '../../model/memo.ts';
import { re2Problem } from '../../model/re2.ts';
import type { Expression } from '../ast.ts';
import { numberOf, withoutParens } from '../ast-lookup.ts';
import { textOf } from './constants.ts';
import { goDuration, inGo } from './go-duration.ts';
import { goUrlProblem } from './go-url.ts';
import { byteSize, inByteUnits } from './grammar/byte-size.ts';
import { BLACKBOX, SNMP, SQL } from './grammar/exporter-configs.ts';
import { templateProblem } from './grammar/go-template.ts';
import { jmespathProblem, subtractsNames } from './grammar/jmespath.ts';
import { selectorProblem } from './grammar/log-selector.ts';
import { lokiPatternProblem } from './grammar/loki-pattern.ts';
import { meantZone, timeZoneProblem } from './grammar/time-zone.ts';
import { type Shape, yamlProblem } from './grammar/yaml-config.ts';
import type { Check, CheckOptions, FileSpan, Part, Report } from './model.ts';
import { spanOf } from './spans.ts';
import { isHttpUrl, isUnfilled, variableIn } from './text-patterns.ts';
import { type Grammar, grammarOf } from './value-places.ts';
import { olderThan } from './versions.ts';

/** The contents of texts: durations, sizes, URLs, and whatever has a grammar of its own. */
export const checkValues: Check = ({ nodes, options }, report) => {
  for (const { parts } of nodes) {
    for (const part of parts) {
      for (const statement of part.block.body) {
        if (statement.kind !== 'attribute') continue;
        const { name } = statement.name;
        const type = part.rule?.attributes.get(name)?.type ?? '';
        const grammar = grammarOf(part, name);
        const url = isHttpUrl(part, name);
        const isParsedUrl = type.includes('config.URL');
        const timed = type === 'duration' || type === 'list(duration)';
        if (!timed && type !== 'bytes' && !grammar && !url && !isParsedUrl) continue;
        each(statement.value, (value, key) => {
          const text = textOf(value) ?? (timed || type === 'bytes' ? written(value) : undefined);
          if (text === undefined) return;
          const at = spanOf(part.node.parsed, value);
          if (timed) checkDuration(text, at, report);
          else if (type === 'bytes') checkSize(text, at, report);
          else if (grammar) READERS[grammar](text, { at, key, options, report });
          else if (url) checkUrl(text, at, report);
          else checkParsedUrl(part, text, at, report);
        });
      }
    }
  }
};

/** A value, each element of a list, and each value of an object with its key. */
function each(
  expression: Expression,
  see: (value: Expression, key: string | undefined) => void,
): void {
  const value = withoutParens(expression);
  if (value.kind === 'array') for (const one of value.elements) see(one, undefined);
  else if (value.kind === 'object')
    for (const { key, value: one } of value.fields) see(one, key.name);
  else see(value, undefined);
}

/** The text that a number becomes where a text is wanted. */
const written = (expression: Expression): string | undefined => numberOf(expression)?.toString();

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

function checkSize(text: string, at: FileSpan, report: Report): void {
  const read = byteSize(text);
  if (typeof read === 'number') return;
  const meant = inByteUnits(text);
  report(
    'value.size',
    at,
    `units: ${read.problem}`,
    meant ? `Write "${meant}"` : 'Write a number with B, KiB, MiB or GiB, as in "512MiB"',
  );
}

interface Reading {
  readonly at: FileSpan;
  /** The key of the object that the text stands in. */
  readonly key: string | undefined;
  readonly options: CheckOptions;
  readonly report: Report;
}

const READERS: Readonly<Record<Grammar, (text: string, reading: Reading) => void>> = {
  regex: (text, { at, report }) => checkRegex(text, at, report),
  'regex-panics': (text, { at, report }) => checkRegex(text, at, report, true),
  jmespath: checkJmespath,
  template: (text, { at, report }) => {
    const problem = templateProblem(text);
    if (!problem) return;
    const fix = problem.message.includes('not defined')
      ? 'Use a function of Go templates, sprig, or ToLower, ToUpper, Replace, TrimSpace, Hash, ...'
      : 'Close every {{ with }}, and every if, range and with with {{ end }}';
    report(
      'value.template',
      at,
      problem.message,
      problem.meant ? `Did you mean ${problem.meant}?` : fix,
    );
  },
  selector: (text, { at, report }) => {
    const problem = selectorProblem(text);
    if (!problem) return;
    report(
      'value.selector',
      at,
      problem.panics
        ? `${problem.message}: Alloy panics on it`
        : `invalid selector syntax for match stage: ${problem.message}`,
      'Write {name="value", other=~"pattern"} and, behind it, |= "text" or |~ "pattern"',
      problem.panics ? 'language' : undefined,
    );
  },
  'loki-pattern': (text, { at, report }) => {
    const problem = lokiPatternProblem(text);
    if (!problem) return;
    report(
      'value.pattern',
      at,
      `failed to parse pattern: ${problem}`,
      'Name each part once, with text between the parts: <ip> - <user> <_>',
    );
  },
  'time-zone': (text, { at, report }) => {
    const problem = timeZoneProblem(text);
    if (!problem) return;
    const meant = meantZone(text);
    report(
      'value.time-zone',
      at,
      problem,
      meant && meant !== text
        ? `Write "${meant}": case counts`
        : 'Use a name of the IANA database, such as Europe/Berlin',
    );
  },
  blackbox: (text, reading) => checkYaml(text, BLACKBOX, 'blackbox_exporter config', reading),
  snmp: (text, reading) => checkYaml(text, SNMP, 'snmp_exporter config', reading),
  sql: (text, reading) => checkYaml(text, SQL, 'query_config', reading),
};

/** The configurations of a fleet hold the same patterns again and again. */
const regexProblem = memo(re2Problem);

function checkRegex(text: string, at: FileSpan, report: Report, panics = false): void {
  const problem = regexProblem(text);
  if (!problem) return;
  const perl = /Perl syntax|\(\?<[=!]/.test(problem);
  report(
    'value.regex',
    at,
    `error parsing regexp: ${problem}${panics ? ': Alloy panics on it' : ''}`,
    perl
      ? 'RE2 has no lookarounds and no backreferences: keep in one rule and drop in another'
      : 'Fix the pattern; double each backslash in "...", not in `...`',
    panics ? 'language' : undefined,
  );
}

function checkJmespath(text: string, { at, key, options, report }: Reading): void {
  const expression = text === '' ? (key ?? '') : text;
  // until 1.10 the library knew no arithmetic
  const problem = jmespathProblem(expression, {
    arithmetic: !olderThan(options.version, '1.11.0'),
  });
  if (problem) {
    report(
      'value.jmespath',
      at,
      `could not compile JMES expression: SyntaxError: ${problem}`,
      /^[^"'`[\](){}|&]+$/.test(expression)
        ? `Quote the key inside the string: "\\"${expression}\\""`
        : 'Fix the expression, or quote its keys: "\\"@timestamp\\""',
    );
  } else if (subtractsNames(expression)) {
    report(
      'value.unusable',
      at,
      `${expression} subtracts one key from another, and gives nothing`,
      `Quote the key inside the string: "\\"${expression}\\""`,
    );
  }
}

function checkYaml(text: string, shape: Shape, what: string, { at, report }: Reading): void {
  const problem = yamlProblem(text, shape);
  if (!problem) return;
  report(
    'value.yaml',
    at,
    `invalid ${what}: ${problem.message}`,
    problem.meant ? `Did you mean ${problem.meant}?` : 'Fix the YAML inside the string',
  );
}

/** An argument that Alloy parses as a URL before it looks at anything else. */
function checkParsedUrl(_: Part, text: string, at: FileSpan, report: Report): void {
  const problem = goUrlProblem(text);
  if (!problem) return;
  report(
    'value.url',
    at,
    `cannot parse the URL: ${problem}`,
    'Write the whole URL: http://host:port',
  );
}

function checkUrl(text: string, at: FileSpan, report: Report): void {
  if (isUnfilled(text)) return; // said by text.placeholder
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
