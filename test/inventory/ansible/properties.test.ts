import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shellWords } from '../../../src/inventory/ansible/ini.ts';
import { pythonLiteral } from '../../../src/inventory/ansible/python-literal.ts';
import {
  readSshArguments,
  type SshArguments,
} from '../../../src/inventory/ansible/ssh-arguments.ts';
import { openInventory } from '../../../src/inventory/open-inventory.ts';
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
const text = fc
  .array(fc.tuple(piece, fc.constantFrom('\n', '\n', ' ', '')), { maxLength: 12 })
  .map((all) => all.flat().join(''));

test('any text is read or refused with a position and a hint', () => {
  fc.assert(
    fc.property(text, (written) => {
      const read = openInventory(written, 'f').read();
      if (read.ok) expect(read.value.hosts.size).toBeGreaterThan(0);
      else {
        expect(read.problems.length).toBeGreaterThan(0);
        for (const { at, hint } of read.problems.map(withText))
          expect([at?.file, hint !== '']).toEqual(['f', true]);
      }
    }),
    { numRuns: 2000 },
  );
});

/** Characters that mean something to a shell, to Python or to an INI file, and some that do not. */
const character = fc.constantFrom(...`"'\\# \t=:$\`[]{}(),%aé0`);
const word = fc.string({ unit: character, maxLength: 8 });

test('quoted words come back as they were', () => {
  const doubleQuoted = (one: string) => `"${one.replace(/["\\]/g, '\\$&')}"`;
  const singleQuoted = (one: string) => `'${one.replace(/'/g, `'"'"'`)}'`;
  const escaped = (one: string) => one.replace(/[^\w]/g, '\\$&') || "''";
  const quote = fc.constantFrom(doubleQuoted, singleQuoted, escaped);
  fc.assert(
    fc.property(fc.array(fc.tuple(word, quote), { maxLength: 5 }), (all) => {
      const line = all.map(([one, quoted]) => quoted(one)).join('  ');
      expect(shellWords(`${line} # comment`)?.map((one) => one.text)).toEqual(
        all.map(([one]) => one),
      );
    }),
    { numRuns: 500 },
  );
});

test('a word without quotes, backslashes, spaces and # stays as it is, and knows where it starts', () => {
  const plain = fc.string({ unit: fc.constantFrom(...'=:$`[]{}(),%aé0'), minLength: 1 });
  fc.assert(
    fc.property(fc.array(plain, { minLength: 1, maxLength: 5 }), (words) => {
      const line = words.join(' ');
      for (const { text: one, start } of shellWords(line)!)
        expect(line.slice(start, start + one.length)).toBe(one);
      expect(shellWords(line)?.map((one) => one.text)).toEqual(words);
    }),
  );
});

/** As Python prints them. */
function python(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string')
    return `'${value.replace(/['\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t')}'`;
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, one]) => `${python(key)}: ${python(one)}`)
      .join(', ')}}`;
  return String(value);
}

test('a Python literal is read as its value', () => {
  const string = fc.string({ unit: fc.constantFrom(...`"'\\# \n\t,:[]{}()aé0`), maxLength: 6 });
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(null, true, false),
      fc.integer(),
      string,
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(string, tie('any'), { maxKeys: 3, noNullPrototype: false }),
    ),
  }));
  fc.assert(
    fc.property(any, (value) => {
      const text = python(value);
      expect(JSON.stringify(pythonLiteral(text))).toBe(JSON.stringify(value));
      expect(JSON.stringify(pythonLiteral(`  ${text} # comment`))).toBe(JSON.stringify(value));
    }),
    { numRuns: 1000 },
  );
});

test('anything that is not a Python literal stays text', () => {
  for (const one of ['0644', 'true', 'a b', "'open", '[1', '{1}', '1 2', '1.18.1', '-', ''])
    expect(pythonLiteral(one)).toBe(one);
});

test('every ssh argument is understood, passed on or decisive, and the first of its kind counts', () => {
  const known = fc.constantFrom<readonly [words: string, read: Partial<SshArguments>]>(
    ['-o ProxyJump=a', { jump: ['a'] }],
    ['-J b,c', { jump: ['b', 'c'] }],
    ['-Jd', { jump: ['d'] }],
    ['-o ProxyCommand="ssh -W %h:%p -p 22 e"', { jump: ['e:22'] }],
    ['-p 22', { port: 22 }],
    ['-oPort=1', { port: 1 }],
    ['-l ops', { user: 'ops' }],
    ['-o "User = web"', { user: 'web' }],
    ['-o StrictHostKeyChecking=accept-new', { acceptNew: true }],
  );
  const unknown = fc.constantFrom('-C', '-vv', '-o Foo=1', '-4', '-o ControlMaster=auto');
  const decisive = fc.constantFrom('-F x', '-p x', '-o HostName=a', 'b', '-o ProxyCommand=nc');
  fc.assert(
    fc.property(fc.array(fc.oneof(known, unknown, decisive), { maxLength: 8 }), (all) => {
      const understood = all.flatMap((one) => (typeof one === 'string' ? [] : [one[1]]));
      const written = all.filter((one) => typeof one === 'string');
      const isDecisive = (one: string): boolean => /-F|-p|HostName|^b|ProxyCommand/.test(one);
      const line = all.map((one) => (typeof one === 'string' ? one : one[0])).join(' ');
      expect(readSshArguments(line)).toEqual({
        ...Object.assign({}, ...understood.reverse()),
        rest: written.filter((one) => !isDecisive(one)),
        decisive: written.filter(isDecisive),
      });
    }),
    { numRuns: 500 },
  );
});
