// Writes docs/checks.md from the rules.
//   node build.mjs run scripts/alloy-checks.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeRules } from '../test/alloy/describe-rules.ts';

writeFileSync(join(process.env.ALLOYUP_ROOT ?? '.', 'docs/checks.md'), describeRules());
