import { checkFiles } from '../alloy/check/check.ts';
import type { CheckOptions } from '../alloy/check/model.ts';
import { componentsOf } from '../alloy/components.ts';
import { deliveryDeadlines } from '../alloy/delivery-deadlines.ts';
import { environmentReads } from '../alloy/environment-reads.ts';
import { fileReads } from '../alloy/file-reads.ts';
import { answersAlike, movedBetween, parseWatched, type Watched } from '../alloy/watched.ts';
import type { Form, Hole } from '../config/forms.ts';
import type { DeliveryDeadlines, ExpectedComponents, HostRead } from '../model/desired.ts';
import { type DiagnosticWarning, fail, ok, type Result } from '../model/problem.ts';
import { sha256 } from '../model/secret.ts';
import { type Piece, type Place, placesIn } from './piece.ts';

/** Without an error. */
interface Sound {
  readonly components: ExpectedComponents;
  readonly deadlines: DeliveryDeadlines;
  readonly warnings: readonly DiagnosticWarning[];
  /** Variables of the service's environment that the text reads, each at its first place. */
  readonly reads: ReadonlyMap<string, Place>;
  /** What the text names for Alloy to read, in which piece. */
  readonly files: readonly (Omit<HostRead, 'by'> & { readonly piece: number })[];
}

export type Checked = Result<Sound>;

/** Hosts with equal texts share one check: make one for a run. */
export type CheckedTexts = Map<string, Checked>;

const hashes = new WeakMap<Piece['rendered'], string>();

/** Of its text and its template, to which places lead back. */
function hashOf({ rendered, template, text }: Piece): string {
  const hash = hashes.get(rendered) ?? sha256(`${template.file}\0${text}`);
  hashes.set(rendered, hash);
  return hash;
}

/** What is checked once for hosts whose texts are equal, or differ only where no check has looked. */
export function checkOnce(
  pieces: readonly Piece[],
  options: CheckOptions,
  checked: CheckedTexts,
): Checked {
  const asOptions = JSON.stringify(options);
  const like = cleanLike(pieces, asOptions);
  if (like?.everywhere) return like.everywhere;
  // places are those of the first host that has the text
  const key = `${pieces.map(hashOf).join(' ')} ${asOptions}`;
  const known = checked.get(key);
  if (known) return known;
  const result = like ? moved(like, pieces) : judge(pieces, options, asOptions);
  checked.set(key, result);
  return result;
}

/** What stands in a text, whatever stands beside it. */
interface Contents {
  readonly watched: Watched;
  readonly environment: ReturnType<typeof environmentReads>;
  readonly files: ReturnType<typeof fileReads>;
}

const shared = new WeakMap<Piece['rendered'], Contents | null>();

/** Kept where hosts share the text, which is known from the second time on: trees of texts of one host fill the memory. */
function contentsOf({ rendered, text }: Piece): Contents {
  const known = shared.get(rendered);
  if (known) return known;
  const watched = parseWatched(text, rendered.holes);
  const { body } = watched.parsed.file;
  const read = { watched, environment: environmentReads(body), files: fileReads(body) };
  shared.set(rendered, known === null ? read : null);
  return read;
}

/** Texts of these forms of which the same would have been answered are without a finding, as the first was. */
interface Clean {
  readonly forms: readonly Form[];
  readonly options: string;
  readonly components: ExpectedComponents;
  readonly deadlines: DeliveryDeadlines;
  readonly pieces: readonly {
    readonly text: string;
    readonly holes: readonly Hole[];
    readonly asked: NonNullable<ReturnType<Watched['asked']>>;
    readonly contents: Reads;
  }[];
  /** What all of them share, where it names no place. */
  readonly everywhere: Checked | null;
}

type Reads = Pick<Contents, 'environment' | 'files'>;

const clean = new WeakMap<Form, readonly Clean[]>();

/** Of one form: with other forms beside it, and other answers. */
const KEPT = 16;

function cleanLike(pieces: readonly Piece[], options: string): Clean | undefined {
  return clean.get(pieces[0]!.rendered.form)?.find(
    (one) =>
      one.options === options &&
      one.forms.length === pieces.length &&
      pieces.every(({ rendered: { form } }, i) => form === one.forms[i]) &&
      pieces.every(({ text, rendered }, i) => {
        const { asked, holes, text: first } = one.pieces[i]!;
        return text === first || answersAlike(asked, holes, text, rendered.holes);
      }),
  );
}

/** Several pieces are checked as Alloy reads several files: one configuration, each with its own places. */
function judge(pieces: readonly Piece[], options: CheckOptions, asOptions: string): Checked {
  const read = pieces.map((piece) => {
    const contents = contentsOf(piece);
    const { parsed } = contents.watched;
    // what a message says of another place names its file only where there are several
    const name = pieces.length > 1 ? piece.name : '';
    const place = placeOf(piece);
    const shown = (offset: number): string => {
      const { file, line, column } = place(offset).at;
      return `${file}:${line}:${column}`;
    };
    return { name, parsed, contents, place, ...(piece.source ? { shown } : {}) };
  });
  const found = checkFiles(read, options).map(({ file, severity, code, message, hint, start }) => ({
    severity,
    code,
    params: { reason: 'diagnostic', rule: code, said: message, advice: hint } as const,
    ...read.find(({ name }) => name === file)!.place(start),
  }));
  const errors = found.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const syntax = new Set<string>(
      read.flatMap(({ parsed }) => parsed.errors.map(({ code }) => code)),
    );
    return fail(
      ...errors.map(({ severity: _, code, ...error }) => ({
        code: syntax.has(code) ? ('config.syntax' as const) : ('config.check' as const),
        ...error,
      })),
    );
  }
  const warnings = found.map(({ severity, ...warning }) =>
    severity === 'note' ? { ...warning, severity } : warning,
  );
  const all = read.map(({ parsed }) => parsed);
  const known = { components: componentsOf(all), deadlines: deliveryDeadlines(all), warnings };
  const sound = { ...known, ...placed(read) };
  if (found.length === 0) remember(pieces, asOptions, sound, read);
  return ok(sound);
}

function remember(
  pieces: readonly Piece[],
  options: string,
  value: Sound,
  read: readonly { readonly contents: Contents }[],
): void {
  const known = read.flatMap(({ contents: { watched, environment, files } }, i) => {
    const asked = watched.asked();
    const { text, rendered } = pieces[i]!;
    const { holes } = rendered;
    return asked ? [{ text, holes, asked: [...asked], contents: { environment, files } }] : [];
  });
  if (known.length < pieces.length) return;
  const { components, deadlines, reads, files } = value;
  const forms = pieces.map(({ rendered }) => rendered.form);
  const everywhere = reads.size === 0 && files.length === 0 ? ok(value) : null;
  const one = { forms, options, components, deadlines, pieces: known, everywhere };
  clean.set(forms[0]!, [one, ...(clean.get(forms[0]!) ?? [])].slice(0, KEPT));
}

/** What is clean, with the places of these texts. */
function moved({ components, deadlines, pieces: known }: Clean, pieces: readonly Piece[]): Checked {
  const read = known.map(({ holes, contents }, i) => {
    const piece = pieces[i]!;
    const here = movedBetween(holes, piece.rendered.holes);
    const place = placeOf(piece);
    return { contents, place: (start: number) => place(here(start)) };
  });
  return ok({ components, deadlines, warnings: [], ...placed(read) });
}

function placeOf(piece: Piece): (start: number) => ReturnType<ReturnType<typeof placesIn>> {
  const placeIn = placesIn(piece);
  const whose = piece.host === undefined ? {} : { host: piece.host };
  return (start) => ({ ...placeIn(start), ...whose });
}

function placed(
  read: readonly { readonly contents: Reads; readonly place: ReturnType<typeof placeOf> }[],
) {
  const reads = new Map<string, Place>();
  for (const { contents, place } of read) {
    for (const { name, start } of contents.environment)
      if (!reads.has(name)) reads.set(name, place(start));
  }
  const files = read.flatMap(({ contents, place }, piece) =>
    contents.files.map(({ start, ...each }) => ({ ...each, at: place(start).at, piece })),
  );
  return { reads, files };
}
