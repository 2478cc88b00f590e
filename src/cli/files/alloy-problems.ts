import type { Diagnostic } from '../../alloy/diagnostic.ts';
import { framesOf } from '../../alloy/frame.ts';
import type { Parsed } from '../../alloy/parse.ts';
import type { Problem, Warning } from '../../model/problem.ts';

/** What was found in an Alloy file, in the shape of all problems and warnings. */
export interface Findings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Warning[];
}

/** Of the 80 columns of a terminal, without the indent of a problem's detail. */
const FRAME_WIDTH = 78;

/** Tokens by the names that Alloy's parser has for them, in words. */
const inWords = (message: string): string =>
  message
    .replace(/\bTERMINATOR\b/g, 'the end of the line')
    .replace(/\bEOF\b/g, 'the end of the file');

/** The parser may have lost a brace in what it skipped behind an error. */
const AFTER_ERRORS = 'mend what stands above first: this may be no more than a consequence of it';

/** What Liquid may not be looked for in: `{{ .Value }}` stands in many a string of Alloy's. */
const QUOTED = /`[^`]*`|"(?:\\.|[^"\\\n])*"|\/\/.*|\/\*[\s\S]*?\*\//g;

/** The file is a Liquid template, and no Alloy before it is rendered; null: it is not. */
export function templateProblem(file: string, { source, errors }: Parsed): Problem | null {
  if (errors.length === 0) return null;
  const bare = source.replace(QUOTED, (text) => text.replace(/[^\n]/g, ' '));
  const start = bare.search(/\{\{|\{%/);
  if (start < 0) return null;
  const before = source.slice(0, start).split('\n');
  return {
    code: 'config.syntax',
    message: 'this is a Liquid template, and becomes Alloy only once it is rendered for a host',
    hint: 'name it as config.template, then: alloyup validate; alloyup render HOST',
    at: { file, line: before.length, column: before.at(-1)!.length + 1 },
    detail: framesOf(source, { width: FRAME_WIDTH })(start, start + 2),
  };
}

/** Of several findings at one place only the first: the others follow from it. */
export function findingsOf(
  file: string,
  parsed: Parsed,
  diagnostics: readonly Diagnostic[],
): Findings {
  const template = templateProblem(file, parsed);
  if (template) return { problems: [template], warnings: [] };
  const problems: Problem[] = [];
  const warnings: Warning[] = [];
  const seen = new Set<number>();
  const frame = framesOf(parsed.source, { width: FRAME_WIDTH });
  for (const { severity, code, message, hint, start, end, line, column } of diagnostics) {
    if (code.startsWith('syntax.') && seen.has(start)) continue;
    seen.add(start);
    const at = { file, line, column };
    const detail = frame(start, end);
    const follows = problems.length > 0 && /^expected .*, got EOF$/.test(message);
    const said = { message: inWords(message), hint: follows ? AFTER_ERRORS : hint, at, detail };
    if (severity === 'warning') warnings.push({ code, ...said });
    else if (code.startsWith('syntax.')) problems.push({ code: 'config.syntax', ...said });
    else problems.push({ code: 'config.check', ...said, message: `${said.message} (${code})` });
  }
  return { problems, warnings };
}
