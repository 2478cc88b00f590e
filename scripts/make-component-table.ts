// Makes the text of src/alloy/table/table.gen.ts from the facts about each version of Alloy that
// tools/alloy-facts reads from its source.

/** One value of an attribute or argument of a version, as tools/alloy-facts writes it. */
interface RawAttribute {
  readonly type: string;
  readonly required?: boolean;
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly approx?: boolean;
  readonly fields?: RawAttributes;
}
type RawAttributes = Readonly<Record<string, RawAttribute>>;

export interface RawBlock {
  readonly attributes?: RawAttributes;
  readonly blocks?: Readonly<Record<string, RawBlock>>;
  readonly required?: boolean;
  readonly repeated?: boolean;
  readonly enum?: string;
  /** Of a configuration block: required, optional or none. */
  readonly label?: boolean | string;
  readonly set_by_default?: boolean;
  readonly free_form?: string;
  readonly recursive?: string;
}

interface RawComponent extends RawBlock {
  readonly stability: string;
  readonly community?: boolean;
  readonly exports?: RawAttributes;
}

interface RawFunction {
  readonly stability: string;
  readonly deprecated?: boolean;
  readonly constant?: boolean;
}

/** The facts about one version. */
export interface RawVersion {
  readonly version: string;
  readonly components: Readonly<Record<string, RawComponent>>;
  readonly config_blocks: Readonly<Record<string, RawComponent>>;
  readonly functions: Readonly<Record<string, RawFunction>>;
}

const LEVELS: Readonly<Record<string, string>> = {
  'general-availability': 'g',
  'public-preview': 'p',
  experimental: 'e',
  community: 'c',
};

/**
 * The table of all versions, oldest first, each under its minor version (`1.18`). Its format is
 * described in src/alloy/table/decode.ts. Throws where the facts have something the format cannot say.
 */
export function makeTable(
  versions: readonly (readonly [minor: string, facts: RawVersion])[],
): string {
  const all = versions.map((_, index) => index);

  /** What is written of a name, from which version on; versions in which its parent is missing do not matter. */
  const timeline = (alive: readonly number[], at: (version: number) => string): string => {
    let last = '';
    const segments: string[] = [];
    for (const [index, version] of alive.entries()) {
      const value = at(version);
      if (index > 0 && value === last) continue;
      segments.push(index === 0 ? value : `${value}@${version.toString(36)}`);
      last = value;
    }
    return segments.join(',');
  };

  const names = (
    alive: readonly number[],
    of: (version: number) => Readonly<Record<string, unknown>> | undefined,
  ) => [...new Set(alive.flatMap((version) => Object.keys(of(version) ?? {})))].sort();

  // equal blocks are written once: tls_config alone occurs a hundred times
  const shapes: string[] = [];
  const indexOf = new Map<string, number>();
  const shape = (alive: readonly number[], of: (version: number) => RawBlock): number => {
    const attributes = names(alive, (version) => of(version).attributes).map((name) => {
      const at = (version: number) => of(version).attributes?.[name];
      const fields = fieldsOf(
        alive.filter((version) => at(version)?.fields),
        at,
      );
      return `${name}=${timeline(alive, (version) => attribute(at(version), fields))}`;
    });
    const blocks = names(alive, (version) => of(version).blocks).map((name) => {
      const at = (version: number) => of(version).blocks?.[name];
      const there = alive.filter(at);
      // a block that takes what one around it takes has no shape of its own
      const recursive = there.some((version) => at(version)!.recursive);
      const inner = recursive ? '' : shape(there, (version) => at(version)!);
      return `${name}=${timeline(alive, (version) => block(name, at(version), inner))}`;
    });
    const open = alive.some((version) => of(version).free_form) ? '+' : '';
    return indexFor(`${open}|${attributes.join(' ')}|${blocks.join(' ')}`);
  };
  const fieldsOf = (
    alive: readonly number[],
    of: (version: number) => RawAttribute | undefined,
  ): string =>
    alive.length === 0
      ? ''
      : `^${shape(alive, (version) => ({ attributes: of(version)!.fields! }))}`;
  const indexFor = (text: string): number => {
    const known = indexOf.get(text);
    if (known !== undefined) return known;
    indexOf.set(text, shapes.length);
    shapes.push(text);
    return shapes.length - 1;
  };

  const lines: string[] = [];
  for (const kind of ['components', 'config_blocks'] as const) {
    const of = (version: number) => versions[version]![1][kind];
    for (const name of names(all, of)) {
      const at = (version: number) => of(version)[name];
      const alive = all.filter(at);
      const level = timeline(all, (version) => {
        const one = at(version);
        return one ? levelOf(one.community ? 'community' : one.stability) : '-';
      });
      const exported = timeline(alive, (version) =>
        kind === 'config_blocks' ? '?' : exportsOf(at(version)!),
      );
      lines.push([name, level, exported, shape(alive, (version) => at(version)!)].join('|'));
    }
  }

  const functionsOf = (version: number) => versions[version]![1].functions;
  const functions = names(all, functionsOf).map(
    (name) => `${name}=${timeline(all, (version) => functionOf(functionsOf(version)[name]))}`,
  );

  const sections = [
    [
      versions
        .map(([minor, { version }]) => (version.startsWith('v') ? minor : `${minor}*`))
        .join(' '),
    ],
    [functions.join(' ')],
    lines.sort(),
    shapes,
  ];
  return source(sections.map((section) => section.join('\n')).join('\n\n'));
}

const levelOf = (stability: string): string => {
  const level = LEVELS[stability];
  if (level === undefined) throw new Error(`stability "${stability}" is not known`);
  return level;
};

function attribute(raw: RawAttribute | undefined, fields: string): string {
  if (!raw) return '-';
  const flags = `${raw.required ? '!' : ''}${raw.nullable ? '?' : ''}${raw.approx ? '~' : ''}`;
  return `${word(raw.type)}${flags}${raw.fields ? fields : ''}${defaultOf(raw.default)}`;
}

function defaultOf(value: unknown): string {
  if (value === undefined) return '';
  const unresolved = typeof value === 'object' && value !== null && 'unresolved' in value;
  return unresolved ? ':' : `:${JSON.stringify(value).replace(/[%|,@\s]/g, encodeURIComponent)}`;
}

function block(name: string, raw: RawBlock | undefined, inner: number | string): string {
  if (!raw) return '-';
  if (raw.enum && name.split('.')[0] !== raw.enum)
    throw new Error(`block ${name} of group ${raw.enum}`);
  const flags = [
    raw.required && '!',
    raw.repeated && '*',
    raw.set_by_default && '%',
    raw.label && '"',
    raw.enum && '.',
  ];
  return `${inner}${flags.filter(Boolean).join('')}`;
}

/** A type without anything that the format uses itself. */
function word(type: string): string {
  if (/[|,@\s!?~^:=]/.test(type)) throw new Error(`type "${type}" cannot be written`);
  return type;
}

const exportsOf = ({ exports = {} }: RawComponent): string =>
  Object.entries(exports)
    .map(([name, { type }]) => `${name}:${word(type)}`)
    .join(';');

const functionOf = (raw: RawFunction | undefined): string =>
  raw ? `${levelOf(raw.stability)}${raw.deprecated ? '!' : ''}${raw.constant ? '=' : ''}` : '-';

/** A module with the text as a template literal, one component or block a line. */
const source = (text: string): string =>
  `// Made by scripts/component-table.ts; do not edit.\nexport const TABLE = \`${text.replace(/[\\`]|\$\{/g, '\\$&')}\`;\n`;
