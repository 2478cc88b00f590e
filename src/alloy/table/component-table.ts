import type { Stability } from '../../model/desired.ts';
import { TABLE } from './table.gen.ts';

/*
 * What every minor version of Alloy takes, read from its Go source: see tools/alloy-facts.
 *
 *   tableAt('1.17.0')                    the table of one version; without a version, of the newest known
 *     .get('loki.process')               a component or configuration block of it
 *       .block('stage.luhn')             a block inside, and so on
 *         .attributes.get('min_length')  { type, required, default, nullable, ... }
 *     .functions.get('sys.env')          a name of the standard library
 *   firstAfter / lastBefore              which version brought or dropped what `has` looks for
 *   isBeyond('1.25.0')                   newer than all that is known here
 *   isSnapshot('1.19')                   known from the days before its release
 *
 * Patch releases count as their minor version, of which the facts are those of the newest patch.
 * Nothing is decoded before it is asked for.
 */

/**
 * What an argument takes, in the words of Alloy's source: string, bool, number, duration, bytes, any,
 * secret (text or secret), optionalsecret, object (see `fields`), target (an object of texts, or what
 * components export as targets), list(T), map(T), string(package.Type) for a text that a Go type reads
 * itself, and the names of what components hand to each other (MetricsReceiver, otelcol.Consumer, ...).
 */
export type ValueType = string;

export interface AttributeRule {
  readonly type: ValueType;
  readonly required: boolean;
  /** Alloy tells "not set" from the zero value. */
  readonly nullable: boolean;
  /**
   * What holds where the argument is not written, in its block as it is written: durations as in "1m30s",
   * bytes as in "4MiB". undefined: the zero value, or not set where `nullable`. null: not known.
   */
  readonly default: unknown;
  /** The default was read from a dependency of another version than the one Alloy was built with. */
  readonly approximate: boolean;
  /** What an `object` consists of. */
  readonly fields: ReadonlyMap<string, AttributeRule> | undefined;
}

/** What a block takes, and how often it stands where it is. */
export interface BlockRule {
  readonly attributes: ReadonlyMap<string, AttributeRule>;
  readonly blockNames: readonly string[];
  readonly requiredBlocks: readonly string[];
  /** The rule of a block inside; undefined: there is none of that name. */
  readonly block: (name: string) => BlockRule | undefined;
  /** It takes anything. */
  readonly open: boolean;
  readonly required: boolean;
  /** It may stand more than once. */
  readonly repeated: boolean;
  /** It has a label of its own. */
  readonly labeled: boolean;
  /** One of a group whose order counts (`stage.json` of the group `stage`). */
  readonly group: string | undefined;
  /** Where it is not written, its defaults hold all the same. */
  readonly setByDefault: boolean;
}

export interface ComponentRule extends BlockRule {
  readonly name: string;
  readonly stability: Stability;
  /** Needs --feature.community-components.enabled. */
  readonly community: boolean;
  /** null: a configuration block. */
  readonly exports: ReadonlyMap<string, ValueType> | null;
}

/** A function or constant of the standard library. */
export interface FunctionRule {
  readonly stability: Stability;
  readonly deprecated: boolean;
  readonly constant: boolean;
}

/** From the most stable on. */
export const LEVELS: readonly Stability[] = [
  'generally-available',
  'public-preview',
  'experimental',
];

/** What one version of Alloy has. */
export interface ComponentTable {
  /** The minor version: `1.18`. */
  readonly version: string;
  /** Components and configuration blocks. */
  readonly names: readonly string[];
  readonly get: (name: string) => ComponentRule | undefined;
  readonly functions: ReadonlyMap<string, FunctionRule>;
}

/*
 * The text has four sections: versions (a snapshot ends in *), functions, components, and blocks, the last two one a line. A
 * history stands wherever a value may differ between versions: `A,B@4,-@9` is A from the beginning, B
 * from the fifth version on (base 36), and missing from the tenth on.
 *
 *   component  name|history of its level|history of its exports|block
 *   level      g, p, e, and c for a community component
 *   exports    name:type, separated by `;`, or ? for a configuration block
 *   block      flags|attribute=history ...|block=history ...; the flag + for one that takes anything
 *   attribute  type, ! required, ? nullable, ~ approximate, ^block with its fields, :default as JSON
 *   block      the line of the block, ! required, * repeated, % set by default, " labeled, . of a group;
 *              without a line it takes the name of each block of its component that its own matches
 */
interface Sections {
  readonly versions: readonly string[];
  readonly snapshots: ReadonlySet<string>;
  readonly functions: string;
  readonly components: ReadonlyMap<string, readonly string[]>;
  readonly blocks: readonly string[];
}

let sections: Sections | undefined;
const tables: ComponentTable[] = [];

function read(): Sections {
  if (sections) return sections;
  const [versions = '', functions = '', components = '', blocks = ''] = TABLE.split('\n\n');
  const minors = versions.split(' ');
  sections = {
    versions: minors.map((minor) => minor.replace('*', '')),
    snapshots: new Set(minors.filter((one) => one.endsWith('*')).map((one) => one.slice(0, -1))),
    functions,
    components: new Map(
      components.split('\n').map((line) => [line.slice(0, line.indexOf('|')), line.split('|')]),
    ),
    blocks: blocks.split('\n'),
  };
  return sections;
}

/** The minor versions that are known, oldest first. */
export const knownVersions = (): readonly string[] => read().versions;

/** The newest minor version that is known. */
export const newestVersion = (): string => read().versions.at(-1)!;

/** Its facts are those of upstream's main of a day shortly before its release. */
export const isSnapshot = (minor: string): boolean => read().snapshots.has(minor);

/** `1.18.1`, `v1.18.1` or `1.18.1-1`; undefined: the newest that is known. A newer one counts as that. */
export function tableAt(version?: string | null): ComponentTable {
  const index = indexOf(version);
  tables[index] ??= tableOf(index);
  return tables[index];
}

/** Newer than what is known: it may have things that the table does not name. */
export function isBeyond(version: string | null | undefined): boolean {
  const minor = minorOf(version);
  return minor !== undefined && minor > minorOf(newestVersion())!;
}

/** The first version after `version` whose table has something; undefined: none. */
export function firstAfter(
  { version }: ComponentTable,
  has: (table: ComponentTable) => boolean,
): string | undefined {
  return knownVersions()
    .slice(indexOf(version) + 1)
    .find((later) => has(tableAt(later)));
}

/** The last version before `version` whose table has something; undefined: none. */
export function lastBefore(
  { version }: ComponentTable,
  has: (table: ComponentTable) => boolean,
): string | undefined {
  return knownVersions()
    .slice(0, indexOf(version))
    .findLast((earlier) => has(tableAt(earlier)));
}

/** `1.18` as a number that can be compared; undefined: not a version. */
function minorOf(version: string | null | undefined): number | undefined {
  const match = /^v?(\d+)\.(\d+)/.exec(version ?? '');
  return match ? Number(match[1]) * 1000 + Number(match[2]) : undefined;
}

/** The place of a version among those that are known: the last that is not newer. */
function indexOf(version: string | null | undefined): number {
  const { versions } = read();
  const minor = minorOf(version);
  if (minor === undefined) return versions.length - 1;
  const index = versions.findLastIndex((known) => minorOf(known)! <= minor);
  return Math.max(0, index);
}

function tableOf(index: number): ComponentTable {
  const { versions, functions, components } = read();
  const known = new Map<string, ComponentRule | undefined>();
  let names: readonly string[] | undefined;
  let library: ReadonlyMap<string, FunctionRule> | undefined;
  return {
    version: versions[index]!,
    get names() {
      names ??= [...components].filter(([, [, level]]) => at(level!, index)).map(([name]) => name);
      return names;
    },
    get(name) {
      if (!known.has(name)) {
        const fields = components.get(name);
        known.set(name, fields && componentOf(fields, index));
      }
      return known.get(name);
    },
    get functions() {
      library ??= new Map(
        entriesOf(functions, index).map(([name, text]) => [
          name,
          {
            stability: LEVEL[text[0]!]!,
            deprecated: text.includes('!'),
            constant: text.includes('='),
          },
        ]),
      );
      return library;
    },
  };
}

const LEVEL: Readonly<Record<string, Stability>> = {
  g: 'generally-available',
  p: 'public-preview',
  e: 'experimental',
  c: 'generally-available',
};

/** The value that a history has in a version; undefined: it is missing there. */
function at(history: string, index: number): string | undefined {
  let found = history;
  if (history.includes(',')) {
    for (const segment of history.split(',')) {
      const mark = segment.lastIndexOf('@');
      if (mark >= 0 && Number.parseInt(segment.slice(mark + 1), 36) > index) break;
      found = mark < 0 ? segment : segment.slice(0, mark);
    }
  }
  return found === '-' ? undefined : found;
}

/** The names of a list of histories that a version has, with their values. */
function entriesOf(text: string, index: number): [string, string][] {
  const found: [string, string][] = [];
  if (text === '') return found;
  for (const entry of text.split(' ')) {
    const end = entry.indexOf('=');
    const value = at(entry.slice(end + 1), index);
    if (value !== undefined) found.push([entry.slice(0, end), value]);
  }
  return found;
}

/** A component of a version while its blocks are read; equal ones are read once. */
interface Reading {
  readonly index: number;
  readonly blocks: Map<string, BlockRule>;
  /** The block of the component itself. */
  readonly line: string;
}

function componentOf(fields: readonly string[], index: number): ComponentRule | undefined {
  const [name = '', levels = '', exported = '', line = ''] = fields;
  const level = at(levels, index);
  if (level === undefined) return undefined;
  return {
    ...blockOf('', line, { index, blocks: new Map(), line }),
    name,
    stability: LEVEL[level]!,
    community: level === 'c',
    exports: exportsOf(at(exported, index)!),
  };
}

function exportsOf(text: string): ComponentRule['exports'] {
  if (text === '?') return null;
  const pairs = text === '' ? [] : text.split(';').map((one) => one.split(':'));
  return new Map(pairs.map(([name, type]) => [name!, type!]));
}

/** `use`: the line of the block and the flags behind it. */
function blockOf(name: string, use: string, reading: Reading): BlockRule {
  const { index, blocks } = reading;
  const key = `${name} ${use}`;
  const known = blocks.get(key);
  if (known) return known;
  const [flags = '', attributes = '', inner = ''] = linesOf(use);
  const inside = usesIn(inner, reading);
  const rule: BlockRule = {
    attributes: attributesOf(attributes, index),
    blockNames: [...inside.keys()],
    requiredBlocks: [...inside].filter(([, one]) => one.includes('!')).map(([one]) => one),
    block(one) {
      const found = inside.get(one);
      return found === undefined ? undefined : blockOf(one, found, reading);
    },
    open: flags.includes('+'),
    required: use.includes('!'),
    repeated: use.includes('*'),
    labeled: use.includes('"'),
    group: use.includes('.') ? name.split('.')[0] : undefined,
    setByDefault: use.includes('%'),
  };
  blocks.set(key, rule);
  return rule;
}

const linesOf = (use: string): readonly string[] =>
  read().blocks[Number.parseInt(use, 10)]!.split('|');

/** The blocks inside by name; `stage.*` stands for all of the component's own that match it. */
function usesIn(text: string, { index, line }: Reading): Map<string, string> {
  const inside = new Map(entriesOf(text, index));
  for (const name of inside.keys()) {
    if (!name.endsWith('*')) continue;
    inside.delete(name);
    for (const [own, use] of entriesOf(linesOf(line)[2]!, index))
      if (own.startsWith(name.slice(0, -1))) inside.set(own, use);
  }
  return inside;
}

function attributesOf(text: string, index: number): BlockRule['attributes'] {
  return new Map(
    entriesOf(text, index).map(([name, value]) => {
      const [, type = '', flags = '', fields, written] =
        /^([^!?~^:]+)([!?~]*)(?:\^(\d+))?(?::(.*))?$/.exec(value)!;
      const rule: AttributeRule = {
        type,
        required: flags.includes('!'),
        nullable: flags.includes('?'),
        approximate: flags.includes('~'),
        default: defaultOf(written),
        fields: fields ? attributesOf(linesOf(fields)[1]!, index) : undefined,
      };
      return [name, rule];
    }),
  );
}

function defaultOf(written: string | undefined): unknown {
  if (written === undefined) return undefined;
  return written === '' ? null : JSON.parse(decodeURIComponent(written));
}
