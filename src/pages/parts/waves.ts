import type { Wave } from '../../model/rollout.ts';
import type { Run } from '../../report/fold.ts';
import { count } from '../../report/plain.ts';
import { type NamedHost, waveNames } from '../columns.ts';
import { type Html, html } from '../html.ts';
import { toneOf, wordOf } from '../run-data.ts';
import { badge } from '../shell.ts';
import { hostNames } from './host-names.ts';

/** Rollouts of one host at a time have as many waves as hosts. */
const MOST = 300;

/** In which waves hosts were, or would be, changed, and how each wave ended. */
export function wavesPart({ waves, verb }: Run, hosts: readonly NamedHost[]): Html {
  const byName = new Map(hosts);
  const names = waveNames(waves);
  const more = waves.length - MOST;
  const orders = new Set(waves.map(({ order }) => order));
  const row = (wave: Wave, i: number): Html => {
    const counts = new Map<string, { readonly badge: (n: number) => Html; n: number }>();
    for (const name of wave.hosts) {
      const outcome = byName.get(name)?.outcome ?? null;
      const word = wordOf(outcome, verb);
      const known = counts.get(word) ?? {
        badge: (n: number) => badge(toneOf(outcome), `${n} ${word}`),
        n: 0,
      };
      known.n += 1;
      counts.set(word, known);
    }
    return html`<tr><th scope="row">${names[i]}</th>
${orders.size > 1 && html`<td class="number">${wave.order}</td>`}<td class="number">${wave.hosts.length.toLocaleString('en')}</td>
<td>${[...counts.values()].map((one) => [one.badge(one.n), ' '])}</td>
<td class="long">${hostNames(wave.hosts, `wave=${i}`)}</td></tr>
`;
  };
  return html`<div class="wide" tabindex="0" role="group" aria-label="Waves"><table>
<thead><tr><th scope="col">Wave</th>${orders.size > 1 && html`<th scope="col" class="number">Order</th>`}<th scope="col" class="number">Hosts</th><th scope="col">Ended as</th><th scope="col">Which</th></tr></thead>
<tbody>${waves.slice(0, MOST).map(row)}</tbody></table></div>${more > 0 && html`<p>and ${count(more, 'more wave')}</p>`}`;
}
