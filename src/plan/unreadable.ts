import type { Warning } from '../model/problem.ts';

/** A path that the configuration names, and of which alloy can read nothing: the host is not as asked. */
export const isUnreadable = ({ code, params }: Warning): boolean =>
  code === 'read.denied' && 'whole' in params && params.whole;
