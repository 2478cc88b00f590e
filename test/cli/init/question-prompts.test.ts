import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { BACK, choice, type Question, text } from '../../../src/cli/init/question.ts';
import { promptFor } from '../../../src/cli/init/question-prompts.ts';

/** Answers a question with these keys, one after the other. */
async function press(question: Question, keys: readonly string[], earlier?: string | string[]) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let shown = '';
  output.on('data', (bytes) => {
    shown += bytes;
  });
  const answer = promptFor(question, { input, output } as never, earlier);
  for (const key of keys) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    input.write(key);
  }
  return { answer: await answer, shown };
}

const ESC = '\u001b';
const ENTER = '\r';
const BACKSPACE = '\u007f';
const name = text('user', 'SSH user', { fallback: '' });
const hosts: Question = { id: 'hosts', kind: 'lines', message: 'Hosts' };
const key = choice(
  'identity',
  'SSH key',
  [
    { value: 'auto', name: 'Same as ssh' },
    { value: 'own', name: 'Another' },
  ],
  { fallback: 'auto' },
);
const checks: Question = {
  id: 'collect',
  kind: 'checks',
  message: 'Which data?',
  choices: [
    { value: 'metrics', name: 'Metrics' },
    { value: 'otlp', name: 'OTLP' },
  ],
};

test.each([name, hosts, key, checks])('Esc leaves a question ($kind)', async (question) => {
  const { answer, shown } = await press(question, [ESC]);
  expect(answer).toBe(BACK);
  // and takes it off the screen
  expect(shown.slice(shown.lastIndexOf(question.message))).toContain(`${ESC}[2K`);
});

test('an answer is not taken for Esc', async () => {
  expect((await press(name, ['ops', ENTER])).answer).toBe('ops');
  expect((await press(key, [`${ESC}[B`, ENTER])).answer).toBe('own');
});

test('an earlier answer is there again, to be kept or changed', async () => {
  const url = text('mirror', 'Repository URL', { fallback: 'https://apt.grafana.com' });
  expect((await press(url, [ENTER], 'https://x')).answer).toBe('https://x');
  expect((await press(url, [ENTER])).answer).toBe('https://apt.grafana.com');
  // where empty means none
  expect((await press(name, [ENTER], 'ops')).answer).toBe('');
  expect((await press(key, [ENTER], 'own')).answer).toBe('own');
  expect((await press(checks, [ENTER], ['otlp'])).answer).toEqual(['otlp']);
});

test('lines given earlier are kept, and Backspace takes the last one away', async () => {
  expect((await press(hosts, [ENTER], ['a', 'b'])).answer).toEqual(['a', 'b']);
  expect((await press(hosts, [BACKSPACE, 'c', ENTER, ENTER], ['a', 'b'])).answer).toEqual([
    'a',
    'c',
  ]);
});

test('what is selected at first may differ from the fallback, which may be none', async () => {
  const some: Question = { ...checks, fallback: [], selected: ['otlp'] };
  expect((await press(some, [ENTER])).answer).toEqual(['otlp']);
  expect((await press(some, [ENTER], [])).answer).toEqual([]);
  expect((await press({ ...some, selected: [] }, [ENTER])).answer).toEqual([]);
});
