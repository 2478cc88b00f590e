import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkConfig } from '../../src/alloy/check/check.ts';
import { componentsOf } from '../../src/alloy/components.ts';
import { parse } from '../../src/alloy/parser.ts';
import { type BlockRule, tableAt } from '../../src/alloy/table/component-table.ts';

/** What nobody expects where it stands; each is a valid expression. */
const VALUES = [
  '0',
  '1',
  '-1',
  '1.5',
  '1e999',
  'true',
  'null',
  '""',
  '"x"',
  '"0"',
  '"1h"',
  '"512MiB"',
  '"{"',
  '"("',
  '"{{"',
  '"\\u0000\\uffff"',
  '"constructor"',
  '"__proto__"',
  '[]',
  '[0]',
  '[""]',
  '[[]]',
  '[{}]',
  '[null]',
  '{}',
  '{a = 0}',
  '{"" = ""}',
  '{constructor = "x", __proto__ = {}}',
  'sys.env("A")',
  'sys.env("A") + "x"',
  'nonsensitive(1)',
  'constants.os',
  'constants.nothing',
  'a.b.c',
  'local.file.a.content',
  'encoding.from_json("{")',
  'string.format("%s", 1)',
  'coalesce()',
  '(0)',
  '!0',
  '-"x"',
  '0 + ""',
];

const check = (text: string): void => {
  const parsed = parse(text);
  expect(parsed.errors, text).toEqual([]);
  for (const check of ['http', 'service'] as const)
    checkConfig(parsed, {
      stability: 'experimental',
      strict: true,
      check,
      communityComponents: true,
      version: '1.18.1',
    });
  componentsOf(parsed);
};

/** Every argument with a value, every block once; a block that holds itself is entered once more. */
function bodyOf(rule: BlockRule, path: readonly string[], value: () => string | null): string {
  const lines = [...rule.attributes.keys()].map((name) => {
    const given = value();
    return given === null ? '' : `${name} = ${given}\n`;
  });
  for (const name of rule.blockNames) {
    if (path.includes(name)) continue;
    const inner = rule.block(name)!;
    lines.push(
      `${name}${inner.labeled ? ' "a"' : ''} {\n${bodyOf(inner, [...path, name], value)}}\n`,
    );
  }
  return lines.join('');
}

const table = tableAt('1.18');
const NAMES = table.names.filter((name) => !['argument', 'export'].includes(name));
const WITHOUT_LABEL = ['logging', 'tracing', 'http', 'remotecfg', 'livedebugging'];
const headOf = (name: string): string => (WITHOUT_LABEL.includes(name) ? name : `${name} "a"`);
const textOf = (name: string, value: () => string | null): string =>
  `${headOf(name)} {\n${bodyOf(table.get(name)!, [], value)}}\n`;

test.each(VALUES)('%s in every argument of every component breaks no check', (value) => {
  for (const name of NAMES) check(textOf(name, () => value));
});

/** Each argument of a component alone, in the blocks around it. */
function* alone(rule: BlockRule, path: readonly string[]): Generator<(value: string) => string> {
  const open = path.map((name) => `${name} {\n`).join('');
  for (const name of rule.attributes.keys())
    yield (value) => `${open}${name} = ${value}\n${'}\n'.repeat(path.length)}`;
  for (const name of rule.blockNames) {
    const inner = rule.block(name)!;
    if (!path.includes(name))
      yield* alone(inner, [...path, `${name}${inner.labeled ? ' "a"' : ''}`]);
  }
}

test.each(['0', '-1', '""', 'null', '[]', '{}', 'sys.env("A")'])(
  '%s in one argument alone breaks none',
  (value) => {
    for (const name of NAMES)
      for (const body of alone(table.get(name)!, [])) check(`${headOf(name)} {\n${body(value)}}\n`);
  },
  60_000,
);

test('nor do any of them side by side, or left out', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...NAMES),
      fc.array(fc.option(fc.constantFrom(...VALUES)), { minLength: 7, maxLength: 61 }),
      (name, values) => {
        let at = 0;
        check(textOf(name, () => values[at++ % values.length]!));
      },
    ),
    { numRuns: 3000 },
  );
}, 120_000);
