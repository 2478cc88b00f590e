import { nearest } from '../../../model/frame.ts';
import { re2Problem } from '../../../model/re2.ts';
import { olderThan } from '../versions.ts';
import {
  AROUND,
  CONVERTERS,
  EDITORS,
  ENUMS,
  FILTER_FUNCTIONS,
  type OttlContext,
  type OttlFunction,
  PATHS,
  TRANSFORM_FUNCTIONS,
} from './facts.ts';
import {
  KEYS,
  type OttlCall,
  type OttlKind,
  type OttlPath,
  OttlSyntaxError,
  type OttlValue,
  parseOttl,
} from './parse.ts';

/** Where an OTTL text stands, and which Alloy is to read it. */
export interface OttlPlace {
  readonly kind: OttlKind;
  /** What it is run for; undefined: Alloy finds out by its paths, so these are not looked at. */
  readonly context: OttlContext | undefined;
  /** Whose functions it may call beside those that all know; undefined: functions are not looked at. */
  readonly component: 'transform' | 'filter' | undefined;
  readonly version: string | null | undefined;
}

export interface OttlProblem {
  readonly message: string;
  readonly hint: string;
}

/** What OTTL has against a text when Alloy starts: its grammar, functions, arguments, paths and words. */
export function ottlProblem(text: string, place: OttlPlace): OttlProblem | undefined {
  try {
    const { editor, values } = parseOttl(text, place.kind);
    const judge = new Judge(place);
    if (editor) judge.call(editor, true);
    for (const value of values) judge.value(value);
    return undefined;
  } catch (error) {
    if (error instanceof Wrong) return { message: error.message, hint: error.hint };
    if (error instanceof OttlSyntaxError) {
      return { message: error.message, hint: syntaxHint(error.message) };
    }
    throw error;
  }
}

function syntaxHint(message: string): string {
  if (message.includes('lowercase letter')) {
    return 'Begin the statement with an editor such as set(...), and use the converter inside it';
  }
  if (message.includes('uppercase letter')) return 'Write the first letter in upper case';
  if (message.includes('invalid input text ";"')) return 'Delete the semicolon';
  if (message.includes('invalid quoted string')) {
    return 'Double each backslash inside the string: "a\\\\(b" in OTTL';
  }
  if (message.includes('"="')) return 'Compare with ==';
  return message.startsWith('statement')
    ? 'Write a call, such as set(attributes["key"], "value") where name == "a"'
    : 'Write a condition, such as attributes["key"] == "value"';
}

class Wrong extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

const SIGNALS: Readonly<Record<OttlContext, 'traces' | 'metrics' | 'logs' | undefined>> = {
  resource: undefined,
  scope: undefined,
  span: 'traces',
  spanevent: 'traces',
  metric: 'metrics',
  datapoint: 'metrics',
  log: 'logs',
};

/** Functions whose first argument is written to: it is a path. */
const WRITES =
  /^(?:set|append|delete_(?:index|key|matching_keys)|flatten|keep_(?:keys|matching_keys)|limit|merge_maps|replace_(?:all_)?(?:match|matches|pattern|patterns)|truncate_all|stringify_all)$/;
/** Which argument is a regular expression. */
const PATTERNS: ReadonlyMap<string, number> = new Map([
  ['IsMatch', 1],
  ['replace_pattern', 1],
  ['replace_all_patterns', 2],
  ['delete_matching_keys', 1],
  ['keep_matching_keys', 1],
  ['ExtractPatterns', 1],
]);

class Judge {
  readonly #place: OttlPlace;
  readonly #functions: readonly ReadonlyMap<string, OttlFunction>[];
  readonly #editors: readonly ReadonlyMap<string, OttlFunction>[];
  /** Parameters of the lambdas around. */
  #locals: readonly string[] = [];

  constructor(place: OttlPlace) {
    this.#place = place;
    const { component, context } = place;
    const own = component === 'transform' ? TRANSFORM_FUNCTIONS : FILTER_FUNCTIONS;
    const signal = context && SIGNALS[context];
    const special = signal ? [own[signal]] : Object.values(own);
    this.#functions = [CONVERTERS, ...special];
    this.#editors = [EDITORS, ...special];
  }

  call({ name, args }: OttlCall, isEditor = false): void {
    const given = args.filter((argument) => argument.name !== KEYS);
    if (this.#place.component) this.#known(name, given.length, isEditor);
    const [first] = given;
    if (WRITES.test(name) && first && first.name === '' && first.value.kind !== 'path') {
      throw new Wrong(
        `error while parsing arguments for call to "${name}": invalid argument at position 0: must be a path to a telemetry field`,
        `Name what ${name} changes, such as attributes["key"]`,
      );
    }
    this.#pattern(name, args[PATTERNS.get(name) ?? -1]?.value);
    for (const { value } of args) {
      const isFunction = value.kind === 'enum' && this.#find(value.name, false) !== undefined;
      if (!isFunction) this.value(value);
    }
  }

  #find(name: string, isEditor: boolean): OttlFunction | undefined {
    for (const one of isEditor ? this.#editors : this.#functions) {
      const found = one.get(name);
      if (found) return found;
    }
    return undefined;
  }

  #known(name: string, count: number, isEditor: boolean): void {
    const found = this.#find(name, isEditor);
    if (!found) {
      const names = (isEditor ? this.#editors : this.#functions).flatMap((one) => [...one.keys()]);
      const first = isEditor ? /^[a-z]/ : /^[A-Z]/;
      const meant = nearest(
        name,
        names.filter((one) => first.test(one)),
      );
      throw new Wrong(
        `undefined function "${name}"`,
        meant
          ? `Did you mean ${meant}?`
          : isEditor
            ? 'Use an editor, such as set, delete_key, keep_keys or replace_pattern'
            : 'Use a converter, such as Concat, IsMatch or ParseJSON',
      );
    }
    const { version } = this.#place;
    if (olderThan(version, found.since)) {
      throw new Wrong(
        `undefined function "${name}": it came with Alloy ${found.since}, and version ${version} is pinned`,
        `Pin ${found.since} or newer, or do without ${name}`,
      );
    }
    if (count >= found.least && count <= found.most) return;
    const takes = found.least === found.most ? `${found.most}` : `${found.least} to ${found.most}`;
    throw new Wrong(
      `error while parsing arguments for call to "${name}": incorrect number of arguments. Expected: ${found.most} Received: ${count}`,
      `Pass ${takes}`,
    );
  }

  #pattern(name: string, value: OttlValue | undefined): void {
    if (value?.kind !== 'string') return;
    const problem = re2Problem(value.value);
    if (problem) {
      throw new Wrong(
        `couldn't create function: the regex pattern supplied to ${name} is not a valid pattern: error parsing regexp: ${problem}`,
        'Fix the pattern; a backslash in it is written twice',
      );
    }
    if (name === 'ExtractPatterns' && !/\(\?P?</.test(value.value)) {
      throw new Wrong(
        "couldn't create function: at least 1 named capture group must be supplied in the given regex",
        'Name a group: (?P<name>...)',
      );
    }
  }

  value(value: OttlValue): void {
    switch (value.kind) {
      case 'call':
        this.call(value);
        return;
      case 'path':
        this.#path(value);
        return;
      case 'enum':
        this.#enum(value.name);
        return;
      case 'group':
        for (const one of value.inner) this.value(one);
        return;
      case 'lambda': {
        const around = this.#locals;
        this.#locals = [...around, ...value.params];
        for (const one of value.inner) this.value(one);
        this.#locals = around;
        return;
      }
      default:
    }
  }

  #enum(name: string): void {
    const { context } = this.#place;
    const names = context && ENUMS[context];
    if (!names || names.has(name)) return;
    const meant = nearest(name, names);
    throw new Wrong(
      `enum symbol, ${name}, not found`,
      meant ? `Did you mean ${meant}?` : `Put it in quotes, if it is a text: "${name}"`,
    );
  }

  #path({ fields, text }: OttlPath): void {
    const { context, version } = this.#place;
    const [head, ...rest] = fields;
    if (!context || !head || this.#locals.includes(head.name)) return;
    const name = head.name === 'instrumentation_scope' ? 'scope' : head.name;
    const around = AROUND[context].find((one) => one === name);
    if (around && rest.length > 0) {
      // before, only what stands around could be named
      if ((around === context || head.name === 'scope') && olderThan(version, '1.7.0')) {
        this.#invalid(head.name, text, context);
      }
      this.#field(rest, around, text, around === context);
      return;
    }
    if (head.name === 'otelcol' && rest.length > 0) return;
    this.#field(fields, context, text, true);
  }

  #field(fields: OttlPath['fields'], context: OttlContext, text: string, isOwn: boolean): void {
    const [head, ...rest] = fields;
    if (!head) this.#invalid(context, text, context);
    if (head.name === 'cache' && isOwn) return;
    const rule = PATHS[context].get(head.name);
    if (!rule || olderThan(this.#place.version, rule.since)) {
      this.#invalid(head.name, text, context);
    }
    if (head.keyed && !rule.keys) {
      throw new Wrong(
        `the keys indexing "${head.name}" were not used by the context - this likely means you are trying to index a path that does not support indexing`,
        `Write ${head.name} without [...]`,
      );
    }
    const [next, ...further] = rest;
    if (!next) return;
    if (rule.fields.length === 0) {
      throw new Wrong(
        `the path section "${next.name}" was not used by the context - this likely means you are using extra path sections`,
        rule.keys
          ? `Write ${head.name}["${next.name}"]`
          : `Write ${head.name} without .${next.name}`,
      );
    }
    if (!rule.fields.includes(next.name) || further.length > 0) {
      this.#invalid(next.name, text, context);
    }
  }

  #invalid(segment: string, text: string, context: OttlContext): never {
    const names = [...PATHS[context].keys(), ...AROUND[context]];
    const meant = nearest(segment, names);
    throw new Wrong(
      `segment "${segment}" from path "${text}" is not a valid path nor a valid OTTL keyword for the ${context} context`,
      meant ? `Did you mean ${meant}?` : `Use one of ${[...PATHS[context].keys()].join(', ')}`,
    );
  }
}
