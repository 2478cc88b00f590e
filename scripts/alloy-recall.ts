// Writes docs/alloy-checks-recall.md: our checks compared with the recorded findings of Alloy.
//   node build.mjs run scripts/alloy-recall.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  compare,
  countValid,
  describeRecall,
  recordedCases,
  semanticCases,
} from '../test/alloy/recall.ts';

const root = process.env.BUILD_ROOT ?? '.';
const shared = join(root, '../shared/alloy');
const cases = [...recordedCases(shared), ...semanticCases(shared)].map(compare);
writeFileSync(join(root, 'docs/alloy-checks-recall.md'), describeRecall(cases, countValid(shared)));
