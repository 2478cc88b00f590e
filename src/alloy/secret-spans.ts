import type { Span } from './position.ts';
import { Scanner } from './scan.ts';
import * as token from './token.ts';

/**
 * Whether an attribute, key or header of that name holds a secret: password, client_secret, X-API-Key,
 * bearerToken; but not password_file, key_path or token_url.
 */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_');
  if (/(data_source_names?|connection_string|dsn|webhooks?(_ur[li]s?)?)$/.test(words)) return true;
  if (NO_SECRET.test(words)) return false;
  return /passw|passphrase|secret|token|credential|authorization|private_?key|api_?key/.test(words)
    ? true
    : /(^|_)(pass|pwd|keys?|cookie|bearer|auth|dsns?)(_|$)/.test(words);
}

/** How names end that hold where a secret is, or what it looks like. */
const NO_SECRET =
  /_(file|files|filename|path|dir|url|uri|endpoint|name|type|field|format|enabled|ttl|interval|length|size|count|age|timeout|separator|source|method)$/;

/**
 * The stretches of an Alloy text that may be secrets, in order, apart from each other. Decided by
 * names and shapes alone, so that it works on text that is no Alloy yet: what follows a name like
 * password, in code, comments and texts within strings; the user part of URLs; tokens that tell
 * themselves. Rather too much than too little.
 */
export function secretSpans(source: string): readonly Span[] {
  const spans = [...assigned(source), ...nested(source), ...shaped(source)];
  spans.sort((a, b) => a.start - b.start);
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of spans) {
    const last = merged.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else if (start < end) merged.push({ start, end });
  }
  return merged;
}

/** A text whose secrets are hidden, not even their length shows. Every line stays a line. */
export function hideSecrets(source: string): string {
  let hidden = '';
  let from = 0;
  for (const { start, end } of secretSpans(source)) {
    const secret = source.slice(start, end);
    const [first = '', ...more] = secret.split('\n');
    const quote = /^["'`]/.exec(first)?.[0] ?? '';
    hidden += `${source.slice(from, start)}${quote}(masked)${more.map(() => '\n(masked)').join('')}${quote}`;
    from = end;
  }
  return hidden + source.slice(from);
}

/** Index of the first span that ends behind `offset`. */
export function firstBehind(spans: readonly Span[], offset: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (spans[middle]!.end <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A name, and what separates it from its value: `=`, `:`, a blank before a quote or before the line's last word. */
const ASSIGNMENT =
  /(?<![\w-])([A-Za-z_][\w-]*)\\?["'`]?(?:[ \t]*(?:=(?!=)|:(?!:))[ \t]*|[ \t]+(?=["'`]|[^\s=:,.'"`{}()[\]]+[ \t]*\r?$))/gm;
const LITERAL = /"(?:[^"\\\n]|\\.)*"|`[^`\n]*`|'[^'\n]*'/y;
/** What may stand behind a whole value; anything else, and where the value ends is not sure. */
const VALUE_END = /[ \t]*(?:[,})\]\r\n]|\/\/|\/\*|$)|[ \t]+\+/y;
/** Where a secret is kept: sys.env("NAME"), local.file.password.content. */
const REFERENCE =
  /(?:[a-z_][a-z0-9_]*\.)?(?:env|nonsensitive)\([ \t]*(?:"[A-Za-z_]\w*"|[a-z_][\w.]*)[ \t]*\)|[a-z_][a-z0-9_]*(?:\.[A-Za-z_]\w*){2,}(?:\[[ \t]*(?:"\w*"|\d+)[ \t]*\])?|true|false|null/y;

/** Values on the line of a secret's name. */
function* assigned(source: string): Generator<Span> {
  let hidden = 0;
  for (const match of source.matchAll(ASSIGNMENT)) {
    if (match.index < hidden || !isSecretName(match[1]!)) continue;
    const separated = /[=:][ \t]*$/.test(match[0]);
    // the last part of a block's name before its label
    if (!separated && source[match.index - 1] === '.') continue;
    const start = match.index + match[0].length;
    const end = valueEnd(source, start);
    if (end === undefined) continue;
    yield { start, end };
    hidden = end;
  }
}

/** Where the value that begins at `start` ends; undefined: nothing of it needs hiding here. */
function valueEnd(source: string, start: number): number | undefined {
  // brackets: what is in them is found token by token
  if (/[{[(\r\n]/.test(source[start] ?? '\n')) return undefined;
  const literal = endOf(LITERAL, source, start);
  if (literal !== undefined && endOf(VALUE_END, source, literal) !== undefined) return literal;
  const reference = endOf(REFERENCE, source, start);
  if (reference !== undefined && endOf(VALUE_END, source, reference) !== undefined)
    return undefined;
  const newline = source.indexOf('\n', start);
  return newline < 0 ? source.length : newline;
}

function endOf(pattern: RegExp, source: string, start: number): number | undefined {
  pattern.lastIndex = start;
  return pattern.test(source) ? pattern.lastIndex : undefined;
}

/** Strings in a value of a secret's name that goes over several lines, or stands in brackets. */
function* nested(source: string): Generator<Span> {
  const scanner = new Scanner(source, () => {});
  /** What is open: whether the value that goes on behind it is secret, and whether all in it is. */
  const open: { readonly outside: boolean; readonly inside: boolean }[] = [];
  let secret = false;
  let key = '';
  let previous: number = token.EOF;
  /** The last name, with `(` behind it once a call begins. */
  let call = '';
  let dotted = false;
  for (let kind = scanner.next(); kind !== token.EOF; kind = scanner.next()) {
    const { start, end } = scanner;
    const operand =
      previous === token.IDENT || previous === token.RPAREN || previous === token.RBRACK;
    switch (kind) {
      case token.IDENT:
        dotted = previous === token.DOT;
        key = source.slice(start, end);
        call = key;
        break;
      case token.STRING:
      case token.ILLEGAL: {
        const unquoted = previous === token.IDENT && !dotted && isSecretName(key);
        const kept = previous === token.LPAREN && call === 'env(';
        // the colon of YAML is no token of Alloy, and no secret
        if ((unquoted && source[start] !== ':') || (secret && !kept)) yield { start, end };
        key = source.slice(start + 1, end - 1);
        break;
      }
      case token.ASSIGN:
        secret ||= isSecretName(key);
        break;
      case token.LPAREN:
      case token.LCURLY:
      case token.LBRACK: {
        // an index names a part of a value, it is none
        const inside: boolean = secret && !(kind === token.LBRACK && operand);
        open.push({ outside: secret, inside });
        secret = inside;
        call += '(';
        break;
      }
      case token.RCURLY:
      case token.RPAREN:
      case token.RBRACK:
        secret = open.pop()?.outside ?? false;
        break;
      case token.COMMA:
      case token.TERMINATOR:
        secret = open.at(-1)?.inside ?? false;
        break;
    }
    previous = kind;
  }
}

/** Texts that are secret whatever they are called. Bounded, so that no text takes long. */
const SHAPES: readonly RegExp[] = [
  // user:password@ before a host
  /(?<=:\/\/)[^\s"'`@/]{1,300}(?=@)/g,
  /\b[\w.-]{1,64}:[^\s"'`@/]{1,300}(?=@[\w.[(-])/g,
  /(?<=[?&][\w-]{0,30}(?:key|token|secret|passw|sig|auth)[\w-]{0,30}=)[^\s"'`&]+/gi,
  /(?<=\b(?:Bearer|Basic)[ \t]{1,9})[^\s"'`]{6,}/gi,
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$(?![\s\S]))/g,
  // what a webhook's URL ends with is all that its caller has to know
  /(?<=:\/\/(?:hooks\.[\w.-]{1,100}\/|[\w.-]{1,100}\/(?:[\w-]{1,40}\/){0,3}webhooks?(?:b2)?\/))[^\s"'`]+/gi,
  // Grafana, GitHub, GitLab, Slack, AWS, JSON web tokens
  /\b(?:gl(?:c|sa)_|gh[opsu]_|github_pat_|glpat-|xox[abprs]-|AKIA|ASIA|eyJ)[\w.+/=-]{8,}/g,
];

function* shaped(source: string): Generator<Span> {
  for (const shape of SHAPES) {
    for (const { index, 0: text } of source.matchAll(shape)) {
      yield { start: index, end: index + text.length };
    }
  }
}
