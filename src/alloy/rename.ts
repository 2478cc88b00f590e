import { type Block, blockName } from './ast.ts';
import { attributeOf, blockId, blocksOf, boolOf, diagnosticAt } from './ast-lookup.ts';
import { isComponent } from './components.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type Parsed, parse } from './parser.ts';

/** Where Alloy keeps a directory for each component, by its id. */
const DATA = '/var/lib/alloy/data';

/**
 * Components whose label changed between two texts and that lose what they keep under the old one:
 * a write-ahead log, or how far they have read. Told for the new text, at the new block. A pair is
 * one id gone and one new id of the same component with the same or the most similar body; a
 * component that is only added or only removed is no rename.
 */
export function renamed(before: string, after: string): readonly Diagnostic[] {
  if (last?.before !== before || last.after !== after)
    last = { before, after, found: find(before, after) };
  return last.found;
}

/** A fleet's hosts mostly go from one text to one other. */
let last:
  | { readonly before: string; readonly after: string; readonly found: readonly Diagnostic[] }
  | undefined;

function find(before: string, after: string): readonly Diagnostic[] {
  const old = keepersOf(parse(before));
  const parsed = parse(after);
  const now = keepersOf(parsed);
  const gone = [...old.values()].filter(({ id }) => !now.has(id));
  const fresh = [...now.values()].filter(({ id }) => !old.has(id));

  const pairs = gone
    .flatMap((from) =>
      fresh
        .filter(({ name }) => name === from.name)
        .map((to) => ({ from, to, likeness: likeness(from.lines, to.lines) })),
    )
    .sort((a, b) => b.likeness - a.likeness);
  const taken = new Set<Keeper>();
  const found: Diagnostic[] = [];
  for (const { from, to, likeness: alike } of pairs) {
    // with one of each it is a rename whatever changed inside; else the bodies must say so
    const only =
      gone.filter(({ name }) => name === from.name).length === 1 &&
      fresh.filter(({ name }) => name === from.name).length === 1;
    if (taken.has(from) || taken.has(to) || (!only && alike < 0.5)) continue;
    taken.add(from);
    taken.add(to);
    found.push(renameOf(parsed, from, to));
  }
  return found.sort((a, b) => a.start - b.start);
}

interface Keeper {
  readonly id: string;
  readonly name: string;
  readonly block: Block;
  readonly keeps: 'wal' | 'positions';
  /** Lines of the body without blanks around. */
  readonly lines: readonly string[];
}

function keepersOf({ file, source }: Parsed): ReadonlyMap<string, Keeper> {
  const found = new Map<string, Keeper>();
  const declares = new Map(
    blocksOf(file.body, 'declare').map((block) => [block.label?.text ?? '', block]),
  );
  for (const block of file.body) {
    if (block.kind !== 'block' || !block.label || !isComponent(block)) continue;
    const keeps = kept(block, declares);
    if (!keeps) continue;
    const body = source.slice(block.open + 1, block.close);
    const lines = body
      .split('\n')
      .map((line) => line.trim().replace(/\s+/g, ' '))
      .filter(Boolean);
    found.set(blockId(block), { id: blockId(block), name: blockName(block), block, keeps, lines });
  }
  return found;
}

/** Readers that write down how far they came. Receivers of pushed logs (api, syslog, ...) do not. */
const READERS: readonly string[] = [
  'loki.source.file',
  'loki.source.journal',
  'loki.source.docker',
  'loki.source.kubernetes',
  'loki.source.podlogs',
  'loki.source.kubernetes_events',
  'loki.source.cloudflare',
  'loki.source.windowsevent',
];

/** What a component keeps; an instance of a declare keeps what stands inside, in a directory of its own. */
function kept(
  block: Block,
  declares: ReadonlyMap<string, Block>,
  depth = 0,
): Keeper['keeps'] | undefined {
  const name = blockName(block);
  const declared = declares.get(name);
  if (declared && depth < 8) {
    for (const inner of declared.body) {
      const keeps =
        inner.kind === 'block' && isComponent(inner) && kept(inner, declares, depth + 1);
      if (keeps) return keeps;
    }
    return undefined;
  }
  if (name === 'prometheus.remote_write' || name === 'prometheus.write.queue') return 'wal';
  if (name === 'loki.write') {
    return blocksOf(block.body, 'wal').some((wal) => {
      const enabled = attributeOf(wal.body, 'enabled');
      return enabled && boolOf(enabled.value) !== false;
    })
      ? 'wal'
      : undefined;
  }
  return READERS.includes(name) ? 'positions' : undefined;
}

/** 1: the same lines; 0: none in common. */
export function likeness(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 && b.length === 0) return 1;
  const left = [...b];
  let common = 0;
  for (const line of a) {
    const at = left.indexOf(line);
    if (at < 0) continue;
    left.splice(at, 1);
    common++;
  }
  return (2 * common) / (a.length + b.length);
}

function renameOf(parsed: Parsed, from: Keeper, to: Keeper): Diagnostic {
  const lost =
    to.keeps === 'wal'
      ? 'so samples waiting to be sent are left behind'
      : 'so it starts over: lines are read again or skipped';
  return diagnosticAt(
    parsed,
    { start: to.block.start, end: to.block.label!.end },
    {
      severity: 'warning',
      code: to.keeps === 'wal' ? 'rename.wal' : 'rename.positions',
      message: `${from.id} is now called ${to.id}: its ${to.keeps === 'wal' ? 'write-ahead log' : 'positions'} under the old name are not read, ${lost}`,
      hint: `Keep the label "${from.block.label!.text}", or accept this and delete ${DATA}/${from.id} when it is no longer needed`,
    },
  );
}
