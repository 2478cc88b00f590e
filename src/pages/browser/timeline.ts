import { duration } from '../../report/plain.ts';
import type { ReportData } from '../data.ts';
import { el } from './dom.ts';

/** Draws a host's time as a bar. */
export function openBars({ time, names }: ReportData) {
  /** Of the longest host, in hundredths of a second. */
  const longest = time.spans.reduce((most, spans) => {
    let length = 0;
    for (let i = 1; i < spans.length; i += 2) length += spans[i]!;
    return Math.max(most, length);
  }, 1);
  const scaleOf = (aligned: boolean): number => (aligned ? longest : Math.max(1, time.length / 10));

  const row = (host: number, aligned: boolean): HTMLTableRowElement => {
    const scale = scaleOf(aligned);
    const bar = el('div', { class: 'bar', role: 'img' });
    const said: string[] = [];
    let at = aligned ? 0 : Math.max(0, time.starts[host]!);
    let busy = 0;
    const spans = time.spans[host]!;
    for (let i = 0; i < spans.length; i += 2) {
      const { word, kind, colour } = time.phases[spans[i]!]!;
      const length = spans[i + 1]!;
      if (kind !== 'over') {
        const text = `${word} ${duration(length * 10)}`;
        const part = el('span', { class: `span ${kind} c${colour}`, title: text });
        part.style.left = `${(100 * at) / scale}%`;
        part.style.width = `${(100 * length) / scale}%`;
        bar.append(part);
        said.push(text);
        busy += length;
      }
      at += length;
    }
    bar.setAttribute('aria-label', said.join(', ') || 'not begun');
    const name = names[host]!;
    return el(
      'tr',
      {},
      el(
        'th',
        { scope: 'row', class: 'of-name' },
        el('a', { href: `#host=${encodeURIComponent(name)}`, class: 'name' }, name),
      ),
      el('td', { class: 'of-bar' }, bar),
      el('td', { class: 'of-number number' }, busy === 0 ? '' : duration(busy * 10)),
    );
  };
  const axis = (aligned: boolean): readonly HTMLElement[] => {
    const scale = scaleOf(aligned);
    return [0, 0.25, 0.5, 0.75, 1].map((part) => {
      const tick = el('span', { class: 'tick' }, duration(scale * 10 * part));
      tick.style.left = `${100 * part}%`;
      return tick;
    });
  };
  return { row, axis };
}
