import { identifier } from './filters.ts';
import { schemeOf } from './parameter-types.ts';
import { GIVEN, type Parameter } from './template-model.ts';

type Vars = Readonly<Record<string, unknown>>;

/** One of a parameter of type `entries`, in its long form. */
interface Entry {
  /** null: of a plain list. */
  readonly name: string | null;
  readonly vars: Vars;
}

export const isMap = (value: unknown): value is Vars =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The entries of a value; null takes one away. */
function entriesOf({ short }: Parameter, value: unknown): readonly Entry[] {
  const long = (one: unknown): Vars => (isMap(one) ? one : short === null ? {} : { [short]: one });
  if (Array.isArray(value)) return value.map((one) => ({ name: null, vars: long(one) }));
  return Object.entries(isMap(value) ? value : {})
    .filter(([, one]) => one !== null)
    .map(([name, one]) => ({ name, vars: long(one) }));
}

/** A name that cannot be part of a component's, or that becomes the same as an earlier one there. */
export function oddEntry(
  value: unknown,
): { readonly name: string; readonly other: string | null } | undefined {
  const seen = new Map<string, string>();
  for (const [name, one] of Object.entries(isMap(value) ? value : {})) {
    if (one === null) continue;
    if (!/^[A-Za-z_][\w.-]*$/.test(name)) return { name, other: null };
    const other = seen.get(identifier(name));
    if (other !== undefined) return { name, other };
    seen.set(identifier(name), name);
  }
  return undefined;
}

/** The words of a list, or of the parameter's default with some switched on or off. */
function partsOf({ default: usual, oneOf }: Parameter, value: unknown): readonly string[] {
  const words = (Array.isArray(usual) ? usual : []).map(String);
  if (Array.isArray(value)) return wordsOf(value);
  if (!isMap(value)) return words;
  return oneOf.filter((word) => value[word] ?? words.includes(word));
}

/** The fields of one entry as parameters of their own: `log_files.nginx.path`. */
export const fieldsOf = (path: string, fields: readonly Parameter[]): readonly Parameter[] =>
  fields.map((field) => {
    const inside = (name: string): string => `${path}.${name}`;
    return {
      ...field,
      name: inside(field.name),
      needs: field.needs === null ? null : inside(field.needs),
      unless: field.unless.map(inside),
      requiredUnless: field.requiredUnless === null ? null : inside(field.requiredUnless),
      when: field.when.map((one) => ({ ...one, name: inside(one.name) })),
    };
  });

/** The parts of a value that have fields: each entry of `entries`, or the value of a `record`. */
export function partsWithFields(
  parameter: Parameter,
  value: unknown,
): readonly (readonly [path: string, vars: Vars])[] {
  const { name, type } = parameter;
  if (type === 'record') return isMap(value) ? [[name, value]] : [];
  if (type !== 'entries') return [];
  return entriesOf(parameter, value).map((one) => [
    one.name === null ? name : `${name}.${one.name}`,
    one.vars,
  ]);
}

/** Something stands there: null, and what holds nothing, does not. */
function holdsAny(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  return !isMap(value) || Object.values(value).some((one) => one !== null);
}

/** Which of these words, `GIVEN` among them, a parameter's value holds. */
export function wordsIn(
  other: Parameter | undefined,
  value: unknown,
  words: readonly string[],
): readonly string[] {
  if (words.includes(GIVEN)) return holdsAny(value ?? other?.default) ? [GIVEN] : [];
  const there =
    other?.type === 'switches' ? partsOf(other, value) : wordsOf(value ?? other?.default ?? []);
  return words.filter((word) => there.includes(word));
}

/** Of a map its schemes. Maps of an inventory have no prototype, so `String` cannot take them; they are no word either. */
export const wordsOf = (value: unknown): readonly string[] =>
  isMap(value)
    ? Object.values(value).map(schemeOf)
    : (Array.isArray(value) ? value : [value]).map((one) =>
        typeof one === 'object' ? '' : String(one),
      );

/** What the template sees: every declared name, from `vars`, else its default, else null. */
export const withDefaults = (parameters: readonly Parameter[], vars: Vars): Vars =>
  Object.fromEntries(
    parameters.map((parameter) => [
      parameter.name,
      seen(parameter, vars[parameter.name] ?? parameter.default),
    ]),
  );

function seen(parameter: Parameter, value: unknown): unknown {
  const { type, fields } = parameter;
  switch (type) {
    case 'entries':
      return entriesOf(parameter, value).map(({ name, vars }) => ({
        name,
        ...withDefaults(fields, vars),
      }));
    case 'record':
      return isMap(value) ? withDefaults(fields, value) : null;
    case 'switches':
      return partsOf(parameter, value);
    case 'labels':
      // they are text, and Alloy makes text of numbers only
      return isMap(value) ? withoutBooleans(value) : value;
    case 'regexes':
    case 'paths':
      // nothing to match is none
      return holdsAny(value) ? value : null;
    default:
      return value;
  }
}

const withoutBooleans = (map: Vars): Vars =>
  Object.fromEntries(
    Object.entries(map).map(([key, one]) => [key, typeof one === 'boolean' ? String(one) : one]),
  );
