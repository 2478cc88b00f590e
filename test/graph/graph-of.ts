import { readdirSync, readFileSync } from 'node:fs';
import { type Body, blockName } from '../../src/alloy/ast.ts';
import { blockId } from '../../src/alloy/ast-lookup.ts';
import { traversalsOf } from '../../src/alloy/check/traversal.ts';
import { parse } from '../../src/alloy/parser.ts';
import { positionAt } from '../../src/alloy/position.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { readGraph } from '../../src/graph/read-graph.ts';

const CHECK = { stability: 'experimental', strict: false, check: null } as const;

/** The graph of a text, or of several by name. */
export function graphOf(texts: string | Readonly<Record<string, string>>): Graph {
  const files = typeof texts === 'string' ? { 'config.alloy': texts } : texts;
  const read = Object.entries(files).map(([name, text]) => ({ name, parsed: parse(text) }));
  return readGraph(read, { title: read.map(({ name }) => name).join(', '), check: CHECK });
}

/** `from -> to signal`, one a line as they are drawn. */
export const edgesOf = (graph: Graph): readonly string[] => graph.edges.map(({ id }) => id);

/** Files of upstream's own, below a folder; every n-th of them. */
export function corpusFiles(folder: string, every = 1): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:alloy|in)$/.test(name))
    .sort()
    .filter((_, index) => index % every === 0)
    .map((name) => `${folder}/${name}`);
}

/**
 * Places (`line:column`) of the references in a text that name a block of the same body or, in a foreach, of one
 * around it. Found without what draws graphs, so that it can be compared.
 */
export function referencesIn(bytes: Uint8Array): readonly string[] {
  const { source, file } = parse(bytes);
  const found: string[] = [];
  const walk = (body: Body, around: readonly ReadonlySet<string>[]): void => {
    const blocks = body.filter((one) => one.kind === 'block');
    const seen = [...around, new Set(blocks.map(blockId))];
    for (const block of blocks) {
      if (blockName(block) === 'declare') {
        walk(block.body, []);
        continue;
      }
      if (blockName(block) === 'foreach') {
        for (const inner of block.body)
          if (inner.kind === 'block' && blockName(inner) === 'template') walk(inner.body, seen);
      }
      for (const { names, start } of traversalsOf(block)) {
        const ids = names.map((_, i) =>
          names
            .slice(0, i + 1)
            .map(({ name }) => name)
            .join('.'),
        );
        if (!ids.some((id) => seen.some((one) => one.has(id)))) continue;
        const { line, column } = positionAt(source, start, file.lineStarts);
        found.push(`${line}:${column}`);
      }
    }
  };
  walk(file.body, []);
  return found;
}

/** The same of what is drawn. */
export const referencesDrawn = (graph: Graph): ReadonlySet<string> =>
  new Set(
    graph.edges.flatMap(({ references }) =>
      references.map(({ at }) => `${at?.line}:${at?.column}`),
    ),
  );

export const readBytes = (path: string): Uint8Array => new Uint8Array(readFileSync(path));
