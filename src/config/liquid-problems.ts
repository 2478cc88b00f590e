import { nearest } from '../model/frame.ts';
import type { Problem, ProblemOf } from '../model/problem.ts';
import { MisplacedError } from './encode.ts';
import { KEPT_FILTERS, KEPT_TAGS, OWN_FILTERS } from './filters.ts';
import type { TemplatePlace } from './template-model.ts';

/** What Liquid throws, as far as it is read here; its classes are not all exported. */
interface LiquidFailure {
  readonly message: string;
  readonly errors?: readonly LiquidFailure[];
  readonly originalError?: Error;
  readonly token?: { getPosition(): readonly number[]; readonly input: string };
}

export interface ErrorContext {
  readonly text: string;
  readonly place: (line: number, column: number) => TemplatePlace;
  /** Variables that exist. */
  readonly known: readonly string[];
  /** The template declares its parameters. */
  readonly declared: boolean;
  /** What a variable lacks that only a base can give; undefined for any other. */
  readonly missing: (name: string) => ProblemOf<'template.variable'>['params'] | undefined;
}

/** All problems in what Liquid threw, in the order of the text, each once. */
export function liquidProblems(error: unknown, context: ErrorContext): readonly Problem[] {
  const seen = new Set<string>();
  return flatten(error as LiquidFailure)
    .map((failure) => problemOf(failure, context))
    .filter(({ code, params, at }) => {
      const key = JSON.stringify([at, code, params]);
      return !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => order(a) - order(b));
}

/** Loops and branches bring their own bundle of errors. */
const flatten = (failure: LiquidFailure): readonly LiquidFailure[] =>
  failure.errors ? failure.errors.flatMap(flatten) : [failure];

const order = ({ at }: Problem): number => (at ? at.line * 100_000 + at.column : 0);

type TemplateProblem = ProblemOf<'template.syntax' | 'template.variable'>;
type Fault = Pick<TemplateProblem, 'code' | 'params'>;

function problemOf(failure: LiquidFailure, context: ErrorContext): TemplateProblem {
  const [line = 1, column = 1] = failure.token?.getPosition() ?? [];
  const cause = failure.originalError ?? failure;
  const fault: Fault =
    cause instanceof MisplacedError
      ? { code: 'template.variable', params: cause.misplacement }
      : faultOf(cause.message, line, column, context);
  return { ...fault, ...context.place(line, column) } as TemplateProblem;
}

const syntax = (params: ProblemOf<'template.syntax'>['params']): Fault => ({
  code: 'template.syntax',
  params,
});

/** By Liquid's messages, which are all that tells its errors apart. */
function faultOf(
  message: string,
  line: number,
  column: number,
  { text, known, declared, missing }: ErrorContext,
): Fault {
  const said = message.replace(/(?:, file:.*)?, line:\d+, col:\d+$/s, '');
  const within = (pattern: RegExp): string | undefined => pattern.exec(said)?.[1];

  // of a map of the inventory, which has no prototype
  if (said === 'Cannot convert object to primitive value')
    return { code: 'template.variable', params: { reason: 'not-a-text' } };
  const name = within(/^undefined variable: (.*)$/s);
  if (name !== undefined) {
    const lacking = missing(name);
    if (lacking) return { code: 'template.variable', params: lacking };
    const meant = nearest(name, known) ?? null;
    const leadingDot = text.split('\n')[line - 1]?.[column - 1] === '.';
    return {
      code: 'template.variable',
      params: leadingDot
        ? { reason: 'leading-dot', name }
        : { reason: 'not-given', name, meant, declared },
    };
  }
  const filter = within(/^undefined filter: (.*)$/s);
  if (filter !== undefined) {
    const meant = nearest(filter, [...KEPT_FILTERS, ...Object.keys(OWN_FILTERS)]) ?? null;
    return syntax({ reason: 'unknown-filter', filter, meant });
  }
  const tag = within(/^tag "(.*)" not found$/s);
  if (tag !== undefined) {
    if (/^(?:end\w+|else|elsif|when)$/.test(tag)) return syntax({ reason: 'stray-tag', tag });
    const meant = nearest(tag, KEPT_TAGS) ?? null;
    const named = KEPT_TAGS.filter((tag) => tag !== '#');
    return syntax({ reason: 'unknown-tag', tag, meant, known: named });
  }
  const open = within(/^(?:tag|output|raw) (.*) not closed$/s);
  if (open?.includes('{{')) return syntax({ reason: 'unclosed-output' });
  if (open !== undefined) {
    const tag = /^"?\{%-?\s*(\w+)/.exec(open)?.[1];
    return open.startsWith('"{%')
      ? syntax({ reason: 'unclosed-tag', tag: tag ? `{% ${tag} %}` : open })
      : syntax({ reason: 'unclosed-block', tag: tag ?? null });
  }
  if (said === 'expected "|" before filter') return syntax({ reason: 'trailing-text' });
  return syntax({ reason: 'liquid', said: said.replace(/\s+/g, ' ') });
}
