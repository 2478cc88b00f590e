import type { Expression } from '../ast.ts';
import { partsOf, stringOf } from '../ast-lookup.ts';
import { goUrlProblem } from './go-url.ts';
import type { Check, Part, Report } from './model.ts';
import { ottlProblem } from './ottl.ts';
import { spanOf } from './spans.ts';
import { isHttpUrl, variableIn } from './text-patterns.ts';

/** Texts that mean something to somebody: variables that are none, OTTL. */
export const checkTexts: Check = ({ nodes }, report) => {
  for (const { parts } of nodes) {
    for (const part of parts) {
      for (const statement of part.block.body) {
        if (statement.kind !== 'attribute') continue;
        const { name } = statement.name;
        const kind = ottlKind(part, name);
        if (kind) eachWhole(statement.value, (text, at) => checkOttl(part, kind, text, at, report));
        else if (!OWN_DOLLARS.has(name)) {
          each(statement.value, (text, at) => {
            checkVariables(part, name, text, at, report);
            if (!/^<[A-Z][A-Z0-9_ -]*>$/.test(text)) return;
            report(
              'text.placeholder',
              spanOf(part.node.parsed, at),
              `${text} is a placeholder`,
              `Replace it with the ${name}`,
            );
          });
        }
      }
    }
  }
};

/** Arguments whose texts have a use for $ themselves: groups of a pattern, templates, queries. */
const OWN_DOLLARS: ReadonlySet<string> = new Set([
  'replacement',
  'replace',
  'regex',
  'expression',
  'expressions',
  'template',
  'content',
  'firstline',
  'query',
  'queries',
  'custom_metrics',
  'statements',
  'pattern',
  'selector',
]);

/** Every text in a value, without indexes and what is called or indexed. */
function each(expression: Expression, see: (text: string, at: Expression) => void): void {
  switch (expression.kind) {
    case 'literal': {
      const text = stringOf(expression);
      if (text !== undefined) see(text, expression);
      return;
    }
    case 'access':
    case 'index':
    case 'unary':
      return;
    default: {
      const parts = expression.kind === 'call' ? expression.args : partsOf(expression);
      for (const part of parts) each(part, see);
    }
  }
}

/** Texts that stand alone: what is joined of pieces, or made by a function, is known to Alloy only. */
function eachWhole(expression: Expression, see: (text: string, at: Expression) => void): void {
  if (expression.kind === 'literal') each(expression, see);
  else if (expression.kind === 'array') {
    for (const part of partsOf(expression)) eachWhole(part, see);
  }
}

function checkVariables(
  part: Part,
  argument: string,
  text: string,
  at: Expression,
  report: Report,
): void {
  const found = variableIn(text);
  // said by value.url
  if (!found || (isHttpUrl(part, argument) && goUrlProblem(text))) return;
  report(
    'text.variable',
    spanOf(part.node.parsed, at),
    `strings are not expanded: ${found.written} stays as it is`,
    `Write ${found.rewritten}`,
  );
}

/** Whether an argument holds OTTL, statements or conditions. */
function ottlKind({ node, path }: Part, name: string): 'statement' | 'condition' | undefined {
  if (node.name === 'otelcol.processor.transform' && name === 'statements') return 'statement';
  if (node.name === 'otelcol.processor.transform' && name === 'conditions') return 'condition';
  if (node.name === 'otelcol.processor.filter' && path.length === 1) {
    return ['span', 'spanevent', 'metric', 'datapoint', 'log_record'].includes(name)
      ? 'condition'
      : undefined;
  }
  if (path.at(-1) === 'ottl_condition' && (name === 'span' || name === 'spanevent'))
    return 'condition';
  return undefined;
}

function checkOttl(
  part: Part,
  kind: 'statement' | 'condition',
  text: string,
  at: Expression,
  report: Report,
): void {
  const problem = ottlProblem(text, kind);
  if (!problem) return;
  report('text.ottl', spanOf(part.node.parsed, at), ...problem);
}
