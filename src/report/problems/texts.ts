import type { Asker } from '../../model/asker.ts';

/** What people read of a problem or a warning. */
export interface Text {
  /** What happened, one sentence that names the thing; no full stop, and not the host's name. */
  readonly message: string;
  /** What to do next, in the imperative; a command where there is one. */
  readonly hint: string;
}

/** A message, and on the next line its hint. Only the template is split: values may have newlines. */
export function text(template: TemplateStringsArray, ...values: (string | number)[]): Text {
  const parts = [template[0]!.trimStart(), ...template.slice(1)];
  const at = parts.findIndex((part) => part.includes('\n'));
  const [end, start] = parts[at]!.split(/\n\s*/) as [string, string];
  return {
    message: String.raw({ raw: [...parts.slice(0, at), end] }, ...values),
    hint: String.raw({ raw: [start, ...parts.slice(at + 1)] }, ...values.slice(at)),
  };
}

interface Params {
  readonly reason: string;
}

/**
 * The text of each reason.
 *
 * `host` is what a command in a hint names: the host, or HOST where the problem was met on several.
 */
export type ReasonTexts<P extends Params> = {
  readonly [R in P['reason']]:
    | Text
    | ((params: Extract<P, { readonly reason: R }>, host: string) => Text);
};

export type Texts<Codes extends { readonly [C in keyof Codes]: Params }> = {
  readonly [C in keyof Codes]: ReasonTexts<Codes[C]>;
};

export function textOfReason<P extends Params>(
  texts: ReasonTexts<P>,
  params: P,
  host = 'HOST',
): Text {
  const text = texts[params.reason as P['reason']];
  return typeof text === 'function' ? text(params as never, host) : text;
}

export const quoted = (value: string): string => JSON.stringify(value);

/** "the fragment docker and the template linux-host". */
export const askers = (by: readonly Asker[]): string =>
  by.map(({ of, name }) => `the ${of} ${name}`).join(' and ');

/** A hint that names what was probably meant, if anything was. */
export const didYouMean = (meant: string | null, otherwise: string): string =>
  meant ? `Did you mean ${meant}?` : otherwise;

/** A word of ours or of the inventory as a shell reads it. What a host reports is put into no command at all. */
export const shellWord = (word: string): string =>
  /^(?:~\/)?[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
