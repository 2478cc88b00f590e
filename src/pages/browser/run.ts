import { count, duration } from '../../report/plain.ts';
import { cellClass, type ReportData } from '../data.ts';
import { type Address, addressText, readAddress } from './address.ts';
import { openDiffs } from './diffs.ts';
import { byId, el, readData } from './dom.ts';
import { HOSTS_EVENT } from './events.ts';
import { hostView } from './host-view.ts';
import { onPrint } from './print.ts';
import { openRows } from './rows.ts';
import { openSelector, sortOf } from './selection.ts';
import { openBars } from './timeline.ts';
import { badge } from './words.ts';

/** Rows of the timeline that are printed. */
const PRINTED_BARS = 200;

const data = readData<ReportData>();
const { texts, names } = data;
const selector = openSelector(data);
const diffsOf = openDiffs(data);
const shown = data.columns.filter(({ where }) => where === 'table');
const search = byId('search') as HTMLInputElement;
const outcome = byId('outcome') as HTMLSelectElement;
const dialog = byId('host') as HTMLDialogElement;

/** Which hosts are in the table; the address says it, and after `host=` also which one is shown. */
let address: Address = {};
let selected: readonly number[] = [];

const hostHref = (name: string): string => `#host=${encodeURIComponent(name)}`;

function hostRow(at: number): HTMLTableRowElement {
  const host = selected[at]!;
  const name = names[host]!;
  const { tone, word } = data.states[data.outcomes[host]!]!;
  return el(
    'tr',
    {},
    el(
      'th',
      { scope: 'row', class: 'of-name' },
      el('a', { href: hostHref(name), class: 'name' }, name),
    ),
    el('td', { class: 'of-outcome' }, badge(tone, word)),
    ...shown.map((column) => {
      const { type, values } = column;
      const value = values[host]!;
      const text =
        value < 0
          ? ''
          : type === 'text'
            ? texts[value]
            : type === 'duration'
              ? duration(value)
              : value.toLocaleString('en');
      return el('td', { class: cellClass(column) }, text);
    }),
  );
}

const open = (at: number): void => {
  location.hash = hostHref(names[selected[at]!]!);
};
const table = openRows({ scroller: byId('hosts-rows'), make: hostRow, open });

const timeRows = document.getElementById('time-rows');
const aligned = document.getElementById('aligned') as HTMLInputElement | null;
const bars = openBars(data);
const timeline =
  timeRows &&
  openRows({
    scroller: timeRows,
    make: (at) => bars.row(selected[at]!, aligned!.checked),
    open,
  });
const drawAxis = (): void => {
  if (aligned) byId('axis').replaceChildren(...bars.axis(aligned.checked));
};

/** Shows the hosts that the address asks for. */
function select({ host: _, ...next }: Address): void {
  address = next;
  selected = selector.select(address);
  table.show(selected.length);
  timeline?.show(selected.length);
  const all = selected.length === names.length;
  byId('matches').textContent = all
    ? count(names.length, 'host').replace(/^\d+/, (n) => Number(n).toLocaleString('en'))
    : `${selected.length.toLocaleString('en')} of ${count(names.length, 'host')}`;
  if (search.value !== (address.q ?? '') && document.activeElement !== search)
    search.value = address.q ?? '';
  outcome.value = address.outcome ?? '';
  const { key, down } = sortOf(address);
  for (const head of document.querySelectorAll<HTMLElement>('#hosts-table th[data-key]')) {
    if (head.dataset.key === key) head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    else head.removeAttribute('aria-sort');
  }
  byId('filter').replaceChildren(...filterNote());
  document.dispatchEvent(new CustomEvent(HOSTS_EVENT, { detail: selected }));
}

const TONE_WORDS: Readonly<Record<string, string>> = {
  bad: 'that need attention',
  warn: 'to look at',
  idle: 'that were not looked at',
  good: 'that are fine',
};

/** What else chooses the hosts, and how to get rid of it. */
function filterNote(): readonly HTMLElement[] {
  const { finding, change, wave, said, configuration, tone, key } = address;
  const code = finding && data.findings[Number(finding)]?.code;
  const title = change && data.changes[Number(change)]?.title;
  const what = [
    code !== undefined && code !== '' && `with ${texts[code]}`,
    title !== undefined && title !== '' && `with ${texts[title]}`,
    wave && 'of a wave',
    said && `sending to ${said}`,
    configuration && 'with the same configuration',
    tone && TONE_WORDS[tone],
    key && `whose key expires on ${key}`,
  ].filter(Boolean);
  if (what.length === 0) return [];
  const clear = el(
    'button',
    { type: 'button', class: 'clear' },
    `only hosts ${what.join(', ')} `,
    el('span', { 'aria-hidden': 'true' }, '✕'),
    el('span', { class: 'hidden' }, 'Show all'),
  );
  clear.addEventListener('click', () => {
    const { q = '', outcome: of = '', sort = '' } = address;
    go({ q, outcome: of, sort });
    search.focus();
  });
  return [clear];
}

/** Changes the address, without a step back for each letter of a search. */
function go(next: Address): void {
  history.replaceState(null, '', addressText(next));
  select(next);
}

function showHost(name: string): void {
  const host = names.indexOf(name);
  byId('host-title').textContent = host < 0 ? 'No such host' : name;
  byId('host-body').replaceChildren(
    ...(host < 0 ? [el('p', {}, `This run has no host ${name}.`)] : hostView(data, host, diffsOf)),
  );
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  byId('host-title').focus();
}

/** The address has changed: by a link, by the user, or by going back. */
function follow(): void {
  const read = readAddress(location.hash);
  if (read?.host !== undefined) {
    showHost(read.host);
    return;
  }
  if (dialog.open) dialog.close();
  if (!read) {
    openTarget();
    return;
  }
  select(read);
  (document.getElementById('fleet') ?? byId('hosts')).scrollIntoView();
}

/** A link to something that is folded unfolds it. */
function openTarget(): void {
  const target = document.getElementById(location.hash.slice(1));
  if (!(target instanceof HTMLDetailsElement)) return;
  target.open = true;
  // a host that was shown until now, or what is unfolded, may have moved it
  target.scrollIntoView();
}

function fillChange(details: HTMLDetailsElement): void {
  if (details.dataset.filled) return;
  details.dataset.filled = 'yes';
  details.append(...diffsOf(Number(details.dataset.change)));
}

search.addEventListener('input', () => go({ ...address, q: search.value }));
outcome.addEventListener('change', () => go({ ...address, outcome: outcome.value }));
byId('hosts-head').addEventListener('click', ({ target }) => {
  const key = (target as HTMLElement).closest<HTMLElement>('th[data-key]')?.dataset.key;
  if (key === undefined) return;
  const before = sortOf(address);
  // upwards, downwards, and as in the inventory
  const sort = before.key !== key ? key : before.down ? '' : `-${key}`;
  go({ ...address, sort });
});
aligned?.addEventListener('change', () => {
  drawAxis();
  timeline?.refresh();
});
document.addEventListener('keydown', (event) => {
  const { target, key } = event;
  const typing = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
  if (key !== '/' || typing || dialog.open || event.ctrlKey || event.metaKey || event.altKey)
    return;
  event.preventDefault();
  search.focus();
});
dialog.addEventListener('close', () => {
  if (readAddress(location.hash)?.host === undefined) return;
  history.replaceState(null, '', addressText(address));
});
byId('host-close').addEventListener('click', () => dialog.close());
dialog.addEventListener('click', ({ target }) => {
  if (target === dialog) dialog.close();
});
for (const details of document.querySelectorAll<HTMLDetailsElement>('details.change'))
  details.addEventListener('toggle', () => fillChange(details));

const folded = new Set<HTMLDetailsElement>();
function unfold(): void {
  table.all(selected.length);
  timeline?.all(PRINTED_BARS);
  const note = document.getElementById('time-note');
  if (note && selected.length > PRINTED_BARS)
    note.textContent = `${PRINTED_BARS} of ${count(selected.length, 'host')} are printed. Search for others before printing.`;
  for (const details of document.querySelectorAll('details')) {
    if (details.open) continue;
    folded.add(details);
    if (details.dataset.change !== undefined) fillChange(details);
    details.open = true;
  }
}
function fold(): void {
  table.all(null);
  timeline?.all(null);
  const note = document.getElementById('time-note');
  if (note) note.textContent = '';
  for (const details of folded) details.open = false;
  folded.clear();
}
addEventListener('hashchange', follow);

drawAxis();
select(readAddress(location.hash) ?? {});
follow();
onPrint(unfold, fold);
document.documentElement.dataset.ready = 'yes';
