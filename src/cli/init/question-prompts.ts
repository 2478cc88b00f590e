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
import {
  type Answer,
  type Choice,
  exampleOf,
  needsOne,
  type Question,
  whyInvalid,
} from './question.ts';

/** Columns that a question and its answer may take. */
const COLUMNS = 79;

/** What is shown of an answer: the choice's text if it fits, otherwise its value. */
const shownAs = (message: string, { name, value }: Choice): string =>
  message.length + name.length + 3 <= COLUMNS ? name : value;

/** For long answers: an example, and a line of their own; afterwards only question and answer stay. */
function onOwnLine(question: Question) {
  const { message } = question;
  const below = `\n  e.g. ${exampleOf(question)}\n  >`;
  const style = (_: string, status: string): string =>
    styleText('bold', message) + (status === 'done' ? '\n ' : below);
  return { message: message + below, theme: { style: { message: style } } };
}

/** Asks with the Inquirer prompt for the question's kind. */
export function promptFor(question: Question, on: Parameters<typeof input>[1]): Promise<Answer> {
  const { message, fallback, choices = [] } = question;
  const validate = (answer: string): true | string => whyInvalid(question, answer.trim()) ?? true;
  const byDefault = typeof fallback === 'string' && fallback !== '' ? { default: fallback } : {};
  switch (question.kind) {
    case 'text': {
      const shown = question.long ? onOwnLine(question) : { message };
      return input({ ...shown, ...byDefault, validate }, on).then((text) => text.trim());
    }
    case 'choice': {
      const shown = choices.map((choice) => ({ ...choice, short: shownAs(message, choice) }));
      return select({ message, choices: shown, loop: false, ...byDefault }, on);
    }
    case 'checks': {
      // the texts of several choices would not fit on one line
      const shown = choices.map((choice) => ({
        ...choice,
        short: choice.value,
        checked: fallback?.includes(choice.value) ?? false,
      }));
      return checkbox({ message, choices: shown, loop: false, pageSize: 12, required: true }, on);
    }
    case 'lines':
      return linesPrompt(question, on);
  }
}

const theme = makeTheme({});

/**
 * Lines until an empty one. Takes a pasted list as a whole, whose line breaks would otherwise answer
 * the next questions.
 */
const linesPrompt = createPrompt<readonly string[], Question>((question, done) => {
  const { message, invalid } = question;
  const [taken, setTaken] = useState<readonly string[]>([]);
  const [line, setLine] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [status, setStatus] = useState<'idle' | 'done'>('idle');
  const prefix = usePrefix({ status, theme });
  const isDue = taken.length === 0 && needsOne(question);

  useKeypress((key, rl) => {
    if (status === 'done') return;
    if (!isEnterKey(key)) {
      setLine(rl.line);
      setError(null);
      return;
    }
    const text = line.trim();
    if (text === '') {
      if (isDue) return setError('enter at least one');
      setStatus('done');
      return done(taken);
    }
    const why = invalid?.(text) ?? null;
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
  const help = theme.style.help(`(${isDue ? 'one per line' : 'an empty line to finish'})`);
  return [
    `${prefix} ${head} ${help}\n${before}  > ${line}`,
    error === null ? '' : theme.style.error(error),
  ];
});
