import type { Expression } from '../ast.ts';
import { numberOf, stringOf, withoutParens } from '../ast-lookup.ts';
import type { ValueType } from '../table/component-table.ts';
import type { Check, Config, Module, Part, Report, Resolved } from './model.ts';
import { resolve } from './modules.ts';
import { spanOf } from './spans.ts';
import { namesOf } from './traversal.ts';

/** Values that are written out, and references, against the kinds that arguments take. */
export const checkTypes: Check = (config, report) => {
  for (const { parts } of config.nodes) {
    for (const part of parts) {
      for (const statement of part.block.body) {
        if (statement.kind !== 'attribute') continue;
        const type = part.rule?.attributes.get(statement.name.name)?.type;
        if (type) checkValue({ config, part, report }, type, statement.value);
        keysOnce(part, statement.value, report);
      }
    }
  }
};

interface Place {
  readonly config: Config;
  readonly part: Part;
  readonly report: Report;
}

/** What hands data over; these are equal or they do not fit. */
const CAPSULES: ReadonlySet<string> = new Set([
  'MetricsReceiver',
  'LogsReceiver',
  'ProfilesReceiver',
  'otelcol.Consumer',
  'otelcol.Handler',
  'RelabelRules',
]);

function checkValue(place: Place, type: ValueType, expression: Expression): void {
  if (type === 'any') return;
  const value = withoutParens(expression);
  const inner = /^(list|map)\((.*)\)$/.exec(type);
  if (value.kind === 'array') {
    if (inner?.[1] === 'list') {
      for (const element of value.elements) checkValue(place, inner[2]!, element);
    } else if (type !== 'RelabelRules') mismatch(place, type, 'array', value);
    return;
  }
  if (value.kind === 'object') {
    if (inner?.[1] === 'map') {
      for (const field of value.fields) checkValue(place, inner[2]!, field.value);
    } else if (type !== 'RelabelRules') mismatch(place, type, 'object', value);
    return;
  }
  if (value.kind === 'literal') {
    const got = value.type === 'float' ? 'number' : value.type;
    if (got !== 'null' && !takes(type, got, value)) mismatch(place, type, got, value);
    return;
  }
  if (value.kind === 'unary' && numberOf(value) !== undefined) {
    if (!takes(type, 'number', value)) mismatch(place, type, 'number', value);
    return;
  }
  checkReference(place, type, value);
}

/** Alloy turns numbers into texts and texts that are numbers into numbers, and nothing else. */
function takes(type: ValueType, got: 'string' | 'number' | 'bool', value: Expression): boolean {
  switch (type) {
    case 'string':
      return got !== 'bool';
    case 'secret':
    case 'size':
    case 'duration':
      return got !== 'bool';
    case 'bool':
      return got === 'bool';
    case 'number': {
      if (got !== 'string') return got === 'number';
      const text = stringOf(value);
      return text === undefined || (text.trim() !== '' && !Number.isNaN(Number(text)));
    }
    default:
      return false;
  }
}

const WORD: Readonly<Record<string, string>> = {
  duration: 'string',
  secret: 'string',
  size: 'string',
};

/** The kind of value in Alloy's words. */
const wordOf = (type: ValueType): string =>
  type.startsWith('list')
    ? 'array'
    : type.startsWith('map')
      ? 'object'
      : CAPSULES.has(type)
        ? 'capsule'
        : (WORD[type] ?? type);

function mismatch({ part, report }: Place, type: ValueType, got: string, value: Expression): void {
  report(
    'value.type',
    spanOf(part.node.parsed, value),
    `expected ${wordOf(type)}, got ${got}`,
    hintFor(type, got, value, part.node.parsed.source),
  );
}

function hintFor(type: ValueType, got: string, value: Expression, source: string): string {
  const written = source.slice(value.start, value.end);
  // neither long values nor secrets are repeated
  const short =
    written.length <= 30 && !written.includes('\n') && !type.includes('secret') ? written : '...';
  if (type === 'bool') {
    if (/^"(no|off|false|0)"$/i.test(written) || written === '0') return 'Write false';
    if (/^"(yes|on|true|1)"$/i.test(written) || written === '1') return 'Write true';
    return 'Write true or false, without quotes';
  }
  if (type === 'list(map(string))' && got === 'string')
    return `Write a list of targets: [{"__address__" = ${short}}]`;
  if (type === 'list(map(string))' && got === 'object')
    return 'Put the object in brackets: [{ ... }]';
  if (type === 'map(string)' && got === 'string') return 'Write an object: {"key" = "value"}';
  if (CAPSULES.has(type) || (type.startsWith('list(') && CAPSULES.has(type.slice(5, -1)))) {
    return got === 'string'
      ? 'Name the export of a component, without quotes'
      : 'Name the export of a component: type.name.label.export';
  }
  if (type.startsWith('list(') && got !== 'object') return `Put it in brackets: [${short}]`;
  if (type === 'number') return 'Write a number, without quotes';
  if (wordOf(type) === 'string' && (got === 'bool' || got === 'number')) {
    return `Write it in quotes: "${short}"`;
  }
  return wordOf(type) === 'object'
    ? 'Write an object: {"key" = "value"}'
    : `Write a ${wordOf(type)}`;
}

function checkReference({ config, part, report }: Place, type: ValueType, value: Expression): void {
  const indexed = value.kind === 'index';
  const chain = indexed ? value.value : value;
  const names = namesOf(chain);
  const resolved = names && resolve(names, part.node.module);
  if (!resolved) return;
  const kind = kindOf(config, resolved, 0);
  if (!kind) return;
  const at = spanOf(part.node.parsed, value);
  if (indexed) {
    if (kind === 'map(secret)' && type === 'string') {
      const text = part.node.parsed.source.slice(value.start, value.end);
      report(
        'value.secret-as-text',
        at,
        'secrets may not be converted into strings',
        `Write convert.nonsensitive(${text}), or use an argument that takes a secret`,
      );
    }
    return;
  }
  if (fits(type, kind)) return;
  if (type === `list(${kind})`) {
    const text = part.node.parsed.source.slice(value.start, value.end);
    report(
      'value.type',
      at,
      `expected array, got ${wordOf(kind)}`,
      `Put it in brackets: [${text}]`,
    );
    return;
  }
  report(
    'reference.kind',
    at,
    `${names.map(({ name }) => name).join('.')} is ${described(kind)}, and ${described(elementOf(type))} belongs here`,
    bridge(kind, elementOf(type)),
  );
}

const elementOf = (type: ValueType): ValueType => /^list\((.*)\)$/.exec(type)?.[1] ?? type;

/** Only kinds that can never meet are told apart; texts, secrets and numbers convert. */
function fits(type: ValueType, kind: ValueType): boolean {
  if (type === kind || kind === 'any') return true;
  const word = wordOf(type);
  if (CAPSULES.has(type) || CAPSULES.has(kind)) return false;
  if (word === 'array' || wordOf(kind) === 'array')
    return word === wordOf(kind) && !CAPSULES.has(elementOf(type));
  return true;
}

/** The kind of what a reference names, through declares and their arguments as far as they are written out. */
function kindOf(config: Config, { node, rest }: Resolved, depth: number): ValueType | undefined {
  const [named, ...more] = rest;
  if (!named || more.length > 0 || depth > 8) return undefined;
  if (!node.custom) return node.rule?.exports?.get(named.name);
  if (node.custom === 'imported') return undefined;
  const value = node.custom.exports.get(named.name)?.value;
  return value && kindOfExpression(config, value, node.custom.module, depth + 1);
}

function kindOfExpression(
  config: Config,
  expression: Expression,
  module: Module,
  depth: number,
): ValueType | undefined {
  const names = namesOf(withoutParens(expression));
  const resolved = names && resolve(names, module);
  return resolved && kindOf(config, resolved, depth);
}

function described(kind: ValueType): string {
  switch (kind) {
    case 'MetricsReceiver':
      return 'a receiver of Prometheus metrics';
    case 'LogsReceiver':
      return 'a receiver of Loki logs';
    case 'ProfilesReceiver':
      return 'a receiver of profiles';
    case 'otelcol.Consumer':
      return 'an input of an otelcol component';
    case 'otelcol.Handler':
      return 'a handler of an otelcol extension';
    case 'RelabelRules':
      return 'a set of relabel rules';
    case 'list(map(string))':
    case 'map(string)':
      return 'a list of targets';
    default:
      return `a ${wordOf(kind)}`;
  }
}

/** The component that turns one into the other. */
function bridge(from: ValueType, to: ValueType): string {
  switch (`${to} -> ${from}`) {
    case 'MetricsReceiver -> otelcol.Consumer':
      return 'Put an otelcol.receiver.prometheus between them and name its receiver here';
    case 'LogsReceiver -> otelcol.Consumer':
      return 'Put an otelcol.receiver.loki between them and name its receiver here';
    case 'otelcol.Consumer -> MetricsReceiver':
      return 'Put an otelcol.exporter.prometheus between them and name its input here';
    case 'otelcol.Consumer -> LogsReceiver':
      return 'Put an otelcol.exporter.loki between them and name its input here';
    default:
      return `Name ${described(to)} here`;
  }
}

function keysOnce(part: Part, expression: Expression, report: Report): void {
  const value = withoutParens(expression);
  if (value.kind === 'array') for (const element of value.elements) keysOnce(part, element, report);
  if (value.kind !== 'object') return;
  const seen = new Set<string>();
  for (const { key, value: inner } of value.fields) {
    if (seen.has(key.name)) {
      report(
        'value.duplicate-key',
        spanOf(part.node.parsed, key),
        `the key ${key.name} is given twice in this object: the last one wins`,
        'Keep one of the two',
      );
    }
    seen.add(key.name);
    keysOnce(part, inner, report);
  }
}
