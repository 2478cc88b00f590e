import { structuredPatch } from 'diff';

/** Takes out of a text what may be a secret. Every line stays a line. */
export type Hide = (text: string) => string;

/** Of so many pairs of texts the diffs are kept: hosts of a fleet have the same ones. */
const KEPT = 64;
const kept = new WeakMap<Hide, Map<string, string>>();

/**
 * Body of a unified diff: lines that start with ' ', '+', '-' or '@@'. '' when equal. The texts are
 * compared as they are and shown as `hide` leaves them: both sides, since what a host runs was not
 * always written by us, and each as a whole, since a secret's name may stand lines above it. Past some
 * thousand changed lines it says so instead: the exact diff is quadratic and nobody reads it.
 */
export function unifiedDiff(before: string, after: string, hide: Hide): string {
  const known = kept.get(hide) ?? new Map<string, string>();
  kept.set(hide, known);
  const pair = `${before.length}:${before}${after}`;
  const text = known.get(pair) ?? diffOf(before, after, hide);
  known.delete(pair);
  known.set(pair, text);
  if (known.size > KEPT) known.delete(known.keys().next().value!);
  return text;
}

function diffOf(before: string, after: string, hide: Hide): string {
  const patch = structuredPatch('a', 'b', before, after, '', '', {
    context: 3,
    maxEditLength: 2000,
  });
  if (patch === undefined) {
    const count = (text: string) => text.split('\n').length - 1;
    return `@@ rewritten: ${count(before)} lines become ${count(after)} @@`;
  }
  if (patch.hunks.length === 0) return '';
  const [old, new_] = [before, after].map((text) => hide(text).split('\n')) as [string[], string[]];
  return patch.hunks
    .flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => {
      let [from, to] = [oldStart - 1, newStart - 1];
      // as diff and git write the head of a side without lines
      const head = `@@ -${oldLines === 0 ? oldStart - 1 : oldStart},${oldLines} +${newLines === 0 ? newStart - 1 : newStart},${newLines} @@`;
      const shown = lines.map((line) => {
        if (line.startsWith('-')) return `-${old[from++]}`;
        if (line.startsWith('\\')) return line;
        if (line.startsWith(' ')) from += 1;
        return `${line[0]}${new_[to++]}`;
      });
      return [head, ...shown];
    })
    .join('\n');
}
