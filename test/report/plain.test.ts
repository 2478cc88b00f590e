import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  duration,
  foldLine,
  plain,
  shorten,
  someNames,
  widthOf,
  wrap,
} from '../../src/report/plain.ts';

test.each([
  ['\u001b[31mred\u001b[0m', 'red'],
  ['\u001b]0;title\u0007text', 'text'],
  ['\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['a\rb', 'a b'],
  ['a\r\nb', 'a\nb'],
  ['\u202eevil', 'evil'],
  ['tab\tstays', 'tab\tstays'],
  ['\u009b31mc1', 'c1'],
])('%j is shown as %j', (text, expected) => {
  expect(plain(text)).toBe(expected);
});

test('no control character passes, and cleaning twice changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(plain(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    }),
  );
});

test('wrapping keeps every word within the width', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }),
      fc.integer({ min: 20, max: 80 }),
      (words, width) => {
        const text = wrap(words.join(' '), width, 4, 4);
        expect(text.split(/\s+/)).toEqual(words);
        for (const [i, line] of text.split('\n').entries())
          expect(line.length + (i === 0 ? 4 : 0)).toBeLessThanOrEqual(width);
      },
    ),
  );
});

test('a list of names counts those not shown', () => {
  expect(someNames(['a', 'b'], 20)).toBe('a, b');
  expect(someNames(['web-01', 'web-02', 'web-03', 'web-04'], 26)).toBe('web-01, web-02 and 2 more');
  expect(
    someNames(
      Array.from({ length: 10_000 }, (_, i) => `web-${i}`),
      30,
    ),
  ).toBe('web-0, web-1 and 9998 more');
  expect(someNames(['a-very-long-name-of-a-host', 'b'], 10)).toBe(
    'a-very-long-name-of-a-host and 1 more',
  );
});

test('names are shortened in the middle', () => {
  expect(shorten('a-host-with-a-long-name.example.com', 15)).toBe('a-host-…ple.com');
  expect(shorten('short', 15)).toBe('short');
  expect(widthOf(shorten('a-host-with-a-long-name', 10))).toBe(10);
});

test.each([
  [420, '0.4 s'],
  [12_300, '12 s'],
  [119_000, '119 s'],
  [200_000, '3 min 20 s'],
])('%i ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  ['+short', ['+short']],
  [
    '+deb [arch=amd64 signed-by=/a/key.asc] https://apt.grafana.com stable main',
    ['+deb [arch=amd64 signed-by=/a/key.asc]', '…    https://apt.grafana.com stable main'],
  ],
  [`-    "${'x'.repeat(50)}"`, [`-    "${'x'.repeat(34)}`, `…        ${'x'.repeat(16)}"`]],
  [
    `+${' '.repeat(30)}${'x'.repeat(20)}`,
    [`+${' '.repeat(30)}${'x'.repeat(9)}`, `… ${'x'.repeat(11)}`],
  ],
])('%j in 40 columns', (line, parts) => {
  expect(foldLine(line, 40)).toEqual(parts);
});

test('the parts of any line fit and add up to it', () => {
  const all = (text: string): string => text.replaceAll(/[ …]/g, '');
  fc.assert(
    fc.property(
      fc.constantFrom('+', '-', ' '),
      fc.string({ maxLength: 300, unit: fc.constantFrom('a', ' ', '"', '界', 'é') }),
      fc.integer({ min: 20, max: 120 }),
      (mark, text, width) => {
        const parts = foldLine(mark + text, width);
        for (const part of parts) expect(widthOf(part)).toBeLessThanOrEqual(width);
        expect(all(parts.join(''))).toBe(all(mark + text));
      },
    ),
  );
});
