import { expect, test } from 'vitest';
import { readArguments } from '../../lab/arguments.ts';

const plain = { name: 'au', suite: 'bookworm' };

test.each([
  ['', { ...plain, verb: undefined, words: [] }],
  ['up', { ...plain, verb: 'up', words: [] }],
  ['up 10 --suite trixie', { ...plain, suite: 'trixie', verb: 'up', words: ['10'] }],
  ['--name x up 2', { ...plain, name: 'x', verb: 'up', words: ['2'] }],
  [
    'ssh 2 --name x ls --name y',
    { ...plain, name: 'x', verb: 'ssh', words: ['2', 'ls', '--name', 'y'] },
  ],
  [
    'run --name x -- ls --suite y',
    { ...plain, name: 'x', verb: 'run', words: ['ls', '--suite', 'y'] },
  ],
  ['reset 1 2', { ...plain, verb: 'reset', words: ['1', '2'] }],
])('%s', (line, expected) => {
  expect(readArguments(line.split(' ').filter(Boolean))).toEqual(expected);
});

test.each([
  [['up', '--size', '3'], 'unknown flag --size'],
  [['up', '--name'], '--name needs a value'],
])('%j', (argv, message) => {
  expect(() => readArguments(argv)).toThrow(message);
});
