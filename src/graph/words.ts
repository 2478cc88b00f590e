import { count, oneLine } from '../report/plain.ts';
import type { Graph, GraphEdge, GraphNode, GraphNote, Tone } from './graph.ts';

/** Longer names are cut in the middle: nobody reads them, and a picture must hold them. */
const LONGEST = 200;

/** A name from outside on one line, without what is invisible, of a length that can be drawn. */
export function clean(text: string): string {
  // a name may have megabytes, of which only the ends are shown
  const short =
    text.length <= LONGEST ? text : `${text.slice(0, LONGEST / 2)}…${text.slice(-LONGEST / 2)}`;
  return oneLine(short).replaceAll('\n', ' ');
}

/** Edges between the same two nodes, which are drawn as one where signals cannot be told apart by lines. */
export function edgesByEnds({ edges }: Graph): readonly (readonly GraphEdge[])[] {
  const found = new Map<string, GraphEdge[]>();
  for (const edge of edges) {
    const key = JSON.stringify([edge.from, edge.to]);
    const known = found.get(key);
    if (known) known.push(edge);
    else found.set(key, [edge]);
  }
  return [...found.values()];
}

/** What a graph consists of, in a sentence. */
export function phrase({ title, nodes, edges }: Graph): string {
  const kinds = (kind: GraphNode['kind']): number =>
    nodes.filter((node) => node.kind === kind).length;
  const parts = [
    count(kinds('component'), 'component'),
    count(edges.length, 'connection'),
    count(kinds('destination'), 'destination'),
  ];
  return `${clean(title)}: ${parts.join(', ')}`;
}

/** Before the words, so that a tone is not told by color alone. */
const TONE_MARKS: Readonly<Record<Tone, string>> = {
  plain: '',
  good: '',
  bad: '✖ ',
  warning: '▲ ',
  quiet: '',
  added: '+ ',
  removed: '− ',
  changed: '~ ',
};

/** What is drawn of a note. Some texts begin with a sign of their own. */
export const noteText = ({ tone, text }: GraphNote): string =>
  `${/^[✓✗?]/.test(text) ? '' : TONE_MARKS[tone]}${text}`;

/** The same beside an edge, where several short lines need less room than a long one. */
export const noteLines = (note: GraphNote | undefined): readonly string[] =>
  note && note.text !== '' ? noteText(note).split(', ') : [];
