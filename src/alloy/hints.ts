import { toIdentifier } from './characters.ts';
import * as token from './token.ts';

/** What to do about each error of the language: written for whoever typed it, not for who reads grammars. */

export const EXPONENT = 'Write digits after the e (1e6), or put text in double quotes';
export const UNTERMINATED_STRING =
  'Close the string with " on its own line; put multi-line text between backticks';
export const UNTERMINATED_RAW = 'Close the raw string with a backtick';
export const UNTERMINATED_COMMENT = 'Close the comment with */';
export const SINGLE_QUOTES = 'Put the text in double quotes';
export const ESCAPE_DIGITS =
  'Write \\x with 2, \\u with 4 or \\U with 8 hexadecimal digits or \\ with 3 octal ones; double the backslash to mean it literally';
export const ESCAPE_RANGE =
  'Write a character that exists: up to \\U0010FFFF without D800 to DFFF, in octal up to \\377';
export const NUL = 'Remove the NUL byte: is this a text file?';
export const BOM =
  'Delete the invisible byte order mark (U+FEFF) here: a file may only begin with it';
export const UTF8 = 'Save the file as UTF-8';
export const DEPTH = 'Split the expression or block: it is nested too deeply';
const TERMINATE = 'Put each attribute and each block on a line of its own';

export const doubled = (char: string): string =>
  `Write ${char}${char}: there is no operator ${char}`;

/** For the character behind the backslash. */
export function unknownEscape(char: string): string {
  if (char === "'") return "Write ' without a backslash";
  if (char === '\n' || char === '\r') {
    return 'End the string on this line; put multi-line text between backticks';
  }
  return `Double the backslash (\\\\${char}), or put the text between backticks, where a backslash is literal`;
}

/** Code and hint. */
export type Advice = readonly [code: string, hint: string];

const ILLEGAL: ReadonlyMap<string, Advice> = new Map([
  ['\0', ['syntax.nul', NUL]],
  ['\ufeff', ['syntax.bom', BOM]],
  ["'", ['syntax.single-quotes', SINGLE_QUOTES]],
  ['#', ['syntax.hash-comment', 'Begin the comment with // instead of #']],
  [';', ['syntax.semicolon', 'Remove the ; and put what follows on a line of its own']],
  [':', ['syntax.colon', 'Write = between a name and its value, not :']],
  [
    '$',
    [
      'syntax.variable',
      'Write sys.env("NAME") to read an environment variable: nothing begins with $',
    ],
  ],
]);

/** Code and hint for a character that begins no token. */
export function illegalCharacter(source: string, at: number): Advice {
  const char = String.fromCodePoint(source.codePointAt(at)!);
  return (
    ILLEGAL.get(char) ??
    (/\p{Cs}/u.test(char) ? ['syntax.utf8', UTF8] : ['syntax.character', withoutCharacter(char)])
  );
}

function withoutCharacter(char: string): string {
  if (char === '?') return 'Choose with coalesce(a, b): there is no conditional operator';
  if (char === '\\') {
    return 'Remove the backslash: a line continues after =, an operator, a comma or an open bracket';
  }
  if (/[@~]/.test(char)) return `Put text that holds ${char} in double quotes`;
  if (/[\u201c\u201d\u201e\u2018\u2019]/.test(char))
    return 'Replace the typographic quote with a plain "';
  if (/[\u00a0\u2009\u202f\u3000\u200b]/.test(char))
    return 'Replace this special space with a plain one';
  return 'Remove this character, or put the text it belongs to in double quotes';
}

/** Where the parser stands, and what it took last. */
export interface Place {
  readonly source: string;
  readonly kind: number;
  readonly start: number;
  readonly end: number;
  readonly previousKind: number;
  readonly previousStart: number;
  readonly previousEnd: number;
  /** Whether the current token may be part of a secret: then no hint repeats it. */
  readonly hidden: () => boolean;
}

export const LABEL_QUOTES = 'Put the label in double quotes';
export const DOTTED_ATTRIBUTE =
  'Give an attribute a plain name; dots belong to block names (name { ... }) and to values';
export const BLOCK_VALUE =
  'Write the block as a statement of its own, and refer to it by its name and label: prometheus.remote_write.default.receiver';

const BRACE: Advice = [
  'syntax.brace',
  "Put the { on the same line as the block's name: a line break ends the statement",
];

const text = ({ source, start, end }: Place): string => source.slice(start, end);

/** The current token, a name that may be repeated; otherwise undefined. */
const named = (place: Place): string | undefined =>
  place.kind === token.IDENT && place.end - place.start <= 40 && !place.hidden()
    ? text(place)
    : undefined;

/** The next thing in the text, blanks and line breaks aside, is a `{`. */
const braceFollows = ({ source, start }: Place): boolean =>
  /^\s*\{/.test(source.slice(start, start + 200));

const CONTINUE = 'Continue with = and a value (attribute) or { (block) on the same line';
const ELEMENT = 'Take an element by its number in brackets: [0]';
const OPERATOR_FIRST =
  'End the previous line with the operator: a line break ends the statement unless something is open after it';

/** For a label that is no name. `hidden`: it may be a secret. */
export function label(written: string, hidden: boolean): string {
  const name = toIdentifier(written);
  return name.length <= 60 && !hidden
    ? `Name it "${name}": a label is made of letters, digits and _, and does not begin with a digit`
    : 'Make it of letters, digits and _; it does not begin with a digit';
}

export const labelledAttribute = (named: boolean): string =>
  named
    ? 'Drop the label (name = value), or write a block: name "label" { ... }'
    : 'Remove the "" before the =';

const reserved = (place: Place): Advice => [
  'syntax.name',
  `Choose another name: ${text(place)} is a reserved word`,
];

/** A statement should begin here. */
export function statementStart(place: Place): Advice {
  switch (place.kind) {
    case token.NUMBER:
    case token.FLOAT:
      return ['syntax.name', 'Begin the name with a letter or _'];
    case token.BOOL:
    case token.NULL:
      return reserved(place);
    case token.STRING:
      return [
        'syntax.name',
        'Write the name without quotes; in objects, separate fields with commas',
      ];
    case token.RCURLY:
    case token.RPAREN:
    case token.RBRACK:
      return [
        'syntax.bracket',
        `Remove this ${text(place)}, or open its counterpart: nothing is open here`,
      ];
    case token.LCURLY:
      return BRACE;
    case token.DOT:
      return [
        'syntax.line-break',
        'End the previous line with the dot: a line break ends the statement',
      ];
    case token.COMMA:
      return ['syntax.statement', 'Remove the comma: statements are separated by line breaks'];
    default:
      return place.kind >= token.OR
        ? ['syntax.line-break', OPERATOR_FIRST]
        : ['syntax.statement', 'Begin with the name of an attribute or of a block'];
  }
}

/** A name should follow a dot of a block's name. */
export function namePart(place: Place): Advice {
  if (place.kind === token.BOOL || place.kind === token.NULL) return reserved(place);
  return ['syntax.name', 'Write a name after the dot'];
}

/** Behind a block's name stands neither `=`, `{` nor a label. */
export function afterName(place: Place): Advice {
  switch (place.kind) {
    case token.TERMINATOR:
      return braceFollows(place) ? BRACE : ['syntax.statement', CONTINUE];
    case token.IDENT: {
      const name = named(place);
      return ['syntax.label', name ? `${LABEL_QUOTES}: "${name}"` : LABEL_QUOTES];
    }
    case token.EQ:
      return ['syntax.statement', 'Write one = to give an attribute its value'];
    default:
      return ['syntax.statement', 'Continue with = and a value, a label in double quotes, or {'];
  }
}

/** Behind the name and label of a block stands no `{`. */
export function afterHeader(place: Place, either: boolean): Advice {
  if (place.kind === token.TERMINATOR && braceFollows(place)) return BRACE;
  if (place.kind === token.STRING) return ['syntax.label', 'Give a block one label only'];
  return either
    ? ['syntax.statement', CONTINUE]
    : ['syntax.statement', 'Open the block with { on the same line'];
}

/** A statement is over, but the line goes on. */
export function expectedTerminator(place: Place, inBlock: boolean): Advice {
  const { source, kind, start, previousKind, previousStart, previousEnd } = place;
  const glued = previousEnd === start;
  if (previousKind === token.NUMBER && kind === token.IDENT && glued) {
    const number = source.slice(previousStart, place.end);
    if (/^0[xXbBoO]/.test(number)) {
      return [
        'syntax.number',
        'Write the number in decimal: there are no hexadecimal or binary ones',
      ];
    }
    if (/^\d+_/.test(number)) return ['syntax.number', 'Write the number without _'];
    return ['syntax.number', 'Put the value in double quotes: a number cannot have a unit'];
  }
  if (kind === token.FLOAT && glued && source[start] === '.') return ['syntax.name', ELEMENT];
  switch (kind) {
    case token.EOF:
      return ['syntax.statement', TERMINATE];
    case token.ASSIGN:
      return ['syntax.statement', 'Give one value to one name; compare with =='];
    case token.RCURLY:
    case token.RPAREN:
    case token.RBRACK: {
      const found = text(place);
      return inBlock || kind !== token.RCURLY
        ? ['syntax.bracket', `Remove this ${found}, or open its counterpart`]
        : ['syntax.bracket', 'Remove this }: no block is open here'];
    }
    case token.COMMA:
      return ['syntax.statement', 'Remove the comma: statements are separated by line breaks'];
    default:
      return ['syntax.two-on-a-line', `Put ${named(place) ?? 'what follows'} on a line of its own`];
  }
}

/** A bracket or `=` should stand here. `line`: where its partner was opened, 0: it has none. */
export function expected(kind: number, line: number, place: Place): Advice {
  const name = token.TOKEN_NAMES[kind]!;
  if (kind === token.ASSIGN) {
    return place.kind === token.DOT
      ? ['syntax.field', 'Put a key that holds a dot in double quotes']
      : ['syntax.field', 'Write key = value'];
  }
  if (kind === token.LCURLY) {
    return ['syntax.statement', 'Join texts with +, and separate the values of a list with commas'];
  }
  if (place.kind === token.EOF) {
    return ['syntax.unclosed', `Close the ${partner(kind)} from line ${line} with ${name}`];
  }
  if (place.kind === token.TERMINATOR) {
    return [
      'syntax.line-break',
      `Put the ${name} on this line: a line break must not come before it`,
    ];
  }
  return ['syntax.unclosed', `Close the ${partner(kind)} from line ${line} with ${name} here`];
}

const partner = (kind: number): string =>
  kind === token.RCURLY ? '{' : kind === token.RPAREN ? '(' : '[';

/** A name should follow the dot of a value. */
export function accessName(place: Place): Advice {
  if (place.kind === token.BOOL || place.kind === token.NULL) {
    return ['syntax.name', `Write ["${text(place)}"] instead: ${text(place)} is a reserved word`];
  }
  if (place.kind === token.NUMBER) return ['syntax.name', ELEMENT];
  return ['syntax.name', 'Write a name after the dot'];
}

/** A value should stand here. */
export function expression(place: Place): Advice {
  const { kind, previousKind } = place;
  switch (kind) {
    case token.COMMA:
      return ['syntax.value', 'Remove this comma, or write a value before it'];
    case token.TERMINATOR:
    case token.EOF:
      return ['syntax.value', 'Write the value that is missing here'];
    case token.RCURLY:
    case token.RPAREN:
    case token.RBRACK:
      return previousKind === token.ASSIGN
        ? ['syntax.value', 'Write a value after the =']
        : ['syntax.value', `Write the value that is missing before this ${text(place)}`];
    case token.ASSIGN:
      return ['syntax.value', 'Write one =, or == to compare'];
    case token.ADD:
      return ['syntax.value', 'Remove the +: numbers have no plus sign'];
    default:
      return [
        'syntax.value',
        'Write a value: a string, a number, true, false, null, a list, an object or a name',
      ];
  }
}

/** Between two elements of a list stands no comma. */
export function missingComma(place: Place): Advice {
  const { source, kind, start, previousKind, previousEnd } = place;
  if (kind === token.TERMINATOR) {
    return [
      'syntax.comma',
      'End this line with a comma: every line of a list needs one, including the last',
    ];
  }
  if (kind === token.IDENT && previousKind === token.NUMBER && previousEnd === start) {
    return ['syntax.number', 'Write plain decimal digits, or put the value in double quotes'];
  }
  if (kind === token.EOF) return ['syntax.unclosed', 'Close the list'];
  if (kind === token.RCURLY || kind === token.RPAREN || kind === token.RBRACK) {
    return [
      'syntax.bracket',
      `Close what was opened last before this ${source.slice(start, place.end)}`,
    ];
  }
  if (kind === token.ASSIGN) {
    return [
      'syntax.comma',
      'Put names with values into an object { name = value }, or close the list first',
    ];
  }
  return ['syntax.comma', `Write a comma before ${named(place) ?? 'what follows'}`];
}

/** The key of an object's field should stand here. */
export function fieldName(place: Place): Advice {
  switch (place.kind) {
    case token.BOOL:
    case token.NULL:
    case token.NUMBER:
    case token.FLOAT:
      return ['syntax.field', 'Put the key in double quotes'];
    case token.COMMA:
      return ['syntax.field', 'Remove this comma'];
    case token.LPAREN:
      return ['syntax.field', 'Write the key literally: keys cannot be computed'];
    default:
      return ['syntax.field', 'Write key = value, the key a name or text in double quotes'];
  }
}
