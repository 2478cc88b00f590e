// Writes schema/*.json and docs/inventory.md from the schema of the inventory and from types:
// node build.mjs run scripts/schema.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inventoryJsonSchema } from '../src/inventory/schema.ts';
import { inventoryPage } from './inventory-page.ts';
import { reportSchemas } from './report-schemas.ts';

const root = process.env.BUILD_ROOT ?? '.';
const schemas = { 'inventory.schema.json': inventoryJsonSchema(), ...reportSchemas(root) };
for (const [file, schema] of Object.entries(schemas))
  writeFileSync(join(root, 'schema', file), `${JSON.stringify(schema, null, 2)}\n`);
writeFileSync(join(root, 'docs/inventory.md'), inventoryPage());
