import type { Attribute, Block, Body, Expression } from './ast.ts';
import { blockName } from './ast.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Parsed } from './parse.ts';
import { positionAt } from './position.ts';

/** The first attribute of that name. */
export function attributeOf(body: Body, name: string): Attribute | undefined {
  for (const statement of body) {
    if (statement.kind === 'attribute' && statement.name.name === name) return statement;
  }
  return undefined;
}

/** Every block of that name, in order. */
export const blocksOf = (body: Body, name: string): readonly Block[] =>
  body.filter(
    (statement): statement is Block => statement.kind === 'block' && blockName(statement) === name,
  );

/** `prometheus.scrape.web`; without a label the name alone. */
export const blockId = (block: Block): string =>
  block.label ? `${blockName(block)}.${block.label.text}` : blockName(block);

/** The expression without the parentheses around it. */
export function bare(expression: Expression): Expression {
  let inner = expression;
  while (inner.kind === 'paren') inner = inner.inner;
  return inner;
}

/** The value of a string constant; undefined when it is anything else, a broken string too. */
export function stringOf(expression: Expression): string | undefined {
  const inner = bare(expression);
  if (inner.kind !== 'literal' || inner.type !== 'string') return undefined;
  return unquote(inner.text);
}

/** true or false where it is written as such. */
export function boolOf(expression: Expression): boolean | undefined {
  const inner = bare(expression);
  if (inner.kind !== 'literal' || inner.type !== 'bool') return undefined;
  return inner.text === 'true';
}

/** The number of a numeric constant, a sign before it included; a leading 0 is octal, as in Alloy. */
export function numberOf(expression: Expression): number | undefined {
  const inner = bare(expression);
  if (inner.kind === 'unary' && inner.operator === '-') {
    const value = numberOf(inner.value);
    return value === undefined ? undefined : -value;
  }
  if (inner.kind !== 'literal') return undefined;
  if (inner.type === 'float') return Number(inner.text);
  if (inner.type !== 'number') return undefined;
  return /^0[0-7]+$/.test(inner.text) ? Number.parseInt(inner.text, 8) : Number(inner.text);
}

/** A diagnostic of a stretch of text, with its line and column counted. */
export function diagnosticAt(
  parsed: Parsed,
  { start, end }: { readonly start: number; readonly end: number },
  what: Pick<Diagnostic, 'severity' | 'code' | 'message' | 'hint'>,
): Diagnostic {
  return { ...what, start, end, ...positionAt(parsed.source, start, parsed.file.lineStarts) };
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

function unquote(text: string): string | undefined {
  if (text.startsWith('`'))
    return text.endsWith('`') ? text.slice(1, -1).replaceAll('\r', '') : undefined;
  if (!text.startsWith('"') || !text.endsWith('"') || text.length < 2) return undefined;
  const inner = text.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  let whole = true;
  const value = inner.replace(
    /\\(?:([abfnrtv\\"])|([0-7]{3})|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|[\s\S]?)/g,
    (_, simple?: string, octal?: string, hex?: string, short?: string, long?: string) => {
      if (simple) return SIMPLE[simple]!;
      const code = octal
        ? Number.parseInt(octal, 8)
        : Number.parseInt(hex ?? short ?? long ?? '', 16);
      if (Number.isNaN(code) || code > 0x10ffff) {
        whole = false;
        return '';
      }
      return String.fromCodePoint(code);
    },
  );
  return whole ? value : undefined;
}
