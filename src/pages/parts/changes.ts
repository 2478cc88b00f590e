import type { ChangeReport } from '../../model/event.ts';
import { count } from '../../report/plain.ts';
import type { NamedHost } from '../columns.ts';
import { type Html, html } from '../html.ts';
import type { Change } from '../run-data.ts';
import { badge } from '../shell.ts';
import type { Tone } from '../tone.ts';
import { hostNames } from './host-names.ts';

/** More different ones are shown with their hosts only. */
const MOST = 300;

/** What becomes of a change: nothing is said of those that were only planned. */
const STATES: Readonly<Record<ChangeReport['state'], readonly [tone: Tone, word: string]>> = {
  done: ['good', 'done'],
  failed: ['bad', 'failed'],
  undone: ['bad', 'rolled back'],
  running: ['warn', 'not finished'],
  pending: ['idle', 'not started'],
};

/** Every change once, with the hosts that have it. The script fills in its diffs when it is opened. */
export function changesPart(changes: readonly Change[], hosts: readonly NamedHost[]): Html {
  const byName = new Map(hosts);
  const started = hosts.some(([, host]) => host.changes.some(({ state }) => state !== 'pending'));
  const more = changes.length - MOST;
  const statesOf = ({ item, names }: Change): Html => {
    const counts = new Map<ChangeReport['state'], number>();
    for (const name of names) {
      const state = byName.get(name)?.changes.find(({ step }) => step === item.step)?.state;
      if (state) counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    return html`${[...counts].map(([state, n]) => html` ${badge(STATES[state][0], `${n.toLocaleString('en')} ${STATES[state][1]}`)}`)}`;
  };
  return html`${changes.slice(0, MOST).map(
    (
      change,
      id,
    ) => html`<details id="change-${id}" class="change" data-change="${id}"><summary><strong>${change.item.step}</strong> ${change.item.title} <span class="count">${count(change.names.length, 'host')}</span>${started && statesOf(change)}</summary>
<p>On ${hostNames(change.names, `change=${id}`)}</p>
${change.alike && html`<p class="dim">Shown for ${change.names[0]!}; the others differ only in the host name.</p>`}
</details>
`,
  )}${more > 0 && html`<p>${more.toLocaleString('en')} more are shown with their hosts.</p>`}
<noscript><p>Diffs need JavaScript.</p></noscript>`;
}
