import { stringify } from 'yaml';
import { wordsIn } from '../../src/config/entries.ts';
import { checkVars } from '../../src/config/parameters.ts';
import type { Parameter } from '../../src/config/template-model.ts';

/** Values for every parameter, made from the declarations, so that a new parameter is tried by itself. */

export type Vars = Record<string, unknown>;

/** Numbers from 0 to 1, the same for a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

type Random = ReturnType<typeof randomFrom>;

const pick = <T>(random: Random, from: readonly T[]): T =>
  from[Math.floor(random() * from.length)]!;
const some = <T>(random: Random, from: readonly T[]): readonly T[] => {
  const chosen = from.filter(() => random() < 0.5);
  return chosen.length > 0 ? chosen : [pick(random, from)];
};

const TEXTS = ['web', 'a "b" \\c', 'größer', '${1} $x', "it's; // {{ x }}", '1', 'true'];
const REGEXES = ['a.*', '^\\d+ "x"', '(?i)error|warn', 'a\\.b\\\\c', '[^{}"]+'];
const PATHS = ['/var/log/*.log', '/srv/a b/"x".txt', '/etc/alloy/file', '/data/**/x'];
const MAP = [
  ['env', 'prod'],
  ['shard', 3],
  ['odd.key', 'a "b" \\c'],
  ['role_x', '${1}'],
] as const;
const FIELDS = ['status', 'http.status', '@timestamp', 'trace-id', 'level'];

/** Texts that mean something, by the parameter's name. */
const MEANT: Readonly<Record<string, readonly unknown[]>> = {
  format: ['RFC3339', 'Unix', '2006-01-02 15:04:05.000'],
  zone: ['UTC', 'Europe/Berlin'],
  encoding: ['utf-16le', 'utf-8'],
  timeout: ['5s', '10s'],
  scrape_files: ['/etc/alloy/targets/*.yml', ['/a b/x.json', '/c.yaml']],
  expression: ['^(?P<level>\\w+) (?P<status>\\d+)'],
};

function madeFor(random: Random, parameter: Parameter, deep = 0): unknown {
  const { name, type, oneOf, fields, short, listed } = parameter;
  const meant = MEANT[name];
  if (meant && oneOf.length === 0) return pick(random, meant);
  const one = (): unknown => (oneOf.length > 0 ? pick(random, oneOf) : pick(random, TEXTS));
  const oneOrSome = (from: readonly string[]): unknown =>
    random() < 0.5 ? pick(random, from) : some(random, from);
  switch (type) {
    case 'string':
      return one();
    case 'duration':
      return oneOf.length > 0 ? one() : pick(random, ['30s', '1h30m', '72h']);
    case 'list':
      return some(random, oneOf.length > 0 ? oneOf : ['cpu', 'loadavg', 'x-1']);
    case 'switches':
      return random() < 0.5
        ? some(random, oneOf)
        : Object.fromEntries(some(random, oneOf).map((word) => [word, random() < 0.7]));
    case 'number':
      return 1 + Math.floor(random() * 5000);
    case 'bool':
      return random() < 0.5;
    case 'map':
      return Object.fromEntries(some(random, MAP));
    case 'labels':
      return Object.fromEntries(some(random, [...MAP, ['canary', true]]));
    case 'url':
      return pick(random, ['https://a.example/api/v1/push', 'http://10.0.0.1:3100/x?y=z%20"']);
    case 'urls':
      return Object.fromEntries(
        some(random, oneOf).map((scheme, i) => [`to-${i}`, `${scheme}://h${i}.example:80`]),
      );
    case 'address':
      return `${pick(random, ['127.0.0.1', '10.0.0.1', '[::1]'])}:${5000 + Math.floor(random() * 9000)}`;
    case 'addresses':
      return oneOrSome(['127.0.0.1:8080', 'localhost:1', '10.0.0.9:9100', '[::1]:80']);
    case 'size':
      return pick(random, ['64MiB', '1GiB']);
    case 'path':
      return pick(random, PATHS.slice(1, 3));
    case 'paths':
      return oneOrSome(PATHS);
    case 'regex':
      return pick(random, REGEXES);
    case 'regexes':
      return some(random, REGEXES);
    case 'field':
      return pick(random, FIELDS);
    case 'fields':
      return some(random, FIELDS);
    case 'headers':
      return { 'X-Team': pick(random, TEXTS.slice(0, 1)), 'X-Scope': 'a' };
    case 'label':
      return pick(random, ['', 'machine', 'node']);
    case 'name':
      return pick(random, ['SECRET_A', 'SECRET_B']);
    case 'record':
      return someOf(random, fields, deep + 1);
    case 'entries': {
      const plain = fields.find((field) => field.name === short);
      if (listed && plain && random() < 0.2) return some(random, PATHS);
      const names = some(random, ['app', 'web-1', 'a.b', '_x']);
      return Object.fromEntries(
        names.map((key) => [
          key,
          plain && random() < 0.3 ? madeFor(random, plain) : someOf(random, fields, deep + 1),
        ]),
      );
    }
  }
}

/** Some of these parameters with values, more of them deeper in. */
const someOf = (random: Random, parameters: readonly Parameter[], deep: number): Vars =>
  Object.fromEntries(
    parameters
      .filter(() => random() < (deep > 0 ? 0.35 : 0.2))
      .map((one) => [one.name, madeFor(random, one, deep)]),
  );

/** Adds what is missing and takes out what would do nothing, but for `kept`. Throws if that does not end. */
function settled(random: Random, parameters: readonly Parameter[], vars: Vars, kept: string): Vars {
  for (let round = 0; round < 60; round += 1) {
    const [problem] = checkVars('t', parameters, {
      vars,
      host: { name: 'h', address: 'h', groups: [], fragments: [] },
      locate: () => ({}),
    });
    if (!problem) return vars;
    if (problem.code !== 'template.variable') throw new Error(problem.code);
    const { params } = problem;
    switch (params.reason) {
      case 'required':
        put(vars, params.parameter, (one) => madeFor(random, one), parameters);
        break;
      case 'no-effect-beside': {
        const other = isAtOrAbove(params.parameter, kept) ? params.other : params.parameter;
        drop(vars, other);
        break;
      }
      case 'no-effect-without':
        if (isAtOrAbove(params.parameter, kept) || random() < 0.5)
          put(vars, params.other, (one) => madeFor(random, one), parameters);
        else drop(vars, params.parameter);
        break;
      case 'no-effect-unless':
        if (isAtOrAbove(params.parameter, kept) || random() < 0.5)
          put(
            vars,
            params.other,
            (one) => withWord(one, valueAt(vars, params.other), pick(random, params.values)),
            parameters,
          );
        else drop(vars, params.parameter);
        break;
      default:
        throw new Error(`${params.reason}: ${JSON.stringify(params)}`);
    }
  }
  throw new Error(`no end: ${JSON.stringify(vars)}`);
}

/** The value of a parameter, with this word in it. */
function withWord(parameter: Parameter, value: unknown, word: string): unknown {
  const { type, oneOf } = parameter;
  if (type === 'urls') return { ...(value as Vars), more: `${word}://10.0.0.1:99` };
  if (type !== 'switches') return word;
  return [...new Set([...wordsIn(parameter, value, oneOf), word])];
}

const isAtOrAbove = (path: string, kept: string): boolean =>
  kept === path || kept.startsWith(`${path}.`);

/** `log_files.nginx.path`: names of entries may hold dots, so known names go first. */
function steps(vars: unknown, path: string): readonly string[] {
  const map = (typeof vars === 'object' && vars !== null ? vars : {}) as Vars;
  const key = Object.keys(map).find((one) => path.startsWith(`${one}.`));
  return key === undefined ? [path] : [key, ...steps(map[key], path.slice(key.length + 1))];
}

const parentOf = (vars: Vars, all: readonly string[]): Vars =>
  all.slice(0, -1).reduce((map, key) => map[key] as Vars, vars);

const valueAt = (vars: Vars, path: string): unknown => {
  const all = steps(vars, path);
  return parentOf(vars, all)[all.at(-1)!];
};

function drop(vars: Vars, path: string): void {
  const all = steps(vars, path);
  delete parentOf(vars, all)[all.at(-1)!];
}

function put(
  vars: Vars,
  path: string,
  make: (parameter: Parameter) => unknown,
  parameters: readonly Parameter[],
): void {
  const all = steps(vars, path);
  let known = parameters;
  let found: Parameter | undefined;
  for (const key of all) {
    found = known.find((one) => one.name === key) ?? found;
    known = found?.fields ?? known;
  }
  const last = known.find((one) => one.name === all.at(-1)) ?? found!;
  parentOf(vars, all)[all.at(-1)!] = make(last);
}

/** A valid combination. */
export const combination = (
  seed: number,
  parameters: readonly Parameter[],
  first: Vars = {},
): Vars => {
  const random = randomFrom(seed);
  return settled(random, parameters, { ...someOf(random, parameters, 0), ...first }, '');
};

/** The paths of all parameters, those of entries under the name `one`. */
export const pathsOf = (parameters: readonly Parameter[], above = ''): readonly string[] =>
  parameters.flatMap((parameter) => {
    const path = `${above}${parameter.name}`;
    const inside = parameter.type === 'entries' ? `${path}.one.` : `${path}.`;
    return [path, ...pathsOf(parameter.fields, inside)];
  });

/** This one parameter, with no more than it needs. */
export function alone(
  seed: number,
  parameters: readonly Parameter[],
  path: string,
  first: Vars = {},
): Vars {
  const random = randomFrom(seed);
  const vars: Vars = { ...first };
  let map = vars;
  let known = parameters;
  const names = path.split('.');
  names.forEach((name, i) => {
    const parameter = known.find((one) => one.name === name);
    if (i === names.length - 1) map[name] = parameter ? madeFor(random, parameter, 1) : {};
    else {
      map[name] = {};
      map = map[name] as Vars;
    }
    known = parameter?.fields ?? known;
  });
  return settled(random, parameters, vars, path);
}

/** All words that name a variable of the service's environment. */
const ENVIRONMENT = ['SECRET_A', 'SECRET_B'];

/** An inventory of one host `h` with these settings, as text. */
export const inventoryOf = (
  template: string,
  vars: Vars,
  fragments: Readonly<Record<string, { template: string; vars: Vars }>>,
  environment: readonly string[],
): string =>
  stringify({
    hosts: {
      h: {
        alloy: {
          stability: 'experimental',
          environment: Object.fromEntries(
            [...ENVIRONMENT, ...environment].map((name) => [name, 'x']),
          ),
        },
        config: { template, vars, fragments },
      },
    },
  });

/** Defaults that name variables of the environment. */
export const defaultNames = (parameters: readonly Parameter[]): readonly string[] =>
  parameters.flatMap(({ type, default: value }) =>
    type === 'name' && typeof value === 'string' ? [value] : [],
  );
