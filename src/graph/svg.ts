import { escapeXml } from '../report/printable.ts';
import type {
  Graph,
  GraphEdge,
  GraphFinding,
  GraphFrame,
  GraphNode,
  GraphNote,
  Signal,
} from './graph.ts';
import { SIGNALS } from './graph.ts';
import type { Layout, Placed, PlacedFrame, PlacedLine, PlacedPort, Point } from './layout.ts';
import { fitted, frameTitle, SIGNS, smallWidth, wordsOf } from './measures.ts';
import { arrowOf, DASHES, outlineOf, signOf } from './shapes.ts';
import { GRAPH_STYLE } from './style.ts';
import { clean, noteLines, noteText, phrase } from './words.ts';

export interface SvgOptions {
  /** Its style is in it: for a file of its own. Otherwise the page has `GRAPH_STYLE`. */
  readonly styled: boolean;
  /** Frames can be opened and closed by the script of a page. */
  readonly foldable?: boolean;
  /** What the signs mean, and the findings as a list. */
  readonly explained: boolean;
}

/** A drawing as SVG. Everything from outside is text in it. */
export function graphSvg(layout: Layout, options: SvgOptions): string {
  const { graph } = layout;
  const below = options.explained ? explanations(graph, layout) : { height: 0, width: 0, text: '' };
  const width = Math.ceil(Math.max(layout.width, below.width, 200));
  const top = options.explained && options.styled ? HEAD : 0;
  const height = Math.ceil(top + layout.height + below.height);
  const numbers = new Map(graph.frames.map(({ id }, index) => [id, index]));
  const around = (frame: string | null): string => {
    if (!options.foldable) return '';
    const found: string[] = [];
    for (let at = frame; at !== null; at = graph.frames[numbers.get(at)!]!.frame)
      found.push(`f${numbers.get(at)}`);
    return found.length > 0 ? ` data-in="${found.join(' ')}"` : '';
  };
  const title = clean(graph.title);
  const head = top > 0 ? `<text class="ag-title" x="16" y="26">${escapeXml(title)}</text>` : '';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="alloy-graph" role="group" aria-label="${escapeXml(phrase(graph))}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    options.styled ? `<style>${GRAPH_STYLE}</style>` : '',
    `<title>${escapeXml(`Component graph of ${title}`)}</title>`,
    options.styled ? `<rect class="ag-ground" width="${width}" height="${height}"/>` : '',
    head,
    `<g transform="translate(0 ${top})">`,
    ...layout.frames.map((one) =>
      frameSvg(one, `f${numbers.get(one.of.id)}`, around(one.of.frame), options),
    ),
    ...layout.lines.map((line) => lineSvg(line, around)),
    ...layout.nodes.map((one) => nodeSvg(one, around(one.of.frame))),
    ...layout.ports.map((one) => portSvg(one, around)),
    ...layout.lines.flatMap((line) => labelSvg(line, layout.gap, around)),
    '</g>',
    below.text === '' ? '' : `<g transform="translate(0 ${top + layout.height})">${below.text}</g>`,
    '</svg>',
  ]
    .filter((part) => part !== '')
    .join('\n');
}

const HEAD = 34;

function frameSvg(
  { of, x, y, width, height, closed }: PlacedFrame,
  number: string,
  around: string,
  { foldable }: SvgOptions,
): string {
  const { closed: why, components } = of;
  const canFold = foldable && why === null;
  const mark = canFold ? (closed ? '▸ ' : '▾ ') : '';
  const isBadged = of.findings.length > 0;
  const inside = `${components} ${components === 1 ? 'component' : 'components'}`;
  const words = `${frameTitle(of)}${closed && why === null ? `, ${inside}` : ''}`;
  const title = fitted(words, width - 44, 'large');
  const toggle = canFold
    ? ` class="ag-toggle" role="button" tabindex="0" aria-expanded="${!closed}" aria-label="${escapeXml(`${frameTitle(of)}: show or hide what is in it`)}" data-frame="${number}"`
    : '';
  return [
    `<g class="ag-frame ${toneOf(of.note)}" data-frame="${number}"${around}><title>${escapeXml(tip(words, of))}</title>`,
    `<rect class="ag-frame-box" x="${r(x)}" y="${r(y)}" width="${r(width)}" height="${r(height)}" rx="10"/>`,
    `<g${toggle}><rect class="ag-frame-head" x="${r(x)}" y="${r(y)}" width="${r(width)}" height="26" rx="10"/>`,
    `<text class="ag-frame-title" x="${r(x + 12)}" y="${r(y + 18)}">${mark}${escapeXml(title)}</text></g>`,
    isBadged ? badge(of.findings, x + width - 8, y) : '',
    '</g>',
  ].join('');
}

function nodeSvg({ of, x, y, width, height }: Placed<GraphNode>, around: string): string {
  const { kind, signals, findings, note } = of;
  const { type, label } = wordsOf(of);
  const [main] = signals as [Signal];
  const room = width - SIGNS - 10;
  const left = x + SIGNS;
  const lines =
    label === ''
      ? [
          `<text class="ag-label" x="${r(left)}" y="${r(y + 28)}">${escapeXml(fitted(type, room, 'large'))}</text>`,
        ]
      : [
          `<text class="ag-type" x="${r(left)}" y="${r(y + 18)}">${escapeXml(fitted(type, room, 'small'))}</text>`,
          `<text class="ag-label" x="${r(left)}" y="${r(y + 35)}">${escapeXml(fitted(label, room, 'large'))}</text>`,
        ];
  if (note && note.text !== '')
    lines.push(
      `<text class="ag-note" x="${r(left)}" y="${r(y + 51)}">${escapeXml(fitted(noteText(note), room, 'small'))}</text>`,
    );
  const shape = kind === 'component' ? main : kind;
  return [
    `<g class="ag-node ag-${main} ag-${kind} ${toneOf(note)}" role="img"${around}><title>${escapeXml(tip([type, label].filter(Boolean).join(' '), of))}</title>`,
    `<path class="ag-box" d="${outlineOf(shape, { x, y, width, height })}"/>`,
    signsOf(signals, x, y, height),
    ...lines,
    findings.length > 0 ? badge(findings, x + width - 6, y) : '',
    '</g>',
  ].join('');
}

/** Up to four signs at the left of a node, each in its color. */
function signsOf(signals: readonly Signal[], x: number, y: number, height: number): string {
  const shown = signals.filter((signal) => signal !== 'values' || signals.length === 1).slice(0, 4);
  const step = shown.length > 3 ? 11 : 14;
  const top = y + height / 2 - (shown.length * step) / 2;
  return shown
    .map((signal, index) => {
      const at = `translate(${r(x + 11)} ${r(top + index * step + (step - 12) / 2)})`;
      return `<path class="ag-sign ag-${signal}" transform="${at}" d="${signOf(signal)}"/>`;
    })
    .join('');
}

function portSvg(
  { of, side, x, y, width, height }: PlacedPort,
  around: (frame: string | null) => string,
): string {
  if (!of) return '';
  const [main] = of.signals as [Signal];
  const outer = of.frame === null ? null : of.frame;
  const isImport = of.name === 'import';
  const text = fitted(isImport ? 'import' : clean(of.label), width - 10, 'small');
  const cx = x + width / 2;
  const words = `${of.name} ${clean(of.label)}`;
  return [
    `<g class="ag-port ag-${main} ag-at-${side}" role="img" data-port="1"${around(outer)}><title>${escapeXml(tip(words, of))}</title>`,
    `<rect class="ag-box" x="${r(x)}" y="${r(y)}" width="${r(width)}" height="${r(height)}" rx="4"/>`,
    `<text class="ag-type ag-middle" x="${r(cx)}" y="${r(y + 14)}">${escapeXml(text)}</text></g>`,
  ].join('');
}

function lineSvg(
  { of, points, arrives, body }: PlacedLine,
  around: (frame: string | null) => string,
): string {
  if (points.length < 2) return '';
  return of
    .map((edge, index) => {
      const by = offsetOf(index, of.length);
      const moved = points.map(({ x, y }) => ({ x, y: y + by }));
      const end = moved.at(-1)!;
      const arrow = arrives ? `<path class="ag-arrow" d="${arrowOf(edge.signal, end)}"/>` : '';
      const dash = DASHES[edge.signal];
      return [
        `<g class="ag-edge ag-${edge.signal} ${toneOf(edge.note)}"${around(body)}><title>${escapeXml(edgeTip(edge))}</title>`,
        `<path class="ag-line" d="${pathOf(moved, arrives)}"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>${arrow}</g>`,
      ].join('');
    })
    .join('');
}

function labelSvg(
  { of, points, leaves, arrives, body }: PlacedLine,
  gap: number,
  around: (frame: string | null) => string,
): readonly string[] {
  const lines = of.flatMap(({ note, signal }) =>
    noteLines(note).map((text) => ({ note, signal, text })),
  );
  if (lines.length === 0 || points.length < 4 || !(leaves || arrives)) return [];
  // where no node stands: between the first two columns, or the last two
  const [from, to] = [points[0]!.x, points.at(-1)!.x];
  const half = Math.min(gap, Math.abs(to - from)) / 2;
  const at = pointAt(points, leaves ? from + half : to - half);
  return lines.map(({ note, signal, text }, index) => {
    const y = at.y - 5 - (lines.length - 1 - index) * 13;
    return `<text class="ag-flow ag-${signal} ${toneOf(note)}"${around(body)} x="${r(at.x)}" y="${r(y)}">${escapeXml(clean(text))}</text>`;
  });
}

/** The point of the curves that is nearest to an x. */
function pointAt(points: readonly Point[], x: number): Point {
  let best = points[0]!;
  for (let i = 0; i + 3 < points.length; i += 3) {
    const [a, b, c, d] = points.slice(i, i + 4) as [Point, Point, Point, Point];
    for (let t = 0; t <= 1; t += 1 / 32) {
      const mix = (p: number, q: number, s: number, u: number): number =>
        (1 - t) ** 3 * p + 3 * (1 - t) ** 2 * t * q + 3 * (1 - t) * t ** 2 * s + t ** 3 * u;
      const at = { x: mix(a.x, b.x, c.x, d.x), y: mix(a.y, b.y, c.y, d.y) };
      if (Math.abs(at.x - x) < Math.abs(best.x - x)) best = at;
    }
  }
  return best;
}

/** Edges between the same two nodes run beside each other. */
const offsetOf = (index: number, count: number): number => (index - (count - 1) / 2) * 6;

function pathOf(points: readonly Point[], arrives: boolean): string {
  const [first, ...rest] = points as [Point, ...Point[]];
  let text = `M${r(first.x)} ${r(first.y)}`;
  for (let i = 0; i + 2 < rest.length; i += 3) {
    const [b, c, d] = rest.slice(i, i + 3) as [Point, Point, Point];
    // the line ends where its arrow begins
    const end = arrives && i + 3 >= rest.length ? { x: d.x - 5, y: d.y } : d;
    text += `C${[b, c, end].map(({ x, y }) => `${r(x)} ${r(y)}`).join(' ')}`;
  }
  return text;
}

/** How many findings there are, how bad they are, and on which lines. */
function badge(findings: readonly GraphFinding[], right: number, y: number): string {
  const worst = (['error', 'warning', 'note'] as const).find((severity) =>
    findings.some((one) => one.severity === severity),
  )!;
  const lines = [...new Set(findings.map(({ at }) => at.line))];
  const more = lines.length > 2 ? ` +${lines.length - 2}` : '';
  const text = `${MARKS[worst]} ${lines.slice(0, 2).join(', ')}${more}`;
  const width = smallWidth(text) + 12;
  const words = findings
    .map(
      ({ severity, at, message, hint }) =>
        `${severity}, line ${at.line}: ${clean(message)}. ${clean(hint)}`,
    )
    .join('\n');
  return [
    `<g class="ag-badge ag-${worst}"><title>${escapeXml(words)}</title>`,
    `<rect x="${r(right - width)}" y="${r(y - 9)}" width="${r(width)}" height="18" rx="${worst === 'error' ? 2 : 9}"/>`,
    `<text x="${r(right - width / 2)}" y="${r(y + 4)}">${text}</text></g>`,
  ].join('');
}

const MARKS = { error: '✖', warning: '▲', note: 'i' } as const;

/** What lines and signs mean, as a picture of its own. */
export function legendSvg(edges: readonly GraphEdge[]): string {
  const { width, height, text } = legendOf(edges);
  return `<svg xmlns="http://www.w3.org/2000/svg" class="alloy-graph" role="group" aria-label="What lines and signs mean" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><g>${text}</g></svg>`;
}

function legendOf(edges: readonly GraphEdge[]) {
  const used = SIGNALS.filter((signal) => edges.some((edge) => edge.signal === signal));
  let x = 16;
  let text = '';
  for (const signal of used) {
    const dash = DASHES[signal];
    text += `<g class="ag-edge ag-${signal}"><path class="ag-line" d="M${x} 16H${x + 34}"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/><path class="ag-arrow" d="${arrowOf(signal, { x: x + 40, y: 16 })}"/><path class="ag-sign ag-${signal}" transform="translate(${x + 46} 10)" d="${signOf(signal)}"/></g><text class="ag-type" x="${x + 62}" y="20">${signal}</text>`;
    x += 62 + smallWidth(signal) + 22;
  }
  return { width: Math.ceil(x), height: used.length > 0 ? 40 : 8, text };
}

/** The legend, and the findings below it. */
function explanations({ edges, nodes, frames, findings }: Graph, layout: Layout) {
  const legend = legendOf(edges);
  let { text, height: y } = legend;
  const all = [...findings, ...frames.flatMap(own), ...nodes.flatMap(own)];
  const unique = [
    ...new Map(
      all.map((one) => [JSON.stringify([one.code, one.at, one.message]), one] as const),
    ).values(),
  ].sort((a, b) => a.at.line - b.at.line);
  const width = Math.max(layout.width, legend.width);
  for (const { severity, at, message } of unique.slice(0, MOST_FINDINGS)) {
    const words = `${clean(at.file)}:${at.line}:${at.column} ${clean(message)}`;
    const shown = fitted(words, Math.max(width, 560) - 60, 'small');
    text += `<g class="ag-badge ag-${severity}"><rect x="16" y="${y}" width="20" height="18" rx="${severity === 'error' ? 2 : 9}"/><text x="26" y="${y + 13}">${MARKS[severity]}</text></g><text class="ag-type" x="44" y="${y + 13}">${escapeXml(shown)}<title>${escapeXml(words)}</title></text>`;
    y += 24;
  }
  if (unique.length > MOST_FINDINGS) {
    text += `<text class="ag-type" x="44" y="${y + 13}">and ${unique.length - MOST_FINDINGS} more</text>`;
    y += 24;
  }
  return { height: y + 8, width: unique.length > 0 ? Math.max(width, 560) : width, text };
}

const MOST_FINDINGS = 12;

const own = ({ findings }: GraphNode | GraphFrame): readonly GraphFinding[] => findings;

/** What a pointer shows, and a screen reader says. */
function tip(words: string, { signals, at, note, findings }: GraphNode | GraphFrame): string {
  const place = at ? ` (${clean(at.file)}:${at.line})` : '';
  return [
    `${words}: ${signals.join(', ')}${place}`,
    ...moreOf(note),
    ...findings.map((one) => `${one.severity}, line ${one.at.line}: ${clean(one.message)}`),
  ].join('\n');
}

const edgeTip = ({ from, to, signal, references, note }: GraphEdge): string =>
  [
    `${signal}: ${clean(from)} → ${clean(to)}`,
    ...references
      .slice(0, 6)
      .map(({ argument, at }) => `${clean(argument)}${at ? `, ${clean(at.file)}:${at.line}` : ''}`),
    ...moreOf(note),
  ].join('\n');

const moreOf = (note: GraphNote | undefined): readonly string[] =>
  note ? [note.text, ...note.more].filter((line) => line !== '').map(clean) : [];

const toneOf = (note: GraphNote | undefined): string => (note ? `ag-tone-${note.tone}` : '');

/** Tenths of a pixel are enough. */
const r = (value: number): number => Math.round(value * 10) / 10;
