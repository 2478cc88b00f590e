import type { GraphChanges } from '../model/graph-changes.ts';
import { oneLine, someNames } from './plain.ts';

/** Lines of a kind that are told one by one. */
const MOST = 3;

/**
 * What a plan does to components, in a few lines of at most `width` columns: `+ loki.process.a, loki.write.b`. `whole`
 * tells each.
 */
export function graphChangeLines(
  changes: GraphChanges,
  width: number,
  whole: boolean,
): readonly string[] {
  const { added, removed, renamed, changed, connected, disconnected, unfed, deadEnds } = changes;
  const list = (mark: string, ids: readonly string[]): readonly string[] =>
    ids.length === 0 ? [] : [`${mark} ${someNames(ids.map(shown), whole ? Infinity : width - 2)}`];
  const each = <T>(all: readonly T[], text: (one: T) => string): readonly string[] => {
    const told = whole ? all : all.slice(0, MOST);
    const more = all.length - told.length;
    return [...told.map(text), ...(more > 0 ? [`and ${more} more; -v shows all`] : [])];
  };
  return [
    ...list('+', added),
    ...list('-', removed),
    ...list('~', changed),
    ...each(renamed, ({ from, to }) => `${shown(from)} is called ${shown(to)} now`),
    ...each(
      disconnected.filter(({ from, to }) => !unfed.includes(to) && !deadEnds.includes(from)),
      ({ from, to, signal }) => `no ${signal} from ${shown(from)} to ${shown(to)} any more`,
    ),
    ...each(
      connected,
      ({ from, to, signal }) => `${signal} from ${shown(from)} to ${shown(to)} now`,
    ),
    ...each(unfed, (id) => `nothing feeds ${shown(id)} any more`),
    ...each(deadEnds, (id) => `${shown(id)} sends nowhere any more`),
  ];
}

const shown = (id: string): string => oneLine(id.replace(/^destination:/, ''));
