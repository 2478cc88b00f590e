import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldLine } from '../../src/report/long-line.ts';
import { widthOf } from '../../src/report/plain.ts';

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

test('whatever the line, its parts fit, and hold all of it', () => {
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
