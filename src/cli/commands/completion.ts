import type { Command } from '../args/option-table.ts';
import bash from '../completion/bash.sh';
import fish from '../completion/fish.sh';
import zsh from '../completion/zsh.sh';

const SCRIPTS = { bash, zsh, fish };

/** Prints a script to be sourced, which asks alloyup itself for the candidates. */
export const completion: Command = async ({ args: [shell], terminal }) => {
  // the command line allows no others
  terminal.content(SCRIPTS[shell as keyof typeof SCRIPTS]);
  return 0;
};
