import { existsSync } from 'node:fs';
import type { CheckOptions } from '../../alloy/check/model.ts';
import { parse } from '../../alloy/parser.ts';
import { positionAt } from '../../alloy/position.ts';
import { checkOptionsOf, type RenderedPart } from '../../desired/configuration.ts';
import { dot } from '../../graph/dot.ts';
import type { Graph } from '../../graph/graph.ts';
import { mermaid } from '../../graph/mermaid.ts';
import { type GraphFile, readGraph } from '../../graph/read-graph.ts';
import { nearest } from '../../model/frame.ts';
import { toJson } from '../../report/printable.ts';
import type { Command, GraphFormat, Invocation } from '../args/option-table.ts';
import { readAlloyFiles, templateProblem } from '../files/alloy-files.ts';
import { checkWritable, replaceFile } from '../files/write-files.ts';
import { throwAll, usageError } from '../usage.ts';

/** Draws what files or a host's configuration consist of. Reads no secrets, so it can show none. */
export const graph: Command = async (invocation) => {
  const { args, options, terminal } = invocation;
  if (options.out !== null) checkWritable(options.out);
  const isFiles = args.length > 1 || looksLikeFile(args[0]!);
  const drawn = isFiles ? graphOfFiles(invocation) : await graphOfHost(invocation);
  const format = options.graphFormat ?? formatOf(options.out);
  const text = await WRITERS[format](drawn);
  if (options.out !== null) replaceFile(options.out, text);
  else terminal.content(text);
  return 0;
};

const WRITERS: Readonly<Record<GraphFormat, (graph: Graph) => string | Promise<string>>> = {
  async svg(graph) {
    const { createLayOut } = await import('../../graph/layout.ts');
    const { graphSvg } = await import('../../graph/svg.ts');
    return graphSvg((await createLayOut())(graph), { styled: true, explained: true });
  },
  async html(graph) {
    const { createLayOut } = await import('../../graph/layout.ts');
    const { graphPage } = await import('../../graph/html.ts');
    return graphPage(graph, await createLayOut());
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

/** What the inventory renders for a host, even if it is wrong. */
async function graphOfHost(invocation: Invocation): Promise<Graph> {
  const { args, options } = invocation;
  const [name = ''] = args;
  const { readHosts } = await import('../hosts/chosen-hosts.ts');
  const { makeTargets } = await import('../hosts/make-targets.ts');
  const chosen = await readHosts(invocation, { confined: true });
  const host = chosen.settings.find((one) => one.name === name);
  if (!host) {
    const names = chosen.settings.map((one) => one.name);
    throw usageError({ reason: 'unknown-host', name, nearest: nearest(name, names) ?? null });
  }
  let rendered: readonly RenderedPart[] = [];
  const { problems } = await makeTargets(
    { ...chosen, settings: [host] },
    {
      keep: false,
      onText: (_, parts) => {
        rendered = parts;
      },
    },
  );
  if (rendered.length === 0) throwAll(problems);
  const check = checkOptionsOf(host, { strict: false, alloyVersion: options.alloyVersion });
  return readGraph(rendered.map(graphFile), { title: name, check });
}

function graphFile({ file, text, written }: RenderedPart): GraphFile {
  const parsed = parse(text);
  if (!written) return { name: file, parsed };
  const place: GraphFile['place'] = (offset) => ({
    file,
    ...written.place(positionAt(parsed.source, offset, parsed.file.lineStarts)),
  });
  return { name: file, parsed, place };
}
