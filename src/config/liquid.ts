import {
  analyzeSync,
  Context,
  filters,
  Liquid,
  type Template as Parsed,
  Parser,
  tags,
  toValueSync,
} from 'liquidjs';
import { KEPT_FILTERS, KEPT_TAGS, OWN_FILTERS } from './filters.ts';
import { loose } from './strict.ts';
import { TextTokenizer } from './tokens.ts';

/** Characters of a template; milliseconds; Liquid's own count of things made. */
const LIMITS = { parseLimit: 2_000_000, renderLimit: 5_000, memoryLimit: 50_000_000 };

/** A value on its way into the text. Captured text holds it as it is: it is encoded when it is written. */
export class Output {
  readonly value: unknown;
  readonly raw: boolean;
  /** Line and column of the filter `raw`. */
  readonly at: readonly [number, number] | null;

  constructor(value: unknown, raw: boolean, at: readonly [number, number] | null = null) {
    this.value = value;
    this.raw = raw;
    this.at = at;
  }

  toString(): string {
    if (this.value === null || this.value === undefined) return '';
    if (typeof this.value === 'object') throw new Error('a list or map cannot be captured');
    return String(this.value);
  }
}

/** Takes what a template writes, in order. */
export interface Sink {
  /** @throws what is wrong with the output; the template goes on behind it. */
  write(piece: string | Output): void;
}

const unwrapped = (value: unknown): unknown => (value instanceof Output ? value.value : value);

function createEngine(): Liquid {
  const liquid = new Liquid({
    ...LIMITS,
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    // an optional variable can be tested, and can have a default
    lenientIf: true,
    catchAllErrors: true,
    // no template reads another file
    templates: {},
    // for dates, which are left out; to ask the system for it takes 11 ms
    locale: 'en-US',
    outputEscape: (value: unknown) => new Output(unwrapped(value), false) as unknown as string,
  });
  for (const name of Object.keys(filters)) {
    if (!KEPT_FILTERS.includes(name)) liquid.unregisterFilter(name);
  }
  for (const name of Object.keys(tags)) {
    if (!KEPT_TAGS.includes(name)) delete liquid.tags[name];
  }
  for (const [name, filter] of Object.entries(OWN_FILTERS)) liquid.registerFilter(name, filter);
  liquid.registerFilter('raw', {
    raw: true,
    handler(this: { readonly token: { getPosition(): number[] } }, value: unknown) {
      const [line = 1, column = 1] = this.token.getPosition();
      return new Output(unwrapped(value), true, [line, column]);
    },
  });
  return liquid;
}

let engine: Liquid | undefined;

export interface ParsedTemplate {
  readonly templates: Parsed[];
  /** Names that it reads and does not make itself, with the places. */
  readonly reads: Readonly<Record<string, readonly { location: { row: number; col: number } }[]>>;
}

/** The last texts read: the hosts of a fleet share a few templates. */
const recent = new Map<string, ParsedTemplate>();
const RECENT = 32;

/** @throws LiquidError of the first, or LiquidErrors of all that is wrong with the text */
export function parseLiquid(text: string): ParsedTemplate {
  const known = recent.get(text);
  if (known) return known;
  engine ??= createEngine();
  const templates = parseWith(engine, text);
  const errors = [...loose(templates)];
  if (errors.length > 0) throw Object.assign(new Error('loose'), { errors });
  const parsed = { templates, reads: analyzeSync(templates, { partials: false }).globals };
  const [oldest] = recent.keys();
  if (recent.size >= RECENT && oldest !== undefined) recent.delete(oldest);
  recent.set(text, parsed);
  return parsed;
}

function parseWith(liquid: Liquid, text: string): Parsed[] {
  // refuses it, in its own words
  if (text.length > LIMITS.parseLimit) return liquid.parse(text);
  const tokens = new TextTokenizer(text, liquid.options.operators);
  return new Parser(liquid).parseTokens(tokens.readTopLevelTokens(liquid.options));
}

/** @throws LiquidErrors of all that went wrong */
export function renderLiquid(
  { templates }: ParsedTemplate,
  variables: Readonly<Record<string, unknown>>,
  sink: Sink,
): void {
  engine ??= createEngine();
  const scope: object = Object.assign(Object.create(null), variables);
  const context = new Context(scope, engine.options, { sync: true }, { liquid: engine });
  const emitter = {
    buffer: '',
    write(piece: unknown): void {
      sink.write(piece instanceof Output ? piece : String(piece));
    },
  };
  toValueSync(engine.renderer.renderTemplates(templates, context, emitter));
}
