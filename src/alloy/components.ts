import type { ExpectedComponents } from '../model/desired.ts';
import { type Block, blockName } from './ast.ts';
import { blockId } from './ast-lookup.ts';
import type { Parsed } from './parser.ts';

/** Blocks of which there is one, without a label. */
export const SERVICE_BLOCKS: readonly string[] = [
  'logging',
  'tracing',
  'http',
  'remotecfg',
  'livedebugging',
];
/** The other blocks of which no component comes: each has a label. */
const LABELLED_BLOCKS: readonly string[] = [
  'declare',
  'argument',
  'export',
  'foreach',
  'import.file',
  'import.git',
  'import.http',
  'import.string',
];

/**
 * The components that a configuration makes, as `/api/v0/web/components` lists them: those of the
 * root module only. An instance of a `declare` or of an imported module is one component
 * (`node.a`, `lib.node.a`), whatever stands inside it (recorded on 1.18.1).
 *
 * Several files are one configuration, as Alloy reads a directory. Ids are sorted, each once.
 */
export function componentsOf(parsed: Parsed | readonly Parsed[]): ExpectedComponents {
  const files = 'file' in parsed ? [parsed] : parsed;
  const ids = new Set<string>();
  const elsewhere = new Set<string>();
  for (const { file } of files) {
    for (const block of file.body) {
      if (block.kind !== 'block') continue;
      const reason = madeElsewhere(block);
      if (reason) elsewhere.add(reason);
      if (isComponent(block) && block.label) ids.add(blockId(block));
    }
  }
  const sorted = [...ids].sort();
  if (elsewhere.size === 0) return { known: true, ids: sorted };
  return { known: false, ids: sorted, because: [...elsewhere].join('; ') };
}

/** A block of the root, of a declare or of a foreach template that makes a component. */
export function isComponent(block: Block): boolean {
  const name = blockName(block);
  return !SERVICE_BLOCKS.includes(name) && !LABELLED_BLOCKS.includes(name);
}

function madeElsewhere(block: Block): string | undefined {
  switch (blockName(block)) {
    case 'remotecfg':
      return 'remotecfg fetches more of the configuration when Alloy runs';
    case 'foreach':
      return `foreach "${block.label?.text ?? ''}" makes components for the items it finds when Alloy runs`;
    default:
      return undefined;
  }
}
