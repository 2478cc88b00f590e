import { styleText } from 'node:util';
import {
  createPrompt,
  isEnterKey,
  makeTheme,
  useKeypress,
  usePrefix,
  useState,
} from '@inquirer/core';
import { checkbox, input, select } from '@inquirer/prompts';
import { entriesIn } from './host-entries.ts';
import { type Answer, type Choice, needsOne, type Question, whyInvalid } from './question.ts';

type Context = { readonly output?: NodeJS.WritableStream; readonly input?: NodeJS.ReadableStream };

/** Columns that a question and its answer may take. */
const COLUMNS = 79;

/** What is shown of an answer: the choice's text if it fits, otherwise its value. */
const shownAs = (message: string, { name, value }: Choice): string =>
  message.length + name.length + 3 <= COLUMNS ? name : value;

/** For long answers: an example, and a line of their own; afterwards only question and answer stay. */
function onOwnLine({ message, example }: Question) {
  const asked = `${message}\n  e.g. ${example}\n  >`;
  const style = (text: string, status: string): string =>
    `${styleText('bold', status === 'done' ? message : text.split('\n')[0]!)}${status === 'done' ? '\n ' : asked.slice(message.length)}`;
  return { message: asked, theme: { style: { message: style } } };
}

/** Asks with the Inquirer prompt for the question's kind. */
export function promptFor(question: Question, context: Context): Promise<Answer> {
  const { message, fallback, choices = [] } = question;
  const validate = (answer: string): true | string => whyInvalid(question, answer.trim()) ?? true;
  const byDefault = typeof fallback === 'string' && fallback !== '' ? { default: fallback } : {};
  const on = context as never;
  switch (question.kind) {
    case 'text': {
      const shown = question.long ? onOwnLine(question) : { message };
      return input({ ...shown, ...byDefault, validate }, on).then((text) => text.trim());
    }
    case 'choice':
      return select(
        {
          message,
          choices: choices.map((choice) => ({ ...choice, short: shownAs(message, choice) })),
          loop: false,
          ...byDefault,
        },
        on,
      );
    case 'checks':
      return checkbox(
        {
          message,
          // the texts of several choices would not fit on one line
          choices: choices.map((choice) => ({ ...choice, short: choice.value })),
          loop: false,
          pageSize: 12,
          required: needsOne(question),
        },
        on,
      );
    case 'lines':
      return linesPrompt(
        {
          message,
          required: needsOne(question),
          invalid: (line) =>
            entriesIn(line).length === 0 ? null : (question.invalid?.(line) ?? null),
        },
        on,
      );
  }
}

interface LinesConfig {
  readonly message: string;
  /** At least one line. */
  readonly required: boolean;
  /** What is wrong with a line; null: nothing. */
  readonly invalid: (line: string) => string | null;
}

const theme = makeTheme({});

/**
 * Lines until an empty one. Takes a pasted list as a whole, whose line breaks would otherwise answer
 * the next questions.
 */
const linesPrompt = createPrompt<readonly string[], LinesConfig>((config, done) => {
  const { message, required, invalid } = config;
  const [taken, setTaken] = useState<readonly string[]>([]);
  const [line, setLine] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [status, setStatus] = useState<'idle' | 'done'>('idle');
  const prefix = usePrefix({ status, theme });

  useKeypress((key, rl) => {
    if (status === 'done') return;
    if (!isEnterKey(key)) {
      setLine(rl.line);
      setError(null);
      return;
    }
    const text = line.trim();
    if (text === '') {
      if (taken.length === 0 && required) return setError('enter at least one');
      setStatus('done');
      return done(taken);
    }
    const why = invalid(text);
    if (why !== null) {
      // keep what was typed, to be corrected
      rl.write(line);
      return setError(why);
    }
    setTaken([...taken, text]);
    setLine('');
  });

  const head = theme.style.message(message, status);
  if (status === 'done') {
    const all = taken.join(', ');
    const fits = message.length + all.length + 3 < COLUMNS;
    return `${prefix} ${head} ${theme.style.answer(fits ? all : `${taken.length} lines`)}`;
  }
  const before = taken.map((one) => `    ${one}\n`).join('');
  const help = theme.style.help(
    `(${required && taken.length === 0 ? 'one per line' : 'an empty line to finish'})`,
  );
  return [
    `${prefix} ${head} ${help}\n${before}  > ${line}`,
    error === null ? '' : theme.style.error(error),
  ];
});
