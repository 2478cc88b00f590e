/** Thousands of equal tiles, of which those near the visible part exist. */
export interface Wall {
  /** Shows so many tiles. */
  show(count: number): void;
  /** Makes it exist, if it does not. */
  tile(place: number): HTMLElement | undefined;
  /** How many are side by side. */
  readonly columns: number;
  /** Makes all of them exist, for printing; false: those near the visible part again. */
  all(on: boolean): void;
}

/** So many rows come and go together. */
const ROWS = 12;

/** @param make the tile at a place */
export function openWall(list: HTMLElement, make: (place: number) => HTMLElement): Wall {
  let count = 0;
  let columns = 1;
  let isWhole = false;
  let width = 0;

  const placesOf = (block: HTMLElement): readonly [from: number, to: number] => {
    const from = Number(block.dataset.from);
    return [from, Math.min(count, from + (isWhole ? count : ROWS * columns))];
  };
  const fill = (block: HTMLElement): void => {
    if (block.firstChild) return;
    const [from, to] = placesOf(block);
    block.append(...Array.from({ length: to - from }, (_, i) => make(from + i)));
  };
  const near = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) fill(target as HTMLElement);
        // Tab must lead to one of them
        else if (!target.querySelector('[tabindex="0"]')) target.replaceChildren();
      }
    },
    { rootMargin: '25%' },
  );
  const blockAt = (from: number): HTMLElement => {
    const block = document.createElement('div');
    block.className = 'tiles dots';
    block.setAttribute('role', 'none');
    block.dataset.from = String(from);
    return block;
  };
  const draw = (): void => {
    near.disconnect();
    const first = blockAt(0);
    list.replaceChildren(first);
    width = list.clientWidth;
    if (isWhole) {
      fill(first);
      return;
    }
    const { gridTemplateColumns, gridAutoRows, rowGap } = getComputedStyle(first);
    columns = gridTemplateColumns.split(' ').length;
    const pitch = Number.parseFloat(gridAutoRows) + Number.parseFloat(rowGap);
    const size = ROWS * columns;
    const blocks = [first];
    for (let from = size; from < count; from += size) blocks.push(blockAt(from));
    for (const block of blocks) {
      const [from, to] = placesOf(block);
      block.style.height = `${Math.ceil((to - from) / columns) * pitch}px`;
      near.observe(block);
    }
    list.append(...blocks);
  };
  new ResizeObserver(() => {
    if (!isWhole && list.clientWidth !== width) draw();
  }).observe(list);

  return {
    show(n) {
      count = n;
      draw();
    },
    tile(place) {
      const block = list.children[isWhole ? 0 : Math.floor(place / (ROWS * columns))] as
        | HTMLElement
        | undefined;
      if (!block) return undefined;
      fill(block);
      return block.children[place - Number(block.dataset.from)] as HTMLElement | undefined;
    },
    get columns() {
      return columns;
    },
    all(on) {
      isWhole = on;
      draw();
    },
  };
}
