import type { Verb } from '../../model/event.ts';
import { count } from '../../report/plain.ts';
import type { ReportData } from '../data.ts';
import { html, type Part, trusted } from '../html.ts';
import { type Section, section } from '../shell.ts';
import { hostNames } from './host-names.ts';

/** The picture of a configuration that hosts are to have. */
export interface Picture {
  /** "14 components: 2 added". */
  readonly title: string;
  readonly hosts: readonly string[];
  /** The host that it shows, where others differ from it in their names; null: they are the same. */
  readonly shownFor: string | null;
  /**
   * SVG elements, '' of a configuration without components. They are put into the page as they are: who writes them makes
   * every name in them a text.
   * `before` is null where the picture stays the same, or there was none; `after` where there is none any more.
   */
  readonly before: string | null;
  readonly after: string | null;
}

/** One picture for each distinct configuration. */
export interface Configurations {
  /** Those that most hosts have come first. */
  readonly pictures: readonly Picture[];
  /** Configurations without a picture. */
  readonly leftOut: number;
  /** What lines and signs in them mean: an SVG element; null: they have none. */
  readonly legend: string | null;
  /** The style sheet that all pictures share. */
  readonly style: string;
}

/** Per host, an index into `pictures`; -1: none. */
export function drawnOf(names: readonly string[], { pictures }: Configurations): readonly number[] {
  const found = new Map(pictures.flatMap(({ hosts }, i) => hosts.map((name) => [name, i])));
  return names.map((name) => found.get(name) ?? -1);
}

/** What the pictures show, and what those of a pair are called. */
const CAPTIONS: Readonly<Record<Verb, readonly [what: string, before: string, after: string]>> = {
  plan: ['What hosts are to have, and had where that is something else', 'Before', 'After'],
  apply: ['What hosts are to have, and had where that is something else', 'Before', 'After'],
  status: [
    'What hosts are to have, and have where that is something else',
    'On the host',
    'In the inventory',
  ],
  rollback: [
    'What hosts have now, and had before the rollback where that was something else',
    'Before',
    'After',
  ],
  remove: ['What hosts had before the removal of Alloy', 'Before', 'After'],
};

export const configurationsSection = (
  { pictures, leftOut, legend }: Configurations,
  verb: Verb,
  { names, configurations }: Pick<ReportData, 'names' | 'configurations'>,
): Section =>
  section('configurations', 'Configurations', pictures.length + leftOut, [
    html`<p class="dim">${CAPTIONS[verb][0]}, as graphs of components. Data flows from left to right.${leftOut > 0 && ` ${count(leftOut, 'more configuration')} of fewer hosts, or with too many components for a picture, ${leftOut === 1 ? 'is' : 'are'} left out.`}</p>
${legend !== null && html`<div class="picture-legend wide" tabindex="0" role="group" aria-label="Legend">${trusted(legend)}</div>`}
`,
    pictures.map((picture, i) =>
      picturePart(
        picture,
        i,
        // in the order of the inventory
        names.filter((_, host) => configurations?.[host] === i),
        verb,
      ),
    ),
  ]);

const picturePart = (
  { title, shownFor, before, after }: Picture,
  i: number,
  hosts: readonly string[],
  verb: Verb,
): Part =>
  html`<details id="configuration-${i}"${i === 0 && trusted(' open')}><summary><strong>${title}</strong>, ${count(hosts.length, 'host')}</summary>
<p>${hostNames(hosts, `configuration=${i}`)}</p>
${
  shownFor !== null &&
  html`<p class="dim">Shown for ${shownFor}; the others differ from it only in their names.</p>
`
}<div class="pictures">${[before, after].map((svg, of) => svg !== null && figure(before !== null && after !== null ? CAPTIONS[verb][1 + of]! : null, title, svg))}</div></details>
`;

const figure = (caption: string | null, title: string, svg: string): Part =>
  html`<figure>${caption !== null && html`<figcaption>${caption}</figcaption>`}${
    svg === ''
      ? html`<p class="dim">No components.</p>`
      : html`<div class="picture wide" tabindex="0" role="group" aria-label="${caption !== null && `${caption}, `}graph of ${title}">${trusted(svg)}</div>`
  }</figure>
`;
