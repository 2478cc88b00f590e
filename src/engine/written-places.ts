import { CONFIG_PATH, type Desired } from '../model/desired.ts';
import type { Problem } from '../model/problem.ts';

const PLACE = new RegExp(`${CONFIG_PATH.replaceAll('.', '\\.')}:(\\d+):(\\d+)`, 'g');
/** Alloy's excerpt below a finding: `12 |   text`, `   |   ^^^`. */
const EXCERPT = /^\s*\d* *\|/;

/**
 * What Alloy says of the whole file, with the places of fragments where they were written, and the first of them. Its
 * excerpts of these places go: they count the lines of the whole.
 */
export function writtenPlaces(
  detail: string,
  { config, writtenAt }: Pick<Desired, 'config' | 'writtenAt'>,
): Pick<Problem, 'at' | 'detail'> {
  let at: Problem['at'];
  let hides = false;
  const kept: string[] = [];
  for (const line of detail.split('\n')) {
    let found = false;
    const named = line.replace(PLACE, (place, row: string, column: string) => {
      const written = writtenAt(offsetOf(config, Number(row), Number(column)))?.at;
      if (!written) return place;
      at ??= written;
      found = true;
      return `${written.file}:${written.line}:${written.column}`;
    });
    if (found) hides = true;
    else if (hides && (line === '' || EXCERPT.test(line))) continue;
    else hides = false;
    kept.push(named);
  }
  return { detail: kept.join('\n'), ...(at ? { at } : {}) };
}

/** Alloy counts bytes. */
function offsetOf(text: string, row: number, column: number): number {
  const before = text.split('\n', row - 1).join('\n').length;
  const start = before + (row > 1 ? 1 : 0);
  const [line = ''] = text.slice(start).split('\n', 1);
  return (
    start +
    Buffer.from(line)
      .subarray(0, Math.max(0, column - 1))
      .toString().length
  );
}
