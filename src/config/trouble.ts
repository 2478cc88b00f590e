import { nearest } from '../model/frame.ts';
import type { Problem, WrittenProblem } from '../model/problem.ts';
import { Misplaced } from './encode.ts';
import { KEPT_FILTERS, KEPT_TAGS, OWN_FILTERS } from './filters.ts';
import type { TemplatePlace } from './template.ts';

/** What Liquid throws, as far as it is read here; its classes are not all exported. */
interface Trouble {
  readonly message: string;
  readonly errors?: readonly Trouble[];
  readonly originalError?: Error;
  readonly token?: { getPosition(): readonly number[]; readonly input: string };
}

export interface TroubleContext {
  readonly text: string;
  readonly place: (line: number, column: number) => TemplatePlace;
  /** Variables that are there. */
  readonly known: readonly string[];
  /** The template declares its parameters. */
  readonly declared: boolean;
}

/** All problems in what Liquid threw, in the order of the text, each once. */
export function liquidProblems(error: unknown, context: TroubleContext): readonly Problem[] {
  const seen = new Set<string>();
  return flatten(error as Trouble)
    .map((trouble) => problemOf(trouble, context))
    .filter(({ message, at }) => {
      const key = `${at?.line}:${at?.column}:${message}`;
      return !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => order(a) - order(b));
}

/** Loops and branches bring their own bundle of errors. */
const flatten = (trouble: Trouble): readonly Trouble[] =>
  trouble.errors ? trouble.errors.flatMap(flatten) : [trouble];

const order = ({ at }: Problem): number => (at ? at.line * 100_000 + at.column : 0);

function problemOf(trouble: Trouble, context: TroubleContext): WrittenProblem {
  const [line = 1, column = 1] = trouble.token?.getPosition() ?? [];
  const cause = trouble.originalError ?? trouble;
  const words = cause.message.replace(/(?:, file:.*)?, line:\d+, col:\d+$/s, '');
  const found = explain(cause, words, { ...context, line, column });
  return { ...found, ...context.place(line, column) };
}

type Explained = Pick<WrittenProblem, 'code' | 'message' | 'hint'>;
type Explainer = (
  match: RegExpExecArray,
  context: TroubleContext & { readonly line: number; readonly column: number },
) => Explained;

/** Messages of Liquid, and what to do about them. */
const EXPLAINERS: readonly (readonly [RegExp, Explainer])[] = [
  [
    /^undefined variable: (.*)$/s,
    ([, name = ''], { text, line, column, known, declared }) => {
      const code = 'template.variable';
      if (text.split('\n')[line - 1]?.[column - 1] === '.') {
        return {
          code,
          message: `"{{ .${name} }}" is no Liquid: a variable has no dot in front`,
          hint: 'braces meant for Alloy itself stand between {% raw %} and {% endraw %}',
        };
      }
      const inside = name.includes('.');
      const meant = nearest(name, known);
      return {
        code,
        message: `the variable "${name}" is not given`,
        hint: meant
          ? `did you mean ${meant}?`
          : declared || inside
            ? `give ${name} a value, or test it first: {% if ${name} %}`
            : `add ${name} to config.vars, or give it a default: {{ ${name} | default: "..." }}`,
      };
    },
  ],
  [
    /^undefined filter: (.*)$/s,
    ([, name = '']) => {
      const filters = [...KEPT_FILTERS, ...Object.keys(OWN_FILTERS)];
      const meant = nearest(name, filters);
      return {
        code: 'template.syntax',
        message: `there is no filter "${name}"`,
        hint: meant ? `did you mean ${meant}?` : 'take one of those listed in docs/templates.md',
      };
    },
  ],
  [
    /^tag "(.*)" not found$/s,
    ([, name = '']) => {
      const meant = nearest(name, KEPT_TAGS);
      const closes = /^(?:end\w+|else|elsif|when)$/.test(name);
      return {
        code: 'template.syntax',
        message: closes ? `{% ${name} %} closes nothing here` : `there is no tag "${name}"`,
        hint: closes
          ? 'look for its opening tag, which is wrong or missing'
          : meant
            ? `did you mean ${meant}?`
            : `templates know ${KEPT_TAGS.filter((tag) => tag !== '#').join(', ')}`,
      };
    },
  ],
  [
    /^(?:tag|output|raw) (.*) not closed$/s,
    ([, what = '']) => {
      const tag = /^"?\{%-?\s*(\w+)/.exec(what)?.[1];
      const output = what.includes('{{');
      return {
        code: 'template.syntax',
        message: output
          ? 'the output "{{" is not closed'
          : `the tag ${tag ? `{% ${tag} %}` : what} is not closed`,
        hint: output
          ? 'end it with }}'
          : /^"\{%/.test(what)
            ? 'end it with %}'
            : `add {% end${tag ?? '...'} %}`,
      };
    },
  ],
  [
    /^expected "\|" before filter$/,
    () => ({
      code: 'template.syntax',
      message: 'the condition or value goes on where it should end',
      hint: 'compare with ==, join with and / or, and put | before a filter',
    }),
  ],
];

function explain(
  cause: Error | Trouble,
  words: string,
  context: TroubleContext & { readonly line: number; readonly column: number },
): Explained {
  if (cause instanceof Misplaced) {
    return { code: 'template.variable', message: cause.message, hint: cause.hint };
  }
  for (const [pattern, explainer] of EXPLAINERS) {
    const match = pattern.exec(words);
    if (match) return explainer(match, context);
  }
  return {
    code: 'template.syntax',
    message: words.replace(/\s+/g, ' '),
    hint: 'mend the template at this place; docs/templates.md shows what may stand there',
  };
}
