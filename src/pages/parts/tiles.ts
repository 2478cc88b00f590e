import { type Html, html } from '../html.ts';
import type { Tile } from '../tiles.ts';
import { MARKS } from '../tone.ts';

/** Up to so many hosts there is room for what is said of each, and for their names. */
const CARDS = 150;
const NAMES = 1000;

const sizeOf = (hosts: number): string =>
  hosts <= CARDS ? 'cards' : hosts <= NAMES ? 'labels' : 'dots';

/**
 * One tile for each host, in the order of the inventory: each is found where it was last time. Of thousands, the script
 * writes those that are seen.
 */
export function tilesPart(tiles: readonly Tile[]): Html {
  const size = sizeOf(tiles.length);
  const domain = commonDomain(tiles.map(({ name }) => name));
  const wall =
    size === 'dots'
      ? html`<div class="wall" id="tiles" role="list" aria-labelledby="fleet-title" aria-describedby="tiles-keys"></div>
<noscript><p>The tiles of more than ${NAMES.toLocaleString('en')} hosts need JavaScript.</p></noscript>`
      : html`<ul class="tiles ${size}" id="tiles" aria-describedby="tiles-keys">${tiles.map((one) => card(one, domain))}</ul>`;
  return html`${wall}
<p class="legend">${LEGEND.map(
    ([tone, text]) =>
      html`<span><span class="swatch ${tone}" aria-hidden="true"></span>${MARKS[tone]} ${text}</span> `,
  )}</p>
<p class="dim controls" id="tiles-keys">Arrow keys move through the tiles, Enter shows a host.${domain !== '' && size !== 'dots' && ` All names end in ${domain}`}</p>`;
}

const LEGEND = [
  ['good', 'up to date and healthy'],
  ['warn', 'should be looked at'],
  ['bad', 'needs attention'],
  ['idle', 'not looked at'],
] as const;

const about = ({ word, notes }: Tile): string =>
  notes.length === 0 ? word : notes.map(([, text]) => text).join(', ');

/** What a tile without room for it has in its tooltip, behind its name: "1 change, Alloy 1.18.1". */
export const saidOfTile = (tile: Tile): string =>
  `${about(tile)}${tile.version && `, Alloy ${tile.version}`}`;

/** ".example.com", where all names end in it; '' where they do not. */
function commonDomain(names: readonly string[]): string {
  const [first = '', ...others] = names;
  for (
    let at = first.indexOf('.', 1);
    at > 0 && others.length > 0;
    at = first.indexOf('.', at + 1)
  ) {
    const domain = first.slice(at);
    if (others.every((name) => name.length > domain.length && name.endsWith(domain))) return domain;
  }
  return '';
}

const card = (one: Tile, domain: string): Html =>
  html`<li class="${one.tone}"><a href="#host=${encodeURIComponent(one.name)}"><span class="mark" aria-hidden="true">${MARKS[one.tone]}</span><span class="name">${one.name.slice(0, one.name.length - domain.length)}</span> <span class="about">${about(one)}${one.version !== '' && html` <span class="version">Alloy ${one.version}</span>`}</span></a></li>
`;
