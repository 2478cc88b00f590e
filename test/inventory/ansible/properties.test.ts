import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shellWords } from '../../../src/inventory/ansible-ini.ts';
import { pythonLiteral } from '../../../src/inventory/ansible-literal.ts';
import { readSshArguments } from '../../../src/inventory/ansible-ssh-args.ts';
import { readInventory } from '../../../src/inventory/read.ts';
import { withText } from '../../../src/report/text-of.ts';

/** Pieces that inventories are made of, in any order. */
const piece = fc.constantFrom(
  '[web]',
  '[web:vars]',
  '[web:children]',
  'web',
  'web-[01:03]',
  ' ansible_host=a',
  ' ansible_port=x',
  'k = v',
  "'",
  '"',
  '#',
  '\\',
  '{{ a }}',
  'all:',
  '  hosts:',
  '    a:',
  '  children: {all: }',
  '{"_meta": {"hostvars": {"a": 1}}, "web": ["a"]}',
  '!vault x',
  '<<: *x',
  '&x',
);
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.tuple(piece, fc.constantFrom('\n', ' ', '')), { maxLength: 12 })
    .map((all) => all.flat().join('')),
);

test('any text has an answer, and every problem a place', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (written) => {
      const read = await readInventory(written, 'f');
      if (read.ok) expect(read.value.hosts.size).toBeGreaterThan(0);
      else
        for (const { at, hint } of read.problems.map(withText))
          expect([at?.file, hint !== '']).toEqual(['f', true]);
    }),
    { numRuns: 2000 },
  );
});

test('quoted words come back as they were', () => {
  const quoted = (word: string) => `"${word.replace(/["\\]/g, '\\$&')}"`;
  const words = fc.array(
    fc.string().filter((word) => !/[\n\r]/.test(word)),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(words, (all) => {
      expect(shellWords(all.map(quoted).join(' '))?.map(({ text: word }) => word)).toEqual(all);
    }),
  );
});

test('JSON without words is a literal of Python’s, too', () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      fc.integer(),
      fc.stringMatching(/^[\w ]*$/),
      fc.array(tie('any'), { maxLength: 4 }),
    ),
  })).any;
  fc.assert(
    fc.property(value, (one) => {
      expect(pythonLiteral(JSON.stringify(one))).toEqual(one);
    }),
  );
});

test('no part of ssh arguments is lost', () => {
  const word = fc.constantFrom(
    '-o',
    'ProxyJump=a',
    '-J',
    'b,c',
    '-p',
    '22',
    '-oPort=1',
    '-C',
    '-F',
    'x',
    '-l',
    '-vv',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      const read = readSshArguments(words.join(' '))!;
      const { rest, ...known } = read;
      expect(Object.keys(known).length + rest.length > 0).toBe(words.length > 0);
    }),
  );
});
