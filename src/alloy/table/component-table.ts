import type { Stability } from '../../model/desired.ts';
import { TABLE } from './table.gen.ts';

/**
 * What an argument takes: string, bool, number, duration, size, secret, any, list(T), map(T), or the
 * name of what components hand to each other (MetricsReceiver, otelcol.Consumer, ...).
 */
export type ValueType = string;

export interface AttributeRule {
  readonly type: ValueType;
  readonly required: boolean;
}

/** What a block takes. */
export interface BlockRule {
  readonly attributes: ReadonlyMap<string, AttributeRule>;
  readonly blockNames: readonly string[];
  readonly requiredBlocks: readonly string[];
  /** The rule of a block inside; undefined: there is none of that name. */
  readonly block: (name: string) => BlockRule | undefined;
  /** What it takes is not known in full: nothing is unknown to it. */
  readonly open: boolean;
}

export interface ComponentRule extends BlockRule {
  readonly name: string;
  readonly stability: Stability;
  /** Needs --feature.community-components.enabled. */
  readonly community: boolean;
  /** null: not known. */
  readonly exports: ReadonlyMap<string, ValueType> | null;
  /** `block/path/argument`, or `block/path/argument=value`: needs --stability.level=experimental. */
  readonly experimental: readonly string[];
}

/** From the most stable on. */
export const LEVELS: readonly Stability[] = [
  'generally-available',
  'public-preview',
  'experimental',
];

/** Rules by the name of a component or configuration block; each is read when it is first asked for. */
export interface ComponentTable {
  readonly names: readonly string[];
  readonly get: (name: string) => ComponentRule | undefined;
}

let loaded: ComponentTable | undefined;

/** Knowledge from Alloy's documentation: another version may know more, so it only ever warns. */
export function componentTable(): ComponentTable {
  loaded ??= readTable(TABLE);
  return loaded;
}

function readTable(text: string): ComponentTable {
  const { components, shapes } = JSON.parse(text) as Record<'components' | 'shapes', string[]>;
  const lines = new Map(components.map((line) => [line.slice(0, line.indexOf('|')), line]));
  return {
    names: [...lines.keys()],
    get: readOnce(lines, (line) => readComponent(line, shapes)),
  };
}

/** Looks up names in `texts`; each text is read when it is first asked for. */
function readOnce<T>(texts: ReadonlyMap<string, string>, read: (text: string) => T) {
  const known = new Map<string, T>();
  return (name: string): T | undefined => {
    const text = texts.get(name);
    if (text !== undefined && !known.has(name)) known.set(name, read(text));
    return known.get(name);
  };
}

/** `name|level|shape|export=type ...|experimental ...` */
function readComponent(line: string, shapes: readonly string[]): ComponentRule {
  const [name = '', level = '', shape = '', exported = '', experimental = ''] = line.split('|');
  return {
    ...readBlock(Number(shape), Number(shape), shapes),
    name,
    stability: LEVELS[Number(level)] ?? 'generally-available',
    community: level === 'c',
    exports: exported === '?' ? null : new Map(pairs(exported)),
    experimental: experimental === '' ? [] : experimental.split(' '),
  };
}

/**
 * `flags|argument=type! ...|block=shape! ...`, `!` for required. Flags: `+` open, `@` takes the
 * blocks of its component too (stage.match), which is why they are read only when asked for.
 */
function readBlock(index: number, top: number, shapes: readonly string[]): BlockRule {
  const [flags = '', attributes = '', blocks = ''] = shapes[index]!.split('|');
  const inside = new Map(pairs(blocks));
  const own = [...inside];
  if (flags.includes('@'))
    for (const [name, shape] of pairs(shapes[top]!.split('|')[2]!)) inside.set(name, shape);
  return {
    attributes: new Map(
      pairs(attributes).map(([name, type]) => {
        const required = type.endsWith('!');
        return [name, { type: required ? type.slice(0, -1) : type, required }];
      }),
    ),
    blockNames: [...inside.keys()],
    requiredBlocks: own.filter(([, shape]) => shape.endsWith('!')).map(([name]) => name),
    block: readOnce(inside, (shape) => readBlock(Number.parseInt(shape, 10), top, shapes)),
    open: flags.includes('+'),
  };
}

const pairs = (text: string): [string, string][] =>
  text === ''
    ? []
    : text.split(' ').map((pair) => {
        const at = pair.indexOf('=');
        return [pair.slice(0, at), pair.slice(at + 1)];
      });
