import type { DiffData, ReportData } from '../data.ts';
import { decodeLines } from '../lines.ts';
import { el } from './dom.ts';

const KINDS: Readonly<Record<DiffData['kind'], string>> = {
  create: 'new file',
  change: 'changed',
  delete: 'removed',
  mode: 'mode and owner',
};

/** Makes the diffs of changes. */
export function openDiffs({ changes, texts }: ReportData) {
  /** The first text of each file, which the others refer to. */
  const bases = new Map<number, readonly number[]>();
  for (const { diffs } of changes)
    for (const { path, lines } of diffs) if (lines && !bases.has(path)) bases.set(path, lines);

  const lineOf = (line: string): HTMLElement => {
    const mark = line.startsWith('@@')
      ? 'hunk'
      : line.startsWith('+')
        ? 'add'
        : line.startsWith('-')
          ? 'del'
          : '';
    return el('span', { class: `line ${mark}` }, `${line}\n`);
  };
  return (change: number): readonly HTMLElement[] =>
    changes[change]!.diffs.map(({ path, kind, lines }) => {
      const hidden = lines === null && kind !== 'mode' ? ', content not shown' : '';
      const head = el(
        'p',
        { class: 'path' },
        el('code', {}, texts[path]),
        el('span', { class: 'dim' }, ` (${KINDS[kind]}${hidden})`),
      );
      if (!lines) return el('div', {}, head);
      const all = decodeLines(lines, bases.get(path) ?? []).map((id) => texts[id]!);
      // where all lines are new or removed, the line numbers of a hunk say nothing
      const shown = all.filter((line) => kind === 'change' || !line.startsWith('@@'));
      return el(
        'div',
        {},
        head,
        el(
          'pre',
          { class: 'diff', tabindex: 0, 'aria-label': `Diff of ${texts[path]}` },
          ...shown.map(lineOf),
        ),
      );
    });
}
