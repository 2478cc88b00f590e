import process from 'node:process';
import type { Key } from 'node:readline';
import { styleText } from 'node:util';
import {
  createPrompt,
  isBackspaceKey,
  isEnterKey,
  makeTheme,
  useKeypress,
  usePrefix,
  useState,
} from '@inquirer/core';
import { checkbox, input, select } from '@inquirer/prompts';
import {
  type Answer,
  BACK,
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

type On = NonNullable<Parameters<typeof input>[1]>;

/**
 * Asks with the Inquirer prompt for the question's kind; Esc leaves it.
 *
 * @param earlier the answer that was given before somebody went back
 */
export async function promptFor(
  question: Question,
  on: On,
  earlier?: Answer,
): Promise<Answer | typeof BACK> {
  const back = new AbortController();
  const context = { ...on, signal: back.signal, clearPromptOnDone: false };
  const onKey = (_: unknown, key: Key | undefined): void => {
    if (key?.name !== 'escape') return;
    // nothing is left of the question; the previous one follows
    context.clearPromptOnDone = true;
    back.abort();
  };
  const keys = on.input ?? process.stdin;
  keys.on('keypress', onKey);
  try {
    return await prompt(question, context, earlier);
  } catch (error) {
    if (back.signal.aborted) return BACK;
    throw error;
  } finally {
    keys.off('keypress', onKey);
  }
}

function prompt(question: Question, on: On, earlier: Answer | undefined): Promise<Answer> {
  const { message, fallback, choices = [], selected } = question;
  const validate = (answer: string): true | string => whyInvalid(question, answer.trim()) ?? true;
  // an empty answer must stay possible where it means none, and Inquirer takes the default for it
  const usual = question.kind === 'text' && fallback === '' ? '' : (earlier ?? fallback);
  const byDefault = typeof usual === 'string' && usual !== '' ? { default: usual } : {};
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
        checked: (earlier ?? selected ?? fallback)?.includes(choice.value) ?? false,
      }));
      const required = needsOne(question);
      return checkbox({ message, choices: shown, loop: false, pageSize: 12, required }, on);
    }
    case 'lines':
      return linesPrompt({ question, earlier: Array.isArray(earlier) ? earlier : [] }, on);
  }
}

const theme = makeTheme({});

interface LinesPrompt {
  readonly question: Question;
  readonly earlier: readonly string[];
}

/**
 * Lines until an empty one; Backspace at an empty one takes the last one away. Takes a pasted list as a whole, whose line breaks would otherwise answer
 * the next questions.
 */
const linesPrompt = createPrompt<readonly string[], LinesPrompt>(({ question, earlier }, done) => {
  const { message, invalid } = question;
  const [taken, setTaken] = useState<readonly string[]>(earlier);
  const [line, setLine] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [status, setStatus] = useState<'idle' | 'done'>('idle');
  const prefix = usePrefix({ status, theme });
  const isDue = taken.length === 0 && needsOne(question);

  useKeypress((key, rl) => {
    if (status === 'done') return;
    if (!isEnterKey(key)) {
      if (isBackspaceKey(key) && line === '') setTaken(taken.slice(0, -1));
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
