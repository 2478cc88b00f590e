import { styleText } from 'node:util';
import { wordsOf } from './host-entries.ts';
import type { Answer, Choice, Question } from './question.ts';
import { mustNameOne, wrongAnswer } from './question.ts';

type Context = { readonly output?: NodeJS.WritableStream; readonly input?: NodeJS.ReadableStream };

/** Columns that a question with its answer may take. */
const COLUMNS = 79;

/** What stands behind an answered question: the words of the list where they fit, else the one of an answers file. */
const said = (message: string, { name, value }: Choice): string =>
  message.length + name.length + 3 <= COLUMNS ? name : value;

/** The question, an example, and a line to write on; of that the question and the answer stay. */
function ownLine({ message, example }: Question) {
  const asked = `${message}\n  e.g. ${example}\n  >`;
  const style = (text: string, status: string): string =>
    `${styleText('bold', status === 'done' ? message : text.split('\n')[0]!)}${status === 'done' ? '\n ' : asked.slice(message.length)}`;
  return { message: asked, theme: { style: { message: style } } };
}

/** A question as Inquirer takes it. Its libraries are loaded with the first one. */
export async function promptOf(question: Question): Promise<(context: Context) => Promise<Answer>> {
  const { message, fallback, choices = [] } = question;
  const validate = (answer: unknown): true | string => wrongAnswer(question, answer) ?? true;
  const prompts = await import('@inquirer/prompts');
  switch (question.kind) {
    case 'yes':
      return (context) =>
        prompts.confirm({ message, default: fallback === true }, context as never);
    case 'text':
      return (context) =>
        prompts
          .input(
            {
              ...(question.long ? ownLine(question) : { message }),
              ...(typeof fallback === 'string' && fallback !== '' ? { default: fallback } : {}),
              validate: (text) => validate(text.trim()),
            },
            context as never,
          )
          .then((text) => text.trim());
    case 'choice':
      return (context) =>
        prompts.select(
          {
            message,
            choices: choices.map((choice) => ({ ...choice, short: said(message, choice) })),
            loop: false,
            ...(typeof fallback === 'string' ? { default: fallback } : {}),
          },
          context as never,
        );
    case 'checks':
      return (context) =>
        prompts.checkbox(
          {
            message,
            // once chosen, their sentences would not fit a line together
            choices: choices.map((choice) => ({ ...choice, short: choice.value })),
            loop: false,
            pageSize: 12,
            required: mustNameOne(question),
          },
          context as never,
        );
    case 'lines': {
      const { linesPrompt } = await import('./lines-prompt.ts');
      return (context) =>
        linesPrompt(
          {
            message,
            required: mustNameOne(question),
            wrong: (line) => (wordsOf(line).length === 0 ? null : (question.wrong?.(line) ?? null)),
          },
          context as never,
        );
    }
  }
}
