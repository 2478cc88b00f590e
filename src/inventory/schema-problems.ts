import * as z from 'zod';
import { nearest } from '../model/frame.ts';
import type {
  SchemaMistake,
  ValueFormat,
  ValueType,
} from '../model/problems/inventory-problems.ts';
import { formats, inventorySchema } from './schema.ts';
import { type Path, valueAt, type YamlTree } from './yaml.ts';

type Issue = z.core.$ZodIssue;

/** A mistake, with the path whose value cannot be used. */
export interface Mismatch {
  readonly path: Path;
  readonly part: 'key' | 'value';
  readonly mistake: SchemaMistake;
}

/** What zod's issues say about a value. */
export function mismatchesOf(
  issues: readonly Issue[],
  tree: Pick<YamlTree, 'value' | 'source'>,
): readonly Mismatch[] {
  const mismatches = issues.flatMap((issue) => mismatchesOfIssue(issue, []));
  // a mistyped key is not also missing
  const mistyped = new Set(
    mismatches
      .filter(({ mistake: { reason } }) => reason === 'unknown-key')
      .map(({ path }) => pathText(path.slice(0, -1))),
  );
  return mismatches.filter(
    ({ path }) =>
      valueAt(tree.value, path) !== undefined || !mistyped.has(pathText(path.slice(0, -1))),
  );

  function mismatchesOfIssue(issue: Issue, base: Path): readonly Mismatch[] {
    const path = [...base, ...(issue.path as Path)];
    const value = valueAt(tree.value, path);
    const one = (mistake: SchemaMistake, part: Mismatch['part'] = 'value') => [
      { path, part, mistake },
    ];
    const unfit = (type: ValueType) =>
      one(valueMistake(formatAt(path) ?? type, value, tree.source(path)));

    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => ({
          path: [...path, key],
          part: 'key',
          mistake: unknownKey(path, key),
        }));
      case 'invalid_union': {
        // the branch that was meant is the one whose outermost type matches
        const meant = issue.errors.filter((branch) => !branch.some(isOutermost));
        if (meant.length !== 1) return unfit('string');
        return meant[0]!.flatMap((inner) => mismatchesOfIssue(inner, path));
      }
      case 'invalid_key': {
        const name = String(path.at(-1));
        return one(valueMistake(keyFormatAt(path) ?? 'string', name, name), 'key');
      }
      case 'invalid_value': {
        if (typeof value === 'object' || value === undefined)
          return one(valueMistake('string', value));
        const written = tree.source(path) ?? String(value);
        const allowed = issue.values.map(String);
        const near = nearest(written, allowed) ?? null;
        return one({ reason: 'not-allowed', written, allowed, near });
      }
      case 'invalid_type':
        return unfit(TYPES[issue.expected] ?? 'string');
      case 'too_small':
      case 'too_big': {
        const of = TYPES[issue.origin] ?? 'number';
        return issue.code === 'too_small'
          ? one({ reason: 'too-small', of, limit: Number(issue.minimum) })
          : one({ reason: 'too-large', of, limit: Number(issue.maximum) });
      }
      default:
        return unfit('string');
    }
  }
}

const isOutermost = (issue: Issue): boolean =>
  issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');

const TYPES: Readonly<Record<string, ValueType>> = {
  string: 'string',
  object: 'map',
  record: 'map',
  array: 'list',
  tuple: 'list',
  int: 'whole number',
  number: 'number',
  boolean: 'boolean',
};

function valueMistake(
  expected: ValueType | ValueFormat,
  value: unknown,
  source?: string,
): SchemaMistake {
  const found = typeOf(value);
  const scalar = typeof value === 'object' || value === undefined ? null : String(value);
  const written = source ?? scalar;
  const secretive = SECRETIVE[expected];
  if (!secretive) return { reason: 'value', expected, found, written };
  const refined = found === 'string' ? secretive(written ?? '') : undefined;
  return { reason: 'value', expected: refined ?? expected, found, written: null };
}

/** What is written there may be the secret itself: only the kind of mistake is passed on. */
const SECRETIVE: Readonly<Record<string, (written: string) => ValueFormat | undefined>> = {
  secret: (written) =>
    written.startsWith('age:')
      ? 'secret-age'
      : written.startsWith('env:')
        ? 'secret-variable'
        : undefined,
  'environment-value': () => undefined,
  'repository-url': (written) =>
    /^https?:\/\/[^/]*@/.test(written) ? 'repository-url-without-credentials' : undefined,
  proxy: () => undefined,
};

function typeOf(value: unknown): ValueType | 'nothing' {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'list';
  const types = { string: 'string', number: 'number', boolean: 'boolean' } as const;
  return types[typeof value as keyof typeof types] ?? 'map';
}

function unknownKey(path: Path, key: string): SchemaMistake {
  const shape = schemasAt(path).find((one) => one instanceof z.ZodObject)?.shape ?? {};
  const known = Object.keys(shape);
  const inside = new Map<string, string>();
  for (const name of known)
    for (const one of options(shape[name]))
      for (const inner of one instanceof z.ZodObject ? Object.keys(one.shape) : [])
        if (!inside.has(inner)) inside.set(inner, `${name}.${inner}`);
  const deeper = nearest(key, inside.keys());
  const near = nearest(key, known) ?? (deeper && inside.get(deeper)) ?? null;
  return { reason: 'unknown-key', key, known, near };
}

/** The schemas that may apply at a path: each branch of a union does. */
const schemasAt = (path: Path): readonly z.ZodType[] =>
  path.reduce<readonly z.ZodType[]>(
    (schemas, step) => schemas.flatMap((schema) => options(inner(schema, step))),
    [inventorySchema],
  );

function inner(schema: z.ZodType, step: string | number): unknown {
  if (schema instanceof z.ZodObject) return schema.shape[step];
  // of a union of a list and a map, the branch that has such a step
  if (schema instanceof z.ZodRecord) return typeof step === 'string' ? schema.valueType : undefined;
  return schema instanceof z.ZodArray && typeof step === 'number' ? schema.element : undefined;
}

/** A schema and what it wraps, the outermost first. */
function options(schema: unknown): readonly z.ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return [schema as z.ZodType, ...options(schema.unwrap())];
  if (schema instanceof z.ZodLazy) return options(schema.unwrap());
  if (schema instanceof z.ZodUnion) return [schema, ...schema.options.flatMap(options)];
  return schema instanceof z.ZodType ? [schema] : [];
}

const formatOf = (schema: unknown): ValueFormat | undefined =>
  formats.get(schema as z.ZodType)?.format;

const formatAt = (path: Path): ValueFormat | undefined =>
  schemasAt(path).map(formatOf).find(Boolean);

const keyFormatAt = (path: Path): ValueFormat | undefined =>
  schemasAt(path.slice(0, -1))
    .map((schema) => (schema instanceof z.ZodRecord ? formatOf(schema.keyType) : undefined))
    .find(Boolean);

/** `groups.web.hosts[2]`; keys with special characters in quotes: `hosts."web-01.example.com".ssh`. */
export const pathText = (path: Path): string =>
  path
    .map((step) =>
      typeof step === 'number' ? `[${step}]` : /^[\w-]+$/.test(step) ? `.${step}` : `."${step}"`,
    )
    .join('')
    .replace(/^\./, '');
