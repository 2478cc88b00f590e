import { tryRows } from './run-rows.ts';
import { FAST } from './sets.ts';

tryRows(FAST.places);
