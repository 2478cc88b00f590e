import { pipeline } from '../helpers.ts';
import type { Wanted } from './row.ts';

/** What the rows ask for unless they say otherwise: an upgrade, a variable and a configuration. */
export const TARGET: Wanted = {
  alloy: { version: '1.18.1', environment: { ROLE: 'stress' } },
  config: pipeline({ interval: '10s' }),
};
/** What alloyup has brought a "converged" host to before. */
export const EARLIER: Wanted = { alloy: { version: '1.17.0' }, config: pipeline() };
