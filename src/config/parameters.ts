import { nearest } from '../model/frame.ts';
import type { Problem, WrittenProblem } from '../model/problem.ts';
import type { Parameter, ParameterType, TemplateValues } from './template.ts';

interface Type {
  /** With its article, for messages: "a URL". */
  readonly name: string;
  readonly fits: (value: unknown) => boolean;
  readonly example: string;
}

const isScalar = (value: unknown): boolean =>
  ['string', 'number', 'boolean', 'bigint'].includes(typeof value);

const matches =
  (pattern: RegExp) =>
  (value: unknown): boolean =>
    typeof value === 'string' && pattern.test(value);

const TYPES: Readonly<Record<ParameterType, Type>> = {
  string: { name: 'text', fits: (value) => typeof value === 'string', example: '"text"' },
  number: {
    name: 'a number',
    fits: (value) => typeof value === 'bigint' || Number.isFinite(value),
    example: '10',
  },
  bool: {
    name: 'true or false',
    fits: (value) => typeof value === 'boolean',
    example: 'true, without quotes',
  },
  list: {
    name: 'a list of plain values',
    fits: (value) => Array.isArray(value) && value.every(isScalar),
    example: '[one, two]',
  },
  map: {
    name: 'a map of plain values',
    fits: (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every(isScalar),
    example: '{ env: prod }',
  },
  url: {
    name: 'a URL of http or https',
    fits: matches(/^https?:\/\/[^\s/?#]+[^\s]*$/i),
    example: 'https://metrics.example.com/api/v1/write',
  },
  address: {
    name: 'an address with a port',
    fits: matches(/^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/]+):\d{1,5}$/),
    example: '127.0.0.1:4317',
  },
  duration: {
    name: 'a duration',
    fits: matches(/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/),
    example: '60s or 1h30m; there is no unit for days',
  },
  size: {
    name: 'a size',
    fits: matches(/^\d+(?:\.\d+)?(?:B|KB|MB|GB|KiB|MiB|GiB)$/),
    example: '512MiB',
  },
  path: {
    name: 'an absolute path',
    fits: matches(/^\/[^\0\n]*$/),
    example: '/etc/alloy/password',
  },
  paths: {
    name: 'a list of absolute paths',
    fits: (value) => Array.isArray(value) && value.every(matches(/^\/[^\0\n]*$/)),
    example: '[/var/log/nginx/*.log]',
  },
  name: {
    name: 'a name of letters, digits and _',
    fits: matches(/^[A-Za-z_]\w*$/),
    example: 'METRICS_PASSWORD',
  },
};

/** `text`, for people: what a parameter takes. */
export const typeName = (type: ParameterType): string => TYPES[type].name;

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

type Vars = TemplateValues['vars'];

/** Which of these words the parameter's condition finds in what it looks at; null: it has no condition. */
function wordsFound(
  { when }: Parameter,
  parameters: readonly Parameter[],
  vars: Vars,
): readonly string[] | null {
  if (when === null) return null;
  const looked =
    vars[when.name] ?? parameters.find(({ name }) => name === when.name)?.default ?? [];
  const there = (Array.isArray(looked) ? looked : [looked]).map(String);
  return when.words.filter((word) => there.includes(word));
}

/** A value of this parameter would do something, beside these values of others. */
export function counts(
  parameter: Parameter,
  parameters: readonly Parameter[],
  vars: Vars,
): boolean {
  const { unless } = parameter;
  if (unless !== null && isGiven(vars[unless])) return false;
  return wordsFound(parameter, parameters, vars)?.length !== 0;
}

/** There must be a value, beside these values of others. */
export function isRequired(
  parameter: Parameter,
  parameters: readonly Parameter[],
  vars: Vars,
): boolean {
  const { required } = parameter;
  if (required === false || !counts(parameter, parameters, vars)) return false;
  if (required === true) return true;
  return wordsFound(parameter, parameters, vars)?.some((word) => required.includes(word)) ?? false;
}

/**
 * `vars` without those of `inherited` that would do nothing here: they were written for another
 * template, further up in the inventory.
 *
 * @param reads what a template without declarations reads
 */
export function varsFor(
  parameters: readonly Parameter[] | null,
  reads: readonly string[],
  { vars, inherited = [] }: TemplateValues,
): Vars {
  if (inherited.length === 0) return vars;
  const foreign = new Set(inherited);
  const serves = (name: string): boolean => {
    if (parameters === null) return reads.includes(name);
    const parameter = parameters.find((one) => one.name === name);
    if (!parameter || !counts(parameter, parameters, vars)) return false;
    return parameter.needs === null || isGiven(vars[parameter.needs]);
  };
  return Object.fromEntries(
    Object.entries(vars).filter(([name]) => !foreign.has(name) || serves(name)),
  );
}

/** Holds `vars` against what the template declares; gives every breach. */
export function checkVars(
  template: string,
  parameters: readonly Parameter[],
  { vars, locate }: TemplateValues,
): readonly Problem[] {
  const problems: Problem[] = [];
  const names = parameters.map(({ name }) => name);

  for (const name of Object.keys(vars).filter((name) => !names.includes(name))) {
    const meant = nearest(name, names);
    problems.push({
      code: 'template.variable',
      message: `the template ${template} has no parameter "${name}"`,
      hint: meant
        ? `did you mean ${meant}?`
        : names.length > 0
          ? `take it out; the template knows ${names.join(', ')}`
          : 'take it out; the template has no parameters',
      ...locate(name),
    });
  }

  for (const parameter of parameters) {
    const value = vars[parameter.name];
    if (value === undefined || value === null) {
      if (!isRequired(parameter, parameters, vars)) continue;
      const { unless } = parameter;
      problems.push({
        code: 'template.variable',
        message: `the template ${template} needs ${parameter.name}: ${parameter.meaning}`,
        hint: `add it to config.vars, e.g. ${parameter.name}: ${example(parameter)} (for a list of hosts: --var ${parameter.name}=${example(parameter)})${unless === null ? '' : `; or give ${unless} in its place`}`,
        ...locate(value === null ? parameter.name : null),
      });
      continue;
    }
    const { name, needs, unless, when } = parameter;
    if (!counts(parameter, parameters, vars)) {
      const beside = unless !== null && isGiven(vars[unless]);
      problems.push({
        code: 'template.variable',
        message: beside
          ? `${name} does nothing beside ${unless}`
          : `${name} does nothing without ${when!.words.join(' or ')} in ${when!.name}`,
        hint: beside
          ? 'take one of the two out'
          : `add ${when!.words[0]} to ${when!.name}, or take ${name} out`,
        ...locate(name),
      });
    }
    if (needs !== null && (vars[needs] ?? null) === null) {
      problems.push({
        code: 'template.variable',
        message: `${name} does nothing without ${needs}`,
        hint: `add ${needs} to config.vars, or take ${name} out`,
        ...locate(name),
      });
    }
    const wrong = misfit(parameter, value);
    if (wrong) problems.push({ code: 'template.variable', ...wrong, ...locate(parameter.name) });
  }
  return problems;
}

/** The parameter's own example where its meaning ends in one. */
const example = ({ type, oneOf, meaning }: Parameter): string =>
  oneOf[0] ?? /, e\.g\. (\S+)\.$/.exec(meaning)?.[1] ?? TYPES[type].example;

/** Why a value cannot be this parameter's; undefined: it can. */
export function misfit(
  { name, type, oneOf, meaning }: Parameter,
  value: unknown,
): Pick<WrittenProblem, 'message' | 'hint'> | undefined {
  const shown = JSON.stringify(value, (_, part) =>
    typeof part === 'bigint' ? String(part) : part,
  );
  const brief = shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
  if (!TYPES[type].fits(value)) {
    return {
      message: `${name} must be ${TYPES[type].name}, not ${brief}`,
      hint: `write e.g. ${oneOf[0] ?? TYPES[type].example}; it is: ${meaning}`,
    };
  }
  const odd = (Array.isArray(value) ? value : [value])
    .map(String)
    .find((one) => !oneOf.includes(one));
  if (oneOf.length > 0 && odd !== undefined) {
    const meant = nearest(odd, oneOf);
    return {
      message: `${name} must be ${Array.isArray(value) ? 'some' : 'one'} of ${oneOf.join(', ')}, not ${brief}`,
      hint: meant ? `did you mean ${meant}?` : `take one of them; it is: ${meaning}`,
    };
  }
  return undefined;
}

/** What the template sees: every declared name, from `vars`, else its default, else null. */
export const withDefaults = (
  parameters: readonly Parameter[],
  vars: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(parameters.map(({ name, default: value }) => [name, vars[name] ?? value]));
