import bash from '../completion/bash.sh';
import fish from '../completion/fish.sh';
import { SHELLS } from '../completion/shells.ts';
import zsh from '../completion/zsh.sh';
import type { Command } from '../args/invocation.ts';
import { usageError } from '../usage.ts';

const SCRIPTS = { bash, zsh, fish } as const;

/** `alloyup completion SHELL`: a script to be sourced; it asks alloyup itself for words. */
export const completion: Command = async ({ args: [word], terminal }) => {
  const shell = SHELLS.find((one) => one === word);
  if (!shell)
    throw usageError(`there is no completion for "${word}"`, `write one of: ${SHELLS.join(', ')}`);
  terminal.out(SCRIPTS[shell]);
  return 0;
};
