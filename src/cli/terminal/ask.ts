import process from 'node:process';
import { Secret } from '../../model/secret.ts';
import type { Terminal } from './terminal.ts';
import { usageError } from '../usage.ts';

/** Ctrl-C or a closed input while a question stood open. */
export class NoAnswer extends Error {}

/** @throws NoAnswer */
export async function askYes(question: string, byDefault = false): Promise<boolean> {
  const { confirm } = await import('@inquirer/prompts');
  return answered(confirm({ message: question, default: byDefault }, { output: stderr() }));
}

/**
 * @throws NoAnswer
 * @throws ToolError `usage` where nobody is there to answer
 */
export async function askSecret(
  question: string,
  terminal: Terminal,
  instead: string,
): Promise<Secret> {
  if (!terminal.interactive) throw usageError(`nobody is there to answer: ${question}`, instead);
  const { password } = await import('@inquirer/prompts');
  return new Secret(
    await answered(
      password({ message: question, mask: true, theme: { style: HIDDEN } }, { output: stderr() }),
    ),
  );
}

/** What stays on the screen: not even its length. */
const HIDDEN = { answer: (stars: string): string => (stars === '' ? '' : '(hidden)') };

/** Questions go beside the output, which may be a file. */
const stderr = (): NodeJS.WriteStream => process.stderr;

async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && /ExitPrompt|AbortPrompt/.test(error.name)) throw new NoAnswer();
    throw error;
  }
}
