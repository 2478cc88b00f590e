import { createTwoFilesPatch } from 'diff';

/** Attributes whose value a diff does not show; what a host runs was not always written by us. */
const SENSITIVE =
  /^(\s*["'\w.-]*(?:password|passwd|secret|token|api_?key|private_?key|credentials?|key_pem)["'\w.-]*\s*[=:]\s*)(.+?)(,?\s*)$/i;
const USERINFO = /(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s"'@]+@/gi;

/** Takes values of attributes named like secrets, and logins in URLs, out of one line. */
export function maskLine(line: string): string {
  const masked = line.replace(USERINFO, '$1(masked)@');
  const found = SENSITIVE.exec(masked);
  if (!found) return masked;
  // the path of a password file is no password
  if (/_(file|path)["']?\s*[=:]/i.test(found[1]!)) return masked;
  const value = found[2]!;
  // a reference is no secret, and worth reading
  if (/^(sys\.env|env|local\.file|remote\.|argument\.|nonsensitive|convert\.)/.test(value))
    return masked;
  return `${found[1]}"(masked)"${found[3]}`;
}

/**
 * Body of a unified diff, masked: lines that start with ' ', '+', '-' or '@@'. '' when equal. Past
 * some thousand changed lines it says so instead: the exact diff is quadratic and nobody reads it.
 */
export function unifiedDiff(before: string, after: string): string {
  const patch = createTwoFilesPatch('a', 'b', before, after, '', '', {
    context: 3,
    maxEditLength: 2000,
  });
  if (patch === undefined) {
    const count = (text: string) => text.split('\n').length - 1;
    return `@@ rewritten: ${count(before)} lines become ${count(after)} @@`;
  }
  return patch
    .split('\n')
    .slice(3)
    .filter((line) => line !== '')
    .map((line) => (line.startsWith('@@') ? line : line[0] + maskLine(line.slice(1))))
    .join('\n');
}
