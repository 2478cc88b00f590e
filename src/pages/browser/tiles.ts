import type { ReportData } from '../data.ts';
import { byId, el, readData } from './dom.ts';
import { HOSTS_EVENT } from './events.ts';
import { onPrint } from './print.ts';
import { openWall } from './wall.ts';

/** The tiles of hosts: the keyboard moves through them, and those that are not asked for are not shown. */
const list = byId('tiles');
/** In the page already; thousands are not. */
const items = [...list.children] as HTMLElement[];
let shown: readonly number[] = [];
/** The host that Tab leads to. */
let current = 0;

interface Tiles {
  show(): void;
  tile(place: number): HTMLElement | undefined;
  /** How many are side by side. */
  across(): number;
}

const linkOf = (tile: HTMLElement | undefined): HTMLAnchorElement | null =>
  tile?.querySelector('a') ?? null;

function cards(): Tiles {
  return {
    show() {
      list.replaceChildren(...shown.map((host) => items[host]!));
      for (const host of shown) linkOf(items[host])!.tabIndex = host === current ? 0 : -1;
    },
    tile: (place) => items[shown[place]!],
    across() {
      const top = items[shown[0]!]!.offsetTop;
      const below = shown.findIndex((host) => items[host]!.offsetTop > top);
      return below < 0 ? shown.length : below;
    },
  };
}

/** So many that each is but a dot. */
function dots(): Tiles {
  const { names, texts, tones, tiles: said } = readData<ReportData>();
  const wall = openWall(list, (place) => {
    const host = shown[place]!;
    const name = names[host]!;
    return el(
      'div',
      {
        class: tones![host],
        role: 'listitem',
        'aria-setsize': shown.length,
        'aria-posinset': place + 1,
      },
      el('a', {
        href: `#host=${encodeURIComponent(name)}`,
        title: `${name}: ${texts[said![host]!]}`,
        'data-host': host,
        tabindex: host === current ? 0 : -1,
      }),
    );
  });
  onPrint(
    () => wall.all(true),
    () => wall.all(false),
  );
  return {
    show() {
      wall.show(shown.length);
      wall.tile(shown.indexOf(current));
    },
    tile: wall.tile,
    across: () => wall.columns,
  };
}

const tiles = items.length > 0 ? cards() : dots();

function enter(place: number): void {
  const before = linkOf(tiles.tile(shown.indexOf(current)));
  if (before) before.tabIndex = -1;
  current = shown[place]!;
  const link = linkOf(tiles.tile(place));
  if (!link) return;
  link.tabIndex = 0;
  if (document.activeElement !== link) link.focus();
}

list.addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const at = shown.indexOf(current);
  const last = shown.length - 1;
  const steps: Readonly<Record<string, () => number>> = {
    ArrowRight: () => Math.min(last, at + 1),
    ArrowLeft: () => Math.max(0, at - 1),
    ArrowDown: () => (at + tiles.across() <= last ? at + tiles.across() : at),
    ArrowUp: () => (at >= tiles.across() ? at - tiles.across() : at),
    Home: () => 0,
    End: () => last,
  };
  const step = steps[event.key];
  if (!step) return;
  event.preventDefault();
  enter(step());
});
list.addEventListener('focusin', ({ target }) => {
  const host = hostOf(target as HTMLElement);
  if (host !== current && shown.includes(host)) enter(shown.indexOf(host));
});
list.addEventListener('mouseover', ({ target }) => {
  const link = (target as HTMLElement).closest('a');
  // small tiles have no room for their text
  if (link && link.title === '') link.title = textOf(link);
});

const hostOf = (target: HTMLElement): number => {
  const link = target.closest('a')!;
  return link.dataset.host === undefined
    ? items.indexOf(link.parentElement!)
    : Number(link.dataset.host);
};
const textOf = (link: HTMLElement): string =>
  ['.name', '.about'].map((one) => link.querySelector(one)?.textContent ?? '').join(': ');

document.addEventListener(HOSTS_EVENT, (event) => {
  // in the order of the inventory, whatever that of the table is
  const next = [...(event as CustomEvent<readonly number[]>).detail].sort((a, b) => a - b);
  if (shown.length === next.length && next.every((host, i) => host === shown[i])) return;
  shown = next;
  if (!shown.includes(current)) current = shown[0] ?? 0;
  tiles.show();
});

/** How long ago the hosts were read: a page on a wall must not look newer than it is. */
function tellAge(): void {
  const read = Date.parse(byId('read-at').getAttribute('datetime') ?? '');
  const minutes = Math.floor((Date.now() - read) / 60_000);
  const text =
    minutes < 1
      ? 'less than a minute'
      : minutes < 120
        ? `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`
        : minutes < 2880
          ? `${Math.floor(minutes / 60)} hours`
          : `${Math.floor(minutes / 1440)} days`;
  const age = byId('age');
  age.textContent = minutes < 0 ? '' : `, ${text} ago,`;
  age.classList.toggle('old', minutes >= OLD_MINUTES);
}
const OLD_MINUTES = 1440;
tellAge();
setInterval(tellAge, 30_000);
