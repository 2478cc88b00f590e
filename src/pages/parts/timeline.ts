import type { ReportData } from '../data.ts';
import { type Html, html } from '../html.ts';

/** The timeline of the hosts that the table shows, in its order. The script draws it. */
export function timelinePart({ time: { phases, spans } }: ReportData): Html {
  const used = new Set(spans.flatMap((of) => of.filter((_, i) => i % 2 === 0)));
  const legend = phases.flatMap(({ word, kind, colour }, id) =>
    used.has(id) && kind !== 'wait' && kind !== 'over' ? [{ word, kind, colour }] : [],
  );
  const waits = phases.some(({ kind }, id) => kind === 'wait' && used.has(id));
  return html`<div class="controls">
<label><input type="checkbox" id="aligned"> From each host's own start</label>
</div>
<ul class="legend" aria-label="Colors">${legend.map(
    ({ word, kind, colour }) => html`<li><span class="span ${kind} c${colour}"></span>${word}</li>`,
  )}${waits && html`<li><span class="span wait"></span>wait</li>`}</ul>
<div class="rows" id="time-rows"><div class="window"><table aria-labelledby="time-title" id="time-table">
<thead><tr><th scope="col" class="of-name">Host</th><th scope="col" class="of-bar"><span class="hidden">Timeline</span><span id="axis" aria-hidden="true"></span></th><th scope="col" class="of-number number">Time</th></tr></thead>
<tbody></tbody>
</table></div></div>
<p id="time-note" class="dim"></p>`;
}
