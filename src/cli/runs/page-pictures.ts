import { createHash } from 'node:crypto';
import type { CheckOptions } from '../../alloy/check/model.ts';
import { parse } from '../../alloy/parser.ts';
import type { World } from '../../engine/world.ts';
import { graphDifference } from '../../graph/changes.ts';
import type { Graph } from '../../graph/graph.ts';
import { withoutName } from '../../graph/host-changes.ts';
import { createLayOut, type LayOut } from '../../graph/layout.ts';
import { differencePictures } from '../../graph/pictures.ts';
import { readGraph } from '../../graph/read-graph.ts';
import { GRAPH_STYLE } from '../../graph/style.ts';
import { graphSvg } from '../../graph/svg.ts';
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

interface Configured {
  /** The host that they are of. */
  readonly name: string;
  readonly desired: Desired;
  readonly before: string | null;
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
    configured({ host, desired }, before) {
      const { config, stability } = desired;
      const name = oneLine(host.name);
      const texts = before === null ? [config] : [before, config];
      const key = createHash('sha256')
        .update(JSON.stringify([withoutName(texts, host.name), stability]))
        .digest('base64');
      if (!distinct.has(key)) distinct.set(key, { name, desired, before });
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
      const pictures = [...groups]
        .sort(([, a], [, b]) => b.length - a.length)
        .slice(0, MOST_PICTURES)
        .flatMap(([key, hosts]): readonly Picture[] => {
          const { name, desired, before } = distinct.get(key)!;
          const { stability, check } = desired;
          const after = safe(desired.config);
          const graphs = graphsOf(before === null ? null : safe(before), after, {
            title: name,
            check: { stability, check, strict: false },
          });
          const { length } = [...(graphs.before?.nodes ?? []), ...graphs.after.nodes];
          if (length > Math.min(MOST_NODES, room)) return [];
          room -= length;
          const shownFor = hosts.length > 1 && after.includes(name) ? name : null;
          return [{ title: titleOf(graphs), hosts, shownFor, ...svgsOf(graphs, layOut) }];
        });
      return { pictures, leftOut: groups.size - pictures.length, style: GRAPH_STYLE };
    },
  };
}

interface Graphs {
  /** null: there was none, or there is no change in it. */
  readonly before: Graph | null;
  readonly after: Graph;
  readonly changes: GraphChanges | null;
}

/** Of texts without secrets. */
function graphsOf(
  before: string | null,
  after: string,
  { title, check }: { readonly title: string; readonly check: CheckOptions },
): Graphs {
  const found = before === null ? null : graphDifference(before, after, check);
  if (!found) {
    const files = [{ name: 'config.alloy', parsed: parse(after) }];
    const graph = readGraph(files, { title, check, findings: false });
    return { before: null, after: graph, changes: null };
  }
  return {
    // an empty picture says nothing
    before: found.before.nodes.length > 0 ? { ...found.before, title: `${title}, before` } : null,
    after: { ...found.after, title: `${title}, after` },
    changes: found.changes,
  };
}

const svgsOf = ({ before, after, changes }: Graphs, layOut: LayOut) =>
  before && changes
    ? differencePictures({ before, after, changes }, layOut)
    : { before: null, after: graphSvg(layOut(after), { styled: false, explained: false }) };

/** "14 components: 2 added, 1 changed". */
function titleOf({ after: { nodes }, changes }: Graphs): string {
  const components = count(nodes.filter(({ kind }) => kind === 'component').length, 'component');
  if (!changes) return components;
  const words = (['added', 'removed', 'renamed', 'changed'] as const)
    .filter((key) => changes[key].length > 0)
    .map((key) => `${changes[key].length} ${key}`);
  return `${components}: ${words.join(', ') || 'other connections'}`;
}
