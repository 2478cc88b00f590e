import { instance, type Viz, type Graph as VizGraph } from '@viz-js/viz';
import type { Graph, GraphEdge, GraphFrame, GraphNode } from './graph.ts';
import { FRAME, nodeHeight, nodeWidth, portWidth, TITLE, titleWidth } from './measures.ts';
import { edgesByEnds, noteLines } from './words.ts';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where something is drawn; `of` says what. */
export interface Placed<T> extends Rectangle {
  readonly of: T;
}

export interface PlacedFrame extends Placed<GraphFrame> {
  /** Only its box is drawn. */
  readonly closed: boolean;
}

/** What enters or leaves a frame, on its border; `of` null: a reference that goes through it by itself. */
export interface PlacedPort extends Rectangle {
  readonly of: GraphNode | null;
  readonly side: Side;
}

/** Edges between two ends, or a part of them inside one frame. */
export interface PlacedLine {
  readonly of: readonly GraphEdge[];
  /** Cubic Bézier curves: a start, then three points for each. */
  readonly points: readonly Point[];
  /** It ends at a node, not on the border of a frame that it goes through. */
  readonly arrives: boolean;
  readonly leaves: boolean;
  /** The frame that it is drawn in; null: in none. */
  readonly body: string | null;
}

/** A drawing without its style. In CSS pixels; everything is within width and height. */
export interface Layout {
  readonly graph: Graph;
  readonly width: number;
  readonly height: number;
  /** Between the columns of nodes: room for what is said of an edge. */
  readonly gap: number;
  readonly nodes: readonly Placed<GraphNode>[];
  readonly frames: readonly PlacedFrame[];
  readonly ports: readonly PlacedPort[];
  readonly lines: readonly PlacedLine[];
}

/** Places a graph; `closed`: ids of frames whose contents are left out. */
export type LayOut = (graph: Graph, closed?: ReadonlySet<string>) => Layout;

type Side = 'left' | 'right';

/**
 * Loads Graphviz, compiled to WebAssembly. The same graph always gives the same layout. Nothing of a graph but sizes
 * and connections reaches it.
 */
export async function createLayOut(): Promise<LayOut> {
  const viz = await instance();
  return (graph, closed = new Set()) => new Placing(viz, graph, closed).layout();
}

/** An end of a line in one body: a node, or a port of a frame, seen from outside or from inside. */
type End =
  | { readonly node: string }
  | { readonly frame: string; readonly port: string }
  | { readonly inner: string };

interface Segment {
  readonly from: End;
  readonly to: End;
  readonly edges: readonly GraphEdge[];
  readonly arrives: boolean;
  readonly leaves: boolean;
}

interface Body {
  readonly width: number;
  readonly height: number;
  readonly nodes: Placed<GraphNode>[];
  readonly frames: PlacedFrame[];
  readonly ports: PlacedPort[];
  readonly lines: PlacedLine[];
  /** By the ids of ports: how far below its top a frame is entered or left. */
  readonly entries: ReadonlyMap<string, { readonly side: Side; readonly y: number }>;
}

class Placing {
  readonly #viz: Viz;
  readonly #graph: Graph;
  readonly #closed: ReadonlySet<string>;
  readonly #nodes: ReadonlyMap<string, GraphNode>;
  readonly #frames: ReadonlyMap<string, GraphFrame>;
  /** By the frame that they are in; null: by none. */
  readonly #segments = new Map<string | null, Segment[]>();
  /** Of each frame, by id. */
  readonly #ports = new Map<string, Map<string, Side>>();
  readonly #width: number;
  readonly #height: number;
  readonly #portWidth: number;
  readonly #gap: number;

  constructor(viz: Viz, graph: Graph, closed: ReadonlySet<string>) {
    this.#viz = viz;
    this.#graph = graph;
    this.#closed = closed;
    this.#nodes = new Map(graph.nodes.map((one) => [one.id, one]));
    this.#frames = new Map(graph.frames.map((one) => [one.id, one]));
    this.#width = nodeWidth(graph);
    this.#height = nodeHeight(graph);
    this.#portWidth = portWidth(graph);
    const labels = graph.edges.flatMap(({ note }) => noteLines(note).map(({ length }) => length));
    this.#gap = 64 + 7 * Math.min(24, Math.max(0, ...labels));
    for (const edges of edgesByEnds(graph)) this.#split(edges);
  }

  layout(): Layout {
    const { width, height, nodes, frames, ports, lines } = this.#body(null);
    const gap = this.#gap;
    return { graph: this.#graph, width, height, gap, nodes, frames, ports, lines };
  }

  /** The frames around, from the outermost in. */
  #chain(frame: string | null): readonly string[] {
    const chain: string[] = [];
    for (let at = frame; at !== null; at = this.#frames.get(at)!.frame) chain.unshift(at);
    return chain;
  }

  #port(frame: string, port: string, side: Side): void {
    const ports = this.#ports.get(frame) ?? new Map<string, Side>();
    this.#ports.set(frame, ports);
    if (!ports.has(port)) ports.set(port, side);
  }

  /** Cuts edges at the borders of the frames that they go through. */
  #split(edges: readonly GraphEdge[]): void {
    const [{ from, to }] = edges as [GraphEdge];
    const [a, b] = [this.#nodes.get(from)!, this.#nodes.get(to)!];
    const start = this.#end(a, b);
    const end = this.#end(b, a);
    const [up, down] = [this.#chain(start.body), this.#chain(end.body)];
    let common = 0;
    while (common < up.length && up[common] === down[common]) common += 1;
    const exits = up.slice(common).reverse();
    const entries = down.slice(common);
    let left: { readonly body: string | null; readonly end: End } = start;
    const add = (to: End, arrives: boolean): void => {
      const list = this.#segments.get(left.body) ?? [];
      this.#segments.set(left.body, list);
      list.push({ from: left.end, to, edges, arrives, leaves: left === start });
    };
    for (const frame of exits) {
      const port = `${frame} > ${to}`;
      this.#port(frame, port, 'right');
      add({ inner: port }, false);
      left = { body: this.#frames.get(frame)!.frame, end: { frame, port } };
    }
    for (const frame of entries) {
      const port = `${from} > ${frame}`;
      this.#port(frame, port, 'left');
      add({ frame, port }, false);
      left = { body: frame, end: { inner: port } };
    }
    add(end.end, true);
    this.#sides(start.end, end.end);
  }

  /** Where an edge ends at a node, and in which body: a port is on both sides of a border. */
  #end(node: GraphNode, other: GraphNode): { readonly body: string | null; readonly end: End } {
    const { id, kind, frame } = node;
    if (kind !== 'port' || frame === null) return { body: frame, end: { node: id } };
    return this.#chain(other.frame).includes(frame)
      ? { body: frame, end: { inner: id } }
      : { body: this.#frames.get(frame)!.frame, end: { frame, port: id } };
  }

  /** Data enters a frame on the left and leaves it on the right. */
  #sides(from: End, to: End): void {
    const set = (end: End, outside: Side, inside: Side): void => {
      if ('frame' in end) this.#port(end.frame, end.port, outside);
      if ('inner' in end) this.#port(this.#nodes.get(end.inner)!.frame!, end.inner, inside);
    };
    set(from, 'right', 'left');
    set(to, 'left', 'right');
  }

  #isClosed = ({ id, closed }: GraphFrame): boolean => closed !== null || this.#closed.has(id);

  /** A frame that shows nothing but its name. */
  #closedBody(frame: GraphFrame): Body {
    const ports = [...(this.#ports.get(frame.id) ?? [])];
    const at = { left: 0, right: 0 };
    const entries = new Map<string, { readonly side: Side; readonly y: number }>();
    for (const [id, side] of ports) {
      entries.set(id, { side, y: TITLE + FRAME / 2 + 22 * at[side] + 11 });
      at[side] += 1;
    }
    const height = Math.max(this.#height, TITLE + FRAME + 22 * Math.max(1, at.left, at.right));
    // with the number of what is in it
    const width = Math.max(titleWidth(frame) + 110, 2 * this.#portWidth + 40);
    return {
      width,
      height,
      nodes: [],
      frames: [],
      ports: ports.map(([id, side]) => this.#placedPort(id, side, entries.get(id)!.y, width)),
      lines: [],
      entries,
    };
  }

  #placedPort(id: string, side: Side, y: number, frameWidth: number): PlacedPort {
    const of = this.#nodes.get(id) ?? null;
    const width = of ? this.#portWidth : 0;
    const height = of ? 20 : 0;
    return {
      of,
      side,
      x: side === 'left' ? 0 : frameWidth - width,
      y: y - height / 2,
      width,
      height,
    };
  }

  #body(frame: GraphFrame | null): Body {
    const id = frame?.id ?? null;
    const own = this.#graph.nodes.filter(
      (one) => one.frame === id && (one.kind !== 'port' || id === null),
    );
    const inner = this.#graph.frames
      .filter((one) => one.frame === id)
      .map((one) => ({
        frame: one,
        body: this.#isClosed(one) ? this.#closedBody(one) : this.#body(one),
      }));
    const ports = id === null ? [] : [...(this.#ports.get(id) ?? [])];
    const segments = this.#segments.get(id) ?? [];
    const names = new Map<string, string>();
    const nameOf = (key: string): string => {
      const name = names.get(key) ?? `n${names.size}`;
      names.set(key, name);
      return name;
    };
    const sized = (name: string, width: number, height: number) => ({
      name,
      attributes: {
        shape: 'box',
        fixedsize: true,
        width: inches(width),
        height: inches(height),
        label: '',
      },
    });
    const portSize = (port: string): readonly [number, number] => [
      this.#portWidth,
      this.#nodes.has(port) ? 20 : 8,
    ];
    const side = (wanted: Side) => ({
      name: wanted,
      graphAttributes: { rank: wanted === 'left' ? 'source' : 'sink' },
      nodes: ports
        .filter(([, one]) => one === wanted)
        .map(([port]) => sized(nameOf(`inner ${port}`), ...portSize(port))),
    });
    const isLast = ({ kind }: GraphNode): boolean => id === null && kind === 'destination';
    const boxed = (one: GraphNode) => sized(nameOf(`node ${one.id}`), this.#width, this.#height);
    const portName = (frame: string, port: string): string =>
      `p${[...this.#ports.get(frame)!.keys()].indexOf(port)}`;
    const nodes = [
      ...own.filter((one) => !isLast(one)).map(boxed),
      ...inner.map(({ frame, body }) => ({
        name: nameOf(`frame ${frame.id}`),
        attributes: {
          shape: 'plain',
          label: { html: tableOf(body, (port) => portName(frame.id, port)) },
        },
      })),
    ];
    const last = {
      name: 'destinations',
      graphAttributes: { rank: 'sink' },
      nodes: own.filter(isLast).map(boxed),
    };
    const subgraphs = [side('left'), side('right'), last].filter((one) => one.nodes.length > 0);
    const endOf = (end: End, at: 'e' | 'w'): { name: string; port: string } => {
      if ('node' in end) return { name: nameOf(`node ${end.node}`), port: at };
      if ('inner' in end) return { name: nameOf(`inner ${end.inner}`), port: at };
      return {
        name: nameOf(`frame ${end.frame}`),
        port: `${portName(end.frame, end.port)}:${at}`,
      };
    };
    const edges = segments.map(({ from, to }) => {
      const [tail, head] = [endOf(from, 'e'), endOf(to, 'w')];
      return {
        tail: tail.name,
        head: head.name,
        attributes: { tailport: tail.port, headport: head.port },
      };
    });
    const placed = this.#run({
      graphAttributes: {
        rankdir: 'LR',
        nodesep: inches(18),
        ranksep: inches(this.#gap),
        ...(nodes.length > 600
          ? { nslimit: 1, nslimit1: 1, mclimit: 0.3, splines: 'polyline' }
          : {}),
      },
      nodeAttributes: { margin: 0 },
      edgeAttributes: { arrowhead: 'none' },
      nodes,
      subgraphs,
      edges,
    });

    const [dx, dy] = id === null ? [MARGIN, MARGIN] : [FRAME, TITLE + FRAME / 2];
    // ports stand on the border
    const [leftmost, rightmost] = id === null ? [0, 0] : [FRAME, FRAME];
    const hasLeft = ports.some(([, one]) => one === 'left');
    const hasRight = ports.some(([, one]) => one === 'right');
    const shift = hasLeft ? dx - leftmost : dx;
    const width = Math.max(
      placed.width + shift + (hasRight ? 0 : id === null ? MARGIN : rightmost),
      frame ? titleWidth(frame) : 0,
    );
    const height = placed.height + dy + (id === null ? MARGIN : FRAME);
    const box = (key: string): Rectangle => {
      const { x, y, width, height } = placed.boxes.get(names.get(key)!)!;
      return { x: x + shift, y: y + dy, width, height };
    };
    const result: Body = {
      width,
      height,
      nodes: own.map((of) => ({ of, ...box(`node ${of.id}`) })),
      frames: [],
      ports: [],
      lines: [],
      entries: new Map(),
    };
    const entries = new Map<string, { readonly side: Side; readonly y: number }>();
    for (const [port, one] of ports) {
      const { y, height } = box(`inner ${port}`);
      const middle = y + height / 2;
      entries.set(port, { side: one, y: middle });
      result.ports.push(this.#placedPort(port, one, middle, width));
    }
    const obstacles = [
      ...result.nodes,
      ...inner.map(({ frame }) => box(`frame ${frame.id}`)),
      ...ports.map(([port]) => box(`inner ${port}`)),
    ];
    const shared = meetings(segments);
    for (const [index, { from, to, edges, arrives, leaves }] of segments.entries()) {
      const given = (placed.lines[index] ?? []).map(({ x, y }) => ({ x: x + shift, y: y + dy }));
      const points = [...smoother(given, obstacles, this.#gap, shared(from, to))];
      const [first, last] = [points[0], points.at(-1)];
      // the border may be further out than what is in the frame, and what goes through it has no box there
      const border = (port: string): number => (this.#nodes.has(port) ? this.#portWidth : 0);
      if ('inner' in to && last)
        points.push(...straight(last, { x: width - border(to.inner), y: last.y }));
      if ('inner' in from && first && !this.#nodes.has(from.inner))
        points.unshift({ x: 0, y: first.y }, { x: 0, y: first.y }, first);
      result.lines.push({ of: edges, points, arrives, leaves, body: id });
    }
    for (const { frame, body } of inner) {
      const { x, y } = box(`frame ${frame.id}`);
      const moved = <T extends Point>(one: T): T => ({ ...one, x: one.x + x, y: one.y + y });
      result.frames.push({
        of: frame,
        x,
        y,
        width: body.width,
        height: body.height,
        closed: this.#isClosed(frame),
      });
      result.frames.push(...body.frames.map(moved));
      result.nodes.push(...body.nodes.map(moved));
      result.ports.push(...body.ports.map(moved));
      result.lines.push(...body.lines.map((line) => ({ ...line, points: line.points.map(moved) })));
    }
    return { ...result, entries };
  }

  #run(graph: VizGraph) {
    const answer = this.#viz.renderJSON(graph) as Answer;
    const [, , right = 0, top = 0] = answer.bb.split(',').map(Number);
    const boxes = new Map<string, Rectangle>();
    for (const { name, pos, width, height } of answer.objects ?? []) {
      if (pos === undefined) continue;
      const [x = 0, y = 0] = pos.split(',').map(Number);
      const [w, h] = [Number(width) * INCH, Number(height) * INCH];
      boxes.set(name, { x: x - w / 2, y: top - y - h / 2, width: w, height: h });
    }
    const lines = (answer.edges ?? []).map(({ pos = '' }) =>
      pos
        .split(' ')
        .filter((one) => /^-?[\d.]/.test(one))
        .map((one) => {
          const [x = 0, y = 0] = one.split(',').map(Number);
          return { x, y: top - y };
        }),
    );
    return { width: right, height: top, boxes, lines };
  }
}

/** What Graphviz gives as JSON: https://graphviz.org/docs/outputs/json/ */
interface Answer {
  readonly bb: string;
  readonly objects?: readonly {
    readonly name: string;
    readonly pos?: string;
    readonly width?: string;
    readonly height?: string;
  }[];
  readonly edges?: readonly { readonly pos?: string }[];
}

const INCH = 72;
const MARGIN = 16;
const inches = (pixels: number): number => pixels / INCH;

const straight = (from: Point, to: Point): readonly Point[] => [from, to, to];

/** A box of a frame for Graphviz, with a cell at each port; https://graphviz.org/doc/info/shapes.html#html */
function tableOf({ width, height, entries }: Body, nameOf: (port: string) => string): string {
  const column = (side: Side): string => {
    let at = 0;
    const cell = (tall: number, port = ''): string =>
      tall < 1 ? '' : `<TR><TD${port} FIXEDSIZE="TRUE" WIDTH="8" HEIGHT="${tall}"></TD></TR>`;
    const cells = [...entries]
      .filter(([, one]) => one.side === side)
      .sort(([, a], [, b]) => a.y - b.y)
      .map(([port, { y }]) => {
        const top = Math.max(at, Math.round(y) - 1);
        const text = cell(top - at) + cell(2, ` PORT="${nameOf(port)}"`);
        at = top + 2;
        return text;
      });
    return `<TD><TABLE${PLAIN}>${cells.join('')}${cell(Math.round(height) - at)}</TABLE></TD>`;
  };
  const [w, h] = [Math.round(width), Math.round(height)];
  return `<TABLE${PLAIN} FIXEDSIZE="TRUE" WIDTH="${w}" HEIGHT="${h}"><TR>${column('left')}<TD FIXEDSIZE="TRUE" WIDTH="${w - 16}" HEIGHT="${h}"></TD>${column('right')}</TR></TABLE>`;
}

const PLAIN = ' BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"';

type Meeting = (from: End, to: End) => { readonly starts: number; readonly ends: number };

/** How many lines of a body begin where one begins, and end where it ends. */
function meetings(segments: readonly Segment[]): Meeting {
  const counts = new Map<string, number>();
  const key = (side: string, end: End): string => JSON.stringify([side, end]);
  for (const { from, to } of segments)
    for (const one of [key('from', from), key('to', to)])
      counts.set(one, (counts.get(one) ?? 0) + 1);
  return (from, to) => ({
    starts: counts.get(key('from', from))!,
    ends: counts.get(key('to', to))!,
  });
}

/**
 * A calmer line, where nothing stands in its way: straight on, and one bend in the gap where others meet. Graphviz
 * leads several lines to one point in loops.
 */
function smoother(
  points: readonly Point[],
  obstacles: readonly Rectangle[],
  gap: number,
  { starts, ends }: ReturnType<Meeting>,
): readonly Point[] {
  const [start, end] = [points[0], points.at(-1)];
  if (!start || !end || end.x - start.x < 8) return points;
  const room = Math.min(gap, end.x - start.x);
  // lines that share an end must not share their way there
  const candidates = [
    ...(starts === 1 ? [bend(start, { x: end.x - room, y: start.y }, end)] : []),
    ...(ends === 1 ? [bend(start, { x: start.x + room, y: end.y }, end)] : []),
  ];
  return candidates.find((one) => isFree(one, obstacles)) ?? points;
}

/** Straight to or from `turn`, whichever is on the way, and a bend for the rest. */
function bend(start: Point, turn: Point, end: Point): readonly Point[] {
  const curve = (from: Point, to: Point): readonly Point[] => {
    const middle = (from.x + to.x) / 2;
    return [{ x: middle, y: from.y }, { x: middle, y: to.y }, to];
  };
  return turn.y === start.y
    ? [start, ...straight(start, turn), ...curve(turn, end)]
    : [start, ...curve(start, turn), ...straight(turn, end)];
}

const CLEARANCE = 5;

function isFree(points: readonly Point[], obstacles: readonly Rectangle[]): boolean {
  const [start, end] = [points[0]!, points.at(-1)!];
  const [top, bottom] = [Math.min(start.y, end.y), Math.max(start.y, end.y)];
  const near = obstacles.filter(
    ({ x, y, width, height }) =>
      x < end.x - 1 &&
      x + width > start.x + 1 &&
      y - CLEARANCE < bottom &&
      y + height + CLEARANCE > top,
  );
  if (near.length === 0) return true;
  for (let at = 0; at + 3 < points.length; at += 3) {
    const [a, b, c, d] = points.slice(at, at + 4) as [Point, Point, Point, Point];
    for (let step = 0; step <= 24; step += 1) {
      const t = step / 24;
      const mix = (p: number, q: number, s: number, u: number): number =>
        (1 - t) ** 3 * p + 3 * (1 - t) ** 2 * t * q + 3 * (1 - t) * t ** 2 * s + t ** 3 * u;
      const [x, y] = [mix(a.x, b.x, c.x, d.x), mix(a.y, b.y, c.y, d.y)];
      const isHit = near.some(
        (one) =>
          x > one.x + 1 &&
          x < one.x + one.width - 1 &&
          y > one.y - CLEARANCE &&
          y < one.y + one.height + CLEARANCE,
      );
      if (isHit) return false;
    }
  }
  return true;
}
