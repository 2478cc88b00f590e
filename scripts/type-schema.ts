import { createRequire } from 'node:module';
import type ts from 'typescript';

/** Loaded at run time: it cannot be bundled into an ES module. */
const typescript = createRequire(import.meta.url)('typescript') as typeof ts;

type Json = Readonly<Record<string, unknown>>;

export interface SchemaOptions {
  readonly title: string;
  readonly description: string;
  /** Types that get an entry under $defs, by name; what `$ref` points to. */
  readonly defs: Readonly<Record<string, string>>;
  /** Types that are printed in another form than the program has them in, and that form. */
  readonly instead?: Readonly<Record<string, string>>;
}

/** Numbers that are counted, not measured. */
const INTEGERS = new Set(
  'seq line column attempt changing exit exitCode durationMs hosts restarts rssBytes ready healthy'.split(
    ' ',
  ),
);

/**
 * JSON Schemas from types: names, optional properties, unions, literals and doc comments carry over, so
 * that a schema cannot say anything else than the program.
 */
export function schemasOf(files: readonly string[]) {
  const program = typescript.createProgram(files, {
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    noEmit: true,
    target: typescript.ScriptTarget.ESNext,
    module: typescript.ModuleKind.ESNext,
    moduleResolution: typescript.ModuleResolutionKind.Bundler,
  });
  const checker = program.getTypeChecker();
  const exported = new Map(
    files.flatMap((file) => {
      const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
      return checker
        .getExportsOfModule(module)
        .filter(
          (symbol) =>
            symbol.flags & (typescript.SymbolFlags.Interface | typescript.SymbolFlags.TypeAlias),
        )
        .map((symbol) => [symbol.name, symbol] as const);
    }),
  );
  const named = (name: string): ts.Type => {
    const symbol = exported.get(name);
    if (!symbol) throw new Error(`no type ${name} is exported`);
    return checker.getDeclaredTypeOfSymbol(symbol);
  };

  return (name: string, id: string, { title, description, defs, instead = {} }: SchemaOptions) => {
    const swapped = Object.entries(instead).map(([from, to]) => [named(from), named(to)] as const);
    const refs = Object.entries(defs).map(
      ([type, def]) => [named(type), `#/$defs/${def}`] as const,
    );

    const docOf = (symbol: ts.Symbol | undefined): Json => {
      const text = typescript
        .displayPartsToString(symbol?.getDocumentationComment(checker))
        .replace(/\s+/g, ' ');
      return text === '' ? {} : { description: text };
    };

    function schemaOf(given: ts.Type, key = ''): Json {
      const type = found(swapped, given) ?? given;
      const ref = found(refs, type);
      if (!ref) return shapeOf(type, key);
      const isNull =
        type.isUnion() && type.types.some((one) => one.flags & typescript.TypeFlags.Null);
      return isNull ? { anyOf: [{ $ref: ref }, { type: 'null' }] } : { $ref: ref };
    }

    function shapeOf(type: ts.Type, key = ''): Json {
      const { flags } = type;
      if (flags & typescript.TypeFlags.String || flags & typescript.TypeFlags.TemplateLiteral)
        return { type: 'string' };
      if (flags & typescript.TypeFlags.Number)
        return INTEGERS.has(key) ? { type: 'integer' } : { type: 'number' };
      if (flags & typescript.TypeFlags.Boolean) return { type: 'boolean' };
      if (flags & typescript.TypeFlags.Null) return { type: 'null' };
      if (flags & typescript.TypeFlags.Unknown) return {};
      if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
      if (type.isUnion()) return unionOf(type, key);
      if (checker.isArrayType(type))
        return {
          type: 'array',
          items: schemaOf(checker.getTypeArguments(type as ts.TypeReference)[0]!),
        };
      if (flags & typescript.TypeFlags.Object || type.isIntersection()) return objectOf(type);
      throw new Error(`no schema for ${checker.typeToString(type)}`);
    }

    function unionOf(type: ts.UnionType, key: string): Json {
      const members = type.types.filter((one) => !(one.flags & ABSENT));
      const isNull = type.types.some((one) => one.flags & typescript.TypeFlags.Null);
      const one = members.every((member) => member.flags & typescript.TypeFlags.BooleanLiteral)
        ? { type: 'boolean' }
        : members.length === 1
          ? schemaOf(members[0]!, key)
          : members.every((member) => member.isStringLiteral())
            ? { enum: members.map((member) => (member as ts.StringLiteralType).value).sort() }
            : { oneOf: members.map((member) => schemaOf(member, key)) };
      return isNull ? { anyOf: [one, { type: 'null' }] } : one;
    }

    function objectOf(type: ts.Type): Json {
      const properties = checker.getPropertiesOfType(type);
      const rest = checker.getIndexInfoOfType(type, typescript.IndexKind.String);
      const isOptional = (one: ts.Symbol): boolean =>
        (one.flags & typescript.SymbolFlags.Optional) !== 0;
      const required = properties.filter((one) => !isOptional(one)).map((one) => one.name);
      return {
        type: 'object',
        ...(properties.length > 0
          ? {
              properties: Object.fromEntries(
                properties.map((one) => [
                  one.name,
                  { ...schemaOf(checker.getTypeOfSymbol(one), one.name), ...docOf(one) },
                ]),
              ),
            }
          : {}),
        ...(required.length > 0 ? { required } : {}),
        additionalProperties: rest ? schemaOf(rest.type) : false,
      };
    }

    const root = named(name);
    return {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `${id}.schema.json`,
      title,
      description,
      ...shapeOf(root),
      $defs: Object.fromEntries(
        Object.entries(defs).map(([type, def]) => [
          def,
          { ...shapeOf(found(swapped, named(type)) ?? named(type)), ...docOf(exported.get(type)) },
        ]),
      ),
    };
  };
}

const ABSENT = typescript.TypeFlags.Undefined | typescript.TypeFlags.Null;

/** Of the entry of this type; the compiler flattens `Outcome | null`, so unions are compared by their members. */
function found<T>(entries: readonly (readonly [ts.Type, T])[], type: ts.Type): T | undefined {
  const members = membersOf(type);
  return entries.find(([one]) => {
    const others = membersOf(one);
    return others.length === members.length && others.every((each) => members.includes(each));
  })?.[1];
}

const membersOf = (type: ts.Type): readonly ts.Type[] =>
  type.isUnion() ? type.types.filter((one) => !(one.flags & ABSENT)) : [type];
