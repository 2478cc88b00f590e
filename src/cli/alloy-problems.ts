import type { Diagnostic } from '../alloy/diagnostic.ts';
import type { Parsed } from '../alloy/parse.ts';
import { framesOf } from '../inventory/mask.ts';
import type { Problem, Warning } from '../model/problem.ts';

/** What was found in an Alloy file, in the shape of all problems and warnings. */
export interface Findings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Warning[];
}

/** Of several findings at one place only the first: the others follow from it. */
export function findingsOf(
  file: string,
  parsed: Parsed,
  diagnostics: readonly Diagnostic[],
): Findings {
  const problems: Problem[] = [];
  const warnings: Warning[] = [];
  const seen = new Set<number>();
  const frame = framesOf(parsed.source);
  for (const { severity, code, message, hint, start, line, column } of diagnostics) {
    if (code.startsWith('syntax.') && seen.has(start)) continue;
    seen.add(start);
    const at = { file, line, column };
    const detail = frame({ line, column: columnOf(parsed, start) });
    const said = { message, hint, at, detail };
    if (severity === 'warning') warnings.push({ code, ...said });
    else if (code.startsWith('syntax.')) problems.push({ code: 'config.syntax', ...said });
    else problems.push({ code: 'config.check', ...said, message: `${message} (${code})` });
  }
  return { problems, warnings };
}

/** The column of a finding counts bytes, as Alloy does; a caret stands under a character. */
const columnOf = ({ source }: Parsed, start: number): number =>
  start - source.lastIndexOf('\n', start - 1);
