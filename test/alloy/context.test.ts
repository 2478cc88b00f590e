import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Body } from '../../src/alloy/ast.ts';
import { createContextScanner } from '../../src/alloy/context.ts';
import { parse } from '../../src/alloy/parser.ts';
import { Scanner } from '../../src/alloy/scan.ts';
import * as token from '../../src/alloy/token.ts';
import type { AlloyContext } from '../../src/model/alloy-context.ts';
import { sampleTexts } from './samples.ts';

const contextAfter = (...pieces: readonly string[]): AlloyContext => {
  const scanner = createContextScanner();
  for (const piece of pieces) scanner.feed(piece);
  return scanner.context;
};

describe('where the text so far ends', () => {
  test.each<[AlloyContext, string]>([
    ['name', ''],
    ['name', '\n  '],
    ['name', 'a = 1\n'],
    ['name', 'prometheus.'],
    ['name', 'prometheus.scrape_'],
    ['name', 'a {\n\t'],
    ['name', 'a { '],
    ['name', 'a = b.'],
    ['name', 'a = [b.c[0].'],
    ['name', 'a = f'],
    ['name', 'a = größ'],
    ['value', 'a = '],
    ['value', 'a = [\n'],
    ['value', 'a = [1,\n  '],
    ['value', 'a = {\n'],
    ['value', 'a = {b = '],
    ['value', 'a = f('],
    ['value', 'a = 1 + '],
    ['value', 'a = 1'],
    ['value', 'a = 1e+'],
    ['value', 'a = 4 /'],
    ['value', 'loki.write '],
    ['label', 'loki.write "'],
    ['label', 'loki.write "web_'],
    ['label', 'a {\n\tb "'],
    ['label', 'a /* c */ "'],
    ['string', 'a = "'],
    ['string', 'a = "x\\"'],
    ['string', 'a = ["x", "'],
    ['string', 'a = {"'],
    ['string', 'a = {b = 1, "'],
    ['string', 'a = "b {\\n c \\"'],
    ['string', 'a "l" "'],
    ['name', 'a = "unclosed\n'],
    ['raw-string', 'a = `'],
    ['raw-string', 'a = `x\n"y'],
    ['value', 'a = `x`'],
    ['comment', '//'],
    ['comment', 'a = 1 // "x'],
    ['comment', '/* x\n'],
    ['comment', '/* x *'],
    ['name', '/* x */'],
    ['name', 'a = 1 // x\n'],
    ['name', 'a = 1 /* x\n*/ '],
    ['value', 'a = 1 /* x */ '],
    ['name', 'a { b = 1 }\n'],
    ['name', 'a = {b = 1}\n'],
    ['name', 'a = f(\n)\n'],
    ['value', 'a = f(\n1 +\n'],
  ])('%s: %j', (expected, text) => {
    expect(contextAfter(text)).toBe(expected);
    expect(contextAfter(...text)).toBe(expected);
  });

  test('the pieces in which a text comes do not matter', () => {
    const text = fc
      .constantFrom(...sampleTexts())
      .chain((whole) =>
        fc
          .tuple(fc.nat(whole.length), fc.nat(whole.length))
          .map(([a, b]) => whole.slice(Math.min(a, b), Math.max(a, b))),
      );
    const noise = fc.string({ unit: fc.constantFrom(...'a1."`/*\\\n {}[]()=,é😀+-e#') });
    fc.assert(
      fc.property(fc.oneof(text, noise), fc.array(fc.nat(500), { maxLength: 8 }), (whole, cuts) => {
        const places = [...new Set(cuts.map((cut) => Math.min(cut, whole.length)))].sort(
          (a, b) => a - b,
        );
        const pieces = [0, ...places].map((from, i) =>
          whole.slice(from, places[i] ?? whole.length),
        );
        expect(pieces.join('')).toBe(whole);
        expect(contextAfter(...pieces)).toBe(contextAfter(whole));
      }),
      { numRuns: 2000 },
    );
  });

  test('it agrees with the scanner at every place of every file that parses', () => {
    let places = 0;
    for (const text of sampleTexts()) {
      const wanted = contextsOf(text);
      if (!wanted) continue;
      const scanner = createContextScanner();
      for (let at = 0; at <= text.length; at++) {
        const expected: AlloyContext | undefined = wanted.get(at);
        if (expected && scanner.context !== expected) {
          expect.fail(
            `${JSON.stringify(text.slice(0, at).slice(-60))}: ${scanner.context}, not ${expected}`,
          );
        }
        places++;
        scanner.feed(text.charAt(at));
      }
    }
    expect(places).toBeGreaterThan(1000);
  });
});

/** What the tokens of a text say about its places; undefined where it does not parse. */
function contextsOf(text: string): ReadonlyMap<number, AlloyContext> | undefined {
  const { file, errors } = parse(text);
  if (errors.length > 0) return undefined;
  const labels = new Set<number>();
  const starts = new Set<number>();
  const visit = (body: Body): void => {
    for (const statement of body) {
      starts.add(statement.start);
      if (statement.kind !== 'block') continue;
      if (statement.label) labels.add(statement.label.start);
      visit(statement.body);
    }
  };
  visit(file.body);
  const contexts = new Map<number, AlloyContext>();
  const scanner = new Scanner(text, () => {});
  for (let kind = scanner.next(); kind !== token.EOF; kind = scanner.next()) {
    const { start, end } = scanner;
    // the empty label is a label to the eye, and none to the parser
    if (kind === token.STRING && text.slice(start, end) !== '""') {
      const quoted = labels.has(start) ? 'label' : 'string';
      for (let at = start + 1; at < end; at++) {
        contexts.set(at, text[start] === '`' ? 'raw-string' : quoted);
      }
    } else if (kind === token.COMMENT) {
      const last = text[start + 1] === '/' ? end : end - 1;
      for (let at = start + 2; at <= last; at++) contexts.set(at, 'comment');
    } else if (kind === token.IDENT || kind === token.BOOL || kind === token.NULL) {
      for (let at = start + 1; at <= end; at++) {
        // half a character is no name yet
        if (!/[\ud800-\udbff]/.test(text[at - 1]!)) contexts.set(at, 'name');
      }
    } else if (kind === token.DOT) {
      contexts.set(end, 'name');
    } else if (kind >= token.OR || kind === token.ASSIGN || kind === token.COMMA) {
      contexts.set(end, 'value');
    }
  }
  for (const start of starts) contexts.set(start, 'name');
  return contexts;
}
