import type { ErrorCode } from 'yaml';
import type { Position, Problem } from '../model/problem.ts';

/** What to do about each kind of broken YAML. Kinds that are not here get `OTHERWISE`. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'quote a value that starts with "*": \'*\'',
  ALIAS_PROPS: 'an alias takes no tag and no anchor: take it out',
  BAD_DQ_ESCAPE: 'double the backslash, or use single quotes',
  BAD_INDENT: 'indent the line as its neighbours are',
  BAD_SCALAR_START: 'put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'start the nested part on a line of its own, or quote a value that holds ": "',
  BLOCK_IN_FLOW: 'inside { } and [ ] write everything in that style',
  MISSING_CHAR: 'close what was opened: a quote, a bracket, or the ":" of a key',
  MULTILINE_IMPLICIT_KEY: 'put the key on one line, followed by ":"',
  MULTIPLE_DOCS: 'take out "---": an inventory is one document',
  TAB_AS_INDENT: 'indent with spaces: YAML allows no tabs there',
  UNEXPECTED_TOKEN:
    'look at the end of the line before: something is not closed, or a quote is missing',
};
const OTHERWISE = 'look at this line and the one before: a quote, a colon or a bracket is amiss';

interface YamlComplaint {
  readonly code: ErrorCode;
  readonly message: string;
}

export const syntaxProblem = ({ code, message }: YamlComplaint, at: Position): Problem => ({
  code: 'inventory.syntax',
  message: code === 'MULTIPLE_DOCS' ? 'a second document starts here' : lowerFirst(message),
  hint: HINTS[code] ?? OTHERWISE,
  at,
});

export const unclosedQuote = (at: Position): Problem => ({
  code: 'inventory.syntax',
  message: 'the quote that opens here is never closed',
  hint: 'close it at the end of the text, on the same line',
  at,
});

/** A tag that YAML does not know would silently become plain text. */
export const tagProblem = (
  { code, message }: YamlComplaint,
  tag: string,
  at: Position,
): Problem => ({
  code: 'inventory.syntax',
  message:
    code === 'TAG_RESOLVE_FAILED' ? `the tag "${tag}" means nothing here` : lowerFirst(message),
  hint: /vault/.test(tag)
    ? 'Ansible Vault is not read here: write { secret: env:NAME } or { secret: file:PATH } instead'
    : 'take it out, or quote the value if it starts with "!"',
  at,
});

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
