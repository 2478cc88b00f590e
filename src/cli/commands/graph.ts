import { existsSync } from 'node:fs';
import type { CheckOptions } from '../../alloy/check/model.ts';
import { parse } from '../../alloy/parser.ts';
import { dot } from '../../graph/dot.ts';
import type { Graph } from '../../graph/graph.ts';
import { mergedGraph } from '../../graph/live.ts';
import { mermaid } from '../../graph/mermaid.ts';
import { readGraph } from '../../graph/read-graph.ts';
import { toJson } from '../../report/printable.ts';
import { type Command, type GraphFormat, type Invocation, OPTIONS } from '../args/option-table.ts';
import { readAlloyFiles, templateProblem } from '../files/alloy-files.ts';
import { checkWritable, replaceFile } from '../files/write-files.ts';
import { throwAll, usageError } from '../usage.ts';

/**
 * Draws what files or the configurations of hosts consist of. Without --live it reads no secrets, so it can show none.
 */
export const graph: Command = async (invocation) => {
  const { args, options, terminal } = invocation;
  if (options.out !== null) checkWritable(options.out);
  const isFiles = args.length > 1 || (args.length === 1 && looksLikeFile(args[0]!));
  if (!isFiles && args.length === 0 && options.limit === null)
    throw usageError({ reason: 'graph-without-subject' });
  const format = options.graphFormat ?? formatOf(options.out);
  const write = async (drawn: Graph, refreshS: number | null = null): Promise<void> => {
    const text = await WRITERS[format](drawn, refreshS);
    if (options.out !== null) replaceFile(options.out, text);
    else terminal.content(text);
  };
  if (options.live) {
    if (isFiles) throw usageError({ reason: 'live-needs-hosts' });
    const { drawLive } = await import('../runs/live-graph.ts');
    return drawLive(invocation, write);
  }
  const given = (['interval', 'rewrite'] as const).find((key) => options[key]);
  if (given) throw usageError({ reason: 'needs-live', option: OPTIONS[given].long! });
  await write(isFiles ? graphOfFiles(invocation) : await graphOfHosts(invocation));
  return 0;
};

const WRITERS: Readonly<
  Record<GraphFormat, (graph: Graph, refreshS: number | null) => string | Promise<string>>
> = {
  async svg(graph) {
    const { createLayOut } = await import('../../graph/layout.ts');
    const { graphSvg } = await import('../../graph/svg.ts');
    return graphSvg((await createLayOut())(graph), { styled: true, explained: true });
  },
  async html(graph, refreshS) {
    const { createLayOut } = await import('../../graph/layout.ts');
    const { graphPage } = await import('../../graph/html.ts');
    return graphPage(graph, await createLayOut(), refreshS);
  },
  mermaid,
  dot,
  json: (graph) => toJson(graph, 2),
};

const ENDINGS: readonly (readonly [ending: RegExp, format: GraphFormat])[] = [
  [/\.html?$/i, 'html'],
  [/\.(?:mmd|mermaid)$/i, 'mermaid'],
  [/\.(?:dot|gv)$/i, 'dot'],
  [/\.json$/i, 'json'],
];

/** As the name of the file says. */
const formatOf = (path: string | null): GraphFormat =>
  ENDINGS.find(([ending]) => ending.test(path ?? ''))?.[1] ?? 'svg';

const looksLikeFile = (name: string): boolean =>
  name === '-' || /\/|\.alloy$/.test(name) || existsSync(name);

/** Files that are named together are one configuration, as those of a directory are. */
function graphOfFiles({ args, options }: Invocation): Graph {
  const check: CheckOptions = {
    stability: 'experimental',
    strict: false,
    check: null,
    version: options.alloyVersion,
    versionIs: 'asked',
    communityComponents: true,
  };
  const files = readAlloyFiles(args, { deep: false, root: options.root })
    .flat()
    .map(({ name, bytes }) => ({ name, parsed: parse(bytes) }));
  const problems = files.flatMap(({ name, parsed }) => templateProblem(name, parsed) ?? []);
  throwAll(problems);
  return readGraph(files, { title: args.join(', '), check });
}

/** What the inventory renders for hosts, even if it is wrong. */
async function graphOfHosts(invocation: Invocation): Promise<Graph> {
  const { drawnHosts } = await import('../hosts/drawn-hosts.ts');
  const { title, hosts } = await drawnHosts(invocation, { confined: true });
  return mergedGraph(
    hosts.map(({ graph }) => graph),
    title,
  );
}
