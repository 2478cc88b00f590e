import { nearest } from '../../model/frame.ts';
import { diagnosticAt } from '../ast-lookup.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Parsed } from '../parser.ts';
import { lineAt } from '../position.ts';
import type { RuleCode } from './rules.ts';

/** A comment that asks for silence about one rule on one line. */
interface Silence {
  readonly rule: string;
  /** The line that it speaks of: its own, or the next with code where it stands alone. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

const ASKS = /alloyup:\s*allow\b([^\n*]*)/g;

/** `// alloyup: allow exposure.listen, flow.unused`, behind the code of a line or above it. */
function silencesOf(parsed: Parsed): readonly Silence[] {
  const silences: Silence[] = [];
  const { file } = parsed;
  for (const comment of file.comments) {
    for (const { 1: rules = '', index } of comment.text.matchAll(ASKS)) {
      const { source } = parsed;
      const line = lineSpokenOf(source, file.lineStarts, comment.start, comment.end);
      const from = comment.start + index;
      for (const { 0: rule, index: at } of rules.matchAll(/[\w.-]+/g)) {
        const start = source.indexOf(rule, from + at);
        silences.push({ rule, line, start, end: start + rule.length });
      }
    }
  }
  return silences;
}

function lineSpokenOf(
  source: string,
  lineStarts: readonly number[],
  start: number,
  end: number,
): number {
  const own = lineAt(lineStarts, start);
  if (source.slice(lineStarts[own - 1], start).trim() !== '') return own;
  let line = lineAt(lineStarts, end - 1) + 1;
  for (; line <= lineStarts.length; line++) {
    const text = source.slice(lineStarts[line - 1], lineStarts[line]).trim();
    if (text !== '' && !text.startsWith('//')) break;
  }
  return line;
}

/**
 * The findings of a file without those that comments in it silence, and a note for each silence that
 * silenced nothing. Errors speak up all the same.
 */
export function withoutSilenced<T extends Diagnostic>(
  parsed: Parsed,
  found: readonly T[],
  codes: readonly string[],
): { readonly kept: readonly T[]; readonly unused: readonly Diagnostic[] } {
  const silences = silencesOf(parsed);
  if (silences.length === 0) return { kept: found, unused: [] };
  const used = new Set<Silence>();
  const kept = found.filter(({ severity, code, line }) => {
    if (severity === 'error') return true;
    const asked = silences.filter((silence) => silence.rule === code && silence.line === line);
    for (const silence of asked) used.add(silence);
    return asked.length === 0;
  });
  const unused = silences
    .filter((silence) => !used.has(silence))
    .map((silence) => {
      const known = codes.includes(silence.rule);
      const meant = known ? undefined : nearest(silence.rule, codes);
      return diagnosticAt(parsed, silence, {
        severity: 'note',
        code: 'silence.unused' satisfies RuleCode,
        message: known
          ? `${silence.rule} finds nothing on line ${silence.line} that can be silenced`
          : `there is no rule ${silence.rule}`,
        hint: meant
          ? `Did you mean ${meant}?`
          : 'Delete the comment, or name a rule that it is about',
      });
    });
  return { kept, unused };
}
