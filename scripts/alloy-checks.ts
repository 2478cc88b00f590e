// Writes docs/checks.md from the rules.
//   node build.mjs run scripts/alloy-checks.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeRules } from '../test/alloy/describe-rules.ts';

const root = process.env.BUILD_ROOT ?? '.';
writeFileSync(join(root, 'docs/checks.md'), describeRules(root));
