import schema from '../../schema/inventory.schema.json' with { type: 'json' };

/** JSON Schema, as far as zod writes it for the inventory. */
type Shape = Readonly<Record<string, unknown>>;
type Shapes = Readonly<Record<string, Shape>>;

/** Keywords that ask nothing of a value. */
const SILENT: readonly string[] = ['$id', '$schema', '$defs', 'title', 'description', 'default'];

/**
 * Whether a value is an inventory for certain, by the JSON Schema that is written from `schema.ts`. zod, which
 * can say what is wrong and where, takes longer to load than a whole inventory to read: it is for those that do
 * not fit. In doubt, none does.
 */
export const fitsInventory = (value: unknown): boolean => fits(value, schema);

function fits(value: unknown, shape: Shape): boolean {
  for (const keyword in shape)
    if (!SILENT.includes(keyword) && !keeps(value, keyword, shape)) return false;
  return true;
}

function keeps(value: unknown, keyword: string, shape: Shape): boolean {
  const asked = shape[keyword];
  switch (keyword) {
    case '$ref':
      return fits(value, definition(asked as string));
    case 'anyOf':
      return (asked as readonly Shape[]).some((one) => fits(value, one));
    case 'type':
      return isA(value, asked as string);
    case 'enum':
      return (asked as readonly unknown[]).includes(value);
    case 'pattern':
      return typeof value === 'string' && patternOf(asked as string).test(value);
    case 'minLength':
      return typeof value === 'string' && value.length >= (asked as number);
    case 'minimum':
      return typeof value === 'number' && value >= (asked as number);
    case 'maximum':
      return typeof value === 'number' && value <= (asked as number);
    case 'minItems':
      return Array.isArray(value) && value.length >= (asked as number);
    case 'prefixItems':
      return (
        Array.isArray(value) && (asked as readonly Shape[]).every((one, at) => fits(value[at], one))
      );
    case 'items':
      return (
        Array.isArray(value) && othersOf(value, shape).every((one) => fits(one, asked as Shape))
      );
    case 'required':
      return isMap(value) && (asked as readonly string[]).every((key) => Object.hasOwn(value, key));
    case 'propertyNames':
      return isMap(value) && Object.keys(value).every((key) => fits(key, asked as Shape));
    case 'properties':
      return (
        isMap(value) &&
        Object.entries(asked as Shapes).every(
          ([key, one]) => !Object.hasOwn(value, key) || fits(value[key], one),
        )
      );
    case 'additionalProperties':
      return (
        isMap(value) &&
        Object.keys(value)
          .filter((key) => !Object.hasOwn((shape.properties ?? {}) as Shapes, key))
          .every((key) => asked !== false && fits(value[key], asked as Shape))
      );
    default:
      return false;
  }
}

const othersOf = (list: readonly unknown[], { prefixItems = [] }: Shape): readonly unknown[] =>
  list.slice((prefixItems as readonly Shape[]).length);

function isA(value: unknown, type: string): boolean {
  switch (type) {
    case 'object':
      return isMap(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null;
    case 'integer':
      return Number.isSafeInteger(value);
    case 'number':
      return Number.isFinite(value);
    default:
      return typeof value === type;
  }
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function definition(ref: string): Shape {
  const [, name = ''] = /^#\/\$defs\/(\w+)$/.exec(ref) ?? [];
  const found = (schema.$defs as Shapes)[name];
  if (!found) throw new Error(`inventory.schema.json has no ${ref}`);
  return found;
}

const patterns = new Map<string, RegExp>();

function patternOf(source: string): RegExp {
  const known = patterns.get(source) ?? new RegExp(source);
  patterns.set(source, known);
  return known;
}
