/** Words of later versions: refused with a word of their own, since a typing error is not the reason. */
const LATER: ReadonlySet<string> = new Set([
  'graph',
  'export',
  'worker',
  '--html',
  '--canary',
  '--serial',
  '--max-fail',
  '--pause',
  '--shard',
  '--queue',
]);

export const isLater = (word: string): boolean => LATER.has(word);
