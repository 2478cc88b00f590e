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
      : faultOf(cause.message, { ...context, line, column });
  return { ...fault, ...context.place(line, column) } as TemplateProblem;
}

type Reader = (
  match: RegExpExecArray,
  context: ErrorContext & { readonly line: number; readonly column: number },
) => Fault;

const syntax = (params: ProblemOf<'template.syntax'>['params']): Fault => ({
  code: 'template.syntax',
  params,
});

/** Liquid's messages, which are all that tells its errors apart. */
const READERS: readonly (readonly [RegExp, Reader])[] = [
  [
    /^undefined variable: (.*)$/s,
    ([, name = ''], { text, line, column, known, declared }) => {
      const leadingDot = text.split('\n')[line - 1]?.[column - 1] === '.';
      const meant = nearest(name, known) ?? null;
      return {
        code: 'template.variable',
        params: leadingDot
          ? { reason: 'leading-dot', name }
          : { reason: 'not-given', name, meant, declared },
      };
    },
  ],
  [
    /^undefined filter: (.*)$/s,
    ([, filter = '']) => {
      const meant = nearest(filter, [...KEPT_FILTERS, ...Object.keys(OWN_FILTERS)]) ?? null;
      return syntax({ reason: 'unknown-filter', filter, meant });
    },
  ],
  [
    /^tag "(.*)" not found$/s,
    ([, tag = '']) =>
      /^(?:end\w+|else|elsif|when)$/.test(tag)
        ? syntax({ reason: 'stray-tag', tag })
        : syntax({
            reason: 'unknown-tag',
            tag,
            meant: nearest(tag, KEPT_TAGS) ?? null,
            known: KEPT_TAGS.filter((tag) => tag !== '#'),
          }),
  ],
  [
    /^(?:tag|output|raw) (.*) not closed$/s,
    ([, what = '']) => {
      if (what.includes('{{')) return syntax({ reason: 'unclosed-output' });
      const tag = /^"?\{%-?\s*(\w+)/.exec(what)?.[1];
      return /^"\{%/.test(what)
        ? syntax({ reason: 'unclosed-tag', tag: tag ? `{% ${tag} %}` : what })
        : syntax({ reason: 'unclosed-block', tag: tag ?? null });
    },
  ],
  [/^expected "\|" before filter$/, () => syntax({ reason: 'trailing-text' })],
];

function faultOf(message: string, context: Parameters<Reader>[1]): Fault {
  const said = message.replace(/(?:, file:.*)?, line:\d+, col:\d+$/s, '');
  for (const [pattern, read] of READERS) {
    const match = pattern.exec(said);
    if (match) return read(match, context);
  }
  return syntax({ reason: 'liquid', said: said.replace(/\s+/g, ' ') });
}
