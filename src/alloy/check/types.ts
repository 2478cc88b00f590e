import { memo } from '../../model/memo.ts';
import type { Expression, Identifier } from '../ast.ts';
import { attributeOf, boolOf, numberOf, stringOf, withoutParens } from '../ast-lookup.ts';
import type { ValueType } from '../table/component-table.ts';
import type { Check, Module, Node, Part, Report } from './model.ts';
import { resolve } from './modules.ts';
import { spanOf } from './spans.ts';
import { namesOf, textOf } from './traversal.ts';

/** Values that are written out, and references, against the kinds that arguments take. */
export const checkTypes: Check = ({ nodes }, report) => {
  for (const { parts } of nodes) {
    for (const part of parts) {
      for (const statement of part.block.body) {
        if (statement.kind !== 'attribute') continue;
        const type = part.rule?.attributes.get(statement.name.name)?.type;
        if (type) checkValue({ part, report }, type, statement.value);
        keysOnce(part, statement.value, report);
      }
    }
  }
};

interface Place {
  readonly part: Part;
  readonly report: Report;
}

/** What hands data over; these are equal or they do not fit. */
const CAPSULES: ReadonlyMap<ValueType, string> = new Map([
  ['MetricsReceiver', 'a receiver of Prometheus metrics'],
  ['LogsReceiver', 'a receiver of Loki logs'],
  ['ProfilesReceiver', 'a receiver of profiles'],
  ['otelcol.Consumer', 'an input of an otelcol component'],
  ['otelcol.Handler', 'a handler of an otelcol.auth component'],
  ['otelcol.ExtensionHandler', 'a handler of an otelcol extension'],
  ['RelabelRules', 'a set of relabel rules'],
]);

function checkValue(place: Place, written: ValueType, expression: Expression): void {
  const type = plain(written);
  if (type === 'any') return;
  const value = withoutParens(expression);
  const inner = elementsOf(type);
  if (value.kind === 'array') {
    if (inner?.[1] === 'list') {
      for (const element of value.elements) checkValue(place, inner[2]!, element);
    } else if (type !== 'RelabelRules') mismatch(place, type, 'array', value);
    return;
  }
  if (value.kind === 'object') {
    if (inner?.[1] === 'map') {
      for (const field of value.fields) checkValue(place, inner[2]!, field.value);
    } else if (type !== 'RelabelRules' && type !== 'object') mismatch(place, type, 'object', value);
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

const elementsOf = memo((type: ValueType) => /^(list|map)\((.*)\)$/.exec(type));

/** A type without what only the contents of a text depend on: `string(config.URL)` is a text. */
const plain = memo(
  (type: ValueType): ValueType =>
    type
      .replace(/string\([^()]*\)/g, 'string')
      .replace(/\btarget\b/g, 'map(string)')
      .replace(/\boptionalsecret\b/g, 'secret'),
);

/** Alloy turns numbers into texts and texts that are numbers into numbers, and nothing else. */
function takes(type: ValueType, got: 'string' | 'number' | 'bool', value: Expression): boolean {
  switch (type) {
    case 'string':
    case 'secret':
    case 'bytes':
    case 'duration':
      return got !== 'bool';
    case 'bool':
      return got === 'bool';
    case 'number': {
      if (got !== 'string') return got === 'number';
      const text = stringOf(value);
      return text === undefined || NUMBER.test(text);
    }
    default:
      return false;
  }
}

/** Texts that Alloy takes for numbers. */
const NUMBER = /^(?:-?\d+|[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)$/;

/** The kind of value in Alloy's words. */
function wordOf(type: ValueType): string {
  if (type.startsWith('list')) return 'array';
  if (type.startsWith('map')) return 'object';
  if (CAPSULES.has(type)) return 'capsule';
  return ['duration', 'secret', 'bytes'].includes(type) ? 'string' : type;
}

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

/** The kind of what an expression gives that names no component; undefined: it is not sure. */
function computedKind(value: Expression, module: Module): ValueType | undefined {
  switch (value.kind) {
    case 'call': {
      const names = namesOf(value.value);
      return names && !resolve(names, module) ? RESULTS.get(textOf({ names })) : undefined;
    }
    case 'identifier':
    case 'access': {
      const names = namesOf(value);
      const constant = names && names[0]!.name === 'constants' && !resolve(names, module);
      return constant ? 'string' : undefined;
    }
    case 'unary':
      return value.operator === '!' ? 'bool' : undefined;
    case 'binary': {
      if (COMPARISONS.has(value.operator)) return 'bool';
      if (value.operator !== '+') return 'number';
      const sides = [value.left, value.right].map(withoutParens);
      const text = sides.some((side) => stringOf(side) !== undefined);
      return text || sides.some((side) => computedKind(side, module) === 'string')
        ? 'string'
        : undefined;
    }
    default:
      return undefined;
  }
}

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', '&&', '||']);
/** What functions give, of those that always give the same kind. */
const RESULTS: ReadonlyMap<string, ValueType> = new Map([
  ...[
    'sys.env',
    'env',
    'convert.nonsensitive',
    'nonsensitive',
    'file.path_join',
    'encoding.from_base64',
    'encoding.from_URLbase64',
    'base64_decode',
    'encoding.to_json',
    'encoding.to_base64',
    'encoding.to_URLbase64',
    'encoding.url_encode',
    'encoding.url_decode',
    ...['format', 'join', 'replace', 'to_lower', 'to_upper'].flatMap((name) => [
      name,
      `string.${name}`,
    ]),
    ...['trim', 'trim_prefix', 'trim_suffix', 'trim_space'].flatMap((name) => [
      name,
      `string.${name}`,
    ]),
  ].map((name) => [name, 'string'] as const),
  ['string.split', 'list(string)'],
  ['split', 'list(string)'],
]);

function checkComputed({ part, report }: Place, type: ValueType, value: Expression): void {
  const kind = computedKind(value, part.node.module);
  if (!kind) return;
  const [wanted, got] = [wordOf(type), wordOf(kind)];
  const converts =
    (wanted === 'string' || wanted === 'number') && (got === 'string' || got === 'number');
  if (wanted === got || converts) return;
  const { parsed } = part.node;
  const text = parsed.source.slice(value.start, value.end);
  const short = text.length <= 40 && !text.includes('\n') ? text : 'it';
  report(
    'value.type',
    spanOf(parsed, value),
    `${short} should be ${wanted}, got ${got}`,
    wanted === 'array'
      ? `Put it in brackets: [${short === 'it' ? '...' : short}]`
      : wanted === 'bool' && got === 'string'
        ? `Write encoding.from_json(${short === 'it' ? '...' : short}): it reads true and false`
        : `Give it a ${wanted}`,
  );
}

/** What it exports is a secret for sure: by its type, or because is_secret says so. */
function isSecret(exported: ValueType, node: Node): boolean {
  if (/^(?:map\()?secret\)?$/.test(exported)) return true;
  const told = attributeOf(node.block.body, 'is_secret');
  return exported.includes('optionalsecret') && told !== undefined && boolOf(told.value) === true;
}

function checkReference(place: Place, type: ValueType, value: Expression): void {
  const { part, report } = place;
  const indexed = value.kind === 'index';
  const names = namesOf(indexed ? value.value : value);
  const exported = names && kindOf(names, part.node.module, 0);
  if (!exported) {
    if (!indexed) checkComputed(place, type, value);
    return;
  }
  const { parsed } = part.node;
  const at = spanOf(parsed, value);
  // only where there is something to say: see watched.ts
  const written = (): string => parsed.source.slice(value.start, value.end);
  const source = resolve(names, part.node.module)?.node;
  if (type === 'string' && source && isSecret(exported, source)) {
    const text = written();
    report(
      'value.secret-as-text',
      at,
      `${text} secrets may not be converted into strings`,
      `Write convert.nonsensitive(${text}), or use an argument that takes a secret`,
    );
    return;
  }
  if (indexed) return;
  const kind = plain(exported);
  if (fits(type, kind)) return;
  if (type === `list(${kind})`) {
    const message = `expected array, got ${wordOf(kind)}`;
    report('value.type', at, message, `Put it in brackets: [${written()}]`);
    return;
  }
  const wanted = elementOf(type);
  const [component, named] = BRIDGES.get(`${kind} -> ${wanted}`) ?? [];
  report(
    'reference.kind',
    at,
    `${textOf({ names })} is ${described(kind)}, and ${described(wanted)} belongs here`,
    component
      ? `Put an ${component} between them and name its ${named} here`
      : `Name ${described(wanted)} here`,
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

/** The kind of what a chain of names names, through declares and their arguments as far as they are written out. */
function kindOf(
  chain: readonly Identifier[],
  module: Module,
  depth: number,
): ValueType | undefined {
  const resolved = resolve(chain, module);
  if (resolved?.rest.length !== 1 || depth > 8) return undefined;
  const { node, rest } = resolved;
  const { name } = rest[0]!;
  if (!node.custom) {
    const exported = node.rule?.exports?.get(name);
    // by its type it may be no secret, but what it gives always is one
    return node.name === 'remote.kubernetes.secret'
      ? exported?.replace('optionalsecret', 'secret')
      : exported;
  }
  if (node.custom === 'imported') return undefined;
  const value = node.custom.exports.get(name)?.value;
  const names = value && namesOf(withoutParens(value));
  return names && kindOf(names, node.custom.module, depth + 1);
}

function described(kind: ValueType): string {
  if (kind === 'list(map(string))' || kind === 'map(string)') return 'a list of targets';
  return CAPSULES.get(kind) ?? `a ${wordOf(kind)}`;
}

/** The components that turn one kind into another, and what of them to name. */
const BRIDGES: ReadonlyMap<string, readonly [component: string, named: string]> = new Map([
  ['otelcol.Consumer -> MetricsReceiver', ['otelcol.receiver.prometheus', 'receiver']],
  ['otelcol.Consumer -> LogsReceiver', ['otelcol.receiver.loki', 'receiver']],
  ['MetricsReceiver -> otelcol.Consumer', ['otelcol.exporter.prometheus', 'input']],
  ['LogsReceiver -> otelcol.Consumer', ['otelcol.exporter.loki', 'input']],
]);

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
