/**
 * The tree of an Alloy file. Every node knows where it stands: `start` and `end` (exclusive) are
 * indexes into the source text that was parsed (UTF-16 units, so `source.slice(start, end)` is the
 * node's own text). Lines and byte columns come from `positionAt`.
 */

export interface Identifier {
  readonly kind: 'identifier';
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** One constant. `text` is as written, quotes and escapes included; `stringValue(text)` decodes a string. */
export interface Literal {
  readonly kind: 'literal';
  readonly type: LiteralType;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export type LiteralType = 'string' | 'number' | 'float' | 'bool' | 'null';

export interface ArrayExpression {
  readonly kind: 'array';
  readonly start: number;
  readonly end: number;
  readonly elements: readonly Expression[];
}

export interface ObjectExpression {
  readonly kind: 'object';
  readonly start: number;
  readonly end: number;
  readonly fields: readonly Field[];
}

/** `key = value` of an object. */
export interface Field {
  readonly kind: 'field';
  readonly start: number;
  readonly end: number;
  readonly key: FieldKey;
  readonly value: Expression;
}

export interface FieldKey {
  readonly kind: 'key';
  readonly start: number;
  readonly end: number;
  /** The key as Alloy sees it: without quotes, escapes NOT decoded (as upstream has it); `""` is the two quotes. */
  readonly name: string;
  readonly quoted: boolean;
}

/** `value.name` */
export interface AccessExpression {
  readonly kind: 'access';
  readonly start: number;
  readonly end: number;
  readonly value: Expression;
  readonly name: Identifier;
}

/** `value[index]` */
export interface IndexExpression {
  readonly kind: 'index';
  readonly start: number;
  readonly end: number;
  readonly value: Expression;
  /** Where `[` stands. */
  readonly open: number;
  readonly index: Expression;
}

/** `value(args)` */
export interface CallExpression {
  readonly kind: 'call';
  readonly start: number;
  readonly end: number;
  readonly value: Expression;
  /** Where `(` stands. */
  readonly open: number;
  readonly args: readonly Expression[];
}

export type UnaryOperator = '!' | '-';

export interface UnaryExpression {
  readonly kind: 'unary';
  readonly start: number;
  readonly end: number;
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

export interface BinaryExpression {
  readonly kind: 'binary';
  readonly start: number;
  readonly end: number;
  readonly operator: BinaryOperator;
  /** Where the operator stands. */
  readonly at: number;
  readonly left: Expression;
  readonly right: Expression;
}

export interface ParenExpression {
  readonly kind: 'paren';
  readonly start: number;
  readonly end: number;
  readonly inner: Expression;
}

/** Stands where an expression was expected and none could be read: only in files with errors. */
export interface MissingExpression {
  readonly kind: 'missing';
  readonly start: number;
  readonly end: number;
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
export interface Attribute {
  readonly kind: 'attribute';
  readonly start: number;
  readonly end: number;
  readonly name: Identifier;
  readonly value: Expression;
}

/** The quoted word after a block's name. */
export interface Label {
  readonly kind: 'label';
  /** Quotes included. */
  readonly start: number;
  readonly end: number;
  /** Between the quotes; never '' (an empty label is no label). */
  readonly text: string;
}

/** `part.part "label" { body }` */
export interface Block {
  readonly kind: 'block';
  readonly start: number;
  readonly end: number;
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

export interface Comment {
  readonly kind: 'comment';
  readonly start: number;
  readonly end: number;
  /** With its slashes, without carriage returns. */
  readonly text: string;
  /** Follows the comment before it with no other token and no blank line between. */
  readonly joined: boolean;
}

export interface File {
  readonly kind: 'file';
  readonly start: number;
  readonly end: number;
  readonly body: Body;
  /** All of the file, in order; the tree does not hold them. */
  readonly comments: readonly Comment[];
  /** Index at which each line starts; `lineStarts[0]` is 0. */
  readonly lineStarts: readonly number[];
}

/** `prometheus.scrape` */
export const blockName = (block: Block): string =>
  block.name.length === 1 ? block.name[0]!.name : block.name.map(({ name }) => name).join('.');
