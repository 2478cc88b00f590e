// Writes docs/delivery.md: node build.mjs run scripts/docs-delivery.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deliveryPage } from './delivery-page.ts';

writeFileSync(join(process.env.BUILD_ROOT ?? '.', 'docs', 'delivery.md'), deliveryPage());
