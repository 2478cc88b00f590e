import type { ChangeReport } from '../../model/event.ts';
import { MARKS, type Tone } from '../tone.ts';
import { el } from './dom.ts';

/** A word in the color of its tone, behind its mark. */
export const badge = (tone: Tone, word: string): HTMLElement =>
  el(
    'span',
    { class: `badge ${tone}` },
    el('span', { 'aria-hidden': 'true' }, MARKS[tone]),
    ` ${word}`,
  );

/** What became of a change of a host. */
export const CHANGE_WORDS: Readonly<Record<ChangeReport['state'], readonly [Tone, string]>> = {
  done: ['good', 'done'],
  failed: ['bad', 'failed'],
  undone: ['bad', 'rolled back'],
  running: ['warn', 'not finished'],
  pending: ['idle', 'not started'],
};
