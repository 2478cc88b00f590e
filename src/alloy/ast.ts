import type { Span } from './position.ts';

/**
 * The tree of an Alloy file. Every node knows where it stands in the source text that was
 * parsed: `source.slice(start, end)` is the node's own text. Lines and byte columns come from `positionAt`.
 */

export interface Identifier extends Span {
  readonly kind: 'identifier';
  readonly name: string;
}

/** One constant. `text` is as written, quotes and escapes included; `stringValue(text)` decodes a string. */
export interface Literal extends Span {
  readonly kind: 'literal';
  readonly type: LiteralType;
  readonly text: string;
  /** Of a string that is watched (watched.ts): an answer about `text` that tells less than the text. */
  readonly ask?: <T>(question: (text: string) => T) => T;
}

export type LiteralType = 'string' | 'number' | 'float' | 'bool' | 'null';

export interface ArrayExpression extends Span {
  readonly kind: 'array';
  readonly elements: readonly Expression[];
}

export interface ObjectExpression extends Span {
  readonly kind: 'object';
  readonly fields: readonly Field[];
}

/** `key = value` of an object. */
export interface Field extends Span {
  readonly kind: 'field';
  readonly key: FieldKey;
  readonly value: Expression;
}

export interface FieldKey extends Span {
  readonly kind: 'key';
  /** The key as Alloy sees it: without quotes, escapes NOT decoded (as upstream has it); `""` is the two quotes. */
  readonly name: string;
  readonly quoted: boolean;
}

/** `value.name` */
export interface AccessExpression extends Span {
  readonly kind: 'access';
  readonly value: Expression;
  readonly name: Identifier;
}

/** `value[index]` */
export interface IndexExpression extends Span {
  readonly kind: 'index';
  readonly value: Expression;
  /** Where `[` stands. */
  readonly open: number;
  readonly index: Expression;
}

/** `value(args)` */
export interface CallExpression extends Span {
  readonly kind: 'call';
  readonly value: Expression;
  /** Where `(` stands. */
  readonly open: number;
  readonly args: readonly Expression[];
}

export type UnaryOperator = '!' | '-';

export interface UnaryExpression extends Span {
  readonly kind: 'unary';
  readonly operator: UnaryOperator;
  readonly value: Expression;
}

export type BinaryOperator =
  | '||'
  | '&&'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^';

export interface BinaryExpression extends Span {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  /** Where the operator stands. */
  readonly at: number;
  readonly left: Expression;
  readonly right: Expression;
}

export interface ParenExpression extends Span {
  readonly kind: 'paren';
  readonly inner: Expression;
}

/** Stands where an expression was expected and none could be read: only in files with errors. */
export interface MissingExpression extends Span {
  readonly kind: 'missing';
}

export type Expression =
  | Identifier
  | Literal
  | ArrayExpression
  | ObjectExpression
  | AccessExpression
  | IndexExpression
  | CallExpression
  | UnaryExpression
  | BinaryExpression
  | ParenExpression
  | MissingExpression;

/** `name = value` */
export interface Attribute extends Span {
  readonly kind: 'attribute';
  readonly name: Identifier;
  readonly value: Expression;
}

/** The quoted word after a block's name, quotes included. */
export interface Label extends Span {
  readonly kind: 'label';
  /** Between the quotes; never '' (an empty label is no label). */
  readonly text: string;
}

/** `part.part "label" { body }` */
export interface Block extends Span {
  readonly kind: 'block';
  /** `prometheus.scrape` has two; at least one. */
  readonly name: readonly Identifier[];
  readonly label: Label | null;
  /** Where `{` stands. */
  readonly open: number;
  /** Where `}` stands (or the end of the file, when it is missing). */
  readonly close: number;
  readonly body: Body;
}

export type Statement = Attribute | Block;

export type Body = readonly Statement[];

export interface Comment extends Span {
  readonly kind: 'comment';
  /** With its slashes, without carriage returns. */
  readonly text: string;
  /** Follows the comment before it with no other token and no blank line between. */
  readonly joined: boolean;
}

export interface File extends Span {
  readonly kind: 'file';
  readonly body: Body;
  /** All of the file, in order; the tree does not hold them. */
  readonly comments: readonly Comment[];
  /** Index at which each line starts; `lineStarts[0]` is 0. */
  readonly lineStarts: readonly number[];
}

/** `prometheus.scrape` */
export function blockName({ name: [first, ...rest] }: Block): string {
  let name = first!.name;
  for (const part of rest) name += `.${part.name}`;
  return name;
}
