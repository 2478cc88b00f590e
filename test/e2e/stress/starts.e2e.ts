import { tryRows } from './run-rows.ts';
import { STARTS } from './starts.ts';

tryRows('starts', STARTS);
