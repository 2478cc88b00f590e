import { expect, test } from 'vitest';
import { codeFrame, nearest } from '../../src/model/frame.ts';

test('shows two lines before and a caret', () => {
  expect(codeFrame('one\ntwo\n\tthree\nfour\n', 3, 3)).toBe(
    '1 | one\n2 | two\n3 |     three\n  |      ^',
  );
  expect(codeFrame('one', 1, 4)).toBe('1 | one\n  |    ^');
  expect(codeFrame('one', 7, 1)).toBe('');
});

test('cuts a long line around the column', () => {
  const frame = codeFrame(`${'a'.repeat(300)}X${'b'.repeat(300)}`, 1, 301);
  const [line = '', caret = ''] = frame.split('\n');
  expect(line.length).toBeLessThan(110);
  expect(line[caret.indexOf('^')]).toBe('X');
});

test.each([
  ['metrics_ulr', 'metrics_url'],
  ['verison', 'version'],
  ['Port', 'port'],
  ['zzz', undefined],
  ['x', undefined],
])('%s may mean %s', (word, meant) => {
  expect(nearest(word, ['version', 'metrics_url', 'port', 'logs_url'])).toBe(meant);
});
