import { tryRows } from '../e2e/stress/run-rows.ts';
import { slowRows } from '../e2e/stress/slow.ts';

tryRows('slow-truth', slowRows(true));
