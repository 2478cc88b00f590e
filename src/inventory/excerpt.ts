import { codeFrame } from '../model/frame.ts';
import type { Position, Problem } from '../model/problem.ts';

const SECRET_VALUE =
  /((?:token|passw|passphrase|secret|api_?key|credential)[\w-]{0,64}["']?[ \t]*[:=][ \t]*)("[^"\n]*"?|'[^'\n]*'?|[^\s{[&*|>"',}\]][^\n,}\]]*)/gi;

const URL_PASSWORD = /(:\/\/[^\s/:@]*:)([^\s/@]+)(?=@)/g;

/** A reference to a secret, or a call in Alloy's language, says where the secret is and is not one itself. */
const REFERENCE = /^["']?(env|file|age):|^[a-z_]+[.(]/;

/**
 * Hides values that follow names such as "token" or "password", so that an excerpt does not show a
 * secret that should not have been written there. The length stays, so that a caret below still fits.
 */
const maskSecrets = (text: string): string =>
  text
    .replace(URL_PASSWORD, (_, head: string, value: string) => head + '*'.repeat(value.length))
    .replace(SECRET_VALUE, (all, head: string, value: string) =>
      REFERENCE.test(value) ? all : head + '*'.repeat(value.length),
    );

/** Shows the lines around a position with secrets masked; the text is not masked until then. */
export function framesOf(text: string): (at: Pick<Position, 'line' | 'column'>) => string {
  let masked: string | undefined;
  return ({ line, column }) => {
    masked ??= maskSecrets(text);
    return codeFrame(masked, line, column);
  };
}

/** The same for several files by name; '' for a position in any other. */
export function framesOfFiles(texts: ReadonlyMap<string, string>): (at: Position) => string {
  const frames = new Map([...texts].map(([file, text]) => [file, framesOf(text)]));
  return (at) => frames.get(at.file)?.(at) ?? '';
}

/** Later problems go without an excerpt: making one walks the whole text. */
const MAX_EXCERPTS = 100;

/** Sorts problems by their position, drops duplicates, and adds the lines around each. */
export function withExcerpts(
  problems: readonly Problem[],
  frame: (at: Position) => string,
): readonly Problem[] {
  const idOf = ({ at, code, params }: Problem): string => JSON.stringify([at, code, params]);
  const line = ({ at }: Problem): number => at?.line ?? 0;
  const column = ({ at }: Problem): number => at?.column ?? 0;
  return [...new Map(problems.map((problem) => [idOf(problem), problem])).values()]
    .sort((a, b) => line(a) - line(b) || column(a) - column(b))
    .map((problem, i) => {
      const detail = problem.at && i < MAX_EXCERPTS ? frame(problem.at) : '';
      return detail === '' ? problem : { ...problem, detail };
    });
}
