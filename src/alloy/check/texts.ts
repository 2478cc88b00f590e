import { placeholderIn } from '../../model/placeholder.ts';
import type { Expression } from '../ast.ts';
import { attributeOf, isString, partsOf, stringOf, withoutParens } from '../ast-lookup.ts';
import { textOf } from './constants.ts';
import { goUrlProblem } from './go-url.ts';
import type { Check, CheckOptions, Part, Report } from './model.ts';
import type { OttlContext } from './ottl/facts.ts';
import { type OttlPlace, ottlProblem } from './ottl/judge.ts';
import { spanOf } from './spans.ts';
import { isHttpUrl, variableIn } from './text-patterns.ts';

/** Texts that mean something to somebody: variables that are none, OTTL. */
export const checkTexts: Check = ({ nodes, options }, report) => {
  for (const { parts } of nodes) {
    for (const part of parts) {
      for (const statement of part.block.body) {
        if (statement.kind !== 'attribute') continue;
        const { name } = statement.name;
        const place = ottlPlace(part, name, options);
        if (place) checkOttl(part, place, statement.value, report);
        else if (!OWN_DOLLARS.has(name)) {
          each(statement.value, (text, at) => {
            checkVariables(part, name, text, at, report);
            const placeholder = placeholderIn(text);
            if (placeholder === undefined || variableIn(text) || isMarkup(text)) return;
            report(
              'text.placeholder',
              spanOf(part.node.parsed, at),
              `${placeholder} is a placeholder`,
              `Replace it with the ${name}`,
            );
          });
        }
      }
    }
  }
};

/** A document, such as a query for Windows events. */
const isMarkup = (text: string): boolean => /<\/|\/>|\n/.test(text);

/** Arguments whose texts have a use for $ themselves: groups of a pattern, templates, queries. */
const OWN_DOLLARS: ReadonlySet<string> = new Set([
  'replacement',
  'target_label',
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

const hasMeaning = (text: string): boolean =>
  variableIn(text) !== undefined || placeholderIn(text) !== undefined;

/** Every text in a value that is more than itself, without indexes and what is called or indexed. */
function each(expression: Expression, see: (text: string, at: Expression) => void): void {
  switch (expression.kind) {
    case 'literal': {
      if (!isString(expression, hasMeaning)) return;
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

/** What an argument holds, where it holds OTTL. */
function ottlPlace(part: Part, name: string, { version }: CheckOptions): OttlPlace | undefined {
  const { node, path } = part;
  const block = path.at(-1) ?? '';
  switch (node.name) {
    case 'otelcol.processor.transform': {
      if (name !== 'statements' && name !== 'conditions') return undefined;
      const written = attributeOf(part.block.body, 'context');
      const word = written && textOf(written.value)?.toLowerCase();
      const kind = name === 'statements' ? 'statement' : 'condition';
      return { kind, context: contextOf(word), component: 'transform', version };
    }
    case 'otelcol.processor.filter': {
      if (name === 'conditions') {
        return { kind: 'condition', context: undefined, component: 'filter', version };
      }
      const context = path.length === 1 ? FILTERED.get(`${block}/${name}`) : undefined;
      return context && { kind: 'condition', context, component: 'filter', version };
    }
    case 'otelcol.connector.count': {
      const context = COUNTED.get(block);
      if (name !== 'conditions' || !context) return undefined;
      return { kind: 'condition', context, component: 'filter', version };
    }
    case 'otelcol.connector.signaltometrics':
      if (name === 'conditions') {
        return { kind: 'condition', context: undefined, component: undefined, version };
      }
      return (name === 'value' || name === 'count') && path.length === 2
        ? { kind: 'value', context: undefined, component: undefined, version }
        : undefined;
    case 'otelcol.processor.tail_sampling': {
      const context = block === 'ottl_condition' ? contextOf(name) : undefined;
      return context && { kind: 'condition', context, component: 'filter', version };
    }
    default:
      return undefined;
  }
}

const FILTERED: ReadonlyMap<string, OttlContext> = new Map([
  ['traces/span', 'span'],
  ['traces/spanevent', 'spanevent'],
  ['metrics/metric', 'metric'],
  ['metrics/datapoint', 'datapoint'],
  ['logs/log_record', 'log'],
]);
const COUNTED: ReadonlyMap<string, OttlContext> = new Map([
  ['spans', 'span'],
  ['spanevents', 'spanevent'],
  ['metrics', 'metric'],
  ['datapoints', 'datapoint'],
  ['logs', 'log'],
]);
const CONTEXTS: readonly OttlContext[] = [
  'resource',
  'scope',
  'span',
  'spanevent',
  'metric',
  'datapoint',
  'log',
];

const contextOf = (word: string | undefined): OttlContext | undefined =>
  CONTEXTS.find((context) => context === word);

/** Whole texts of a value: a list of them, or one. Of a text that is put together nothing is known. */
function checkOttl(part: Part, place: OttlPlace, value: Expression, report: Report): void {
  const inner = withoutParens(value);
  if (inner.kind === 'array') {
    for (const element of inner.elements) checkOttl(part, place, element, report);
    return;
  }
  const text = textOf(inner);
  if (text === undefined || (text.trim() === '' && place.kind !== 'statement')) return;
  const problem = ottlProblem(text, place);
  if (!problem) return;
  const { node } = part;
  // the policies of tail_sampling are read when it runs
  const late = node.name === 'otelcol.processor.tail_sampling';
  const at = spanOf(node.parsed, inner);
  report('text.ottl', at, problem.message, problem.hint, late ? 'note' : undefined);
}
