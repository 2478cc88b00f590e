import type { Stability } from '../model/desired.ts';
import { nearest } from '../model/frame.ts';
import type { DeclarationFault } from '../model/problems/config-problems.ts';
import { counts } from './parameters.ts';
import { conditionsOf, record, textOf } from './record.ts';
import { type DeclaredNeeds, GIVEN, type Parameter, type Template } from './template-model.ts';

const LISTS = ['memberOf', 'files', 'environment'] as const;
const FIELDS = [...LISTS, 'alloy', 'stability', 'when'] as const;
const LEVELS: readonly Stability[] = ['generally-available', 'public-preview', 'experimental'];

const PARAMETER = /\{\{ *([A-Za-z_]\w*) *\}\}/g;
const VERSION = /^>= *(\d+\.\d+(?:\.\d+)?)$/;

/** What a text without a parameter must look like. */
const FORMS = {
  memberOf: /^[a-z_][a-z0-9_-]*$/,
  files: /^\/[^\0\n]*$/,
  environment: /^[A-Za-z_]\w*$/,
} as const;

/**
 * Reads `needs` of a declaration: a map, or a list of maps, each of which can have `when`.
 *
 * @param names of the parameters
 * @param report takes the path of what is wrong, which ends with a key
 */
export function needsOf(
  wanted: unknown,
  names: readonly string[],
  report: (path: readonly string[], fault: DeclarationFault) => void,
): readonly DeclaredNeeds[] {
  if (wanted === undefined || wanted === null) return [];
  const all = Array.isArray(wanted) ? wanted : [wanted];
  return all.map((one: unknown, i) => {
    const fields = record(one);
    const at = (key: string): readonly string[] =>
      Array.isArray(wanted) ? ['needs', String(i), key] : ['needs', key];
    const undeclared = (field: string, other: string): void =>
      report(at(field), { reason: 'undeclared-parameter', parameter: 'needs', field, other });
    if (one !== fields) report(['needs'], { reason: 'need', need: null });
    for (const key of Object.keys(fields).filter((key) => !FIELDS.some((one) => one === key))) {
      const meant = nearest(key, FIELDS) ?? null;
      report(at(key), { reason: 'unknown-key', parameter: 'needs', key, meant, known: FIELDS });
    }
    const listOf = (field: (typeof LISTS)[number]): readonly string[] => {
      const given = fields[field] ?? [];
      const texts = (Array.isArray(given) ? given : [given]).map(textOf);
      for (const text of texts) {
        const read = [...text.matchAll(PARAMETER)].map(([, name]) => name!);
        for (const name of read) if (!names.includes(name)) undeclared(field, name);
        if (read.length === 0 && !FORMS[field].test(text))
          report(at(field), { reason: 'need', need: field });
      }
      return texts;
    };
    const when = conditionsOf(fields.when);
    if (fields.when !== undefined && when.length === 0)
      report(at('when'), { reason: 'need', need: 'when' });
    for (const { name } of when) if (!names.includes(name)) undeclared('when', name);
    const stability = LEVELS.find((level) => level === fields.stability) ?? null;
    if (fields.stability !== undefined && stability === null)
      report(at('stability'), { reason: 'need', need: 'stability' });
    const version = VERSION.exec(textOf(fields.alloy ?? ''))?.[1] ?? null;
    if (fields.alloy !== undefined && version === null)
      report(at('alloy'), { reason: 'need', need: 'alloy' });
    return {
      when,
      memberOf: listOf('memberOf'),
      files: listOf('files'),
      environment: listOf('environment'),
      alloy: version,
      stability,
    };
  });
}

/** Needs with the values of parameters in them; those whose condition does not hold are left out. */
export function neededBy(
  { parameters, needs = [] }: Pick<Template, 'parameters' | 'needs'>,
  vars: Readonly<Record<string, unknown>>,
): readonly Omit<DeclaredNeeds, 'when'>[] {
  const all = parameters ?? [];
  return needs
    .filter(({ when }) => counts({ ...NO_CONDITION, when }, all, vars))
    .map(({ memberOf, files, environment, alloy, stability }) => ({
      memberOf: memberOf.flatMap((text) => filled(text, all, vars)),
      files: files
        .flatMap((text) => filled(text, all, vars))
        .filter((path) => FORMS.files.test(path)),
      environment: environment.flatMap((text) => filled(text, all, vars)),
      alloy,
      stability,
    }));
}

const NO_CONDITION = { unless: [], offers: [] } as const;

/** A text with the values of its parameters, once for each value of a list. */
function filled(
  text: string,
  all: readonly Parameter[],
  vars: Readonly<Record<string, unknown>>,
): readonly string[] {
  const [first] = text.matchAll(PARAMETER);
  if (!first) return [text];
  const parameter = all.find(({ name }) => name === first[1]);
  if (!parameter || !counts(parameter, all, vars)) return [];
  const { needs } = parameter;
  if (needs !== null && (vars[needs] ?? null) === null) return [];
  return textsIn(vars[parameter.name] ?? parameter.default).flatMap((value) =>
    filled(text.slice(first.index + first[0].length), all, vars).map(
      (rest) => `${text.slice(0, first.index)}${value}${rest}`,
    ),
  );
}

/** A text, the items of a list, the values of a map, or what stands there as `path`. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (Array.isArray(value)) return value.filter((one) => typeof one === 'string');
  return Object.values(record(value)).flatMap((one) =>
    typeof one === 'string' ? [one] : textsIn(record(one).path ?? null),
  );
}

/** Each need in words: "the variable that dsn_env names". */
export const toldNeeds = (needs: readonly DeclaredNeeds[]): readonly string[] =>
  needs.flatMap(({ when, memberOf, files, environment, alloy, stability }) => {
    const conditions = when.map(({ name, words }) =>
      words.includes(GIVEN) ? name : `${words.join(' or ')} in ${name}`,
    );
    const only = when.length === 0 ? '' : `, with ${conditions.join(' or ')}`;
    return [
      ...memberOf.map(
        (group) => `the group ${named(group)}${group === 'docker' ? ', which equals root' : ''}`,
      ),
      ...environment.map((variable) => `the variable ${named(variable)} in alloy.environment`),
      ...files.map((path) => `to read ${named(path).replace(/^that/, 'what')}`),
      ...(alloy === null ? [] : [`Alloy ${alloy} or newer`]),
      ...(stability === null ? [] : [`alloy.stability ${stability}`]),
    ].map((one) => `${one}${only}`);
  });

const named = (text: string): string => text.replace(/^\{\{ *(\w+) *\}\}$/, 'that $1 names');
