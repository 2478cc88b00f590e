import { expect, test } from 'vitest';
import { environmentReads } from '../../src/alloy/environment-reads.ts';
import { parse } from '../../src/alloy/parser.ts';

test.each([
  ['a = sys.env("A")', ['A']],
  ['a = env("A")', ['A']],
  ['a = "x" + (sys.env("A") + "y")', ['A']],
  ['a = {k = [sys.env("A")], l = -sys.env("B")}', ['A', 'B']],
  ['a = string.join([sys.env("A")], ",")', ['A']],
  ['a = x.y[sys.env("A")].z', ['A']],
  ['a = json_path(sys.env("A"), "x")[0]', ['A']],
  ['b {\n\tc "d" {\n\t\te = sys.env(`A`)\n\t}\n}', ['A']],
  // ready for an empty one
  ['a = coalesce(sys.env("A"), "x")', []],
  ['a = coalesce("x" + sys.env("A"), "x")', ['A']],
  ['a = sys.env("A") == ""', []],
  ['a = (sys.env("A")) != "x"', []],
  // nobody here knows which
  ['a = sys.env(argument.name.value)', []],
  ['a = sys.other("A")', []],
  ['// sys.env("A")\na = "sys.env(\\"A\\")"', []],
])('%s', (text, names) => {
  const { file, errors } = parse(`${text}\n`);
  expect(errors).toEqual([]);
  expect(environmentReads(file.body).map(({ name }) => name)).toEqual(names);
});
