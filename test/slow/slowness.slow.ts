import { tryRows } from '../e2e/stress/run-rows.ts';
import { SLOW_TRUTH } from '../e2e/stress/sets.ts';

tryRows(SLOW_TRUTH);
