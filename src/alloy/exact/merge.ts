import type {
  DiagnosticWarning,
  Notice,
  Problem,
  ProblemOf,
  Warning,
} from '../../model/problem.ts';
import { lineStartsOf, utf8Length } from '../position.ts';
import { secretSpans } from '../secret-spans.ts';
import { framesOf } from '../source-frame.ts';
import type { AlloyFinding } from './answers.ts';

/** What was found in a configuration. */
export interface Findings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Warning[];
}

/** What Alloy itself said of it. */
export interface Answer {
  readonly found: readonly AlloyFinding[];
  /** Its name in the list: `alloy 1.18.1`. */
  readonly by: string;
  /** Text of each file, by the name in the findings. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Our name in the list. */
const OURS = 'alloyup';

/** Names that our table of components does not have: an Alloy that accepts the whole file has them. */
const NAMES: readonly string[] = ['argument.unknown', 'block.unknown', 'component.unknown'];

/** Each of our findings with who says so, before Alloy is asked. */
export const ourFindings = ({ problems, warnings }: Findings): Findings => ({
  problems: problems.map((problem) => alsoSaidBy(problem, OURS)),
  warnings: warnings.map((warning) => alsoSaidBy(warning, OURS)),
});

/**
 * The findings of `ourFindings`, or of an earlier merge, and those of Alloy as one list without
 * duplicates. What both say keeps its words, and is an error if either calls it one. Pure.
 */
export function mergeFindings(known: Findings, { found, by, sources }: Answer): Findings {
  // a name that Alloy takes is no mistake, whatever our table says
  const isWrong = ({ code, at, params }: Warning): boolean =>
    found.length === 0 && at !== undefined && sources.has(at.file) && NAMES.includes(code)
      ? (params.sources ?? []).length <= 1
      : false;
  const warnings = known.warnings.filter((warning) => !isWrong(warning));
  const theirs = new Map<Notice, AlloyFinding[]>();
  const left: AlloyFinding[] = [];
  for (const finding of found) {
    const same = sameAs(finding, [...known.problems, ...warnings], theirs);
    if (same) theirs.set(same, [...(theirs.get(same) ?? []), finding]);
    else left.push(finding);
  }
  const merged: { problems: Problem[]; warnings: Warning[] } = { problems: [], warnings: [] };
  for (const problem of known.problems)
    merged.problems.push(theirs.has(problem) ? alsoSaidBy(problem, by) : problem);
  for (const warning of warnings) {
    const both = theirs.get(warning);
    const said = both ? alsoSaidBy(warning, by) : warning;
    const isError = both?.some(({ severity }) => severity === 'error') ?? false;
    if (isError && isDiagnostic(said)) merged.problems.push(asProblem(said));
    else merged.warnings.push(both ? asWarning(said) : said);
  }
  const shown = new Map([...sources].map(([file, text]) => [file, maskedIn(text)]));
  for (const finding of left) {
    const { severity, line, column, file } = finding;
    const { said, detail } = shown.get(file)!(finding);
    const advice =
      severity === 'error' ? `Fix this: ${by} refuses it` : 'Change it: alloy validate fails on it';
    const params = { reason: 'diagnostic', rule: 'alloy.validate', said, advice } as const;
    const at = { file, line, column };
    const warning = { code: 'alloy.validate', params: { ...params, sources: [by] }, at, detail };
    if (severity === 'error') merged.problems.push(asProblem(warning));
    else merged.warnings.push(warning);
  }
  return merged;
}

function alsoSaidBy<T extends Notice>(notice: T, by: string): T {
  const { sources = [] } = notice.params;
  const params: object = { ...(notice.params as object), sources: [...sources, by] };
  return { ...(notice as object), params } as T;
}

const isDiagnostic = (notice: Notice): notice is DiagnosticWarning =>
  notice.params.reason === 'diagnostic';

/** What is a note for us. */
function asWarning({ severity: _, ...warning }: Warning): Warning {
  return warning as Warning;
}

const asProblem = ({
  code: _,
  severity: __,
  ...notice
}: DiagnosticWarning): ProblemOf<'config.check'> => ({
  code: 'config.check',
  ...notice,
});

/** Rules whose faults Alloy reports more than once at one place. */
const REPEATED = /^syntax\.|^block\.unknown-root$/;

/**
 * Which of ours means the same: on the same line, and at the same column or with a name in common. Each of
 * ours stands for one of theirs but for those of `REPEATED` and cycles,
 * which Alloy names at each of their members.
 */
function sameAs(
  { file, line, column, message }: AlloyFinding,
  ours: readonly Notice[],
  taken: ReadonlyMap<Notice, readonly AlloyFinding[]>,
): Notice | undefined {
  let best: Notice | undefined;
  let most = 0;
  const names = namesIn(message);
  for (const notice of ours) {
    if (!isDiagnostic(notice) || notice.at?.file !== file) continue;
    const { at, params } = notice;
    const { rule, said } = params;
    const common = namesIn(said).filter((name) => names.includes(name)).length;
    const samePlace = at.line === line && at.column === column;
    let score = 0;
    if (at.line === line && !taken.has(notice)) score = common + (samePlace ? 1.5 : 0);
    else if (samePlace && REPEATED.test(rule)) score = 0.5;
    else if (rule === 'reference.cycle' && message.startsWith('cycle') && common > 0) score = 0.5;
    if (score > most) [best, most] = [notice, score];
  }
  return best;
}

/** Quoted words, and names with a dot. */
const namesIn = (text: string): readonly string[] => [
  ...new Set(
    [...text.matchAll(/"([^"]+)"|`([^`]+)`|\b(\w+(?:\.\w+)+)\b/g)].map(
      ([, quoted, ticked, dotted]) => (quoted ?? ticked ?? dotted)!,
    ),
  ),
];

/** What may be shown of a finding: its message without secrets of the text, and the lines around its place. */
function maskedIn(source: string) {
  const starts = lineStartsOf(source);
  const frame = framesOf(source, 78);
  const secrets = secretSpans(source)
    .map(({ start, end }) => source.slice(start, end))
    .filter((secret) => secret.length > 3);
  return ({ line, column, message }: AlloyFinding) => {
    const from = starts[line - 1] ?? source.length;
    let start = from;
    for (let bytes = 1; bytes < column && start < source.length; start++)
      bytes += utf8Length(source, start, start + 1);
    const [word] = /^(?:"(?:\\.|[^"\\\n])*"|[\w.]+|.|$)/su.exec(source.slice(start))!;
    const said = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), message);
    return { said, detail: frame(start, start + word.length) };
  };
}
