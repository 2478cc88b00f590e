import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkConfig, checkFiles } from '../../src/alloy/check/check.ts';
import type { CheckOptions } from '../../src/alloy/check/model.ts';
import { RULES } from '../../src/alloy/check/rules.ts';
import { parse } from '../../src/alloy/parser.ts';
import { describeRules } from './describe-rules.ts';
import { ruleExamples, USUAL } from './rule-examples.ts';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const read = (name: string) => readFileSync(path(name), 'utf8');

const usual = USUAL;
const found = (text: string, options: Partial<CheckOptions> = {}) =>
  checkConfig(parse(text), { ...usual, ...options }).map(
    ({ line, column, severity, code }) => `${line}:${column} ${severity} ${code}`,
  );

const fixtures = readdirSync(path('fixtures/check')).map((file) => {
  const text = read(`fixtures/check/${file}`);
  const options = /^\/\/ options: (.*)$/m.exec(text)?.[1] ?? '';
  return {
    code: file.replace(/\.alloy$/, ''),
    text,
    options: Object.fromEntries(
      options.split(' ').map((one) => one.split('=')),
    ) as Partial<CheckOptions>,
    finds: [...text.matchAll(/^\/\/ (\d+:\d+ \S+)$/gm)].map(([, line]) => line),
  };
});

describe('a fixture gives what stands at its end, and nothing else', () => {
  test.each(fixtures)('$code', ({ code, text, options, finds }) => {
    const all = checkConfig(parse(text), { ...usual, ...options });
    expect(all.map(({ line, column, code: one }) => `${line}:${column} ${one}`)).toEqual(finds);
    expect(finds.some((one) => one?.endsWith(` ${code}`))).toBe(true);
  });

  test('every rule has one', () => {
    expect(fixtures.map(({ code }) => code).sort()).toEqual(RULES.map(({ code }) => code).sort());
  });
});

describe('the examples of docs/checks.md', () => {
  const examples = ruleExamples(path('../..'));

  test.each(examples)('$code', ({ code, options, fails, passes }) => {
    const check = (text: string) => checkConfig(parse(text), { ...USUAL, ...options });
    expect(check(fails).map((one) => one.code)).toContain(code);
    expect(check(passes).filter((one) => one.severity !== 'note')).toEqual([]);
    expect(check(passes).map((one) => one.code)).not.toContain(code);
  });

  test('every rule has two', () => {
    expect(examples.map(({ code }) => code).sort()).toEqual(RULES.map(({ code }) => code).sort());
  });
});

describe('every finding', () => {
  const all = fixtures.flatMap(({ text, options }) => [
    ...checkConfig(parse(text), { ...usual, ...options }),
  ]);

  test('says what to do', () => {
    for (const { hint, message } of all) {
      expect(hint.length).toBeGreaterThan(5);
      expect(message).not.toMatch(/\.$|undefined|\[object/);
      expect(hint).not.toMatch(/[^.]\.$|undefined|\[object/);
    }
  });

  test('is an error for what the language forbids, and for the rest only with --strict', () => {
    for (const { text, options } of fixtures) {
      for (const strict of [false, true]) {
        for (const { code, severity } of checkConfig(parse(text), {
          ...usual,
          ...options,
          strict,
        })) {
          const { kind } = RULES.find((rule) => rule.code === code)!;
          const error = kind === 'language' || (kind === 'knowledge' && strict);
          const rest = kind === 'note' ? 'note' : 'warning';
          expect([code, severity]).toEqual([code, error ? 'error' : rest]);
        }
      }
    }
  });

  test('shows no secret of the line', () => {
    const { text } = fixtures.find(({ code }) => code === 'exposure.secret')!;
    const shown = JSON.stringify(checkConfig(parse(text), usual));
    expect(text).toContain('hunter2');
    expect(shown).not.toMatch(/hunter2|eyJhbGciOi/);
  });

  test.each([
    ['without quotes', 'basic_auth {\n\t\tusername = "u"\n\t\tpassword = hunter2\n\t}'],
    ['of a wrong kind', 'basic_auth {\n\t\tusername = "u"\n\t\tpassword = ["hunter2"]\n\t}'],
    ['in a broken URL', 'proxy_url = "http://u:hunter2/x@a"\n\turl = "http://u:hunter2/x@a"'],
    ['behind a variable', 'url = "http://u:hunter2@${HOST}/a"'],
    ['in a list', 'http_headers = {"Authorization" = "hunter2"}'],
  ])('a password %s is not repeated', (_, body) => {
    const all = checkConfig(
      parse(`prometheus.remote_write "a" {\nendpoint {\n${body}\n}\n}\n`),
      usual,
    );
    expect(all.length).toBeGreaterThan(1);
    expect(JSON.stringify(all)).not.toContain('hunter2');
  });
});

test('the page of checks is made from the rules as they are', () => {
  const hint = 'make it again: node build.mjs run scripts/alloy-checks.ts';
  expect(read('../../docs/checks.md'), hint).toBe(describeRules(path('../..')));
});

describe('the sample that is often copied and cannot load', () => {
  // undefined exporter, signals that do not line up, basic_auth in the wrong place
  test('written over lines', () => {
    expect(found(read('fixtures/sample/lines.alloy'))).toEqual([
      '7:2 note exposure.listen',
      '9:2 note exposure.listen',
      '12:14 note flow.signal',
      '18:13 error reference.undefined',
      '22:1 note flow.unused',
      '31:2 warning block.unknown',
    ]);
  });

  test('with two statements on a line: all of it in the same run', () => {
    expect(found(read('fixtures/sample/one-line.alloy'))).toEqual([
      '1:27 error syntax.two-on-a-line',
      '3:35 note exposure.listen',
      '3:43 error syntax.two-on-a-line',
      '3:43 note exposure.listen',
      '3:51 error syntax.two-on-a-line',
      '3:71 note flow.signal',
      '6:21 error reference.undefined',
      '9:1 note flow.unused',
      '13:2 warning block.unknown',
      '13:34 error syntax.two-on-a-line',
      '15:1 error syntax.unclosed',
    ]);
  });

  test('with semicolons: all of it in the same run', () => {
    const all = found(read('fixtures/sample/semicolons.alloy'));
    expect(all.filter((one) => one.includes('syntax.semicolon'))).toHaveLength(11);
    expect(all.filter((one) => !one.includes('syntax.'))).toEqual([
      '3:35 note exposure.listen',
      '3:44 note exposure.listen',
      '3:73 note flow.signal',
      '6:21 error reference.undefined',
      '9:1 note flow.unused',
      '13:2 warning block.unknown',
    ]);
  });

  test('and the hint says where basic_auth belongs', () => {
    const all = checkConfig(parse(read('fixtures/sample/lines.alloy')), usual);
    expect(all.at(-1)?.hint).toBe('Move it into endpoint { } of this prometheus.remote_write');
  });
});

describe('several files are one configuration', () => {
  const a = {
    name: 'a.alloy',
    parsed: parse('logging { }\n\nlocal.file "a" {\n\tfilename = "/a"\n}\n'),
  };
  const b = {
    name: 'b.alloy',
    parsed: parse('logging { }\n\nlocal.file "b" {\n\tfilename = local.file.a.content\n}\n'),
  };

  test('a reference reaches into another file, a block may stand once in all of them', () => {
    const all = checkFiles([a, b], usual);
    expect(all.map(({ file, line, code }) => `${file}:${line} ${code}`)).toEqual([
      'b.alloy:1 block.duplicate',
      'b.alloy:3 flow.unused',
    ]);
    expect(all[0]?.message).toBe('block logging already declared at a.alloy:1:1');
  });
});

test.each([
  ['string.join("a", ",")', ['2:34 warning function.arguments']],
  ['string.join(["a"], ",")', []],
  ['array.concat(["a"], {b = 1})', ['2:42 warning function.arguments']],
  ['string.to_upper([])', ['2:38 warning function.arguments']],
  ['string.format("%v", [])', []],
  ['encoding.from_json("{a: 1}")', ['2:41 warning function.arguments']],
  ['encoding.from_json(`{"a": 1}`)', []],
])('the arguments of %s', (call, finds) => {
  const all = found(`declare "a" {\nexport "x" { value = ${call} }\n}\n`);
  expect(all.filter((one) => one.includes('function.'))).toEqual(finds);
});

describe('a module in a string', () => {
  const module = 'import.string "m" {\n\tcontent = `declare "x" { argument "a" { } }`\n}\n\n';

  test('what it declares is known', () => {
    expect(found(`${module}m.x "i" {\n\ta = 1\n}\n`)).toEqual([]);
    expect(found(`${module}m.y "i" { }\n`)).toEqual(['5:1 warning component.unknown']);
    expect(found(`${module}m.x "i" { }\n`)).toEqual(['5:1 error argument.declared-missing']);
  });

  test('of one that is made when Alloy runs nothing is known', () => {
    const made = module.replace(/`.*`/, 'sys.env("MODULE")');
    expect(found(`${made}m.y "i" { }\n`)).toEqual([]);
  });
});

describe('what a host needs', () => {
  test('nothing below its stability', () => {
    const text = 'otelcol.exporter.debug "default" { }\n';
    const codes = (options: Partial<CheckOptions>) =>
      found(text, options).map((one) => one.split(' ')[2]);
    expect(codes({})).toContain('stability.component');
    expect(codes({ stability: 'public-preview' })).toContain('stability.component');
    expect(codes({ stability: 'experimental' })).not.toContain('stability.component');
  });

  test('http blocks count only where the checks ask by HTTP', () => {
    const text = 'http {\n\ttls {\n\t\tcert_file = "/a"\n\t\tkey_file  = "/b"\n\t}\n}\n';
    expect(found(text)).toEqual(['2:2 error http.locked-out']);
    expect(found(text, { check: 'service' })).toEqual([]);
    expect(found(text, { check: null })).toEqual(['2:2 note http.locked-out']);
  });
});

describe('whatever comes', () => {
  const texts = fixtures.map(({ text }) => text);
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '"',
        '`',
        '[',
        ']',
        '(',
        ')',
        ',',
        ';',
        '=',
        '.',
        '\n',
        '#',
        "'",
        'a',
        '1',
      ),
      fc.constantFrom('declare "x" {', 'foreach "y" {', 'argument "z" { }', 'x "a" { }', 'x.a.z'),
    ),
    { maxLength: 6 },
  );

  test.each([')', '(', '[', '*', '\\'])('a reference broken by %s does not throw', (char) => {
    const text = `a "b" {\n\tc = argume.${char}.port\n}\n`;
    expect(() => checkConfig(parse(text), usual)).not.toThrow();
  });

  test('nothing throws, and every place lies in the text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.nat(),
        fc.nat(40),
        pieces,
        (text, at, length, insert) => {
          const start = at % text.length;
          const broken = text.slice(0, start) + insert.join('') + text.slice(start + length);
          for (const one of checkConfig(parse(broken), usual)) {
            expect(one.start).toBeGreaterThanOrEqual(0);
            expect(one.end).toBeLessThanOrEqual(broken.length);
            expect(one.end).toBeGreaterThanOrEqual(one.start);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});
