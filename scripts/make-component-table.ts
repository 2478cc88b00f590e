// Generates the table for scripts/component-table.ts; a test generates it again and compares.
import {
  ADDED_BLOCKS,
  ARGUMENTS,
  EXCUSED,
  EXPERIMENTAL,
  EXPORTS,
  NO_EXPORTS,
  OPEN,
  OPTIONAL,
  TAKES_ALL,
} from './component-additions.ts';

interface RawAttribute {
  readonly type?: string;
  readonly required?: boolean;
}
type RawAttributes = Readonly<Record<string, RawAttribute>>;
export interface RawComponent {
  readonly kind: string;
  readonly stability: string | null;
  readonly arguments: RawAttributes;
  readonly blocks: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly nested?: Readonly<Record<string, RawAttributes>>;
  readonly exports?: Readonly<Record<string, string>>;
}

/** A block under construction: name -> child. */
interface Draft {
  attributes: Map<string, string>;
  blocks: Map<string, Draft>;
  required: boolean;
  /** Undocumented: accepts anything. */
  open: boolean;
  /** Also accepts the blocks of its component. */
  takesAll: boolean;
}

/** The table for src/alloy/table, and the gaps in the facts. */
export function makeTable(raw: Readonly<Record<string, RawComponent>>): {
  readonly text: string;
  /** Gaps that are not excused. */
  readonly holes: readonly string[];
  readonly excused: number;
} {
  const holes: string[] = [];
  const draft = (): Draft => ({
    attributes: new Map(),
    blocks: new Map(),
    required: false,
    open: false,
    takesAll: false,
  });

  const PLAIN: Readonly<Record<string, string>> = {
    boolean: 'bool',
    integer: 'number',
    int: 'number',
    uint: 'number',
    uint32: 'number',
    float: 'number',
    float32: 'number',
    float64: 'number',
    Duration: 'duration',
    size: 'size',
    'units.Base2Bytes': 'size',
    'string or secret': 'secret',
    'secret or string': 'secret',
    'secret|string': 'secret',
    receiver: 'LogsReceiver',
    'capsule(otelcol.Handler)': 'otelcol.Handler',
    '[]relabel.Config': 'RelabelRules',
    '[]discovery.Target': 'list(map(string))',
    'list(Target)': 'list(map(string))',
    'lists(map(string)': 'list(map(string))',
    '[]loki.LogsReceiver': 'list(LogsReceiver)',
    'list(receiver)': 'list(LogsReceiver)',
    'list(pyroscope.Appendable)': 'list(ProfilesReceiver)',
    '[]string': 'list(string)',
    'array(string)': 'list(string)',
    'map[string]string': 'map(string)',
    object: 'any',
    '': 'any',
  };
  const KNOWN =
    /^(string|bool|number|duration|size|secret|any|RelabelRules|MetricsReceiver|LogsReceiver|ProfilesReceiver|otelcol\.Consumer|otelcol\.Handler)$/;

  /** The type as named in src/alloy/table/table.ts. */
  function typeOf(written: string | undefined, where: string): string {
    const text = (written ?? '').trim();
    const plain = PLAIN[text];
    if (plain) return plain;
    const inner = /^(list|map)\((.*)\)$/.exec(text);
    if (inner) return `${inner[1]}(${typeOf(inner[2], where)})`;
    if (!KNOWN.test(text)) {
      holes.push(`${where}: type "${text}" is not known`);
      return 'any';
    }
    return text;
  }

  /** The path of a block in the documentation, without stray blanks, table markup and qualifiers. */
  const cleanPath = (path: string): string[] =>
    path.split('/').map((part) =>
      part
        .trim()
        .replace(/ \|.*/, '')
        .replace(/\[\]$/, '')
        .replace(/ (client|block)$/, ''),
    );

  /** The blocks a heading describes: the last names of their paths, and the name above them if it gives one. */
  function headings(
    key: string,
  ): { readonly path: readonly string[]; readonly under: string | null }[] {
    const text = key.replace(/ \(Deprecated.*/, '').replace(/ block$/, '');
    if (text.includes('` and `'))
      return text.split('` and `').map((name) => ({ path: [name], under: null }));
    if (text.includes('`/`')) return [{ path: text.replaceAll('`', '').split('/'), under: null }];
    const qualified = /^(.+)` (.+)$/.exec(text);
    if (qualified) return [{ path: [qualified[1]!], under: qualified[2]! }];
    return [{ path: [text.replaceAll('`', '')], under: null }];
  }

  function fill(
    into: Draft,
    attributes: RawAttributes,
    where: string,
    nested: RawComponent['nested'],
  ): void {
    for (const [name, { type, required }] of Object.entries(attributes)) {
      // tables of metrics list one block for each metric
      if (type === 'metric' || type === 'resource_attribute') {
        const child = draft();
        fill(child, nested?.[type] ?? { enabled: { type: 'bool' } }, `${where} ${name}`, nested);
        child.open = true;
        into.blocks.set(name, child);
        continue;
      }
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        // a table that describes the blocks inside in the same rows
        into.open = true;
        holes.push(`${where}: argument name "${name}"`);
        continue;
      }
      const optional = OPTIONAL.includes(`${where} ${name}`);
      into.attributes.set(
        name,
        `${typeOf(type, `${where} ${name}`)}${required && !optional ? '!' : ''}`,
      );
    }
  }

  function componentOf(name: string, component: RawComponent): Draft {
    const top = draft();
    fill(top, component.arguments, name, component.nested);

    const at = (path: readonly string[], required: boolean): Draft => {
      let block = top;
      for (const [index, part] of path.entries()) {
        const last = index === path.length - 1;
        let child = block.blocks.get(part);
        if (!child) {
          child = draft();
          child.open = true;
          block.blocks.set(part, child);
        }
        if (last && required) child.required = true;
        block = child;
      }
      return block;
    };

    const paths = new Map<string, string[]>();
    const note = (path: string[], required: boolean) => {
      at(path, required);
      for (let length = 1; length <= path.length; length++) {
        const part = path.slice(0, length);
        paths.set(part.join('/'), part);
      }
    };
    for (const [path, { required = false }] of Object.entries(component.blocks)) {
      note(cleanPath(path), required && !OPTIONAL.includes(`${name} ${cleanPath(path).join('/')}`));
    }
    for (const path of ADDED_BLOCKS[name] ?? []) note(path.split('/'), false);

    // headings that describe the entries of a table, not a block
    const typesOfEntries = new Set(
      Object.values(component.nested ?? {}).flatMap((entries) =>
        Object.values(entries).map(({ type }) => type),
      ),
    );
    for (const [key, attributes] of Object.entries(component.nested ?? {})) {
      if (typesOfEntries.has(key)) continue;
      let met = 0;
      for (const { path, under } of headings(key)) {
        if (path.length > 1 && !paths.has(path.join('/'))) note([...path], false);
        for (const known of paths.values()) {
          const tail = known.slice(-path.length).join('/') === path.join('/');
          const above = known.slice(0, -path.length);
          const here =
            under === null ||
            above.some(
              (part) =>
                part === under || `${part}s` === under || (under === 'client' && part === 'remote'),
            );
          if (!tail || !here) continue;
          met += 1;
          const block = at(known, false);
          block.open = false;
          // several blocks under one heading accept different arguments: the heading lists all of them
          fill(block, attributes, `${name} ${known.join('/')}`, component.nested);
        }
      }
      if (met === 0) holes.push(`${name}: no block for the heading "${key}"`);
    }
    for (const entry of ARGUMENTS[name] ?? []) {
      const [place = '', type = ''] = entry.split('=');
      const path = place.split('/');
      const argument = path.pop()!;
      const block = at(path, false);
      block.open = false;
      block.attributes.set(argument, type);
    }
    for (const path of OPEN[name] ?? []) {
      if (path === '') top.open = true;
      else at(path.split('/'), false).open = true;
    }
    for (const path of TAKES_ALL[name] ?? []) at(path.split('/'), false).takesAll = true;
    for (const [, block] of walk(top, name)) {
      // the same text in two forms: pages about servers do not list the inline one
      if (name !== 'http' && block.attributes.has('client_auth_type')) {
        block.attributes.set('client_ca', 'secret');
      }
    }
    for (const [path, block] of walk(top, name)) {
      if (block.open && block.attributes.size === 0 && block.blocks.size === 0) {
        holes.push(`${path}: nothing is known of what it takes`);
      }
    }
    if (/^otelcol\.(receiver|processor|connector)\./.test(name) && !top.blocks.has('output')) {
      holes.push(`${name}: no output block`);
    }
    if (
      name.startsWith('discovery.') &&
      component.exports?.targets &&
      typeOf(EXPORTS[name]?.targets ?? component.exports.targets, name) !== 'list(map(string))'
    ) {
      holes.push(`${name}: exports targets that are no list of targets`);
    }
    return top;
  }

  function* walk(block: Draft, path: string): Generator<readonly [string, Draft]> {
    for (const [name, child] of block.blocks) {
      yield [`${path} > ${name}`, child];
      yield* walk(child, `${path} > ${name}`);
    }
  }

  // equal blocks are written once: tls_config alone occurs a hundred times
  const shapes: string[] = [];
  const indexOf = new Map<string, number>();
  function shape(block: Draft): number {
    const attributes = [...block.attributes].map(([name, type]) => `${name}=${type}`).join(' ');
    const blocks = [...block.blocks]
      .map(([name, child]) => `${name}=${shape(child)}${child.required ? '!' : ''}`)
      .join(' ');
    const text = `${block.open ? '+' : ''}${block.takesAll ? '@' : ''}|${attributes}|${blocks}`;
    const known = indexOf.get(text);
    if (known !== undefined) return known;
    indexOf.set(text, shapes.length);
    shapes.push(text);
    return shapes.length - 1;
  }

  const LEVEL: Readonly<Record<string, number>> = {
    'general-availability': 0,
    'public-preview': 1,
    experimental: 2,
  };
  const lines: string[] = [];
  for (const [name, component] of Object.entries(raw)) {
    const top = componentOf(name, component);
    const exported = EXPORTS[name] ?? component.exports ?? (NO_EXPORTS.test(name) ? {} : undefined);
    if (!exported && component.kind === 'components' && !EXCUSED.includes(`${name}: exports`)) {
      holes.push(`${name}: exports are not known`);
    }
    if (component.stability !== null && !(component.stability in LEVEL)) {
      holes.push(`${name}: stability "${component.stability}"`);
    }
    const exportsText = exported
      ? Object.entries(exported)
          .map(([key, type]) => `${key}=${typeOf(type, `${name} export ${key}`)}`)
          .join(' ')
      : '?';
    // community components have no stability level
    const level = component.stability === null ? 'c' : String(LEVEL[component.stability] ?? 0);
    const experimental = (EXPERIMENTAL[name] ?? []).join(' ');
    lines.push([name, level, shape(top), exportsText, experimental].join('|'));
  }

  const open = holes.filter((hole) => !EXCUSED.some((known) => hole.startsWith(known)));
  return {
    text: source(JSON.stringify({ components: lines, shapes })),
    holes: open,
    excused: holes.length - open.length,
  };
}

/** The module with the table as a single-quoted literal, since the text contains many double quotes. */
const source = (value: string): string =>
  `// Made by scripts/component-table.ts; do not edit.\nexport const TABLE =\n  '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}';\n`;
