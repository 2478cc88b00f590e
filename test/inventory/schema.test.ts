import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { inventoryPage } from '../../scripts/inventory-page.ts';
import { inventoryJsonSchema } from '../../src/inventory/schema.ts';

const file = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const schema = inventoryJsonSchema() as unknown as Node & { $defs: Record<string, Node> };

interface Node {
  readonly $ref?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly anyOf?: readonly Node[];
  readonly items?: Node;
}

test('the schema for editors and the reference page are current', () => {
  expect(
    JSON.parse(file('schema/inventory.schema.json')),
    'run: node build.mjs run scripts/schema.ts',
  ).toEqual(schema);
  expect(file('docs/inventory.md'), 'run: node build.mjs run scripts/schema.ts').toBe(
    inventoryPage(),
  );
});

const resolve = (node: Node): Node =>
  node.$ref ? schema.$defs[node.$ref.replace('#/$defs/', '')]! : node;

test('every key has a description', () => {
  const undescribed = Object.entries(schema.$defs).flatMap(([name, { properties = {} }]) =>
    Object.entries(properties)
      .filter(([, property]) => !property.description)
      .map(([key]) => `${name}.${key}`),
  );
  expect(undescribed).toEqual([]);
});

test('what is not implemented yet is not in the schema', () => {
  expect(JSON.stringify(schema)).not.toMatch(/age:/);
});

/** Every key of the schema that a value uses, as section.key. */
function used(value: unknown, node: Node, section: string, found: Set<string>): void {
  const here = resolve(node);
  for (const branch of here.anyOf ?? []) used(value, branch, section, found);
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return;
  const name = node.$ref?.replace('#/$defs/', '') ?? section;
  for (const [key, inner] of Object.entries(value)) {
    const property = here.properties?.[key];
    if (property) {
      found.add(`${name}.${key}`);
      used(inner, property, `${name}.${key}`, found);
    } else if (typeof here.additionalProperties === 'object') {
      used(inner, here.additionalProperties, section, found);
    }
  }
}

test('the full example uses every key', () => {
  const found = new Set<string>();
  used(parse(file('docs/inventory.full.yaml')), schema, 'file', found);
  const keys = Object.entries(schema.$defs).flatMap(([name, { properties = {} }]) =>
    Object.keys(properties)
      // defaults, groups and hosts have the same keys: once is enough
      .map((key) =>
        name === 'group' || name === 'host'
          ? key in schema.$defs.defaults!.properties!
            ? `defaults.${key}`
            : `${name}.${key}`
          : `${name}.${key}`,
      ),
  );
  expect(keys.length).toBeGreaterThan(40);
  expect(keys.filter((key) => !found.has(key))).toEqual([]);
});
