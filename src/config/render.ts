import type { ContextScanner } from '../model/alloy-context.ts';
import { codeFrame, nearest } from '../model/frame.ts';
import { failWith, ok, type Problem, type Result, type Warning } from '../model/problem.ts';
import { isBuiltin } from './builtins.ts';
import { encode, plain, Reference } from './encode.ts';
import { withDefaults } from './entries.ts';
import {
  type Filled,
  type Form,
  type Forms,
  fill,
  type Hole,
  MAX_TEXT,
  sourceOf,
} from './forms.ts';
import { isFragment } from './fragments.ts';
import { Held, held, holdsAny, Learned, opened, replaced } from './held.ts';
import {
  type Origin,
  type OutputValue,
  type ParsedTemplate,
  parseLiquid,
  renderLiquid,
  type TemplateReads,
} from './liquid.ts';
import { liquidProblems } from './liquid-problems.ts';
import { checkVars, varsFor } from './parameters.ts';
import {
  JOINTS,
  type Joints,
  type Template,
  type TemplatePlace,
  type TemplateValues,
} from './template-model.ts';

type PlaceOf = (line: number, column: number) => TemplatePlace;

export interface Rendered {
  readonly text: string;
  readonly warnings: readonly Warning[];
  readonly joints: Joints;
  /** The offset in the template that a character of the text comes from. */
  readonly sourceOf: (offset: number) => number;
  /** Texts of the same form differ in their holes alone. */
  readonly form: Form;
  readonly holes: readonly Hole[];
}

/**
 * Renders a template to Alloy text. Each `{{ value }}` is encoded by where it stands, which
 * the scanner says: escaped inside quotes, a literal where an expression begins, an identifier in
 * labels and names. The template sees `vars` by their names, and `host`; a fragment also `fragment`, its name, and
 * the joints of its base.
 *
 * Gives all problems of the template, or of `vars`, at once. The warnings say what `| raw` let through; the joints are
 * those that the template assigns. `forms`: what was rendered before with values that the template cannot tell from
 * these is not rendered again.
 */
export function renderTemplate(
  template: Template,
  given: TemplateValues,
  newScanner: () => ContextScanner,
  forms?: Forms,
): Result<Rendered> {
  const place: PlaceOf = (line, column) => ({
    at: { file: template.file, line, column },
    detail: codeFrame(template.text, line, column),
  });
  const { parameters, text: source } = template;
  const host = { ...given.host, fragments: given.host.fragments ?? [] };
  const { fragment } = given;
  const reserved = fragment ? [...JOINTS, 'fragment'] : [];
  const ofHost = ['host', ...Object.keys(host).map((key) => `host.${key}`), ...reserved];
  const liquidErrors = (error: unknown, vars: TemplateValues['vars']): readonly Problem[] => {
    const known = [...Object.keys(vars), ...ofHost];
    const declared = parameters !== null;
    const missing = (name: string) => withoutDestination(name, fragment);
    return liquidProblems(error, { text: source, place, known, declared, missing });
  };

  let parsed: ParsedTemplate;
  try {
    parsed = parseLiquid(source);
  } catch (error) {
    return failWith(liquidErrors(error, given.vars));
  }
  const used = (): readonly string[] => Object.keys(parsed.reads());
  const values = { ...given, vars: varsFor(parameters, used, given) };
  const variables = { ...(parameters ? withDefaults(parameters, values.vars) : values.vars) };

  const problems: Problem[] = [];
  if (Object.hasOwn(values.vars, 'host')) {
    const params = { reason: 'reserved' } as const;
    problems.push({ code: 'template.variable', params, ...values.locate('host') });
  }
  for (const name of reserved.filter((one) => Object.hasOwn(values.vars, one))) {
    const params = { reason: 'reserved-in-fragments', name } as const;
    problems.push({ code: 'template.variable', params, ...values.locate(name) });
  }
  if (parameters) {
    problems.push(...checkVars(template.name, parameters, values));
    if (!isOurs(template))
      problems.push(...undeclared(parsed.reads(), [...Object.keys(variables), ...ofHost], place));
  } else {
    problems.push(...unused(template, values, used(), ofHost));
  }

  const own = fragment ? { ...fragment.joints, fragment: fragment.name } : {};
  const seen = { ...variables, ...own, host };
  const write = (learned: Learned | null): Form => {
    const writer = writerTo(newScanner(), place);
    const given = learned ? held(seen, learned) : seen;
    const assigned = renderLiquid(parsed, given, writer.write);
    const joints = jointsIn(assigned);
    return { ...writer.result(), values: seen, learned: learned ?? new Learned(), joints };
  };
  if (forms && problems.length === 0) {
    const filled = forms.find(template, seen) ?? newForm(forms, template, seen, write);
    if (filled) return ok(renderedOf(filled));
  }
  let form: Form | undefined;
  try {
    form = write(null);
  } catch (error) {
    // what follows from a missing or wrong parameter is not reported twice
    if (problems.length === 0 || !parameters) problems.push(...liquidErrors(error, variables));
  }
  if (problems.length > 0) return failWith(problems);
  return ok(renderedOf(fill(form!, seen)!));
}

/** undefined: it fails, and is rendered again to tell of it by what the user has written. */
function newForm(
  forms: Forms,
  template: Template,
  values: Form['values'],
  write: (learned: Learned) => Form,
): Filled | undefined {
  try {
    const form = write(new Learned());
    forms.add(template, form);
    return fill(form, values);
  } catch {
    return undefined;
  }
}

function renderedOf(filled: Filled): Rendered {
  const { form, text, holes } = filled;
  const { warnings, joints } = form;
  return { text, warnings, joints, sourceOf: sourceOf(filled), form, holes };
}

/** Hosts in the same groups, with the same configuration, have these in common. */
const COMMON: readonly unknown[] = ['groups', 'fragments'];

/**
 * What is built in reads what it declares and, of the host, what is `COMMON`. A test looks, so that no run has to: finding
 * what a long text reads takes longer than rendering it.
 */
const isOurs = ({ name }: Template): boolean => isBuiltin(name) || isFragment(name);

/** Whether what becomes of a template may differ between hosts that have the same variables, groups and fragments. */
export function differsByHost(template: Template): boolean {
  return !isOurs(template) && readsTheHost(template);
}

/** Whether it reads of the host what is not in `COMMON`. */
export function readsTheHost({ text }: Pick<Template, 'text'>): boolean {
  try {
    const { host = [] } = parseLiquid(text).reads();
    return !host.every(({ segments: [, key] }) => COMMON.includes(key));
  } catch {
    return true;
  }
}

const jointsIn = (assigned: Readonly<Record<string, unknown>>): Joints =>
  Object.fromEntries(
    JOINTS.flatMap((joint) => {
      const value = Object.hasOwn(assigned, joint) ? assigned[joint] : undefined;
      return value instanceof Reference ? [[joint, value]] : [];
    }),
  );

/** Why a fragment cannot read this variable: its base has no destination for the signal. */
function withoutDestination(name: string, fragment: TemplateValues['fragment']) {
  const joint = JOINTS.find((one) => one === name);
  if (!joint || !fragment) return undefined;
  const { base } = fragment;
  const offering = (base.parameters ?? []).filter(({ offers }) => offers.includes(joint));
  return {
    reason: 'no-destination',
    fragment: fragment.name,
    signal: joint.replace('_to', ''),
    base: base.name,
    joint,
    parameters: offering.map((parameter) => parameter.name),
  } as const;
}

/** Collects the text, and encodes each value by where the text so far ends. */
function writerTo(scanner: ContextScanner, place: PlaceOf) {
  let length = 0;
  let line = '';
  const around = [''];
  const fillings: Held['read'][] = [];
  const parts: Form['parts'][number][] = [];
  const warnings: Warning[] = [];
  let filled = 0;
  const scan = (piece: string): void => {
    length += piece.length;
    if (length > MAX_TEXT) throw new Error(`the text grew beyond ${MAX_TEXT} characters`);
    const newline = piece.lastIndexOf('\n');
    line = newline < 0 ? line + piece : piece.slice(newline + 1);
    scanner.feed(piece);
  };
  const append = (piece: string): void => {
    scan(piece);
    around[around.length - 1] += piece;
  };
  const leaveOpen = (one: Held): void => {
    const text = one.written();
    scan(text);
    filled += text.length;
    fillings.push(one.read);
    around.push('');
  };
  const rawText = ({ value, at }: OutputValue): string => {
    const raw = plain(value, 'raw');
    const params = { reason: 'raw', text: brief(raw) } as const;
    warnings.push({ code: 'template.raw', params, ...(at ? place(...at) : {}) });
    return raw;
  };
  const appendValue = (value: unknown): void => {
    const { context } = scanner;
    if (context === 'string' && value instanceof Held && !line.endsWith('\\')) leaveOpen(value);
    else if (context === 'value' && holdsAny(value)) {
      const inside: Held[] = [];
      const marked = replaced(
        value,
        (one) => new Reference(`${MARK}${inside.push(one) - 1}${MARK}`),
      );
      for (const [i, part] of encode(marked, { context, line }).split(MARK).entries()) {
        if (i % 2 === 0) append(part);
        else {
          append('"');
          leaveOpen(inside[Number(part)]!);
          append('"');
        }
      }
    } else append(encode(opened(value), { context, line }));
  };
  const write = (piece: string | OutputValue, origin: Origin): void => {
    parts.push({ start: length - filled, holes: fillings.length, origin });
    if (typeof piece === 'string') append(piece);
    else if (piece.raw) append(rawText(piece));
    else appendValue(piece.value);
  };
  return { write, result: () => ({ around, fillings, parts, warnings }) };
}

/** Around the number of what is held in a value: nothing that is encoded has it in it. */
const MARK = '\uE000';

const brief = (text: string): string => (text.length > 40 ? `${text.slice(0, 37)}...` : text);

/** Variables that are given and that no part of the template reads. */
function unused(
  { name: template }: Template,
  { vars, locate }: TemplateValues,
  used: readonly string[],
  reserved: readonly string[],
): readonly Problem[] {
  const missing = used.filter((name) => !reserved.includes(name) && !Object.hasOwn(vars, name));
  return Object.keys(vars)
    .filter((name) => !reserved.includes(name) && !used.includes(name))
    .map((name) => ({
      code: 'template.variable',
      params: { reason: 'unused', template, name, meant: nearest(name, missing) ?? null },
      ...locate(name),
    }));
}

/** Variables that a template with declared parameters reads and does not declare. */
function undeclared(
  used: TemplateReads,
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
