/** Words of later versions: refused with a word of their own, since a typing error is not the reason. */
const LATER: ReadonlySet<string> = new Set([
  'graph',
  'export',
  'doctor',
  'worker',
  'completion',
  '--html',
  '--canary',
  '--serial',
  '--max-fail',
  '--pause',
  '--retry',
  '--shard',
  '--queue',
  '--out',
  '--from',
]);

export const isLater = (word: string): boolean => LATER.has(word);
