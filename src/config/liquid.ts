import {
  Context,
  filters,
  Liquid,
  Output,
  type Template as Parsed,
  Tokenizer,
  TokenKind,
  tags,
  toValueSync,
  Value,
} from 'liquidjs';
import { memo } from '../model/memo.ts';
import { KEPT_FILTERS, KEPT_TAGS, OWN_FILTERS } from './filters.ts';

/** Characters of a template; milliseconds; Liquid's own count of objects made. */
const LIMITS = { parseLimit: 2_000_000, renderLimit: 5_000, memoryLimit: 50_000_000 };

/** A value on its way into the text. A capture stores the plain value: encoding happens on output. */
export class OutputValue {
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

const unwrapped = (value: unknown): unknown => (value instanceof OutputValue ? value.value : value);

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
    // only date filters need it, which are not kept; detecting it takes 11 ms
    locale: 'en-US',
    outputEscape: (value: unknown) => new OutputValue(unwrapped(value), false) as unknown as string,
  });
  for (const name of Object.keys(filters)) {
    if (!KEPT_FILTERS.includes(name)) liquid.unregisterFilter(name);
  }
  for (const name of Object.keys(tags)) {
    if (!KEPT_TAGS.includes(name)) liquid.registerTag(name, notFound(name));
  }
  for (const [name, filter] of Object.entries(OWN_FILTERS)) liquid.registerFilter(name, filter);
  liquid.registerFilter('raw', {
    raw: true,
    handler(value: unknown) {
      const [line = 1, column = 1] = this.token.getPosition();
      return new OutputValue(unwrapped(value), true, [line, column]);
    },
  });
  return liquid;
}

/** Liquid has no way to unregister a tag: this one fails as an unknown tag does. */
const notFound = (name: string): Parameters<Liquid['registerTag']>[1] => ({
  parse() {
    throw new Error(`tag "${name}" not found`);
  },
  render() {},
});

let engine: Liquid | undefined;

export interface ParsedTemplate {
  readonly templates: Parsed[];
  /** Found when it is asked for: Liquid counts the lines above each place, which takes longer the longer a text is. */
  readonly reads: () => TemplateReads;
}

/** Names that a template reads and does not assign itself, with their places. */
export type TemplateReads = Readonly<
  Record<
    string,
    readonly { location: { row: number; col: number }; segments: readonly unknown[] }[]
  >
>;

/** @throws LiquidError of the first, or LiquidErrors of all that is wrong with the text */
export const parseLiquid = memo((text: string): ParsedTemplate => {
  engine ??= createEngine();
  const templates = engine.parse(text);
  const errors = [...trailing(templates)];
  if (errors.length > 0) throw Object.assign(new Error('trailing text'), { errors });
  tellPlaces(templates);
  let reads: TemplateReads | undefined;
  return { templates, reads: () => (reads ??= readsOf(templates)) };
});

const readsOf = (templates: Parsed[]): TemplateReads =>
  engine!.analyzeSync(templates, { partials: false }).globals;

/** Text behind a value, which Liquid ignores: `{{ a b }}`, `{{ a, b }}`. In the form of Liquid's own errors. */
function* trailing(
  templates: readonly Parsed[],
): Generator<{ readonly message: string; readonly token: Parsed['token'] }> {
  for (const template of templates) {
    const values = [...(template.arguments?.() ?? [])].filter((part) => part instanceof Value);
    if (values.some(lacksOperator) || hasTrailingText(template)) {
      yield { message: 'expected "|" before filter', token: template.token };
    }
    if (template.children) {
      yield* trailing(toValueSync(template.children(false, true)) as readonly Parsed[]);
    }
  }
}

/** Where a piece of text comes from: the offset in the template, and whether it stands there as it is. */
export interface Origin {
  readonly offset: number;
  readonly verbatim: boolean;
}

/** What templates write to. Before that they say where they stand. */
interface Emitter {
  buffer: string;
  at: Origin;
  write(piece: unknown): void;
}

/** Has each part tell the emitter where it stands: Liquid gives text without its place. */
function tellPlaces(templates: readonly Parsed[]): void {
  for (const template of templates) {
    const { token, render } = template as Parsed & { render: (...args: unknown[]) => unknown };
    const verbatim = token.kind === TokenKind.HTML;
    // of text, what whitespace control removed
    const { trimLeft = 0 } = token as Partial<Record<'trimLeft', number>>;
    const at: Origin = { offset: token.begin + (verbatim ? trimLeft : 0), verbatim };
    Object.assign(template, {
      render(context: unknown, emitter: Emitter): unknown {
        emitter.at = at;
        return render.call(template, context, emitter);
      },
    });
    if (template.children)
      tellPlaces(toValueSync(template.children(false, true)) as readonly Parsed[]);
  }
}

/** Two operands without an operator between them: Liquid evaluates only the last one. */
function lacksOperator({ initial }: Value): boolean {
  const left = initial.postfix.reduce(
    (count, token) =>
      token.kind !== TokenKind.Operator ? count + 1 : token.getText() === 'not' ? count : count - 1,
    0,
  );
  return left > 1;
}

function hasTrailingText(template: Parsed): boolean {
  if (!(template instanceof Output)) return false;
  const { token } = template;
  const rest = new Tokenizer(token.input, undefined, undefined, token.contentRange);
  rest.readFilteredValue();
  rest.skipBlank();
  return !rest.end();
}

/**
 * Gives `write` what a template writes, in order. It throws what is wrong with an output; rendering
 * continues after that.
 *
 * @returns what it has assigned, by name
 * @throws LiquidErrors of all that went wrong
 */
export function renderLiquid(
  { templates }: ParsedTemplate,
  variables: Readonly<Record<string, unknown>>,
  write: (piece: string | OutputValue, at: Origin) => void,
): Readonly<Record<string, unknown>> {
  engine ??= createEngine();
  const scope: object = Object.assign(Object.create(null), variables);
  const context = new Context(scope, engine.options, { sync: true }, { liquid: engine });
  const emitter: Emitter = {
    buffer: '',
    at: { offset: 0, verbatim: false },
    write: (piece: unknown) =>
      write(piece instanceof OutputValue ? piece : String(piece), emitter.at),
  };
  toValueSync(engine.renderer.renderTemplates(templates, context, emitter));
  return context.bottom() as Readonly<Record<string, unknown>>;
}
