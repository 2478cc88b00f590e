import { lineStartsOf, positionAt } from '../alloy/position.ts';
import { isFragment } from '../config/fragments.ts';
import type { Rendered } from '../config/render.ts';
import { renderedFile, type Template } from '../config/template-model.ts';
import { framesOf } from '../inventory/excerpt.ts';
import type { Asker } from '../model/asker.ts';
import type { Position, Problem } from '../model/problem.ts';

/** A rendered template: the base, or a fragment. */
export interface Piece {
  readonly rendered: Rendered;
  readonly text: string;
  /** How its places are named. */
  readonly file: string;
  /** How messages about other places name it, which count the lines of `text`. */
  readonly name: string;
  readonly template: Template;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly by: Asker;
  /** Whose values make the text another one than its template; undefined: it is the template's. */
  readonly host: string | undefined;
  /** Of a fragment that the user can open: the place there of an offset in `text`. */
  readonly source: ((offset: number) => number) | null;
}

/** A place, and the lines around it. */
export type Place = Pick<Problem, 'host' | 'at' | 'detail'>;

/**
 * Places of a fragment are those of its file. A base with Liquid is shown as it was rendered, with its values, and so
 * is what nobody can open because it is built in.
 */
export function pieceOf(
  rendered: Rendered,
  template: Template,
  vars: Piece['vars'],
  host: string,
  fragment?: string,
): Piece {
  const { text, sourceOf } = rendered;
  const own = fragment !== undefined && !isFragment(template.name);
  const name = text === template.text ? template.file : renderedFile(template, host, fragment);
  const file = own ? template.file : name;
  const by =
    fragment === undefined
      ? ({ of: 'template', name: template.name } as const)
      : ({ of: 'fragment', name: fragment } as const);
  const source = own ? sourceOf : null;
  const rendersFor = file === template.file ? undefined : host;
  return { rendered, text, file, name, template, vars, by, host: rendersFor, source };
}

/** Where a piece says something, with the lines around it. Alloy counts columns in bytes, the caret characters. */
export function placesIn({ text, file, template, source }: Piece) {
  const shown = source ? template.text : text;
  const frame = framesOf(shown);
  let lineStarts: readonly number[] | undefined;
  return (start: number): Place & { readonly at: Position } => {
    lineStarts ??= lineStartsOf(shown);
    const offset = source ? source(Math.min(start, text.length)) : start;
    const { line, column } = positionAt(shown, offset, lineStarts);
    const letters = offset - shown.lastIndexOf('\n', offset - 1);
    return placeOf({ file, line, column }, frame({ line, column: letters }));
  };
}

export const placeOf = (at: Position, detail: string): Place & { readonly at: Position } =>
  detail === '' ? { at } : { at, detail };
