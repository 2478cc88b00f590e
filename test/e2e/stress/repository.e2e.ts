import { REPOSITORY } from './repository.ts';
import { tryRows } from './run-rows.ts';

tryRows('repository', REPOSITORY, { hosts: 2, oneByOne: true });
