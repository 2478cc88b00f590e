import { duration } from '../../report/plain.ts';
import type { ReportData } from '../data.ts';
import type { Tone } from '../tone.ts';
import type { openDiffs } from './diffs.ts';
import { el } from './dom.ts';
import { badge, CHANGE_WORDS } from './words.ts';

const TONES: Readonly<Record<string, Tone>> = { problem: 'bad', warning: 'warn', note: 'note' };

/** All that the page knows of one host. */
export function hostView(
  data: ReportData,
  host: number,
  diffsOf: ReturnType<typeof openDiffs>,
): readonly HTMLElement[] {
  const { texts } = data;
  const state = data.states[data.outcomes[host]!]!;
  const plan = data.plans[data.planned[host]!];
  const started = plan?.states.some((one) => one !== 'pending') ?? false;
  return [
    el('p', {}, badge(state.tone, state.word)),
    ...data.found[host]!.map((id) => finding(data, id)),
    factsList(data, host),
    ...(data.said[host]!.length === 0
      ? []
      : [
          el('h3', {}, 'Data'),
          el('ul', {}, ...data.said[host]!.map((id) => el('li', {}, texts[id]))),
        ]),
    ...(plan
      ? [
          el('h3', {}, 'Changes'),
          ...plan.changes.map((id, i) => {
            const { step, title, shownFor } = data.changes[id]!;
            const [tone, word] = CHANGE_WORDS[plan.states[i]!];
            const other = shownFor >= 0 && texts[shownFor] !== data.names[host];
            return el(
              'div',
              { class: 'host-change' },
              el(
                'p',
                {},
                el('strong', {}, step),
                ` ${texts[title]} `,
                started && badge(tone, word),
              ),
              other &&
                el(
                  'p',
                  { class: 'dim' },
                  `Shown for ${texts[shownFor]}; this host differs only in its name.`,
                ),
              ...diffsOf(id),
            );
          }),
        ]
      : []),
    ...pictureLink(data, host),
    ...times(data, host),
  ];
}

function finding({ findings, texts }: ReportData, id: number): HTMLElement {
  const { kind, code, message, hint, place, detail } = findings[id]!;
  const tone = TONES[kind]!;
  return el(
    'div',
    { class: `entry ${tone}-edge` },
    el('p', {}, badge(tone, kind), ' ', el('code', {}, texts[code])),
    el('p', { class: 'message' }, texts[message]),
    place >= 0 && el('p', {}, 'In ', el('code', {}, texts[place])),
    detail >= 0 && el('pre', { tabindex: 0 }, texts[detail]),
    hint >= 0 && el('p', { class: 'advice' }, el('strong', {}, 'What to do:'), ` ${texts[hint]}`),
  );
}

function factsList({ columns, texts }: ReportData, host: number): HTMLElement {
  const list = el('dl');
  for (const { title, type, values } of columns) {
    const value = values[host]!;
    if (value < 0 || title === 'What is wrong' || title === 'Changes') continue;
    const text =
      type === 'text' ? texts[value] : type === 'duration' ? duration(value) : String(value);
    list.append(el('dt', {}, title), el('dd', {}, text));
  }
  return list;
}

/** To the picture of its configuration. */
function pictureLink({ configurations }: ReportData, host: number): readonly HTMLElement[] {
  const at = configurations?.[host] ?? -1;
  if (at < 0) return [];
  return [
    el('h3', {}, 'Configuration'),
    el('p', {}, el('a', { href: `#configuration-${at}` }, 'Its graph')),
  ];
}

/** Its part of the timeline, as a table. */
function times({ time }: ReportData, host: number): readonly HTMLElement[] {
  const spans = time.spans[host]!;
  if (spans.length === 0) return [];
  const body = el('tbody');
  let at = time.starts[host]!;
  for (let i = 0; i < spans.length; i += 2) {
    const { word, kind, colour } = time.phases[spans[i]!]!;
    const length = spans[i + 1]!;
    if (kind !== 'over')
      body.append(
        el(
          'tr',
          {},
          el('th', { scope: 'row' }, el('span', { class: `span ${kind} c${colour}` }), word),
          el('td', { class: 'number' }, duration(at * 10)),
          el('td', { class: 'number' }, duration(length * 10)),
        ),
      );
    at += length;
  }
  return [
    el('h3', {}, 'Time'),
    el(
      'table',
      { class: 'times' },
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          el('th', { scope: 'col' }, 'What it did'),
          el('th', { scope: 'col', class: 'number' }, 'From'),
          el('th', { scope: 'col', class: 'number' }, 'Took'),
        ),
      ),
      body,
    ),
  ];
}
