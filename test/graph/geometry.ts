import type { Layout, Point, Rectangle } from '../../src/graph/layout.ts';

/** What is wrong with where things are: boxes on boxes, out of their frame or of the picture, lines through boxes. */
export function misplaced(layout: Layout): readonly string[] {
  const { nodes, frames, ports, lines, width, height } = layout;
  const wrong: string[] = [];
  const frameOf = new Map(frames.map((one) => [one.of.id, one]));
  const parents = new Map(layout.graph.frames.map(({ id, frame }) => [id, frame]));
  const around = (frame: string | null): ReadonlySet<string> => {
    const found = new Set<string>();
    for (let at = frame; at !== null; at = parents.get(at) ?? null) found.add(at);
    return found;
  };
  const boxes = [
    ...nodes.map((one) => ({ id: one.of.id, frame: one.of.frame, ...rectangle(one) })),
    ...frames.map((one) => ({ id: one.of.id, frame: one.of.frame, ...rectangle(one) })),
  ];
  for (const [index, a] of boxes.entries()) {
    if (a.x < 0 || a.y < 0 || a.x + a.width > width || a.y + a.height > height)
      wrong.push(`${a.id} is outside of the picture`);
    if (a.frame !== null && !contains(frameOf.get(a.frame)!, a))
      wrong.push(`${a.id} leaves its frame`);
    const outer = around(a.frame);
    for (const b of boxes.slice(index + 1)) {
      const isNested = outer.has(b.id) || around(b.frame).has(a.id);
      if (!isNested && overlap(a, b)) wrong.push(`${a.id} and ${b.id} overlap`);
    }
  }
  const shown = ports.filter(({ of }) => of !== null);
  for (const [index, a] of shown.entries()) {
    const frame = frameOf.get(a.of!.frame!)!;
    const edge = a.side === 'left' ? frame.x : frame.x + frame.width;
    const own = a.side === 'left' ? a.x : a.x + a.width;
    if (Math.abs(edge - own) > 1) wrong.push(`the port ${a.of!.id} is not on the border`);
    for (const b of shown.slice(index + 1))
      if (overlap(a, b)) wrong.push(`${a.of!.id} and ${b.of!.id} overlap`);
    for (const b of nodes) if (overlap(a, b)) wrong.push(`${a.of!.id} and ${b.of.id} overlap`);
  }
  for (const { of, points } of lines) {
    const [{ id, from, to }] = of as [(typeof of)[number]];
    if (points.length < 4) wrong.push(`${id} is not drawn`);
    for (const box of nodes) {
      if (box.of.id === from || box.of.id === to) continue;
      if (along(points).some((point) => isInside(point, box, 2))) {
        wrong.push(`${id} goes through ${box.of.id}`);
      }
    }
  }
  return wrong;
}

const rectangle = ({ x, y, width, height }: Rectangle): Rectangle => ({ x, y, width, height });

const overlap = (a: Rectangle, b: Rectangle): boolean =>
  a.x < b.x + b.width - 0.5 &&
  b.x < a.x + a.width - 0.5 &&
  a.y < b.y + b.height - 0.5 &&
  b.y < a.y + a.height - 0.5;

const contains = (outer: Rectangle, inner: Rectangle): boolean =>
  inner.x >= outer.x - 0.5 &&
  inner.y >= outer.y - 0.5 &&
  inner.x + inner.width <= outer.x + outer.width + 0.5 &&
  inner.y + inner.height <= outer.y + outer.height + 0.5;

const isInside = ({ x, y }: Point, box: Rectangle, by: number): boolean =>
  x > box.x + by && x < box.x + box.width - by && y > box.y + by && y < box.y + box.height - by;

/** Points along Bézier curves. */
function along(points: readonly Point[]): readonly Point[] {
  const found: Point[] = [];
  for (let at = 0; at + 3 < points.length; at += 3) {
    const [a, b, c, d] = points.slice(at, at + 4) as [Point, Point, Point, Point];
    for (let step = 0; step <= 20; step += 1) {
      const t = step / 20;
      const mix = (key: 'x' | 'y'): number =>
        (1 - t) ** 3 * a[key] +
        3 * (1 - t) ** 2 * t * b[key] +
        3 * (1 - t) * t ** 2 * c[key] +
        t ** 3 * d[key];
      found.push({ x: mix('x'), y: mix('y') });
    }
  }
  return found;
}
