import type { Diagnostic } from '../alloy/diagnostic.ts';
import type { Parsed } from '../alloy/parse.ts';
import { codeFrame } from '../model/frame.ts';
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
  for (const { severity, code, message, hint, start, line, column } of diagnostics) {
    if (code.startsWith('syntax.') && seen.has(start)) continue;
    seen.add(start);
    const said = {
      message,
      hint,
      at: { file, line, column },
      detail: frameAt(parsed, start, line),
    };
    if (severity === 'warning') warnings.push({ code, ...said });
    else if (code.startsWith('syntax.')) problems.push({ code: 'config.syntax', ...said });
    else problems.push({ code: 'config.check', ...said, message: `${message} (${code})` });
  }
  return { problems, warnings };
}

/** `column` of a finding counts bytes, as Alloy does; a caret stands under a character. */
function frameAt({ source }: Parsed, start: number, line: number): string {
  const lineStart = source.lastIndexOf('\n', start - 1) + 1;
  return codeFrame(source, line, start - lineStart + 1);
}
