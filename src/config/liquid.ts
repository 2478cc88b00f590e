import {
  CaseTag,
  Context,
  Drop,
  defaultOperators,
  type FilterImplOptions,
  filters,
  IfTag,
  Liquid,
  Output,
  type Template as Parsed,
  Tokenizer,
  TokenKind,
  tags,
  toValueSync,
  UnlessTag,
  Value,
} from 'liquidjs';
import { memo } from '../model/memo.ts';
import { KEPT_FILTERS, KEPT_TAGS, OWN_FILTERS } from './filters.ts';
import { Held, holdsAny, isCollection, isPlain, opened } from './held.ts';

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
    if (this.value instanceof Held) return this.value.toString();
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
    operators: Object.fromEntries(
      Object.entries(defaultOperators).map(([name, operator]) => [
        name,
        throughHeld(name, operator as Operator),
      ]),
    ),
    outputEscape: (value: unknown) => new OutputValue(unwrapped(value), false) as unknown as string,
  });
  for (const name of Object.keys(filters)) {
    if (!KEPT_FILTERS.includes(name)) liquid.unregisterFilter(name);
    else
      liquid.registerFilter(
        name,
        heldFilter(filters[name as keyof typeof filters] as FilterImplOptions),
      );
  }
  for (const name of Object.keys(tags)) {
    if (!KEPT_TAGS.includes(name)) liquid.registerTag(name, notFound(name));
  }
  for (const [name, filter] of Object.entries(OWN_FILTERS))
    liquid.registerFilter(name, name === 'with_default' ? filter : heldFilter(filter));
  liquid.registerFilter('raw', {
    raw: true,
    handler(value: unknown) {
      const [line = 1, column = 1] = this.token.getPosition();
      return new OutputValue(opened(unwrapped(value)), true, [line, column]);
    },
  });
  return liquid;
}

type Operator = (...operands: unknown[]) => boolean;

/** What is held is true, is not what no text is, and else is looked at. */
function throughHeld(name: string, operator: Operator): Operator {
  switch (name) {
    case 'and':
    case 'or':
    case 'not':
      return (...operands) => operator(...operands.map(truth));
    case '==':
    case '!=':
      return (left, right, context) => {
        const [one, other] = right instanceof Held ? [right, left] : [left, right];
        if (!(one instanceof Held)) return operator(opened(left), opened(right), context);
        if (typeof other === 'string') return one.is(other) === (name === '==');
        const text = isNoText(other) ? one.written() : one.valueOf();
        return operator(text, other, context);
      };
    default:
      return (...operands) => operator(...operands.map(opened));
  }
}

/** Of `nil` Liquid makes a drop. */
const isNoText = (value: unknown): boolean =>
  (typeof value !== 'object' && typeof value !== 'string') ||
  value === null ||
  (value instanceof Drop && !(value instanceof Held) && value.valueOf() === null);

const truth = (value: unknown): unknown => (value instanceof Held ? true : value);

/** A text that is made of one that is held is held too. Filters see what they are given, never what holds it. */
function heldFilter(filter: FilterImplOptions): FilterImplOptions {
  const handler = typeof filter === 'function' ? filter : filter.handler;
  function through(this: ThisParameterType<typeof handler>, value: unknown, ...given: unknown[]) {
    const args = given.map(opened);
    if (!(value instanceof Held)) return handler.call(this, opened(value), ...args);
    const make = (text: string): unknown => handler.call(this, text, ...args);
    const made = make(value.written());
    if (isPlain(made)) return value.mapped(made, make);
    return make(value.valueOf());
  }
  return typeof filter === 'function' ? through : { ...filter, handler: through };
}

/** Liquid has no way to unregister a tag: this one fails as an unknown tag does. */
const notFound = (name: string): Parameters<Liquid['registerTag']>[1] => ({
  parse() {
    throw new Error(`tag "${name}" not found`);
  },
  render() {},
});

let engine: Liquid | undefined;

/** What it is called among the registers of a context that there is something held. */
const HOLDS = 'alloyup: holds';

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
    if (template instanceof IfTag || template instanceof UnlessTag) askOnlyForTruth(template);
    if (template instanceof CaseTag) takeNoCollection(template);
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

/** Of `if x` it is not noted what the text is. */
function askOnlyForTruth({ branches }: IfTag | UnlessTag): void {
  for (const { value } of branches) {
    const evaluate = value.value;
    value.value = function* (...args) {
      return truth(yield* evaluate.apply(value, args)) as never;
    };
  }
}

/**
 * Whether two maps are one cannot be told where one of them went through a filter, and this tag asks no operator.
 * Such a template is rendered with nothing held.
 */
function takeNoCollection({ value }: CaseTag): void {
  const evaluate = value.value;
  value.value = function* (context, lenient) {
    const target = yield* evaluate.call(value, context, lenient);
    if (context.getRegister(HOLDS) === true && isCollection(target))
      throw new Error('a case of it');
    return target;
  };
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
  context.setRegister(HOLDS, holdsAny(variables));
  const emitter: Emitter = {
    buffer: '',
    at: { offset: 0, verbatim: false },
    write: (piece: unknown) =>
      write(piece instanceof OutputValue ? piece : String(piece), emitter.at),
  };
  toValueSync(engine.renderer.renderTemplates(templates, context, emitter));
  return context.bottom() as Readonly<Record<string, unknown>>;
}
