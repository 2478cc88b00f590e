/** One word of POSIX shell that means exactly `text`. NUL cannot be said in a shell; callers refuse it before. */
export const quote = (text: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** An argument vector as one shell command line. */
export const quoteAll = (words: readonly string[]): string => words.map(quote).join(' ');
