interface GlobOptions {
  /** `[abc]`, `[a-z]` and `[!abc]` stand for one character, as in fnmatch(3). OpenSSH's patterns have no such sets. */
  readonly sets?: boolean;
  readonly ignoreCase?: boolean;
}

/** A regular expression for a whole name: `*` stands for any characters, `?` for one. Never throws. */
export function globToRegExp(glob: string, { sets, ignoreCase }: GlobOptions = {}): RegExp {
  const special = sets ? /\[!?[^\]]+\]|[\\^$.*+?()[\]{}|]/g : /[\\^$.*+?()[\]{}|]/g;
  const source = glob.replace(special, (text) => {
    if (text === '*') return '.*';
    if (text === '?') return '.';
    return text.length === 1 ? `\\${text}` : setSource(text.slice(1, -1));
  });
  return new RegExp(`^${source}$`, ignoreCase ? 'isu' : 'su');
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
