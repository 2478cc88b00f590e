import { tryRows } from './run-rows.ts';
import { slowRows } from './slow.ts';

tryRows('slow', slowRows(false));
