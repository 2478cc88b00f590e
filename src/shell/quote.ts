/** One word of POSIX shell that means exactly `text`. NUL cannot be said in a shell; callers refuse it before. */
export const quote = (text: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** An argument vector as one shell command line. */
export const quoteAll = (words: readonly string[]): string => words.map(quote).join(' ');

/**
 * One term of perl that means exactly `text`, NUL and line ends too: in single quotes only `\` and `'`
 * mean anything, but perl reads a script's CR LF as LF, inside of quotes as well (toke.c, unless it was
 * built with PERL_STRICT_CR), so a CR stands outside of them.
 */
export const perlQuote = (text: string): string =>
  `'${text.replace(/[\\']/g, '\\$&')}'`.replaceAll('\r', `'."\\r".'`);
