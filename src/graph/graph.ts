import type { Position } from '../model/problem.ts';

/** What flows along an edge: telemetry, what is to be collected, or any other value (a text, a handler, rules). */
export const SIGNALS = ['metrics', 'logs', 'traces', 'profiles', 'targets', 'values'] as const;
export type Signal = (typeof SIGNALS)[number];

/** Those that are sent somewhere. */
export const TELEMETRY = ['metrics', 'logs', 'traces', 'profiles'] as const satisfies Signal[];

/** The component graph of one configuration, as data. */
export interface Graph {
  readonly schema: 1;
  /** Of which file or host. */
  readonly title: string;
  /** The version of Alloy that it was read for, `1.18`. */
  readonly alloy: string;
  /** In the order of the configuration; destinations last. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Outer ones before those in them. */
  readonly frames: readonly GraphFrame[];
  /** What the checks say about no node: syntax errors, blocks without data. */
  readonly findings: readonly GraphFinding[];
}

export type NodeKind =
  | 'component'
  /** A block such as `logging` or `tracing` that data flows from or to. */
  | 'settings'
  /** An `import.*` block. */
  | 'import'
  /** Where data enters or leaves a module: an argument, an export, the item of a foreach. */
  | 'port'
  /** A host that data is sent to. */
  | 'destination'
  /** Named by a reference, and not there. */
  | 'missing';

export interface GraphNode {
  /** Unique in the graph: `prometheus.scrape.web`, in a module `lib.node.a/prometheus.scrape.web`. */
  readonly id: string;
  readonly kind: NodeKind;
  /** The block's name: `prometheus.scrape`. Of a destination, the host. */
  readonly name: string;
  /** '' for none. */
  readonly label: string;
  /** The frame that it stands in; null: none. Ports stand on the border of theirs. */
  readonly frame: string | null;
  /** As Alloy's own metrics name it, `component_path` and `component_id`; null: Alloy runs no such component. */
  readonly runs: { readonly path: string; readonly id: string } | null;
  /** What it handles, the main one first; never empty. */
  readonly signals: readonly Signal[];
  /** null: it stands in no file that can be opened. */
  readonly at: Position | null;
  readonly findings: readonly GraphFinding[];
  readonly note?: GraphNote;
}

/** Data of one signal that flows from one node to another; of a pair of nodes and a signal there is one. */
export interface GraphEdge {
  /** Unique in the graph. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly signal: Signal;
  /** The references in the text that make it, at least one; for a destination, the address. */
  readonly references: readonly GraphReference[];
  readonly note?: GraphNote;
}

export interface GraphReference {
  /** As written: `prometheus.remote_write.default.receiver`. Of a destination '': an address may hold secrets. */
  readonly text: string;
  /** The argument that it stands in, with its blocks: `output.metrics`. */
  readonly argument: string;
  readonly at: Position | null;
}

/** A body that components stand in. */
export interface GraphFrame {
  /** Unique among frames and nodes. */
  readonly id: string;
  readonly kind: /** A component that is an instance of a `declare`, or of one that is imported. */
    | 'instance'
    /** A `declare` without an instance. */
    | 'declare'
    | 'foreach';
  /** `node_metrics`, `lib.node_metrics`, `foreach` */
  readonly name: string;
  readonly label: string;
  /** The frame around it. */
  readonly frame: string | null;
  readonly runs: GraphNode['runs'];
  readonly signals: readonly Signal[];
  /** Why its contents are not in the graph: fetched when Alloy runs, shown once already, or it contains itself; null: they are. */
  readonly closed: 'fetched' | 'repeated' | 'recursive' | null;
  /** Components in it, in frames inside it too. */
  readonly components: number;
  readonly at: Position | null;
  readonly findings: readonly GraphFinding[];
  readonly note?: GraphNote;
}

/** What a check says about a place. */
export interface GraphFinding {
  readonly severity: 'error' | 'warning' | 'note';
  /** The rule. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly at: Position;
}

/** What somebody who knows more than the text says about a node, frame or edge: a host's health, a change. */
export interface GraphNote {
  readonly tone: Tone;
  /** Drawn beside it, a few words or a number with its unit; '' for nothing. */
  readonly text: string;
  /** Further lines, for whoever asks. */
  readonly more: readonly string[];
}

export const TONES = [
  'plain',
  'good',
  'bad',
  'warning',
  /** Nothing flows, or it is beside the point. */
  'quiet',
  'added',
  'removed',
  'changed',
] as const;
export type Tone = (typeof TONES)[number];

/** By the ids of nodes, frames and edges. */
export interface GraphNotes {
  readonly nodes: ReadonlyMap<string, GraphNote>;
  readonly edges: ReadonlyMap<string, GraphNote>;
}

/** The graph with notes, which every format shows. */
export function withNotes(graph: Graph, { nodes, edges }: GraphNotes): Graph {
  const noted = <T extends { readonly id: string }>(one: T, notes: GraphNotes['nodes']): T => {
    const note = notes.get(one.id);
    return note ? { ...one, note } : one;
  };
  return {
    ...graph,
    nodes: graph.nodes.map((one) => noted(one, nodes)),
    frames: graph.frames.map((one) => noted(one, nodes)),
    edges: graph.edges.map((one) => noted(one, edges)),
  };
}
