import { shorten, widthOf } from '../report/plain.ts';
import type { Graph, GraphFrame, GraphNode } from './graph.ts';
import { clean, noteText } from './words.ts';

/** Widths of a character, in pixels: fixed-width fonts at 11 and 13 pixels. */
const SMALL = 6.7;
const LARGE = 7.9;
/** All nodes of a graph have one height: room for a note where any has one. */
export const nodeHeight = ({ nodes }: Graph): number =>
  nodes.some(({ note }) => note !== undefined && note.text !== '') ? 60 : 46;
/** Space inside the border of a frame. */
export const FRAME = 18;
/** Height of a frame's title. */
export const TITLE = 26;
/** Left of the words of a node: its signs. */
export const SIGNS = 30;
const NARROWEST = 120;
const WIDEST = 270;

/** What a box says: its type above its label. */
export interface Words {
  readonly type: string;
  readonly label: string;
}

export function wordsOf({ kind, name, label }: GraphNode | GraphFrame): Words {
  const [type, own] = [clean(name), clean(label)];
  if (kind === 'destination') return { type: 'destination', label: type };
  if (kind === 'missing') return { type: `${type} (missing)`, label: own };
  if (kind === 'settings') return { type: 'settings', label: type };
  return { type, label: own };
}

/** All nodes of a graph have one width, so that they stand in columns. */
export function nodeWidth({ nodes }: Graph): number {
  let width = NARROWEST;
  for (const node of nodes) {
    if (node.kind === 'port' && node.frame !== null) continue;
    const { type, label } = wordsOf(node);
    const note = node.note ? noteText(node.note) : '';
    width = Math.max(
      width,
      SIGNS + 12 + SMALL * widthOf(type),
      SIGNS + 12 + LARGE * widthOf(label),
      SIGNS + 12 + SMALL * widthOf(note),
    );
  }
  return Math.round(Math.min(WIDEST, width));
}

/** A text that fits. */
export const fitted = (text: string, room: number, size: 'small' | 'large'): string =>
  shorten(text, Math.max(3, Math.floor(room / (size === 'small' ? SMALL : LARGE))));

export const smallWidth = (text: string): number => SMALL * widthOf(text);

/** All ports have one width. */
export function portWidth({ nodes }: Graph): number {
  let width = 30;
  for (const { kind, frame, label } of nodes)
    if (kind === 'port' && frame !== null)
      width = Math.max(width, SMALL * widthOf(clean(label)) + 14);
  return Math.round(Math.min(130, width));
}

export function frameTitle({ kind, name, label, closed }: GraphFrame): string {
  const title = [clean(name), clean(label)].filter(Boolean).join(' ');
  if (kind === 'declare') return `${title}, unused`;
  return closed === null ? title : `${title}, ${CLOSED[closed]}`;
}

/** Why a frame shows nothing. */
const CLOSED: Readonly<Record<NonNullable<GraphFrame['closed']>, string>> = {
  fetched: 'fetched when Alloy runs',
  repeated: 'as above',
  recursive: 'contains itself',
};

export const titleWidth = (frame: GraphFrame): number =>
  Math.min(420, 60 + LARGE * widthOf(frameTitle(frame)));
