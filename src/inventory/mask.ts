import { codeFrame } from '../model/frame.ts';
import type { Position } from '../model/problem.ts';

const SECRET_VALUE =
  /((?:token|passw|passphrase|secret|api_?key|credential)[\w-]*["']?[ \t]*[:=][ \t]*)("[^"\n]*"?|'[^'\n]*'?|[^\s{[&*|>"',}\]][^\n,}\]]*)/gi;

const URL_PASSWORD = /(:\/\/[^\s/:@]*:)([^\s/@]+)(?=@)/g;

/** A call of Alloy's language or the place of a secret: names where it is kept, and is none itself. */
const PLACE = /^["']?(env|file|age):|^[a-z_]+[.(]/;

/**
 * Hides values after names such as "token" or "password", at equal length, so that a caret below
 * still stands right: a secret that should not have been written there is not shown as well.
 */
export const maskSecrets = (text: string): string =>
  text
    .replace(URL_PASSWORD, (_, head: string, value: string) => head + '*'.repeat(value.length))
    .replace(SECRET_VALUE, (all, head: string, value: string) =>
      PLACE.test(value) ? all : head + '*'.repeat(value.length),
    );

/** Shows lines of a text with the secrets in it hidden; costs nothing until it is asked. */
export function framesOf(text: string): (at: Pick<Position, 'line' | 'column'>) => string {
  let shown: string | undefined;
  return ({ line, column }) => {
    shown ??= maskSecrets(text);
    return codeFrame(shown, line, column);
  };
}

/** The same for several files, by name; '' for a place in any other. */
export function framesOfFiles(texts: ReadonlyMap<string, string>): (at: Position) => string {
  const frames = new Map([...texts].map(([file, text]) => [file, framesOf(text)]));
  return (at) => frames.get(at.file)?.(at) ?? '';
}
