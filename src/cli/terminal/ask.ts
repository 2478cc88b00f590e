import process from 'node:process';
import { Secret } from '../../model/secret.ts';

/** Ctrl-C or a closed input at a prompt. */
export class NoAnswer extends Error {}

/** @throws NoAnswer */
export async function askYes(question: string, byDefault = false): Promise<boolean> {
  const { confirm } = await import('@inquirer/prompts');
  return answered(confirm({ message: question, default: byDefault }, onStderr()));
}

/** `askYes`, where Ctrl-C is a no. */
export const confirmed = (question: string, byDefault = false): Promise<boolean> =>
  orFallback(askYes(question, byDefault), false);

/** @throws NoAnswer */
export async function askSecret(question: string): Promise<Secret> {
  const { password } = await import('@inquirer/prompts');
  return new Secret(
    await answered(
      password({ message: question, mask: true, theme: { style: HIDDEN } }, onStderr()),
    ),
  );
}

/** Not even the length of a secret stays on the screen. */
const HIDDEN = { answer: (stars: string): string => (stars === '' ? '' : '(hidden)') };

/** Prompts go to stderr: stdout may be a file. */
const onStderr = () => ({ output: process.stderr });

/** What an Inquirer prompt gives. @throws NoAnswer */
export async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && /ExitPrompt|AbortPrompt/.test(error.name)) throw new NoAnswer();
    throw error;
  }
}

/** An answer, or `fallback` where none was given. */
export async function orFallback<T>(answer: Promise<T>, fallback: T): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof NoAnswer) return fallback;
    throw error;
  }
}
