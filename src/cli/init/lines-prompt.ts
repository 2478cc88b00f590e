import {
  createPrompt,
  isEnterKey,
  makeTheme,
  useKeypress,
  usePrefix,
  useState,
} from '@inquirer/core';

interface Config {
  readonly message: string;
  /** One line at least. */
  readonly required: boolean;
  /** What is wrong with a line; null: nothing. */
  readonly wrong: (line: string) => string | null;
}

const theme = makeTheme({});
/** For a question and its answer; both have signs and blanks beside them. */
const COLUMNS = 76;

/**
 * Lines until an empty one: also of a list that is pasted as a whole, whose line ends would answer the
 * next questions otherwise.
 */
export const linesPrompt = createPrompt<readonly string[], Config>((config, done) => {
  const { message, required, wrong } = config;
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
      if (taken.length === 0 && required) return setError('name one at least');
      setStatus('done');
      return done(taken);
    }
    const found = wrong(text);
    if (found !== null) {
      // what was typed stays, to be mended
      rl.write(line);
      return setError(found);
    }
    setTaken([...taken, text]);
    setLine('');
  });

  const head = theme.style.message(message, status);
  if (status === 'done') {
    const all = taken.join(', ');
    const said = message.length + all.length < COLUMNS ? all : `${taken.length} lines`;
    return `${prefix} ${head} ${theme.style.answer(said)}`;
  }
  const before = taken.map((one) => `    ${one}\n`).join('');
  const help = theme.style.help(
    `(${required && taken.length === 0 ? 'one a line' : 'an empty line ends'})`,
  );
  return [
    `${prefix} ${head} ${help}\n${before}  > ${line}`,
    error === null ? '' : theme.style.error(error),
  ];
});
