import { diagnosticAt } from '../ast-lookup.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { type Parsed, withoutEchoes } from '../parser.ts';
import { lineAt, positionAt } from '../position.ts';
import { repair } from '../repair.ts';
import { tableAt } from '../table/component-table.ts';
import { checkArguments } from './arguments.ts';
import { checkBlocks } from './blocks.ts';
import { checkCycles } from './cycles.ts';
import { checkDemands } from './demands.ts';
import { checkExposure } from './exposure.ts';
import { checkFields } from './fields.ts';
import { checkFlow } from './flow.ts';
import { checkFunctions } from './functions.ts';
import { checkPorts } from './listen-ports.ts';
import type { Check, CheckOptions, Config, FileDiagnostic, NamedFile } from './model.ts';
import { readConfig } from './modules.ts';
import { checkReferences } from './references.ts';
import { RULES, type Rule } from './rules.ts';
import { withoutSilenced } from './silences.ts';
import { checkStability } from './stability.ts';
import { checkTexts } from './texts.ts';
import { checkTypes } from './types.ts';
import { checkUnusable } from './unusable.ts';
import { checkValues } from './values.ts';

const KINDS = new Map(RULES.map(({ code, kind }) => [code, kind]));

const CHECKS: readonly Check[] = [
  checkBlocks,
  checkReferences,
  checkCycles,
  checkFunctions,
  checkArguments,
  checkTypes,
  checkValues,
  checkFields,
  checkDemands,
  checkUnusable,
  checkStability,
  checkFlow,
  checkTexts,
  checkExposure,
  checkPorts,
];

/** Everything that is wrong with a configuration of one file: see `checkFiles`. */
export const checkConfig = (parsed: Parsed, options: CheckOptions): readonly Diagnostic[] =>
  checkFiles([{ name: '', parsed }], options).map(({ file: _, ...diagnostic }) => diagnostic);

/**
 * Everything that is wrong with a configuration, syntax errors included, by file and place. Several
 * files are one configuration, as Alloy reads a directory. Errors: Alloy cannot load it. Warnings:
 * `alloy validate` or the start would fail as far as is known. Notes: it runs, and is probably not
 * meant. Pure; never throws. About 20 ms for 1,000 components.
 */
export function checkFiles(
  files: readonly NamedFile[],
  options: CheckOptions,
): readonly FileDiagnostic[] {
  const found: FileDiagnostic[] = [];
  const read = files.map((file) => readable(file, found));
  const sources = new Map(read.map((one) => [one.parsed, one]));
  const where: Config['where'] = ({ parsed, start }) => {
    const { name, written, place, shown } = sources.get(parsed)!;
    if (shown) return shown(place(start));
    const { line, column } = positionAt(written.source, place(start), written.file.lineStarts);
    return `${name === '' ? '' : `${name}:`}${line}:${column}`;
  };
  const config = readConfig(read, tableAt(options.version), options, where);
  for (const check of CHECKS) {
    check(config, (code, at, message, hint, kind = KINDS.get(code)) => {
      const { name, written, place, unclear } = sources.get(at.parsed)!;
      if (unclear.has(lineAt(at.parsed.file.lineStarts, at.start))) return;
      const span = { start: place(at.start), end: place(at.end) };
      const severity = severityOf(kind, options);
      const diagnostic = diagnosticAt(written, span, { severity, code, message, hint });
      found.push({ ...diagnostic, file: name });
    });
  }
  const codes = [...KINDS.keys()];
  const heard = read.flatMap(({ name, written }) => {
    const own = found.filter(({ file }) => file === name);
    const { kept, unused } = withoutSilenced(written, own, codes);
    return [...kept, ...unused.map((one) => ({ ...one, file: name }))];
  });
  const order = new Map(files.map(({ name }, index) => [name, index]));
  return heard.sort(
    (a, b) => order.get(a.file)! - order.get(b.file)! || a.start - b.start || a.end - b.end,
  );
}

const severityOf = (
  kind: Rule['kind'] | undefined,
  { strict }: CheckOptions,
): Diagnostic['severity'] => {
  if (kind === 'language' || (kind === 'knowledge' && strict)) return 'error';
  return kind === 'note' ? 'note' : 'warning';
};

interface Readable extends NamedFile {
  /** The file as it is; `parsed` is what is checked. */
  readonly written: Parsed;
  /** The place in `written` of a place in `parsed`. */
  readonly place: (offset: number) => number;
  /** Lines of `parsed` that could not be read: what seems wrong there is an echo. */
  readonly unclear: ReadonlySet<number>;
}

/** Reports the syntax errors of a file, and repairs them where possible, so that the rest can be checked too. */
function readable(file: NamedFile, found: FileDiagnostic[]): Readable {
  const { name, parsed: written } = file;
  const repaired = written.errors.length > 0 ? repair(written) : undefined;
  const further = repaired?.further ?? [];
  for (const error of [...withoutEchoes(written.errors), ...further])
    found.push({ ...error, file: name });
  const parsed = repaired?.parsed ?? written;
  const place = repaired?.original ?? ((offset) => offset);
  return {
    ...file,
    parsed,
    written,
    place,
    unclear: new Set(parsed.errors.map(({ line }) => line)),
  };
}
