import { tryRows } from '../e2e/stress/run-rows.ts';
import { SUITES } from '../e2e/stress/sets.ts';

for (const set of SUITES) tryRows(set);
