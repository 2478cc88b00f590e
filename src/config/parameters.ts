import { nearest } from '../model/frame.ts';
import type { Problem, ProblemOf } from '../model/problem.ts';
import type { ParameterFault } from '../model/problems/config-problems.ts';
import { fieldsOf, isMap, oddEntry, partsWithFields, wordsIn, wordsOf } from './entries.ts';
import { TYPES } from './parameter-types.ts';
import { GIVEN, type Parameter, type TemplateValues } from './template-model.ts';

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

const hasFragments = ({ fragments = [] }: TemplateValues['host']): boolean => fragments.length > 0;

type Vars = TemplateValues['vars'];

/** The words that the parameter's conditions find; null: it has none. */
const wordsFound = ({ when }: Pick<Parameter, 'when'>, all: readonly Parameter[], vars: Vars) =>
  when.length === 0
    ? null
    : when.flatMap(({ name, words }) =>
        wordsIn(
          all.find((one) => one.name === name),
          vars[name],
          words,
        ),
      );

/** A value of this parameter would do something, beside these values of others. `joined`: there are fragments. */
export function counts(
  parameter: Pick<Parameter, 'unless' | 'offers' | 'when'>,
  all: readonly Parameter[],
  vars: Vars,
  joined = false,
): boolean {
  const { unless, offers } = parameter;
  if (unless.some((other) => isGiven(vars[other]))) return false;
  if (joined && offers.length > 0) return true;
  return wordsFound(parameter, all, vars)?.length !== 0;
}

/** There must be a value, beside these values of others. */
export function isRequired(parameter: Parameter, all: readonly Parameter[], vars: Vars): boolean {
  const { required, requiredUnless } = parameter;
  if (required === false || !counts(parameter, all, vars)) return false;
  if (requiredUnless !== null && isGiven(vars[requiredUnless])) return false;
  if (required === true) return true;
  return wordsFound(parameter, all, vars)?.some((word) => required.includes(word)) ?? false;
}

/**
 * `vars` without those of `inherited` that would do nothing here: they were written for another
 * template, further up in the inventory. `reads`: what a template without declarations reads.
 */
export function varsFor(
  parameters: readonly Parameter[] | null,
  reads: () => readonly string[],
  { vars, inherited = [], host }: TemplateValues,
): Vars {
  const joined = hasFragments(host);
  if (inherited.length === 0) return vars;
  const serves = (name: string): boolean => {
    if (!inherited.includes(name)) return true;
    if (parameters === null) return reads().includes(name);
    const parameter = parameters.find((one) => one.name === name);
    if (!parameter || !counts(parameter, parameters, vars, joined)) return false;
    return parameter.needs === null || isGiven(vars[parameter.needs]);
  };
  return Object.fromEntries(Object.entries(vars).filter(([name]) => serves(name)));
}

/** Checks `vars` against the declared parameters; gives every breach. */
export function checkVars(
  template: string,
  parameters: readonly Parameter[],
  { vars, locate, host }: TemplateValues,
): readonly Problem[] {
  const joined = hasFragments(host);
  const problems: Problem[] = [];
  const report = (name: string | null, params: ProblemOf<'template.variable'>['params']): void => {
    problems.push({ code: 'template.variable', params, ...locate(name) });
  };
  const known = parameters.map(({ name }) => name);
  for (const name of Object.keys(vars).filter((name) => !known.includes(name))) {
    const meant = nearest(name, known) ?? null;
    report(name, { reason: 'unknown-parameter', template, name, meant, known });
  }

  for (const parameter of parameters) {
    const { name, needs, unless, requiredUnless, when, meaning } = parameter;
    const value = vars[name];
    if (value === undefined || value === null) {
      if (!isRequired(parameter, parameters, vars)) continue;
      const about = { template, parameter: name, meaning, example: exampleOf(parameter) };
      // a field is missing in its entry, a parameter where the template was chosen
      const where = value === null || name.includes('.') ? name : null;
      const alternative = unless[0] ?? requiredUnless;
      report(where, { reason: 'required', ...about, alternative, flag: false });
      continue;
    }
    const beside = unless.find((other) => isGiven(vars[other]));
    if (beside !== undefined)
      report(name, { reason: 'no-effect-beside', parameter: name, other: beside });
    else if (!counts(parameter, parameters, vars, joined)) {
      const { name: other, words: values } =
        when.find(({ words }) => !words.includes(GIVEN)) ?? when[0]!;
      if (values.includes(GIVEN))
        report(name, { reason: 'no-effect-without', parameter: name, other });
      else report(name, { reason: 'no-effect-unless', parameter: name, other, values });
    }
    if (needs !== null && !isGiven(vars[needs]))
      report(name, { reason: 'no-effect-without', parameter: name, other: needs });
    const fault = faultOf(parameter, value);
    if (fault) report(name, { reason: 'value', parameter: name, fault });
    else
      for (const [path, own] of partsWithFields(parameter, value)) {
        const inside = Object.entries(own).map(([key, one]) => [`${path}.${key}`, one] as const);
        const values = { vars: Object.fromEntries(inside), locate, host };
        problems.push(...checkVars(template, fieldsOf(path, parameter.fields), values));
      }
  }
  return problems;
}

/** The parameter's own example where its meaning ends in one. */
export const exampleOf = ({ type, oneOf, meaning }: Parameter): string =>
  (type === 'urls' ? undefined : oneOf[0]) ??
  /, e\.g\. (\{.+\}|\S+)\.$/.exec(meaning)?.[1] ??
  TYPES[type][1];

/** Why the parameter cannot have this value; undefined: it can. */
export function faultOf(parameter: Parameter, value: unknown): ParameterFault | undefined {
  const { type, oneOf, meaning, fields, short, listed } = parameter;
  const given = brief(value);
  if (listed && Array.isArray(value)) {
    const plain = fields.find((field) => field.name === short);
    return plain && faultOf({ ...plain, meaning }, value);
  }
  if (!TYPES[type][0](value)) {
    const example = type === 'urls' ? exampleOf(parameter) : (oneOf[0] ?? TYPES[type][1]);
    return { kind: 'type', type, given, example, meaning };
  }
  if (type === 'entries') {
    const odd = oddEntry(value);
    if (odd) return { kind: 'entry', given: odd.name, other: odd.other };
    const plain = Object.values(value as object).find(
      (one) => one !== null && !isMap(one),
    ) as unknown;
    if (short === null && plain !== undefined)
      return { kind: 'type', type, given: brief(plain), example: TYPES[type][1], meaning };
  }
  if (oneOf.length === 0) return undefined;
  const list = Array.isArray(value) || type === 'switches';
  const words = type === 'switches' && isMap(value) ? Object.keys(value) : wordsOf(value);
  const odd = words.find((one) => !oneOf.includes(one));
  if (odd === undefined) return undefined;
  if (type === 'urls') return { kind: 'scheme', choices: oneOf, given: odd, meaning };
  const meant = nearest(odd, oneOf) ?? null;
  return { kind: 'choice', choices: oneOf, list, given, meant, meaning };
}

/** As JSON, cut to fit a line. */
function brief(value: unknown): string {
  const json = JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part));
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
}
