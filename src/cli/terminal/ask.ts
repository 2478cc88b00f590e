import process from 'node:process';
import { Secret } from '../../model/secret.ts';
import type { Printable } from '../../report/printable.ts';

/** Prompts go to stderr: stdout may be a file. */
export const ON_STDERR = { output: process.stderr };

/** Throws at Ctrl-C. */
export async function askYes(question: Printable, byDefault = false): Promise<boolean> {
  const { confirm } = await import('@inquirer/prompts');
  return confirm({ message: question, default: byDefault }, ON_STDERR);
}

/** `askYes`, where Ctrl-C is a no. */
export const confirmed = (question: Printable, byDefault = false): Promise<boolean> =>
  orFallback(askYes(question, byDefault), false);

/** Throws at Ctrl-C. */
export async function askSecret(question: Printable): Promise<Secret> {
  const { password } = await import('@inquirer/prompts');
  // not even its length stays on the screen
  const theme = { style: { answer: (stars: string) => (stars === '' ? '' : '(hidden)') } };
  return new Secret(await password({ message: question, mask: true, theme }, ON_STDERR));
}

/** An answer, or `fallback` after Ctrl-C or at the end of the input. */
export const orFallback = <T>(answer: Promise<T>, fallback: T): Promise<T> =>
  answer.catch((error: unknown) => {
    if (error instanceof Error && /ExitPrompt|AbortPrompt/.test(error.name)) return fallback;
    throw error;
  });
