import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Secrets that are recognized wherever a part of them appears: every line contains a mark, which consists of
 * letters and digits, so that no quoting or escaping changes it.
 */
export interface Canary {
  /** What is special about it; names it in findings. */
  readonly shape: string;
  readonly text: string;
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789';

/** Twelve letters and digits that occur nowhere else. */
export const newMark = (): string =>
  [...randomBytes(12)].map((byte) => LETTERS[byte % LETTERS.length]).join('');

/** The text around the mark; `m` returns the mark with something after it. */
const SHAPES: Readonly<Record<string, (m: (tail?: string) => string) => string>> = {
  plain: (m) => m(),
  'single quotes': (m) => `it's ${m()}'s 'own'`,
  'double quotes': (m) => `say "${m()}" twice ""`,
  'both quotes': (m) => `'"'${m()}"'"`,
  newlines: (m) => `${m('a')}\n${m('b')}\n\n${m('c')}`,
  'command substitution': (m) => `$(echo ${m()} >/tmp/canary-was-run)`,
  backticks: (m) => `\`echo ${m()} >/tmp/canary-was-run\``,
  variables: (m) => `$HOME \${PATH} $$ ${m()} $1 $* %h %i`,
  'percent signs': (m) => `100%${m()}%20%s%%n%n%`,
  unicode: (m) => `pässwörd-密码-🔑-${m()}-é`,
  'base64 padding': (m) => `${Buffer.from(`key:${m()}`).toString('base64')}==${m()}==`,
  'blanks at both ends': (m) => `  ${m()}  `,
  backslashes: (m) => `C:\\new\\${m()}\\\\t\\0\\x41\\`,
  '4 KB': (m) => Array.from({ length: 170 }, (_, i) => m(`-4k-${i}`.padEnd(13, '.'))).join(''),
  'like a URL': (m) => `https://user:${m()}@example.com:443/a?b=c&d=%2F#e`,
  'like JSON': (m) => `{"private_key":"-----BEGIN\\n${m()}\\n","n":[1,null]}`,
  'like shell': (m) => `x; rm -rf /tmp/${m()} && true | cat <<E >/dev/null & #`,
  'leading dash': (m) => `--${m()}=-n`,
  'leading hash': (m) => `#${m()} # no comment`,
  'equals and semicolons': (m) => `;=${m()};A=B;;==`,
  tabs: (m) => `\t${m()}\t\t|\t`,
  'control characters': (m) => `\u0007bell\u001b[31m${m('a')}\r\n${m('b')}\u007f\u0001`,
  'exclamation and stars': (m) => `!!${m()}*?[a-z]{x,y}~`,
};

/** One canary of each shape. */
export const canaries = (mark: string, label: string): readonly Canary[] =>
  Object.entries(SHAPES).map(([shape, write], index) => ({
    shape: `${label} ${shape}`,
    text: write((tail = '') => `${mark}${label}${index}x${tail}`),
  }));

/** Searches bytes for every trace of a set of canaries. */
export interface Scanner {
  /** The bytes to search for and their names, for searches in other processes. */
  readonly needles: readonly { readonly what: string; readonly bytes: Buffer }[];
  /** The names of what was found. */
  find(bytes: Buffer | string): readonly string[];
}

/** The part of a base64 text that depends only on `text`, at each offset. */
const base64Cores = (text: string): readonly string[] =>
  [0, 1, 2].map((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
    const begin = Math.ceil((offset * 8) / 6);
    return bytes.toString('base64').slice(begin, Math.floor((bytes.length * 8) / 6));
  });

/**
 * Searching for the mark covers text that was quoted, percent-encoded or escaped for JSON, Go, XML or a shell.
 * Also searched: base64 at any offset, hex, and the digests of each whole canary.
 */
export function scannerFor(mark: string, known: readonly Canary[]): Scanner {
  const digests = known.flatMap(({ shape, text }) =>
    // files end with a newline, values do not
    [text, `${text}\n`].flatMap((whole) =>
      (['sha256', 'md5', 'sha1'] as const).map((algorithm) => {
        const digest = createHash(algorithm).update(whole).digest();
        return { what: `${algorithm} of "${shape}"`, text: digest.toString('hex') };
      }),
    ),
  );
  const needles = [
    { what: 'as it is', text: mark },
    ...base64Cores(mark).map((text) => ({ what: 'base64', text })),
    { what: 'base64 of base64', text: Buffer.from(base64Cores(mark)[0]!).toString('base64') },
    { what: 'hex', text: Buffer.from(mark).toString('hex') },
    { what: 'hex', text: Buffer.from(mark).toString('hex').toUpperCase() },
    { what: 'percent-encoded', text: [...mark].map(percent).join('') },
    ...digests,
  ].map(({ what, text }) => ({ what, bytes: Buffer.from(text) }));
  return {
    needles,
    find: (bytes) => {
      const haystack = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
      return needles.flatMap(({ what, bytes: needle }) => {
        const at = haystack.indexOf(needle);
        if (at < 0) return [];
        // the label and number after the mark say which one it was
        const tail = what === 'as it is' ? haystack.toString('latin1', at, at + 24) : '';
        return [`${what}${tail && ` (${tail.replace(/[^ -~]/g, '.')})`}`];
      });
    },
  };
}

const percent = (char: string): string => `%${char.charCodeAt(0).toString(16)}`;

/** A file, or a part of a text, in which something was found. */
export interface Finding {
  readonly where: string;
  readonly what: string;
  /** "0600"; '' for anything but a file. */
  readonly mode: string;
}

/** Every file below `root` except skipped ones; links are read as their target's path. */
export function scanTree(
  scanner: Scanner,
  root: string,
  options: {
    readonly below?: string;
    readonly skip?: RegExp;
    readonly sinceMs?: number;
  } = {},
): readonly Finding[] {
  const { below = '/', skip, sinceMs = 0 } = options;
  const findings: Finding[] = [];
  const visit = (path: string): void => {
    if (skip?.test(path)) return;
    const stat = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (!stat) return;
    const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0');
    for (const what of scanner.find(path)) findings.push({ where: `name of ${path}`, what, mode });
    if (stat.isDirectory()) {
      for (const name of list(join(root, path))) visit(join(path, name));
      return;
    }
    if (!stat.isFile() || stat.ctimeMs < sinceMs || stat.size > 256 << 20) return;
    for (const what of scanner.find(read(join(root, path))))
      findings.push({ where: path, what, mode });
  };
  visit(below);
  return findings;
}

const list = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).sort();
  } catch {
    return []; // removed in the meantime
  }
};

const read = (file: string): Buffer => {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
};
