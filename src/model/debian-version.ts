/** The parts of `[epoch:]upstream[-revision]`. */
interface Parts {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
}

/** A version as Debian policy allows it: starts with a digit; the revision, if any, after the last hyphen. */
const VALID = /^(?:\d+:)?\d[A-Za-z0-9.+~:-]*$/;

export const isDebianVersion = (text: string): boolean =>
  VALID.test(text) && !text.endsWith('-') && !text.endsWith(':');

function split(version: string): Parts {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const hyphen = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? '0' : version.slice(0, colon),
    upstream: hyphen < 0 ? rest : rest.slice(0, hyphen),
    revision: hyphen < 0 ? '' : rest.slice(hyphen + 1),
  };
}

const isDigit = (char: string | undefined): boolean => char !== undefined && /[0-9]/.test(char);

/** Weight of one character that is no digit: "~" before the end of the text, letters before the rest. */
function weight(char: string | undefined): number {
  if (char === undefined || isDigit(char)) return 0;
  if (char === '~') return -1;
  const code = char.charCodeAt(0);
  return /[A-Za-z]/.test(char) ? code : code + 256;
}

/** Compares numbers of any length: a version may hold a date and more. */
function compareNumbers(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  if (x.length !== y.length) return x.length - y.length;
  return x < y ? -1 : x > y ? 1 : 0;
}

/** By turns a run of characters that are no digits, then a number, until one of them differs. */
function compareText(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a[i])) || (j < b.length && !isDigit(b[j]))) {
      const difference = weight(a[i]) - weight(b[j]);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    const [x = ''] = /^\d*/.exec(a.slice(i)) ?? [];
    const [y = ''] = /^\d*/.exec(b.slice(j)) ?? [];
    const difference = compareNumbers(x, y);
    if (difference !== 0) return difference;
    i += x.length;
    j += y.length;
  }
  return 0;
}

/**
 * Orders two Debian versions as dpkg does: negative when `a` is older, 0 when they are equal
 * (`1.0` and `0:1.0-0` are). Held against `dpkg --compare-versions` by a test.
 */
export function compareDebianVersions(a: string, b: string): number {
  const x = split(a);
  const y = split(b);
  return (
    compareNumbers(x.epoch, y.epoch) ||
    compareText(x.upstream, y.upstream) ||
    compareText(x.revision, y.revision)
  );
}

/** The version that the program itself tells: no epoch, no packager's revision, and `~rc.1` as upstream writes it. */
export const upstreamVersion = (version: string): string =>
  split(version).upstream.replaceAll('~', '-');
