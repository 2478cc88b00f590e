import { Secret } from '../model/secret.ts';

/**
 * One value as systemd's EnvironmentFile= and sh read it alike: single quotes; where the value holds
 * one, double quotes with the four characters escaped that both parsers unescape there.
 */
const quoteValue = (value: string): string =>
  value.includes("'") ? `"${value.replace(/[\\"$`]/g, '\\$&')}"` : `'${value}'`;

/** Text of /etc/default/alloy. A Secret as soon as one value is one. */
export function renderEnvironment(variables: ReadonlyMap<string, string | Secret>): Secret {
  const lines: (string | Secret)[] = ['# Written by alloyup; changes made here are overwritten.\n'];
  for (const [name, value] of variables) {
    const text = value instanceof Secret ? value.reveal() : value;
    lines.push(new Secret(name, '=', quoteValue(text), '\n'));
  }
  return new Secret(...lines);
}

/**
 * The variables of an environment file, as systemd reads it (load-env-file: quotes anywhere in a
 * value, backslash joins lines, `#` and `;` begin comments). Never throws; what is no assignment is passed over.
 */
export function parseEnvironment(text: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  const next = /\s*(?:[#;][^\n]*|([^=\n]*)(=?))/y;
  while (next.lastIndex < text.length) {
    const [, name = '', equals] = next.exec(text)!;
    if (!equals) continue;
    const [value, end] = readValue(text, next.lastIndex);
    next.lastIndex = end;
    const key = name.trim().replace(/^export\s+/, '');
    if (/^[A-Za-z_]\w*$/.test(key)) variables.set(key, value);
  }
  return variables;
}

function readValue(text: string, start: number): readonly [string, number] {
  let at = start;
  let value = '';
  let blanks = '';
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  for (; at < text.length && text[at] !== '\n'; at += 1) {
    const char = text[at]!;
    if (char === "'") {
      const end = text.indexOf("'", at + 1);
      value += blanks + text.slice(at + 1, end < 0 ? text.length : end);
      blanks = '';
      at = end < 0 ? text.length : end;
    } else if (char === '"') {
      value += blanks;
      blanks = '';
      for (at += 1; at < text.length && text[at] !== '"'; at += 1) {
        if (text[at] !== '\\') value += text[at];
        else {
          at += 1;
          const next = text[at] ?? '';
          if (next !== '\n') value += /["\\`$]/.test(next) ? next : `\\${next}`;
        }
      }
    } else if (char === '\\') {
      at += 1;
      if (text[at] !== '\n') {
        value += blanks + (text[at] ?? '');
        blanks = '';
      }
    } else if (char === ' ' || char === '\t' || char === '\r') {
      blanks += char;
    } else {
      value += blanks + char;
      blanks = '';
    }
  }
  return [value, at + 1];
}
