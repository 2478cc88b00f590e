import { answerOf, type Delivery, isFailing } from '../../model/delivery.ts';
import { ADVICE } from '../../report/delivery-text.ts';
import type { NamedHost } from '../columns.ts';
import { type Html, html } from '../html.ts';
import { badge } from '../shell.ts';
import type { Tone } from '../tone.ts';
import { hostNames } from './host-names.ts';

const WORDS: Readonly<Record<Delivery['state'], readonly [tone: Tone, word: string]>> = {
  delivering: ['good', 'data arrives'],
  refused: ['bad', 'refused'],
  retrying: ['bad', 'does not get through'],
  backlogged: ['warn', 'falls behind'],
  idle: ['idle', 'nothing to send yet'],
};

/** More are shown with their hosts only. */
const MOST = 300;

interface Destination {
  readonly one: Delivery;
  readonly names: string[];
  perMinute: number;
  lostPerMinute: number;
}

/** Where the data of hosts goes, and whether it arrives: each destination once for each answer it gives. */
export function destinationsOf(hosts: readonly NamedHost[]): readonly Destination[] {
  const found = new Map<string, Destination>();
  for (const [name, { facts }] of hosts)
    for (const one of facts?.delivery ?? []) {
      const { destination, component, state, status, tolerated } = one;
      const key = JSON.stringify([
        destination ?? component,
        state,
        status,
        answerOf(one),
        tolerated,
      ]);
      const known = found.get(key) ?? { one, names: [], perMinute: 0, lostPerMinute: 0 };
      if (known.names.at(-1) !== name) known.names.push(name);
      known.perMinute += one.perMinute ?? 0;
      known.lostPerMinute += one.lostPerMinute;
      found.set(key, known);
    }
  return [...found.values()].sort((a, b) => Number(isFailing(b.one)) - Number(isFailing(a.one)));
}

export function deliveryPart(destinations: readonly Destination[]): Html {
  const row = ({ one, names, perMinute, lostPerMinute }: Destination): Html => {
    const { destination, component, state, status, reason, tolerated } = one;
    const [tone, word] = WORDS[state];
    const answer = isFailing(one) ? answerOf(one) : null;
    return html`<tr><th scope="row" class="long"><code>${destination ?? component}</code></th>
<td class="long">${badge(tolerated && isFailing(one) ? 'warn' : tone, word)}${status !== null && html` ${status}`}${tolerated && isFailing(one) && ' (tolerated)'}
${isFailing(one) && reason !== null && html`<br><span class="dim">${reason}</span>`}${answer !== null && html`<br>${ADVICE[answer]}`}</td>
<td class="number">${perMinute === 0 ? '' : perMinute.toLocaleString('en')}</td>
<td class="number">${lostPerMinute === 0 ? '' : html`<span class="bad">${lostPerMinute.toLocaleString('en')}</span>`}</td>
<td class="long">${hostNames(names, `said=${encodeURIComponent(destination ?? component)}`)}</td></tr>
`;
  };
  const more = destinations.length - MOST;
  return html`<div class="wide" tabindex="0" role="group" aria-label="Destinations"><table>
<thead><tr><th scope="col">Destination</th><th scope="col">Data</th><th scope="col" class="number">A minute</th><th scope="col" class="number">Lost a minute</th><th scope="col">Hosts</th></tr></thead>
<tbody>${destinations.slice(0, MOST).map(row)}</tbody></table></div>${more > 0 && html`<p>${more.toLocaleString('en')} more are shown with their hosts.</p>`}`;
}
