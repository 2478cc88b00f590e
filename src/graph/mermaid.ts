import { type Graph, type GraphNode, SIGNALS, type Signal } from './graph.ts';
import { frameTitle } from './measures.ts';
import { COLOURS } from './palette.ts';
import { clean, edgesByEnds } from './words.ts';

/** A flowchart for Markdown pages: https://mermaid.js.org/syntax/flowchart.html */
export function mermaid(graph: Graph): string {
  const ids = new Map(
    [...graph.nodes, ...graph.frames].map(({ id }, index) => [id, `n${index}`] as const),
  );
  const lines = [`%% ${quoted(graph.title)}`, 'flowchart LR'];
  const draw = (frame: string | null, indent: string): void => {
    for (const node of graph.nodes)
      if (node.frame === frame) lines.push(`${indent}${ids.get(node.id)}${shapeOf(node)}`);
    for (const one of graph.frames) {
      if (one.frame !== frame) continue;
      lines.push(`${indent}subgraph ${ids.get(one.id)}["${quoted(frameTitle(one))}"]`);
      lines.push(`${indent}  direction LR`);
      draw(one.id, `${indent}  `);
      lines.push(`${indent}end`);
    }
  };
  draw(null, '  ');
  const styles = new Map<string, number[]>();
  for (const [index, edges] of edgesByEnds(graph).entries()) {
    const [{ from, to, signal }] = edges as [Graph['edges'][number]];
    const label = edges.map((one) => [one.signal, one.note?.text].filter(Boolean).join(' '));
    const arrow = LINES[edges.length > 1 ? 'metrics' : signal];
    lines.push(`  ${ids.get(from)} ${arrow}|"${quoted(label.join(', '))}"| ${ids.get(to)}`);
    const colour = edges.length > 1 ? null : COLOURS[signal].light.line;
    if (colour) styles.set(colour, [...(styles.get(colour) ?? []), index]);
  }
  for (const [colour, links] of styles)
    lines.push(`  linkStyle ${links.join(',')} stroke:${colour}`);
  for (const signal of SIGNALS) {
    const { line, fill, text } = COLOURS[signal].light;
    const own = graph.nodes.filter((node) => classOf(node) === signal);
    if (own.length === 0) continue;
    lines.push(`  classDef ${signal} fill:${fill},stroke:${line},color:${text}`);
    lines.push(`  class ${own.map(({ id }) => ids.get(id)).join(',')} ${signal}`);
  }
  return `${lines.join('\n')}\n`;
}

const LINES: Readonly<Record<Signal, string>> = {
  metrics: '-->',
  logs: '-->',
  traces: '-->',
  profiles: '-->',
  targets: '-.->',
  values: '-.->',
};

const classOf = (node: GraphNode): Signal => node.signals[0]!;

function shapeOf(node: GraphNode): string {
  const { kind, name, label, findings, note } = node;
  const badge = findings.length > 0 ? [`⚠ ${findings.length}`] : [];
  const said = note?.text ? [note.text] : [];
  const words =
    kind === 'missing' ? [name, label, 'is missing'] : [name, ...(label === '' ? [] : [label])];
  const text = [...words, ...badge, ...said].map(quoted).join('<br>');
  const [open, close] = SHAPES[kind === 'component' ? node.signals[0]! : kind];
  return `${open}"${text}"${close}`;
}

const SHAPES: Readonly<Record<Signal | Exclude<GraphNode['kind'], 'component'>, [string, string]>> =
  {
    metrics: ['[', ']'],
    logs: ['[/', '/]'],
    traces: ['{{', '}}'],
    profiles: ['[\\', '\\]'],
    targets: ['([', '])'],
    values: ['(', ')'],
    settings: ['(', ')'],
    import: ['(', ')'],
    port: ['((', '))'],
    destination: ['[(', ')]'],
    missing: ['>', ']'],
  };

/** Text between quotes of a node; Mermaid reads entities as #NAME;. */
const quoted = (text: string): string =>
  clean(text).replace(/[^\w .,:/()$…⚠-]/gu, (char) => `#${char.codePointAt(0)};`);
