import { nearest } from '../../model/frame.ts';
import type { Expression } from '../ast.ts';
import { withoutParens } from '../ast-lookup.ts';
import { type ComponentTable, firstAfter } from '../table/component-table.ts';
import { textOf as textOfValue } from './constants.ts';
import type { Check, FileSpan, Reference, Report } from './model.ts';
import { spanOf } from './spans.ts';
import { ARITIES, DEPRECATED, NAMESPACES } from './stdlib.ts';
import { textOf } from './traversal.ts';
import { reportVersion, versionIn } from './versions.ts';

/** Functions of the standard library: there, allowed, called as they are meant. */
export const checkFunctions: Check = (config, report) => {
  const { nodes, resolved, options, table } = config;
  for (const { references, parsed } of nodes) {
    for (const reference of references) {
      if (resolved.has(reference)) continue;
      const at = spanOf(parsed, reference);
      const name = textOf(reference);
      const first = reference.names[0]!;
      const newName = DEPRECATED.get(first.name);
      if (newName) {
        // before 1.4 there is no other name
        if (!table.functions.get(first.name)?.deprecated) continue;
        report(
          'function.deprecated',
          { ...at, end: first.end },
          `${first.name} is deprecated: alloy validate fails on it`,
          `Write ${newName}`,
        );
        continue;
      }
      if (!NAMESPACES.has(first.name)) continue;
      const known = table.functions.get(name);
      if (!known) {
        const has = ({ functions }: ComponentTable) => functions.has(name);
        const added = firstAfter(table, has);
        const where = { ...at, start: (reference.names[1] ?? first).start };
        if (added) {
          report(
            'function.version',
            at,
            `${name} was added in ${added}; ${versionIn(options)}`,
            `Pin ${added} or newer${oldName(name)}`,
          );
        } else if (!config.beyond || !reportVersion(config, { at, what: name, has }, report)) {
          report('function.unknown', where, `there is no function ${name}`, hintFor(name, table));
        }
        continue;
      }
      if (known.constant) continue;
      if (known.stability === 'experimental' && options.stability !== 'experimental') {
        report(
          'function.stability',
          at,
          `${name} is at stability level "experimental", which is below the minimum allowed stability level "${options.stability}"`,
          'Set alloy.stability: experimental, or do without it',
        );
      }
      const arity = ARITIES.get(name);
      if (arity) checkCount(reference, name, arity, at, report);
    }
  }
};

const oldName = (name: string): string => {
  const old = [...DEPRECATED].find(([, current]) => current === name)?.[0];
  return old ? `, or write ${old}, its name before 1.4` : '';
};

function hintFor(name: string, { functions: known }: ComponentTable): string {
  const names = [...known].filter(([, { deprecated }]) => !deprecated).map(([one]) => one);
  const functions = names.filter((one) => !known.get(one)!.constant);
  const [namespace] = name.split('.');
  const last = name.split('.').at(-1)!;
  const meant = nearest(name, names) ?? functions.find((one) => one.endsWith(`.${last}`));
  if (meant) return `Did you mean ${meant}?`;
  const siblings = names.filter((one) => one.startsWith(`${namespace}.`));
  return siblings.length > 0 ? `Use one of ${siblings.join(', ')}` : 'Fix the name';
}

function checkCount(
  { called }: Reference,
  name: string,
  [least, most]: readonly [number, number | null],
  at: FileSpan,
  report: Report,
): void {
  if (!called) {
    report(
      'function.arguments',
      at,
      `${name} is a function and is not called`,
      `Write ${name}(...)`,
    );
    return;
  }
  if (called.length >= least && (most === null || called.length <= most)) {
    checkKinds(called, name, at, report);
    return;
  }
  const takes =
    least === most ? String(least) : most === null ? `at least ${least}` : `${least} to ${most}`;
  report(
    'function.arguments',
    at,
    `${name} takes ${takes} argument${takes === '1' ? '' : 's'}, not ${called.length}`,
    `Pass ${takes}`,
  );
}

/** What each argument of a function is; of more arguments the last counts. */
const PARAMETERS: Readonly<Record<string, readonly ('text' | 'list')[]>> = {
  'array.concat': ['list'],
  'encoding.from_json': ['text'],
  'encoding.from_yaml': ['text'],
  'encoding.from_base64': ['text'],
  'encoding.from_URLbase64': ['text'],
  'encoding.to_base64': ['text'],
  'encoding.to_URLbase64': ['text'],
  'encoding.url_encode': ['text'],
  'encoding.url_decode': ['text'],
  'file.path_join': ['text'],
  'string.format': ['text'],
  'string.join': ['list', 'text'],
  'string.replace': ['text'],
  'string.split': ['text'],
  'string.to_lower': ['text'],
  'string.to_upper': ['text'],
  'string.trim': ['text'],
  'string.trim_prefix': ['text'],
  'string.trim_suffix': ['text'],
  'string.trim_space': ['text'],
  'sys.env': ['text'],
};

/** Arguments that are written out, and of a kind that the function does not take. */
function checkKinds(
  called: readonly Expression[],
  name: string,
  at: FileSpan,
  report: Report,
): void {
  const kinds = PARAMETERS[name];
  if (!kinds) return;
  for (const [index, argument] of called.entries()) {
    // what is formatted may be anything
    if (name === 'string.format' && index > 0) return;
    const wanted = kinds[index] ?? kinds.at(-1)!;
    const value = withoutParens(argument);
    const got = value.kind === 'literal' ? value.type : value.kind;
    const span = { ...at, start: argument.start, end: argument.end };
    if (wanted === 'list' && ['string', 'number', 'float', 'bool', 'object'].includes(got)) {
      report('function.arguments', span, `expected array, got ${got}`, 'Put it in brackets: [...]');
    } else if (wanted === 'text' && ['bool', 'array', 'object'].includes(got)) {
      report('function.arguments', span, `expected string, got ${got}`, 'Write a text in quotes');
    }
    const text = name === 'encoding.from_json' ? textOfValue(argument) : undefined;
    if (text !== undefined && !isJson(text)) {
      report('function.arguments', span, 'the text is no JSON', 'Fix the JSON inside the string');
    }
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
