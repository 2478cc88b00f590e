import { type Parsed, parse } from '../../alloy/parser.ts';
import { positionAt } from '../../alloy/position.ts';
import { checkOptionsOf, type RenderedPart } from '../../desired/configuration.ts';
import type { Graph } from '../../graph/graph.ts';
import { type GraphFile, readGraph } from '../../graph/read-graph.ts';
import type { HostSettings } from '../../inventory/settings.ts';
import { nearest } from '../../model/frame.ts';
import type { Invocation } from '../args/option-table.ts';
import { throwAll, usageError } from '../usage.ts';
import { type ChosenHosts, readHosts } from './chosen-hosts.ts';
import { makeTargets } from './make-targets.ts';

/** A host with the graph of what the inventory renders for it. */
interface DrawnHost {
  readonly name: string;
  readonly graph: Graph;
  readonly parsed: readonly Parsed[];
}

export interface DrawnHosts {
  /** Those that were asked for. */
  readonly chosen: ChosenHosts;
  /** In a word: the host, or the pattern. */
  readonly title: string;
  /** Those whose configuration could be rendered. */
  readonly hosts: readonly DrawnHost[];
}

/**
 * The graphs of a host that is named, or of those of --limit. Reads no secrets.
 *
 * @throws ToolError when no configuration can be rendered, or there is no such host
 */
export async function drawnHosts(
  invocation: Invocation,
  { confined }: { readonly confined: boolean },
): Promise<DrawnHosts> {
  const { args, options } = invocation;
  const all = await readHosts(invocation, { confined });
  const [name] = args;
  const settings =
    name === undefined ? all.settings : all.settings.filter((one) => one.name === name);
  if (name !== undefined && settings.length === 0) {
    const names = all.settings.map((one) => one.name);
    throw usageError({ reason: 'unknown-host', name, nearest: nearest(name, names) ?? null });
  }
  const chosen = { ...all, settings };
  const hosts: DrawnHost[] = [];
  const draw = openDrawing(options.alloyVersion);
  const { problems } = await makeTargets(chosen, {
    keep: false,
    onText: (host, parts) => hosts.push({ name: host.name, ...draw(host, parts) }),
  });
  if (hosts.length === 0) throwAll(problems);
  return { chosen, title: name ?? options.limit ?? 'all hosts', hosts };
}

/** Hosts with the same text share its graph. */
function openDrawing(alloyVersion: string | null) {
  const drawn = new Map<string, Pick<DrawnHost, 'graph' | 'parsed'>>();
  return (host: HostSettings, parts: readonly RenderedPart[]) => {
    const check = checkOptionsOf(host, { strict: false, alloyVersion });
    const key = JSON.stringify([parts.map(({ file, text }) => [file, text]), check]);
    const known = drawn.get(key);
    if (known) return known;
    const files = parts.map(graphFile);
    const made = {
      graph: readGraph(files, { title: host.name, check }),
      parsed: files.map(({ parsed }) => parsed),
    };
    drawn.set(key, made);
    return made;
  };
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
