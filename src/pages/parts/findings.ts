import { trimEndOf } from '../../model/trim-end.ts';
import { placeText } from '../../report/problem-text.ts';
import { docsOf, textOf } from '../../report/text-of.ts';
import { type Html, html } from '../html.ts';
import type { FoundGroup } from '../run-data.ts';
import { badge } from '../shell.ts';
import { hostNames } from './host-names.ts';

/** More different ones are shown with their hosts only. */
const MOST = 300;

const TONES = { problem: 'bad', warning: 'warn', note: 'note' } as const;

/** Problems, warnings and notes with what to do about each; equal ones once. */
export function findingsPart(findings: readonly FoundGroup[]): Html {
  const more = findings.length - MOST;
  return html`${findings.slice(0, MOST).map(entry)}${more > 0 && html`<p>${more.toLocaleString('en')} more are shown with their hosts.</p>`}`;
}

function entry({ kind, item, names }: FoundGroup, id: number): Html {
  const { message, hint } = textOf(item);
  const { code, at, detail } = item;
  return html`<article class="entry ${TONES[kind]}-edge" id="finding-${id}">
<h3>${badge(TONES[kind], kind)} <code>${code}</code></h3>
<p class="message">${message}</p>
${names.length > 0 && html`<p>On ${hostNames(names, `finding=${id}`)}</p>`}
${at && html`<p>In <code>${placeText(at)}</code></p>`}
${detail?.trim() && html`<pre tabindex="0">${trimEndOf(detail, '\n')}</pre>`}
${hint !== '' && html`<p class="advice"><strong>What to do:</strong> ${hint}</p>`}
<p class="dim">Explained in <code>${docsOf(item)}</code></p>
</article>
`;
}
