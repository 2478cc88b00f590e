import { cellClass, type ReportData } from '../data.ts';
import { type Html, html } from '../html.ts';

/** Search, filter and the table of hosts, whose rows the script writes. */
export function hostsPart({ states, columns }: ReportData): Html {
  const shown = columns.filter(({ where }) => where === 'table');
  const head = (title: string, key: string, className: string): Html =>
    html`<th scope="col" class="${className}" data-key="${key}"><button type="button">${title}</button><span class="on-paper">${title}</span></th>`;
  return html`<div class="controls">
<label class="search"><span class="hidden">Search hosts</span><input type="search" id="search" placeholder="Search: web-03, restart, …  ( / )" autocomplete="off" spellcheck="false"></label>
<label><span class="hidden">Outcome</span><select id="outcome"><option value="">every outcome</option>${states.map(
    ({ outcome, word }) => html`<option value="${outcome ?? 'none'}">${word}</option>`,
  )}</select></label>
<span id="filter"></span>
<output id="matches" for="search outcome"></output>
</div>
<div class="rows" id="hosts-rows"><div class="window"><table aria-labelledby="hosts-title" aria-describedby="hosts-keys" id="hosts-table">
<thead id="hosts-head"><tr>${head('Host', 'name', 'of-name')}${head('Outcome', 'outcome', 'of-outcome')}${shown.map(
    ({ title, type, width, minor }, i) => head(title, String(i), cellClass({ type, width, minor })),
  )}</tr></thead>
<tbody></tbody>
</table></div></div>
<p class="dim controls" id="hosts-keys">Arrow keys move through the hosts, Enter shows one.</p>
<noscript><p>The table of hosts, the timeline and the diffs need JavaScript. <code>alloyup report</code> prints them in a terminal.</p></noscript>`;
}

/** One host, by its name in the address: #host=web-03. */
export const hostDialog = (): Html =>
  html`<dialog id="host" aria-labelledby="host-title"><div class="host-head"><h2 id="host-title" tabindex="-1"></h2><button type="button" id="host-close">Close</button></div><div id="host-body"></div></dialog>
`;
