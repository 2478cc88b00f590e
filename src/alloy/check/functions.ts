import { nearest } from '../../model/frame.ts';
import type { Check, Reference, Report, Rule } from './model.ts';
import { spanOf } from './spans.ts';
import { olderThan } from './stability.ts';
import { CONSTANTS, DEPRECATED, FUNCTIONS, NAMESPACES } from './stdlib.ts';
import { textOf } from './traversal.ts';

const unknown: Rule = {
  code: 'function.unknown',
  kind: 'knowledge',
  finds:
    'a function that the standard library of 1.18 does not have; alloy validate does not notice',
  fix: 'Fix the name',
};
const deprecated: Rule = {
  code: 'function.deprecated',
  kind: 'knowledge',
  finds: 'a function by its name from before 1.4: it works, but alloy validate exits with 1',
  fix: 'Write the new name, e.g. sys.env for env',
};
const count: Rule = {
  code: 'function.arguments',
  kind: 'knowledge',
  finds: 'a function called with more or fewer arguments than it takes',
  fix: 'Pass the arguments it takes',
};
const tooNew: Rule = {
  code: 'function.version',
  kind: 'knowledge',
  finds: 'a function that the pinned version of Alloy does not have yet',
  fix: 'Pin a newer version, or do without the function',
};
const unstable: Rule = {
  code: 'function.stability',
  kind: 'knowledge',
  finds: 'a function that the stability level of the service does not allow',
  fix: 'Raise alloy.stability (--stability.level), or do without the function',
};

export const FUNCTION_RULES: readonly Rule[] = [unknown, deprecated, count, tooNew, unstable];

/** Functions of the standard library: there, allowed, called as they are meant. */
export const checkFunctions: Check = ({ nodes, resolved, options }, report) => {
  for (const { references, parsed } of nodes) {
    for (const reference of references) {
      if (resolved.has(reference)) continue;
      const at = spanOf(parsed, reference);
      const name = textOf(reference);
      const first = reference.names[0]!;
      const newName = DEPRECATED.get(first.name);
      if (newName) {
        // before 1.4 there is no other name
        if (olderThan(options.version, FUNCTIONS.get(newName)?.since)) continue;
        report(
          deprecated,
          { ...at, end: first.end },
          `${first.name} is deprecated: alloy validate fails on it`,
          `Write ${newName}`,
        );
        continue;
      }
      if (!NAMESPACES.has(first.name) || CONSTANTS.has(name)) continue;
      const known = FUNCTIONS.get(name);
      if (!known) {
        const where = reference.names[1] ?? first;
        report(
          unknown,
          { ...at, start: where.start },
          `there is no function ${name}`,
          hintFor(name),
        );
        continue;
      }
      if (known.stability === 'experimental' && options.stability !== 'experimental') {
        report(
          unstable,
          at,
          `${name} is at stability level "experimental", which is below the minimum allowed stability level "${options.stability}"`,
          'Set alloy.stability: experimental, or do without it',
        );
      }
      if (olderThan(options.version, known.since)) {
        report(
          tooNew,
          at,
          `${name} is available since ${known.since}; version ${options.version} is pinned`,
          `Pin ${known.since} or newer${oldName(name)}`,
        );
      }
      checkCount(reference, name, known.arity, at, report);
    }
  }
};

const oldName = (name: string): string => {
  const old = [...DEPRECATED].find(([, current]) => current === name)?.[0];
  return old ? `, or write ${old}, its name before 1.4` : '';
};

function hintFor(name: string): string {
  const meant = nearest(name, [...FUNCTIONS.keys(), ...CONSTANTS]);
  if (meant) return `Did you mean ${meant}?`;
  const [namespace] = name.split('.');
  const siblings = [...FUNCTIONS.keys(), ...CONSTANTS].filter((one) =>
    one.startsWith(`${namespace}.`),
  );
  const last = name.split('.').at(-1)!;
  const elsewhere = [...FUNCTIONS.keys()].find((one) => one.endsWith(`.${last}`));
  if (elsewhere) return `Did you mean ${elsewhere}?`;
  return siblings.length > 0 ? `Use one of ${siblings.join(', ')}` : 'Fix the name';
}

function checkCount(
  { called }: Reference,
  name: string,
  [least, most]: readonly [number, number | null],
  at: Parameters<Report>[1],
  report: Report,
): void {
  if (!called) {
    report(count, at, `${name} is a function and is not called`, `Write ${name}(...)`);
    return;
  }
  if (called.length >= least && (most === null || called.length <= most)) return;
  const takes =
    least === most ? String(least) : most === null ? `at least ${least}` : `${least} to ${most}`;
  report(
    count,
    at,
    `${name} takes ${takes} argument${takes === '1' ? '' : 's'}, not ${called.length}`,
    `Pass ${takes}`,
  );
}
