import { byId } from './dom.ts';
import { HOSTS_EVENT } from './events.ts';

/** The tiles of hosts: the keyboard moves through them, and those that are not asked for are not shown. */
const list = byId('tiles');
const links = [...list.querySelectorAll('a')];
const items = [...list.children] as HTMLElement[];
let shown: readonly number[] = links.map((_, i) => i);

/** Tab leads to one of them. */
let current = 0;
for (const [i, link] of links.entries()) if (i !== current) link.tabIndex = -1;

function moveTo(place: number): void {
  const next = shown[Math.min(shown.length - 1, Math.max(0, place))];
  if (next === undefined) return;
  links[current]!.tabIndex = -1;
  current = next;
  links[current]!.tabIndex = 0;
  links[current]!.focus();
}

/** How many tiles are side by side. */
function perRow(): number {
  const [first] = shown;
  if (first === undefined) return 1;
  const top = items[first]!.offsetTop;
  const below = shown.findIndex((i) => items[i]!.offsetTop > top);
  return below < 0 ? shown.length : below;
}

list.addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const at = shown.indexOf(current);
  const steps: Readonly<Record<string, () => number>> = {
    ArrowRight: () => at + 1,
    ArrowLeft: () => at - 1,
    ArrowDown: () => (at + perRow() < shown.length ? at + perRow() : at),
    ArrowUp: () => (at >= perRow() ? at - perRow() : at),
    Home: () => 0,
    End: () => shown.length - 1,
  };
  const step = steps[event.key];
  if (!step) return;
  event.preventDefault();
  moveTo(step());
});
list.addEventListener('focusin', ({ target }) => {
  const at = links.indexOf((target as HTMLElement).closest('a')!);
  if (at < 0 || at === current) return;
  links[current]!.tabIndex = -1;
  current = at;
  links[current]!.tabIndex = 0;
});
list.addEventListener('mouseover', ({ target }) => {
  const link = (target as HTMLElement).closest('a');
  // small tiles have no room for their text
  if (link && link.title === '') link.title = textOf(link);
});

const textOf = (link: HTMLElement): string =>
  ['.name', '.about'].map((one) => link.querySelector(one)?.textContent ?? '').join(': ');

/** Shows the tiles of these hosts. */
function show(selected: readonly number[]): void {
  const wanted = new Set(selected);
  const all = wanted.size === items.length;
  for (const [i, item] of items.entries()) item.hidden = !all && !wanted.has(i);
  shown = [...wanted].sort((a, b) => a - b);
  if (!wanted.has(current) && shown[0] !== undefined) {
    links[current]!.tabIndex = -1;
    current = shown[0];
    links[current]!.tabIndex = 0;
  }
}
document.addEventListener(HOSTS_EVENT, (event) => {
  show((event as CustomEvent<readonly number[]>).detail);
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
