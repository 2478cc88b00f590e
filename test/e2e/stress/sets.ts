import { CLUSTER_ROWS } from './cluster-rows.ts';
import { CUTS, HARD_CUTS, RELOAD_CUTS } from './cuts.ts';
import { PLACES } from './places.ts';
import { REPOSITORY } from './repository.ts';
import type { Row, RowSet } from './row.ts';
import { slowRows } from './slow.ts';
import { ELSEWHERE, STARTS } from './starts.ts';
import { WAVE_ROWS } from './wave-rows.ts';

/** What CI tries. */
export const FAST = {
  starts: { set: 'starts', suite: 'bookworm', rows: [...STARTS, ...ELSEWHERE] },
  cuts: { set: 'cuts', suite: 'bookworm', rows: CUTS },
  repository: {
    ...{ set: 'repository', suite: 'bookworm', rows: REPOSITORY },
    ...{ hosts: 2, oneByOne: true },
  },
  places: { set: 'places', suite: 'bookworm', rows: PLACES },
  slow: { set: 'slow', suite: 'bookworm', rows: slowRows(false) },
} as const satisfies Readonly<Record<string, RowSet>>;

const back = STARTS.filter(({ says }) => `${says}`.startsWith('rolled-back'));

/** The same on the other suites, for `npm run test:slow`: the hard cuts, and the ways back. */
export const SUITES: readonly RowSet[] = [
  { set: 'cuts-reload', suite: 'bookworm', rows: RELOAD_CUTS },
  ...(['trixie', 'bullseye'] as const).flatMap((suite): readonly RowSet[] => [
    { set: 'cuts', suite, rows: HARD_CUTS },
    { set: 'starts', suite, rows: [...back, ...ELSEWHERE] },
  ]),
];

/** As slow as Alloy can be. */
export const SLOW_TRUTH: RowSet = { set: 'slow-truth', suite: 'bookworm', rows: slowRows(true) };

/** Rollouts over several hosts, for `npm run test:slow`. */
const WAVES = { set: 'waves', suite: 'bookworm', rows: WAVE_ROWS } as const;
const CLUSTERS = { set: 'clusters', suite: 'bookworm', rows: CLUSTER_ROWS } as const;

/** Every set of the page. */
export const ALL_SETS: readonly (Pick<RowSet, 'set' | 'suite'> & {
  readonly rows: readonly Pick<Row, 'fault' | 'moment'>[];
})[] = [...Object.values(FAST), SLOW_TRUTH, ...SUITES, WAVES, CLUSTERS];
