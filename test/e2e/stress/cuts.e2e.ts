import { CUTS } from './cuts.ts';
import { tryRows } from './run-rows.ts';

tryRows('cuts', CUTS);
