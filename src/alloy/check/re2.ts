/**
 * What RE2 (Go's regexp) has against a pattern, in its words; undefined: nothing that we know of.
 * Careful rather than complete: it knows what RE2 surely refuses.
 */
export function re2Problem(pattern: string): string | undefined {
  let depth = 0;
  let repeatable = false;
  let i = 0;
  while (i < pattern.length) {
    const char = pattern[i]!;
    switch (char) {
      case '\\': {
        const problem = escapeProblem(pattern, i);
        if (typeof problem === 'string') return problem;
        i = problem;
        repeatable = true;
        continue;
      }
      case '[': {
        const end = classEnd(pattern, i);
        if (typeof end === 'string') return end;
        i = end;
        repeatable = true;
        continue;
      }
      case '(': {
        const group = groupStart(pattern, i);
        if (typeof group === 'string') return group;
        i = group.next;
        if (group.opens) depth++;
        repeatable = false;
        continue;
      }
      case ')':
        if (depth === 0) return 'unexpected )';
        depth--;
        repeatable = true;
        break;
      case '|':
        repeatable = false;
        break;
      case '*':
      case '+':
      case '?': {
        if (!repeatable) return `missing argument to repetition operator: \`${char}\``;
        let next = i + 1;
        if (pattern[next] === '?') next++;
        const again = repetitionAt(pattern, next);
        if (again)
          return `invalid nested repetition operator: \`${pattern.slice(i, next)}${again}\``;
        i = next;
        continue;
      }
      case '{': {
        const counted = /^\{(\d+)(?:,(\d*))?\}/.exec(pattern.slice(i, i + 24));
        if (!counted) {
          repeatable = true; // a brace that counts nothing is itself
          break;
        }
        if (!repeatable) return `missing argument to repetition operator: \`${counted[0]}\``;
        const [least, most] = [Number(counted[1]), counted[2] ? Number(counted[2]) : undefined];
        if (least > 1000 || (most !== undefined && (most > 1000 || most < least))) {
          return `invalid repeat count: \`${counted[0]}\``;
        }
        i += counted[0].length;
        if (pattern[i] === '?') i++;
        const again = repetitionAt(pattern, i);
        if (again) return `invalid nested repetition operator: \`${counted[0]}${again}\``;
        continue;
      }
      default:
        repeatable = true;
    }
    i++;
  }
  return depth > 0 ? `missing closing ): \`${pattern}\`` : undefined;
}

/** The repetition operator that begins here, `*`, `+`, `?` or `{2}`. */
function repetitionAt(pattern: string, at: number): string | undefined {
  const char = pattern[at];
  if (char === '*' || char === '+' || char === '?') return char;
  return /^\{\d+(?:,\d*)?\}/.exec(pattern.slice(at, at + 24))?.[0];
}

function groupStart(
  pattern: string,
  at: number,
): { readonly next: number; readonly opens: boolean } | string {
  if (pattern[at + 1] !== '?') return { next: at + 1, opens: true };
  const rest = pattern.slice(at);
  const named = /^\(\?P?<([A-Za-z_]\w*)>/.exec(rest);
  if (named) return { next: at + named[0].length, opens: true };
  const flags = /^\(\?([imsU]*(?:-[imsU]+)?)(:|\))/.exec(rest);
  if (flags) return { next: at + flags[0].length, opens: flags[2] === ':' };
  const shown = /^\(\?(?:P?<[=!]?|[=!>]|.)?/.exec(rest)![0];
  return `invalid or unsupported Perl syntax: \`${shown}\``;
}

/** Index behind an escape outside a class. */
function escapeProblem(pattern: string, at: number): number | string {
  const char = pattern[at + 1];
  if (char === undefined) return 'trailing backslash at end of expression: ``';
  if (char === 'Q') {
    const end = pattern.indexOf('\\E', at + 2);
    return end < 0 ? pattern.length : end + 2;
  }
  if (char === 'p' || char === 'P') {
    const name = /^\{\^?\w+\}|^[A-Z]/.exec(pattern.slice(at + 2, at + 40))?.[0];
    return name ? at + 2 + name.length : `invalid character class range: \`\\${char}\``;
  }
  if (char === 'x') {
    const hex = /^(\{[0-9A-Fa-f]{1,6}\}|[0-9A-Fa-f]{2})/.exec(pattern.slice(at + 2, at + 12))?.[0];
    return hex ? at + 2 + hex.length : `invalid escape sequence: \`\\x${pattern[at + 2] ?? ''}\``;
  }
  if (/[1-7]/.test(char)) {
    const octal = /^[0-7]{2,3}/.exec(pattern.slice(at + 1, at + 4))?.[0];
    return octal ? at + 1 + octal.length : `invalid escape sequence: \`\\${char}\``;
  }
  if (/[89]/.test(char)) return `invalid escape sequence: \`\\${char}\``;
  if (/[A-Za-z]/.test(char) && !/[aftnrvdDsSwWbBAzCE]/.test(char)) {
    return `invalid escape sequence: \`\\${char}\``;
  }
  return at + 2;
}

/** Index behind a character class. */
function classEnd(pattern: string, at: number): number | string {
  let i = at + 1;
  if (pattern[i] === '^') i++;
  let first = true;
  while (i < pattern.length) {
    if (pattern[i] === ']' && !first) return i + 1;
    first = false;
    const named = /^\[:\^?\w+:\]/.exec(pattern.slice(i, i + 16))?.[0];
    if (named) i += named.length;
    else if (pattern[i] === '\\') {
      const after = escapeProblem(pattern, i);
      if (typeof after === 'string') return after;
      i = after;
    } else i++;
  }
  return `missing closing ]: \`${pattern.slice(at)}\``;
}
