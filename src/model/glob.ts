interface GlobOptions {
  /** `[abc]`, `[a-z]` and `[!abc]` stand for one character, as in fnmatch(3). OpenSSH's patterns have no such sets. */
  readonly sets?: boolean;
  readonly ignoreCase?: boolean;
}

export interface Glob {
  /** Takes at most as many steps as the name has characters times those of the glob. */
  test(name: string): boolean;
}

type Token = '*' | ((char: string) => boolean);

/**
 * A glob for a whole name: `*` stands for any characters, `?` for one. Never throws. Not a regular
 * expression: with a dozen stars one of those would not come to an end.
 */
export function globOf(glob: string, { sets, ignoreCase }: GlobOptions = {}): Glob {
  const parts = glob.match(sets ? /\[!?[^\]]+\]|[\s\S]/gu : /[\s\S]/gu) ?? [];
  const tokens = parts.map((part): Token => {
    if (part === '*') return '*';
    if (part === '?') return () => true;
    const isSet = /^\[.+\]$/su.test(part);
    if (!isSet && !ignoreCase) return (char) => char === part;
    const one = isSet ? setSource(part.slice(1, -1)) : part.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
    const pattern = new RegExp(`^${one}$`, ignoreCase ? 'isu' : 'su');
    return (char) => pattern.test(char);
  });
  return { test: (name) => matches(tokens, [...name]) };
}

/** Whatever a star takes, it takes as little as possible: the last star alone may have to take more. */
function matches(tokens: readonly Token[], chars: readonly string[]): boolean {
  let token = 0;
  let char = 0;
  let star = -1;
  let taken = 0;
  while (char < chars.length) {
    const wanted = tokens[token];
    if (wanted === '*') {
      star = token;
      taken = char;
      token += 1;
    } else if (wanted?.(chars[char]!)) {
      token += 1;
      char += 1;
    } else if (star < 0) {
      return false;
    } else {
      taken += 1;
      char = taken;
      token = star + 1;
    }
  }
  return tokens.slice(token).every((left) => left === '*');
}

/** A range that runs backwards holds nothing, as in Python's fnmatch. */
function setSource(text: string): string {
  const negated = text.startsWith('!') && text.length > 1;
  const members = (negated ? text.slice(1) : text).replace(
    /(.)-(.)|./gsu,
    (member, from: string | undefined, to: string | undefined) => {
      if (from === undefined || to === undefined) return escaped(member);
      return from.codePointAt(0)! <= to.codePointAt(0)! ? `${escaped(from)}-${escaped(to)}` : '';
    },
  );
  if (members === '') return negated ? '.' : '(?!)';
  return `[${negated ? '^' : ''}${members}]`;
}

const escaped = (char: string): string => (/[\\^[\]-]/.test(char) ? `\\${char}` : char);
