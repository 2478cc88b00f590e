import type { Command } from '../model/plan.ts';

/**
 * One line that a login shell splits into exactly these words. Holds for sh, bash, zsh, dash, ksh
 * and fish. fish reads \\ and \' inside single quotes, so backslashes are kept out of them.
 */
export const commandLine = (argv: Command): string => argv.map(quote).join(' ');

const quote = (word: string): string =>
  /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replace(/['\\]/g, (char) => `'\\${char}'`)}'`;
