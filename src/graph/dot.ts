import type { Graph, GraphNode, Signal } from './graph.ts';
import { frameTitle } from './measures.ts';
import { COLOURS } from './palette.ts';
import { clean, edgesByEnds } from './words.ts';

/** For Graphviz: https://graphviz.org/doc/info/lang.html */
export function dot(graph: Graph): string {
  const ids = new Map(graph.nodes.map(({ id }, index) => [id, `n${index}`] as const));
  const lines = [
    `digraph ${quoted(graph.title)} {`,
    '  rankdir=LR; nodesep=0.25; ranksep=0.7;',
    '  node [fontname="sans-serif", fontsize=12, style=filled];',
    '  edge [fontname="sans-serif", fontsize=11];',
  ];
  const draw = (frame: string | null, indent: string): void => {
    for (const node of graph.nodes)
      if (node.frame === frame) lines.push(`${indent}${ids.get(node.id)} [${nodeOf(node)}];`);
    for (const [index, one] of graph.frames.entries()) {
      if (one.frame !== frame) continue;
      lines.push(`${indent}subgraph cluster_${index} {`);
      lines.push(`${indent}  label=${quoted(frameTitle(one))}; style=rounded;`);
      // Graphviz leaves out an empty one
      if (!graph.nodes.some((node) => node.frame === one.id))
        lines.push(`${indent}  empty_${index} [shape=point, style=invis];`);
      draw(one.id, `${indent}  `);
      lines.push(`${indent}}`);
    }
  };
  draw(null, '  ');
  for (const edges of edgesByEnds(graph)) {
    const [{ from, to, signal }] = edges as [Graph['edges'][number]];
    const words = edges.map((one) => [one.signal, one.note?.text].filter(Boolean).join(' '));
    const colour = edges.map((one) => COLOURS[one.signal].light.line).join(':invis:');
    const style = DASHES[edges.length > 1 ? 'metrics' : signal];
    lines.push(
      `  ${ids.get(from)} -> ${ids.get(to)} [label=${quoted(words.join(', '))}, color="${colour}", style=${style}];`,
    );
  }
  return `${lines.join('\n')}\n}\n`;
}

const DASHES: Readonly<Record<Signal, string>> = {
  metrics: 'solid',
  logs: 'solid',
  traces: 'solid',
  profiles: 'solid',
  targets: 'dashed',
  values: 'dotted',
};

const SHAPES: Readonly<Record<Signal | Exclude<GraphNode['kind'], 'component'>, string>> = {
  metrics: 'box',
  logs: 'note',
  traces: 'hexagon',
  profiles: 'octagon',
  targets: 'oval',
  values: 'box',
  settings: 'box',
  import: 'folder',
  port: 'cds',
  destination: 'cylinder',
  missing: 'box',
};

function nodeOf(node: GraphNode): string {
  const { kind, name, label, findings, note, signals } = node;
  const { line, fill, text } = COLOURS[signals[0]!].light;
  const badge = findings.length > 0 ? [`! ${findings.length}`] : [];
  const words = [name, label, ...(kind === 'missing' ? ['is missing'] : []), ...badge];
  const shape = SHAPES[kind === 'component' ? signals[0]! : kind];
  const style = kind === 'missing' ? ', style="filled,dashed"' : '';
  return `label=${quoted(...words, note?.text ?? '')}, shape=${shape}, color="${line}", fillcolor="${fill}", fontcolor="${text}"${style}`;
}

/** Lines of text in quotes, in which a backslash begins an escape. */
const quoted = (...lines: readonly string[]): string =>
  `"${lines
    .filter((line) => line !== '')
    .map((line) => clean(line).replace(/[\\"]/g, (char) => `\\${char}`))
    .join('\\n')}"`;
