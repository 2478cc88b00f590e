import { expect, test } from 'vitest';
import { runsOf, terminalSvg } from '../../scripts/svg.ts';

test.each([
  ['plain', [{ text: 'plain', classes: '', column: 0 }]],
  [
    'a \u001b[1m\u001b[31mb\u001b[0m c',
    [
      { text: 'a ', classes: '', column: 0 },
      { text: 'b', classes: 'bold red', column: 2 },
      { text: ' c', classes: '', column: 3 },
    ],
  ],
  [
    '\u001b[32;2mok\u001b[39m!',
    [
      { text: 'ok', classes: 'dim green', column: 0 },
      { text: '!', classes: 'dim', column: 2 },
    ],
  ],
  ['\u001b[90m#\u001b[0m', [{ text: '#', classes: 'dim', column: 0 }]],
  ['   ', []],
])('%j is cut into stretches of one colour', (line, runs) => {
  expect(runsOf(line)).toEqual(runs);
});

const picture = { columns: 20, rows: 2, title: 'a "title" & more' };

test('text stays text, and nothing in it is markup', () => {
  const svg = terminalSvg([{ lines: ['<b> & "c"'], ms: 0 }], picture);
  expect(svg).toContain('&#60;b&#62; &#38; &#34;c&#34;');
  expect(svg).not.toContain('<b>');
  expect(svg).not.toContain('@keyframes');
});

test('a film shows each line once in its file, and its last frame to who wants no motion', () => {
  const svg = terminalSvg(
    [
      { lines: ['$ plan', 'same'], ms: 100 },
      { lines: ['$ apply', 'same'], ms: 300 },
    ],
    picture,
  );
  expect(svg.match(/>same</g)).toHaveLength(1);
  expect(svg).toContain('animation:film 0.4s step-end infinite');
  expect(svg).toContain('25%{transform:translateX(-200px)}');
  expect(svg).toContain('.film{transform:translateX(-200px)}');
});
