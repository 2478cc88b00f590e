import { duration } from '../../report/plain.ts';
import type { TimeData } from '../data.ts';
import { type Html, html } from '../html.ts';
import { hostLink } from './host-names.ts';

interface Sum {
  readonly word: string;
  readonly kind: TimeData['phases'][number]['kind'];
  hosts: number;
  total: number;
  longest: number;
  who: string;
}

/** More different waits are added up. */
const MOST = 30;

/** Where the time of all hosts went: most first. Hundredths of a second. */
export function timeSums({ phases, spans }: TimeData, names: readonly string[]): readonly Sum[] {
  const sums = phases.map(
    ({ word, kind }): Sum => ({ word, kind, hosts: 0, total: 0, longest: 0, who: '' }),
  );
  spans.forEach((of, host) => {
    const own = new Map<number, number>();
    for (let i = 0; i < of.length; i += 2) own.set(of[i]!, (own.get(of[i]!) ?? 0) + of[i + 1]!);
    for (const [phase, length] of own) {
      const sum = sums[phase]!;
      sum.hosts += 1;
      sum.total += length;
      if (length > sum.longest) [sum.longest, sum.who] = [length, names[host]!];
    }
  });
  return sums
    .filter(({ kind, total }) => kind !== 'over' && total > 0)
    .sort((a, b) => b.total - a.total);
}

export function timePart(sums: readonly Sum[]): Html {
  const whole = sums.reduce((sum, { total }) => sum + total, 0);
  const seconds = (hundredths: number): string => duration(hundredths * 10);
  return html`<details><summary>Where the time went: ${sums.slice(0, 3).map(({ word, total }, i) => [i > 0 && ', ', `${word} ${Math.round((100 * total) / whole)}%`])}</summary>
<div class="wide" tabindex="0" role="group" aria-label="Where the time went"><table>
<thead><tr><th scope="col">What hosts did</th><th scope="col" class="number">Share</th><th scope="col" class="number">Hosts</th><th scope="col" class="number">Mean</th><th scope="col" class="number">Longest</th><th scope="col">Longest on</th></tr></thead>
<tbody>${sums.slice(0, MOST).map(
    ({
      word,
      hosts,
      total,
      longest,
      who,
    }) => html`<tr><th scope="row">${word}</th><td class="number">${Math.round((100 * total) / whole)}%</td><td class="number">${hosts.toLocaleString('en')}</td><td class="number">${seconds(total / hosts)}</td><td class="number">${seconds(longest)}</td><td>${hostLink(who)}</td></tr>
`,
  )}</tbody></table></div></details>`;
}
