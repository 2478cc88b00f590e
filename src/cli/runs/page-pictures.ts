import { createHash } from 'node:crypto';
import type { CheckOptions } from '../../alloy/check/model.ts';
import { parse } from '../../alloy/parser.ts';
import type { World } from '../../engine/world.ts';
import { graphDifference } from '../../graph/changes.ts';
import type { Graph, GraphEdge } from '../../graph/graph.ts';
import { withoutName } from '../../graph/host-changes.ts';
import { createLayOut } from '../../graph/layout.ts';
import { readGraph } from '../../graph/read-graph.ts';
import { GRAPH_STYLE } from '../../graph/style.ts';
import { graphSvg, legendSvg } from '../../graph/svg.ts';
import type { Desired } from '../../model/desired.ts';
import type { GraphChanges } from '../../model/graph-changes.ts';
import type { Mask } from '../../model/ports.ts';
import type { Configurations, Picture } from '../../pages/parts/configurations.ts';
import { count, oneLine, plain } from '../../report/plain.ts';

/** Distinct configurations that are drawn: the page should stay small, and a run not wait for its pictures. */
const MOST_PICTURES = 20;
/** Nodes that are drawn for one of them, before and after together, and for all of them. */
const MOST_NODES = 800;
const MOST_NODES_OF_ALL = 3000;

/** Collects configurations while a run goes on, and draws them at its end. */
export interface Pictures {
  readonly configured: NonNullable<World['configured']>;
  /** null: no host was planned for one. */
  draw(): Configurations | null;
}

interface Texts {
  /** null: there was none, or it stays the same. */
  readonly before: string | null;
  /** null: there is none any more. */
  readonly after: string | null;
}

interface Configured extends Texts {
  /** The host that they are of. */
  readonly name: string;
  readonly desired: Desired;
}

/** @param mask takes secrets out of a text before anything is drawn of it */
export async function openPictures(mask: Mask): Promise<Pictures> {
  const layOut = await createLayOut();
  // what is invisible may part a secret: it goes first, as in events
  const safe = (text: string): string => mask(plain(text));
  const distinct = new Map<string, Configured>();
  /** A host may be planned more than once: the newest counts. */
  const keys = new Map<string, string>();
  return {
    configured({ host, desired }, had, after = desired.config) {
      const before = had === after ? null : had;
      const name = oneLine(host.name);
      const texts = [before, after].map((text) => text && withoutName([text], host.name));
      const key = createHash('sha256')
        .update(JSON.stringify([texts, desired.stability]))
        .digest('base64');
      if (!distinct.has(key)) distinct.set(key, { name, desired, before, after });
      keys.set(name, key);
    },
    draw() {
      const groups = new Map<string, string[]>();
      for (const [name, key] of keys) {
        const hosts = groups.get(key);
        if (hosts) hosts.push(name);
        else groups.set(key, [name]);
      }
      if (groups.size === 0) return null;
      let room = MOST_NODES_OF_ALL;
      const edges: GraphEdge[] = [];
      const pictures = [...groups]
        .sort(([, a], [, b]) => b.length - a.length)
        .slice(0, MOST_PICTURES)
        .flatMap(([key, hosts]): readonly Picture[] => {
          const { name, desired, ...texts } = distinct.get(key)!;
          const { stability, check } = desired;
          const before = texts.before && safe(texts.before);
          const after = texts.after && safe(texts.after);
          const graphs = graphsOf(
            { before, after },
            { title: name, check: { stability, check, strict: false } },
          );
          const drawn = [graphs.before, graphs.after].filter((graph) => graph !== null);
          const { length } = drawn.flatMap(({ nodes }) => nodes);
          if (length > Math.min(MOST_NODES, room)) return [];
          room -= length;
          edges.push(...drawn.flatMap((graph) => graph.edges));
          const isNamed = [before, after].some((text) => text?.includes(name));
          const shownFor = hosts.length > 1 && isNamed ? name : null;
          const draw = (graph: Graph | null): string | null =>
            graph &&
            (graph.nodes.length > 0
              ? graphSvg(layOut(graph), { styled: false, explained: false })
              : '');
          const svgs = { before: draw(graphs.before), after: draw(graphs.after) };
          return [{ title: titleOf(graphs), hosts, shownFor, ...svgs }];
        });
      const leftOut = groups.size - pictures.length;
      return {
        pictures,
        leftOut,
        legend: edges.length > 0 ? legendSvg(edges) : null,
        style: GRAPH_STYLE,
      };
    },
  };
}

interface Graphs {
  /** null: there was none, or there is no change in it. */
  readonly before: Graph | null;
  readonly after: Graph | null;
  readonly changes: GraphChanges | null;
}

/** Of texts without secrets. */
function graphsOf(
  { before, after }: Texts,
  { title, check }: { readonly title: string; readonly check: CheckOptions },
): Graphs {
  const found = before === null || after === null ? null : graphDifference(before, after, check);
  if (!found) {
    const read = (text: string): Graph =>
      readGraph([{ name: 'config.alloy', parsed: parse(text) }], { title, check, findings: false });
    return after === null
      ? { before: before === null ? null : read(before), after: null, changes: null }
      : { before: null, after: read(after), changes: null };
  }
  return {
    // an empty picture says nothing
    before: found.before.nodes.length > 0 ? { ...found.before, title: `${title}, before` } : null,
    after: { ...found.after, title: `${title}, after` },
    changes: found.changes,
  };
}

/** "14 components: 2 added, 1 changed". */
function titleOf({ before, after, changes }: Graphs): string {
  const nodes = (after ?? before)?.nodes ?? [];
  const components = count(nodes.filter(({ kind }) => kind === 'component').length, 'component');
  if (!changes) return components;
  const words = (['added', 'removed', 'renamed', 'changed'] as const)
    .filter((key) => changes[key].length > 0)
    .map((key) => `${changes[key].length} ${key}`);
  return `${components}: ${words.join(', ') || 'other connections'}`;
}
