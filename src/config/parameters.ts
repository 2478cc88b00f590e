import { isMap, LineCounter, parseDocument } from 'yaml';
import { codeFrame, nearest } from '../model/frame.ts';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import {
  PARAMETER_TYPES,
  type Parameter,
  type ParameterType,
  type TemplateValues,
} from './template.ts';

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
  name: {
    name: 'a name of letters, digits and _',
    fits: matches(/^[A-Za-z_]\w*$/),
    example: 'METRICS_PASSWORD',
  },
};

/** `text`, for people: what a parameter takes. */
export const typeName = (type: ParameterType): string => TYPES[type].name;

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
      if (!parameter.required) continue;
      problems.push({
        code: 'template.variable',
        message: `the template ${template} needs ${parameter.name}: ${parameter.meaning}`,
        hint: `${ADD_TO_VARS}${parameter.name}: ${example(parameter)}`,
        ...locate(value === null ? parameter.name : null),
      });
      continue;
    }
    const { name, needs } = parameter;
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

/** How every hint about a parameter that is missing begins. */
export const ADD_TO_VARS = 'add it to config.vars, e.g. ';

/** The parameter's own example where its meaning ends in one. */
const example = ({ type, oneOf, meaning }: Parameter): string =>
  oneOf[0] ?? /, e\.g\. (\S+)\.$/.exec(meaning)?.[1] ?? TYPES[type].example;

function misfit(
  { name, type, oneOf, meaning }: Parameter,
  value: unknown,
): Pick<Problem, 'message' | 'hint'> | undefined {
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
  if (oneOf.length > 0 && !oneOf.includes(String(value))) {
    const meant = nearest(String(value), oneOf);
    return {
      message: `${name} must be one of ${oneOf.join(', ')}, not ${brief}`,
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

/** The declarations beside a template. */
export interface Declarations {
  /** What the template is for, one or two sentences. */
  readonly summary: string;
  readonly parameters: readonly Parameter[];
}

const FIELDS = ['type', 'meaning', 'required', 'default', 'oneOf', 'needs'];

/**
 * Reads the YAML file beside a template: `summary`, and `parameters` by name, each with `type`,
 * `meaning` and, where wanted, `required`, `default`, `oneOf`, `needs`.
 */
export function readDeclarations(text: string, file: string): Result<Declarations> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2' });
  const problems: Problem[] = [];
  const complain = (offset: number, message: string, hint: string): void => {
    const { line, col: column } = lines.linePos(offset);
    const at = { file, line, column };
    problems.push({
      code: 'template.syntax',
      message,
      hint,
      at,
      detail: codeFrame(text, line, column),
    });
  };

  for (const { message, pos } of document.errors) {
    complain(
      pos[0],
      message.split('\n')[0]!.replace(/ at line .*$/, ''),
      'mend the YAML at this place',
    );
  }
  if (problems.length > 0) return fail(...problems);

  const place = (path: readonly string[]): number => {
    const parent = document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => String(key) === path.at(-1))
      : undefined;
    const key = pair?.key as { range?: readonly number[] } | undefined;
    return key?.range?.[0] ?? 0;
  };
  const root = document.toJS({ maxAliasCount: 0 }) as unknown;
  const { summary, parameters: written = {}, ...others } = record(root);
  for (const name of Object.keys(others)) {
    complain(place([name]), `unknown key "${name}"`, 'keep to summary and parameters');
  }
  if (typeof summary !== 'string') {
    complain(0, 'the template says nothing about itself', 'add summary: with one sentence');
  }

  const parameters = Object.entries(record(written)).map(([name, value]): Parameter => {
    const fields = record(value);
    const at = place(['parameters', name]);
    for (const field of Object.keys(fields).filter((field) => !FIELDS.includes(field))) {
      const meant = nearest(field, FIELDS);
      complain(
        place(['parameters', name, field]),
        `${name}: unknown key "${field}"`,
        meant ? `did you mean ${meant}?` : `keep to ${FIELDS.join(', ')}`,
      );
    }
    const type = PARAMETER_TYPES.find((type) => type === fields.type);
    if (!type)
      complain(at, `${name}: no such type`, `write type: one of ${PARAMETER_TYPES.join(', ')}`);
    if (!/^[A-Za-z_]\w*$/.test(name) || name === 'host') {
      complain(at, `"${name}" cannot be a parameter`, 'use letters, digits and _; host is taken');
    }
    if (typeof fields.meaning !== 'string') {
      complain(at, `${name}: nothing says what it means`, 'add meaning: with one sentence');
    }
    const parameter: Parameter = {
      name,
      type: type ?? 'string',
      meaning: String(fields.meaning ?? ''),
      required: fields.required === true,
      default: fields.default ?? null,
      oneOf: Array.isArray(fields.oneOf) ? fields.oneOf.map(String) : [],
      needs: typeof fields.needs === 'string' ? fields.needs : null,
    };
    if (parameter.needs !== null && !Object.hasOwn(record(written), parameter.needs)) {
      complain(
        at,
        `${name} needs ${parameter.needs}, which is not declared`,
        'declare it, or take needs: out',
      );
    }
    const wrong = parameter.default === null ? undefined : misfit(parameter, parameter.default);
    if (type && wrong) complain(at, `the default of ${wrong.message}`, wrong.hint);
    return parameter;
  });

  if (problems.length > 0) return fail(...problems);
  return ok({ summary: summary as string, parameters });
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
