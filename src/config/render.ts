import type { ContextScanner } from '../model/alloy-context.ts';
import { codeFrame, nearest } from '../model/frame.ts';
import { fail, ok, type Problem, type Result, type Warning } from '../model/problem.ts';
import { encode, plain } from './encode.ts';
import { type OutputValue, type ParsedTemplate, parseLiquid, renderLiquid } from './liquid.ts';
import { liquidProblems } from './liquid-problems.ts';
import { checkVars, varsFor, withDefaults } from './parameters.ts';
import type { Template, TemplatePlace, TemplateValues } from './template-model.ts';

type PlaceOf = (line: number, column: number) => TemplatePlace;

/** Characters of a rendered configuration: more is a loop gone wrong. */
const MAX_TEXT = 4_000_000;

/**
 * Renders a template to Alloy text. Each `{{ value }}` is encoded by where it stands, which
 * the scanner says: escaped inside quotes, a literal where an expression begins, an identifier in
 * labels and names. The template sees `vars` by their names, and `host`.
 *
 * Gives all problems of the template, or of `vars`, at once. The warnings say what `| raw` let through.
 */
export function renderTemplate(
  template: Template,
  given: TemplateValues,
  newScanner: () => ContextScanner,
): Result<{ readonly text: string; readonly warnings: readonly Warning[] }> {
  const place: PlaceOf = (line, column) => ({
    at: { file: template.file, line, column },
    detail: codeFrame(template.text, line, column),
  });
  const { parameters, text: source } = template;
  const ofHost = ['host', ...Object.keys(given.host).map((key) => `host.${key}`)];
  const liquidErrors = (error: unknown, vars: TemplateValues['vars']): readonly Problem[] => {
    const known = [...Object.keys(vars), ...ofHost];
    return liquidProblems(error, { text: source, place, known, declared: parameters !== null });
  };

  let parsed: ParsedTemplate;
  try {
    parsed = parseLiquid(source);
  } catch (error) {
    return fail(...liquidErrors(error, given.vars));
  }
  const values = { ...given, vars: varsFor(parameters, Object.keys(parsed.reads), given) };
  const variables = { ...(parameters ? withDefaults(parameters, values.vars) : values.vars) };

  const problems: Problem[] = [];
  if (Object.hasOwn(values.vars, 'host')) {
    const params = { reason: 'reserved' } as const;
    problems.push({ code: 'template.variable', params, ...values.locate('host') });
  }
  if (parameters) {
    problems.push(...checkVars(template.name, parameters, values));
    problems.push(...undeclared(parsed.reads, [...Object.keys(variables), ...ofHost], place));
  } else {
    problems.push(...unused(template, values, Object.keys(parsed.reads)));
  }

  const writer = writerTo(newScanner(), place);
  try {
    renderLiquid(parsed, { ...variables, host: values.host }, writer.write);
  } catch (error) {
    // what follows from a missing or wrong parameter is not reported twice
    if (problems.length === 0 || !parameters) problems.push(...liquidErrors(error, variables));
  }
  if (problems.length > 0) return fail(...problems);
  return ok(writer.result());
}

/** Collects the text, and encodes each value by where the text so far ends. */
function writerTo(scanner: ContextScanner, place: PlaceOf) {
  let text = '';
  let line = '';
  const warnings: Warning[] = [];
  const append = (piece: string): void => {
    if (text.length + piece.length > MAX_TEXT)
      throw new Error(`the text grew beyond ${MAX_TEXT} characters`);
    text += piece;
    const newline = piece.lastIndexOf('\n');
    line = newline < 0 ? line + piece : piece.slice(newline + 1);
    scanner.feed(piece);
  };
  const rawText = ({ value, at }: OutputValue): string => {
    const raw = plain(value, 'raw');
    const params = { reason: 'raw', text: brief(raw) } as const;
    warnings.push({ code: 'template.raw', params, ...(at ? place(...at) : {}) });
    return raw;
  };
  const write = (piece: string | OutputValue): void => {
    if (typeof piece === 'string') append(piece);
    else if (piece.raw) append(rawText(piece));
    else append(encode(piece.value, { context: scanner.context, line }));
  };
  return { write, result: () => ({ text, warnings }) };
}

const brief = (text: string): string => (text.length > 40 ? `${text.slice(0, 37)}...` : text);

/** Variables that are given and that no part of the template reads. */
function unused(
  { name: template }: Template,
  { vars, locate }: TemplateValues,
  used: readonly string[],
): readonly Problem[] {
  const missing = used.filter((name) => name !== 'host' && !Object.hasOwn(vars, name));
  return Object.keys(vars)
    .filter((name) => name !== 'host' && !used.includes(name))
    .map((name) => ({
      code: 'template.variable',
      params: { reason: 'unused', template, name, meant: nearest(name, missing) ?? null },
      ...locate(name),
    }));
}

/** Variables that a template with declared parameters reads and does not declare. */
function undeclared(
  used: ParsedTemplate['reads'],
  known: readonly string[],
  place: PlaceOf,
): readonly Problem[] {
  return Object.entries(used)
    .filter(([name]) => !known.includes(name))
    .flatMap(([name, places]) =>
      places.map(({ location }) => ({
        code: 'template.variable' as const,
        params: { reason: 'undeclared' as const, name, meant: nearest(name, known) ?? null },
        ...place(location.row, location.col),
      })),
    );
}
