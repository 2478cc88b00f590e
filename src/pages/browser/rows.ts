/** A table of any number of rows, of which those around the visible part exist. All of them have the same height. */
export interface Rows {
  /** Shows so many rows, from the first one on. */
  show(count: number): void;
  /** Makes every row exist, or as many as `most`, for printing; null: those around the visible part again. */
  all(most: number | null): void;
  /** Makes the rows anew where they are. */
  refresh(): void;
}

export interface RowsOptions {
  /** The element that scrolls; in it `.window`, and in that a table. */
  readonly scroller: HTMLElement;
  readonly make: (at: number) => HTMLTableRowElement;
  /** What a click or Enter does. */
  readonly open: (at: number) => void;
}

/** Rows above and below the visible part. */
const MARGIN = 20;

export function openRows({ scroller, make, open }: RowsOptions): Rows {
  const frame = scroller.querySelector<HTMLElement>('.window')!;
  const table = frame.querySelector('table')!;
  const body = table.tBodies[0]!;
  let count = 0;
  let height = 36;
  /** The rows that exist: from, and up to but without. */
  let from = 0;
  let to = 0;
  /** The one that Tab leads to. */
  let current = 0;
  let most: number | null = null;

  const rowOf = (at: number): HTMLTableRowElement | undefined =>
    at >= from && at < to ? body.rows[at - from] : undefined;
  const linkOf = (at: number): HTMLElement | null => rowOf(at)?.querySelector('a') ?? null;

  const draw = (first: number, end: number): void => {
    const hadFocus = body.contains(document.activeElement);
    from = first;
    to = end;
    const rows: HTMLTableRowElement[] = [];
    for (let at = from; at < to; at += 1) {
      const row = make(at);
      row.setAttribute('aria-rowindex', String(at + 2));
      row.dataset.at = String(at);
      const link = row.querySelector('a');
      if (link) link.tabIndex = at === current ? 0 : -1;
      rows.push(row);
    }
    body.replaceChildren(...rows);
    frame.style.paddingTop = most === null ? `${from * height}px` : '';
    frame.style.paddingBottom = most === null ? `${(count - to) * height}px` : '';
    // one of them must be reachable by Tab
    if (!(current >= from && current < to)) {
      const link = linkOf(Math.min(to - 1, Math.max(from, firstVisible())));
      if (link) link.tabIndex = 0;
    }
    if (hadFocus) linkOf(current)?.focus({ preventScroll: true });
  };
  const firstVisible = (): number => Math.floor(scroller.scrollTop / height);

  const update = (): void => {
    if (most !== null) return;
    const visible = Math.ceil(scroller.clientHeight / height) + 1;
    const first = firstVisible();
    const isFar = first < from || first + visible > to;
    const isNear =
      (first - from < MARGIN / 2 && from > 0) || (to - first - visible < MARGIN / 2 && to < count);
    if (!isFar && !isNear) return;
    draw(Math.max(0, first - MARGIN), Math.min(count, first + visible + MARGIN));
  };
  const measure = (): void => {
    const row = body.rows[0];
    if (row) height = row.getBoundingClientRect().height || height;
  };
  const move = (at: number): void => {
    const next = Math.min(count - 1, Math.max(0, at));
    const before = linkOf(current);
    if (before) before.tabIndex = -1;
    current = next;
    const head = table.tHead!.getBoundingClientRect().height;
    const top = next * height;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + height + head > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = top + height + head - scroller.clientHeight;
    update();
    const link = linkOf(next);
    if (!link) return;
    link.tabIndex = 0;
    link.focus({ preventScroll: true });
  };

  scroller.addEventListener('scroll', update, { passive: true });
  new ResizeObserver(() => {
    if (most !== null) return;
    measure();
    update();
  }).observe(scroller);
  body.addEventListener('focusin', ({ target }) => {
    const at = (target as HTMLElement).closest('tr')?.dataset.at;
    if (at !== undefined) current = Number(at);
  });
  body.addEventListener('click', (event) => {
    const target = event.target as HTMLElement;
    // a link goes where it leads, and text can be selected
    if (target.closest('a') || String(getSelection()) !== '') return;
    const at = target.closest('tr')?.dataset.at;
    if (at !== undefined) open(Number(at));
  });
  body.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(scroller.clientHeight / height) - 2);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: count - 1,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    move(next);
  });

  return {
    show(n) {
      count = n;
      current = 0;
      table.setAttribute('aria-rowcount', String(n + 1));
      scroller.scrollTop = 0;
      draw(0, Math.min(count, 3 * MARGIN));
      measure();
      draw(from, to);
      update();
    },
    all(limit) {
      most = limit;
      if (most === null) {
        const first = Math.max(0, firstVisible() - MARGIN);
        draw(first, Math.min(count, first + 3 * MARGIN));
        update();
      } else draw(0, Math.min(count, most));
    },
    refresh: () => draw(from, to),
  };
}
