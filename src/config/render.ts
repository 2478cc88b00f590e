import type { ContextScanner } from '../model/alloy-context.ts';
import { codeFrame, nearest } from '../model/frame.ts';
import { fail, ok, type Problem, type Result, type Warning } from '../model/problem.ts';
import { encode, plain } from './encode.ts';
import {
  type OutputValue,
  type ParsedTemplate,
  parseLiquid,
  renderLiquid,
  type Sink,
} from './liquid.ts';
import { liquidProblems } from './liquid-problems.ts';
import { checkVars, varsFor, withDefaults } from './parameters.ts';
import type { Template, TemplatePlace, TemplateValues } from './template-model.ts';

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
  const place = (line: number, column: number): TemplatePlace => ({
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

  const used = parsed.reads;
  const problems: Problem[] = [...reserved(values)];
  if (parameters) {
    problems.push(...checkVars(template.name, parameters, values));
    problems.push(...undeclared(used, [...Object.keys(variables), ...ofHost], place));
  } else {
    problems.push(...unused(template, values, Object.keys(used)));
  }

  const writer = new Writer(newScanner(), place);
  try {
    renderLiquid(parsed, { ...variables, host: values.host }, writer);
  } catch (error) {
    // what follows from a missing or wrong parameter is not reported twice
    if (problems.length === 0 || !parameters) problems.push(...liquidErrors(error, variables));
  }
  if (problems.length > 0) return fail(...problems);
  return ok({ text: writer.text, warnings: writer.warnings });
}

/** Collects the text, and encodes each value by where the text so far ends. */
class Writer implements Sink {
  text = '';
  readonly warnings: Warning[] = [];
  readonly #scanner: ContextScanner;
  readonly #place: (line: number, column: number) => TemplatePlace;
  #line = '';

  constructor(scanner: ContextScanner, place: (line: number, column: number) => TemplatePlace) {
    this.#scanner = scanner;
    this.#place = place;
  }

  write(piece: string | OutputValue): void {
    if (typeof piece === 'string') this.#append(piece);
    else if (piece.raw) this.#append(this.#raw(piece));
    else this.#append(encode(piece.value, { context: this.#scanner.context, line: this.#line }));
  }

  #raw({ value, at }: OutputValue): string {
    const text = plain(value, 'raw');
    this.warnings.push({
      code: 'template.raw',
      params: { reason: 'raw', text: brief(text) },
      ...(at ? this.#place(...at) : {}),
    });
    return text;
  }

  #append(text: string): void {
    if (this.text.length + text.length > MAX_TEXT) {
      throw new Error(`the text grew beyond ${MAX_TEXT} characters`);
    }
    this.text += text;
    const newline = text.lastIndexOf('\n');
    this.#line = newline < 0 ? this.#line + text : text.slice(newline + 1);
    this.#scanner.feed(text);
  }
}

const brief = (text: string): string => (text.length > 40 ? `${text.slice(0, 37)}...` : text);

function reserved({ vars, locate }: TemplateValues): readonly Problem[] {
  if (!Object.hasOwn(vars, 'host')) return [];
  return [{ code: 'template.variable', params: { reason: 'reserved' }, ...locate('host') }];
}

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
  place: (line: number, column: number) => TemplatePlace,
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
