import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { nearest } from '../../../model/frame.ts';
import { re2Problem } from '../../../model/re2.ts';
import { goDuration } from '../go-duration.ts';
import { byteSize } from './byte-size.ts';

/** What is wrong with a YAML text inside an argument, and the key that was probably meant. */
export interface YamlProblem {
  readonly message: string;
  readonly meant?: string;
}

/** What a value is: a struct of named fields, or something with values of one shape. */
export type Shape =
  | 'text'
  | 'number'
  | 'bool'
  | 'duration'
  | 'bytes'
  | 'regex'
  | 'any'
  | { readonly fields: Readonly<Record<string, Shape>>; readonly needs?: readonly string[] }
  | { readonly list: Shape }
  | { readonly map: Shape };

/** What Go's strict YAML decoder has against a text that is to have a shape; undefined: nothing. */
export function yamlProblem(text: string, shape: Shape): YamlProblem | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.1',
    lineCounter: lines,
    uniqueKeys: true,
    logLevel: 'silent',
  });
  const [error] = document.errors;
  if (error) return { message: `yaml: ${error.message.split('\n')[0]!.replace(/:$/, '')}` };
  if (document.contents === null) return undefined;
  return check(
    document.contents as Node,
    shape,
    (node) => lines.linePos(node.range?.[0] ?? 0).line,
  );
}

type LineOf = (node: Node) => number;

function check(node: Node | null, shape: Shape, lineOf: LineOf): YamlProblem | undefined {
  // an alias was looked at where it was named
  if (node === null || isAlias(node) || shape === 'any') return undefined;
  const wrong = (what: string, meant?: string): YamlProblem => {
    const message = `yaml: line ${lineOf(node)}: ${what}`;
    return meant === undefined ? { message } : { message, meant };
  };
  if (isScalar(node) && node.value === null) return undefined;
  if (typeof shape === 'string') {
    if (!isScalar(node))
      return wrong(`expected a ${shape}, got ${isMap(node) ? 'a map' : 'a list'}`);
    return scalarProblem(node.value, shape, wrong);
  }
  if ('list' in shape) {
    if (!isSeq(node)) return wrong('expected a list');
    return first(node.items, (item) => check(item as Node, shape.list, lineOf));
  }
  if (!isMap(node)) return wrong('expected keys and values');
  const names = new Set<string>();
  const problem = first(node.items, ({ key, value }) => {
    const name = String(isScalar(key) ? key.value : key);
    if (name === '<<') return undefined;
    names.add(name);
    const inner = 'map' in shape ? shape.map : shape.fields[name];
    if (inner !== undefined) return check(value as Node | null, inner, lineOf);
    const known = 'map' in shape ? [] : Object.keys(shape.fields);
    const at = isScalar(key) ? lineOf(key) : lineOf(node);
    const message = `yaml: unmarshal errors: line ${at}: field ${name} not found`;
    const meant = nearest(name, known);
    return meant === undefined ? { message } : { message, meant };
  });
  if (problem || !('fields' in shape)) return problem;
  const missing = shape.needs?.find((name) => !names.has(name));
  return missing === undefined ? undefined : wrong(`${missing} must be set`);
}

function first<T>(
  items: readonly T[],
  look: (item: T) => YamlProblem | undefined,
): YamlProblem | undefined {
  for (const item of items) {
    const problem = look(item);
    if (problem) return problem;
  }
  return undefined;
}

function scalarProblem(
  value: unknown,
  shape: string,
  wrong: (what: string) => YamlProblem,
): YamlProblem | undefined {
  switch (shape) {
    case 'bool':
      return typeof value === 'boolean' ? undefined : wrong(`cannot unmarshal into bool: ${value}`);
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint'
        ? undefined
        : wrong(`cannot unmarshal into int: ${value}`);
    case 'duration': {
      if (typeof value !== 'string') return undefined;
      const read = goDuration(value);
      return typeof read === 'number' ? undefined : wrong(`time: ${read.problem}`);
    }
    case 'bytes': {
      const read = byteSize(String(value));
      return typeof read === 'number' ? undefined : wrong(`units: ${read.problem}`);
    }
    case 'regex': {
      const problem = re2Problem(String(value));
      return problem ? wrong(`error parsing regexp: ${problem}`) : undefined;
    }
    default:
      return undefined;
  }
}
