import process from 'node:process';
import { runProcess } from './process.ts';

void runProcess(process.argv.slice(2));
