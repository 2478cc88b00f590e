import { oneLine, plain } from './plain.ts';

declare const printable: unique symbol;
declare const document: unique symbol;
declare const commands: unique symbol;

/**
 * Text for people: no control characters but newlines, tabs and the colors of `paintWith`, nothing
 * invisible, nothing that turns the direction of writing. What writes to a terminal takes nothing else, so
 * that no text of a host, an inventory, a template or the environment gets there as it is.
 */
export type Printable = string & { readonly [printable]: true };

/** Text for a program: JSON or XML, in which such characters are escaped or left out. */
export type Document = string & { readonly [document]: true };

/** Workflow commands of GitHub Actions. */
export type Commands = string & { readonly [commands]: true };

/** The colors of `paintWith`. */
const COLOURS = /(\u001b\[(?:1|2|22|31|32|33|36|39)m)/;

/** Text that may have colors of `paintWith`: what came from outside was cleaned before it was colored. */
export const toPrintable = (text: string): Printable =>
  (/^[\t\n\u0020-\u007e]*$/.test(text)
    ? text
    : text
        .split(COLOURS)
        .map((part, i) => (i % 2 === 1 ? part : plain(part)))
        .join('')) as Printable;

/** Words of ours. A value in them is cleaned and stays on its line, whatever it is. */
export const say = (words: TemplateStringsArray, ...values: readonly (string | number)[]) =>
  String.raw({ raw: words }, ...values.map((value) => oneLine(String(value)))) as Printable;

/** Characters that text must not hold; newlines are the document's own. */
const UNSAFE = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?<=#)#(?=\[)/gu;

const escaped = (char: string): string =>
  char
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

/**
 * JSON that reads as the same value and shows no such character, with a newline at its end. GitHub's runner
 * takes `##[` for a command. `replace` may put another value in the place of each.
 */
export const toJson = (
  value: unknown,
  indent?: number,
  replace?: (part: unknown) => unknown,
): Document => {
  // without a function it takes half the time
  const text = JSON.stringify(value, replace && ((_, part) => replace(part)), indent);
  return `${text.replace(UNSAFE, escaped)}\n` as Document;
};

/** Characters that XML 1.0 does not allow, and those that text must not hold. */
const NOT_FOR_XML = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/gu;

/** Newlines are escaped, too: a parser turns them into blanks inside an attribute. */
export const escapeXml = (text: string): string =>
  text
    .replace(NOT_FOR_XML, '')
    .replace(/[&<>"'\n\t\r]|(?<=:):|(?<=#)#(?=\[)/g, (char) => `&#${char.charCodeAt(0)};`);

/**
 * What GitHub's runner takes for a command, taken apart: `::name::` at the start of a line, and `##[name]`
 * within one. https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export const withoutCommands = (text: string): string =>
  text.replace(/:(?=:)/g, ': ').replace(/##(?=\[)/g, '## ');

/** A workflow command; https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
export function toCommand(
  name: 'error' | 'warning' | 'notice',
  properties: Readonly<Record<string, string | number>>,
  message: string,
): Commands {
  const list = Object.entries(properties).map(
    ([key, value]) => `${key}=${property(oneLine(String(value)))}`,
  );
  return `::${name} ${list.join(',')}::${data(plain(message))}\n` as Commands;
}

/** As GitHub's own toolkit escapes: a newline would end the command. */
const data = (text: string): string =>
  withoutCommands(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
