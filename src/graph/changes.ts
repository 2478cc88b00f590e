import type { CheckOptions } from '../alloy/check/model.ts';
import { parse } from '../alloy/parser.ts';
import { likeness } from '../alloy/rename.ts';
import type { GraphChanges, GraphLink } from '../model/graph-changes.ts';
import {
  type Graph,
  type GraphEdge,
  type GraphNote,
  type GraphNotes,
  type Tone,
  withNotes,
} from './graph.ts';
import { isTelemetry, readGraphAndTexts } from './read-graph.ts';

/** Two graphs, and what is different. */
export interface GraphDifference {
  readonly changes: GraphChanges;
  readonly before: Graph;
  readonly after: Graph;
}

/** What a configuration has become, as far as it can be seen in its graph; null: nothing. Pure; never throws. */
export function graphDifference(
  before: string,
  after: string,
  check: CheckOptions,
): GraphDifference | null {
  const [old, now] = [read(before, check), read(after, check)];
  const renamed = renames(old, now);
  const nameNow = (id: string): string => {
    const own = renamed.get(id);
    if (own !== undefined) return own;
    // in a module that has another name
    for (let at = id.lastIndexOf('/'); at > 0; at = id.lastIndexOf('/', at - 1)) {
      const around = renamed.get(id.slice(0, at));
      if (around !== undefined) return `${around}${id.slice(at)}`;
    }
    return id;
  };
  const was = new Set([...old.texts.keys()].map(nameNow));
  const is = new Set(now.texts.keys());
  const isNew = new Set([...is].filter((id) => !was.has(id)));
  const isGone = new Set([...old.texts.keys()].filter((id) => !is.has(nameNow(id))));
  const stays = (id: string): boolean => is.has(id) && !isNew.has(id);
  // a module that comes or goes is told as one
  const isOutermost = (all: ReadonlySet<string>) => (id: string) => {
    for (let at = id.lastIndexOf('/'); at > 0; at = id.lastIndexOf('/', at - 1))
      if (all.has(id.slice(0, at))) return false;
    return true;
  };

  const edgesBefore = new Map(
    old.graph.edges.map((edge) => [keyOf(nameNow(edge.from), nameNow(edge.to), edge), edge]),
  );
  const edgesAfter = new Map(
    now.graph.edges.map((edge) => [keyOf(edge.from, edge.to, edge), edge]),
  );
  const gone = [...edgesBefore].filter(([key]) => !edgesAfter.has(key)).map(([, edge]) => edge);
  const fresh = [...edgesAfter].filter(([key]) => !edgesBefore.has(key)).map(([, edge]) => edge);
  const ends = (edges: readonly GraphEdge[], side: 'from' | 'to', to = (id: string) => id) =>
    new Set(edges.filter(({ signal }) => flows(signal)).map((edge) => to(edge[side])));
  const fed = ends(now.graph.edges, 'to');
  const sending = ends(now.graph.edges, 'from');
  const changes: GraphChanges = {
    added: [...isNew].filter(isOutermost(isNew)),
    removed: [...isGone].filter(isOutermost(isGone)),
    renamed: [...renamed].map(([from, to]) => ({ from, to })),
    changed: [...old.texts]
      .filter(([id, text]) => stays(nameNow(id)) && now.texts.get(nameNow(id)) !== text)
      .map(([id]) => nameNow(id)),
    connected: fresh.filter(({ from, to }) => stays(from) && stays(to)).map(linkOf),
    disconnected: gone
      .map((edge) => ({ ...edge, from: nameNow(edge.from), to: nameNow(edge.to) }))
      .filter(({ from, to }) => stays(from) && stays(to))
      .map(linkOf),
    unfed: [...ends(old.graph.edges, 'to', nameNow)].filter((id) => stays(id) && !fed.has(id)),
    deadEnds: [...ends(old.graph.edges, 'from', nameNow)].filter(
      (id) => stays(id) && !sending.has(id),
    ),
  };
  if (Object.values(changes).every((list) => list.length === 0)) return null;
  const notes = notesOf({ ...changes, added: [...isNew], removed: [...isGone] }, gone, fresh);
  return {
    changes,
    before: withNotes(old.graph, notes.before),
    after: withNotes(now.graph, notes.after),
  };
}

interface Read {
  readonly graph: Graph;
  /** Of each component, setting, import and destination, without its name. */
  readonly texts: ReadonlyMap<string, string>;
}

function read(text: string, check: CheckOptions): Read {
  const files = [{ name: 'config.alloy', parsed: parse(text) }];
  return readGraphAndTexts(files, { title: '', check, findings: false });
}

const flows = (signal: GraphEdge['signal']): boolean => isTelemetry(signal) || signal === 'targets';

const keyOf = (from: string, to: string, { signal }: GraphEdge): string =>
  JSON.stringify([from, to, signal]);

const linkOf = ({ from, to, signal }: GraphEdge): GraphLink => ({ from, to, signal });

/** Components that are gone, and what they are called now: the same type, and a text that is the same or much like it. */
function renames(old: Read, now: Read): ReadonlyMap<string, string> {
  const typeOf = ({ graph }: Read): ReadonlyMap<string, string> =>
    new Map(
      [...graph.nodes, ...graph.frames].map(({ id, kind, name, frame }) => [
        id,
        JSON.stringify([kind, kind === 'destination' ? id : name, frame]),
      ]),
    );
  const [types, typesNow] = [typeOf(old), typeOf(now)];
  const gone = [...old.texts.keys()].filter((id) => !now.texts.has(id));
  const fresh = new Map<string, string[]>();
  for (const id of now.texts.keys()) {
    if (old.texts.has(id)) continue;
    const type = typesNow.get(id)!;
    fresh.set(type, [...(fresh.get(type) ?? []), id]);
  }
  const goneOf = new Map<string, number>();
  for (const id of gone) goneOf.set(types.get(id)!, (goneOf.get(types.get(id)!) ?? 0) + 1);
  const pairs = gone.flatMap((from) => {
    const type = types.get(from)!;
    const candidates = fresh.get(type) ?? [];
    const isOnly = candidates.length === 1 && goneOf.get(type) === 1;
    // a few at most: of a hundred that were replaced by others, nobody can tell which is which
    return candidates.slice(0, MOST_CANDIDATES).map((to) => ({
      from,
      to,
      isOnly,
      alike: likeness(linesOf(old.texts.get(from)!), linesOf(now.texts.get(to)!)),
    }));
  });
  const found = new Map<string, string>();
  const taken = new Set<string>();
  for (const { from, to, isOnly, alike } of pairs.sort((a, b) => b.alike - a.alike)) {
    if (found.has(from) || taken.has(to) || (!isOnly && alike < ALIKE)) continue;
    found.set(from, to);
    taken.add(to);
  }
  return found;
}

const ALIKE = 0.5;
const MOST_CANDIDATES = 20;

const linesOf = (text: string): readonly string[] => text.split('\n');

/** What both pictures say about nodes and edges. */
function notesOf(
  changes: GraphChanges,
  gone: readonly GraphEdge[],
  fresh: readonly GraphEdge[],
): { readonly before: GraphNotes; readonly after: GraphNotes } {
  const note = (tone: Tone, text: string): GraphNote => ({ tone, text, more: [] });
  const [before, after] = [new Map<string, GraphNote>(), new Map<string, GraphNote>()];
  for (const id of changes.changed) after.set(id, note('changed', 'changed'));
  for (const id of changes.removed) before.set(id, note('removed', 'removed'));
  for (const id of changes.added) after.set(id, note('added', 'added'));
  for (const { from, to } of changes.renamed) {
    before.set(from, note('changed', `renamed to ${lastOf(to)}`));
    after.set(to, note('changed', `was ${lastOf(from)}`));
  }
  for (const id of changes.deadEnds) after.set(id, note('warning', 'sends nowhere now'));
  for (const id of changes.unfed) after.set(id, note('warning', 'nothing feeds it now'));
  return {
    before: { nodes: before, edges: new Map(gone.map(({ id }) => [id, note('removed', '')])) },
    after: { nodes: after, edges: new Map(fresh.map(({ id }) => [id, note('added', '')])) },
  };
}

const lastOf = (id: string): string => id.slice(id.lastIndexOf('.') + 1);
