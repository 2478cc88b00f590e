/** Kinds of token, as small integers: the parser branches on them millions of times. */
export const EOF: number = 0;
export const ILLEGAL: number = 1;
export const TERMINATOR: number = 2;
export const COMMENT: number = 3;
export const IDENT: number = 4;
export const STRING: number = 5;
export const NUMBER: number = 6;
export const FLOAT: number = 7;
export const BOOL: number = 8;
export const NULL: number = 9;
export const ASSIGN: number = 10;
export const NOT: number = 11;
/** Brackets: an opening one is even, its partner the number after it. */
export const LCURLY: number = 12;
export const RCURLY: number = 13;
export const LPAREN: number = 14;
export const RPAREN: number = 15;
export const LBRACK: number = 16;
export const RBRACK: number = 17;
export const COMMA: number = 18;
export const DOT: number = 19;
/** From here on, binary operators. */
export const OR: number = 20;
export const AND: number = 21;
export const EQ: number = 22;
export const NEQ: number = 23;
export const LT: number = 24;
export const LTE: number = 25;
export const GT: number = 26;
export const GTE: number = 27;
export const ADD: number = 28;
export const SUB: number = 29;
export const MUL: number = 30;
export const DIV: number = 31;
export const MOD: number = 32;
export const POW: number = 33;

/** How messages name each kind; for operators this is their text. */
export const TOKEN_NAMES: readonly string[] = [
  ...'EOF ILLEGAL TERMINATOR COMMENT IDENT STRING NUMBER FLOAT BOOL NULL'.split(' '),
  ...'= ! { } ( ) [ ] , . || && == != < <= > >= + - * / % ^'.split(' '),
];

/** How tightly each kind binds as a binary operator, 1 loosest; 0: it is none. `^` alone is right-associative. */
export const PRECEDENCE: readonly number[] = TOKEN_NAMES.map((_, kind) => {
  if (kind < OR) return 0;
  if (kind === OR) return 1;
  if (kind === AND) return 2;
  if (kind < ADD) return 3;
  if (kind < MUL) return 4;
  return kind === POW ? 6 : 5;
});
