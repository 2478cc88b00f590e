// Writes schema/inventory.schema.json and docs/inventory.md from src/inventory/schema.ts:
// node build.mjs run scripts/schema.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inventoryJsonSchema } from '../src/inventory/schema.ts';
import { inventoryPage } from './inventory-page.ts';

const root = process.env.ALLOYUP_ROOT ?? '.';
writeFileSync(
  join(root, 'schema/inventory.schema.json'),
  `${JSON.stringify(inventoryJsonSchema(), null, 2)}\n`,
);
writeFileSync(join(root, 'docs/inventory.md'), inventoryPage());
