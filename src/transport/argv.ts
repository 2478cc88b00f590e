import type { Command } from '../model/plan.ts';

/**
 * One line that a login shell takes apart into exactly these words. Holds for sh, bash, zsh, dash,
 * ksh and fish: fish reads \\ and \' inside single quotes, so a backslash stands outside of them.
 */
export const commandLine = (argv: Command): string => argv.map(quote).join(' ');

const quote = (word: string): string =>
  /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replace(/['\\]/g, (char) => `'\\${char}'`)}'`;
