import { describe, expect, test } from 'vitest';
import { componentsOf } from '../../src/alloy/components.ts';
import { parse } from '../../src/alloy/parser.ts';

const of = (...texts: readonly string[]) => componentsOf(texts.map((text) => parse(text)));

describe('the ids that a configuration makes', () => {
  test.each([
    ['nothing', '', []],
    [
      'config blocks make none',
      'logging { }\n\nhttp { }\n\ntracing { }\n\nlivedebugging { }\n',
      [],
    ],
    ['one each', 'a.b "x" { }\n\na.b "y" { }\n', ['a.b.x', 'a.b.y']],
    [
      'a declare makes none, its instance one',
      'declare "node" {\n\ta.b "inner" { }\n}\n\nnode "a" { }\n',
      ['node.a'],
    ],
    [
      'so does an import',
      'import.string "lib" {\n\tcontent = ""\n}\n\nlib.node "a" { }\n',
      ['lib.node.a'],
    ],
    ['twice the same is one', 'a.b "x" { }\n\na.b "x" { }\n', ['a.b.x']],
    ['an empty label is none', 'a.b "" { }\n', []],
  ])('%s', (_, text, ids) => {
    expect(of(text)).toEqual({ known: true, ids });
  });

  test('of several files together, sorted', () => {
    expect(of('b.b "x" { }\n', 'a.a "x" { }\n')).toEqual({ known: true, ids: ['a.a.x', 'b.b.x'] });
  });

  test.each([
    'remotecfg {\n\turl = "http://a"\n}\n',
    'foreach "x" {\n\tcollection = [1]\n\tvar = "n"\n\n\ttemplate { }\n}\n',
  ])('not known in full: %s', (text) => {
    const { known, ids } = of(`a.b "x" { }\n\n${text}`);
    expect({ known, ids }).toEqual({ known: false, ids: ['a.b.x'] });
  });
});
