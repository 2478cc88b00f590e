import { nearest } from '../../model/frame.ts';
import type { Check, FileSpan, Reference, Report } from './model.ts';
import { spanOf } from './spans.ts';
import { olderThan } from './stability.ts';
import { CONSTANTS, DEPRECATED, FUNCTIONS, NAMESPACES } from './stdlib.ts';
import { textOf } from './traversal.ts';

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
          'function.deprecated',
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
          'function.unknown',
          { ...at, start: where.start },
          `there is no function ${name}`,
          hintFor(name),
        );
        continue;
      }
      if (known.stability === 'experimental' && options.stability !== 'experimental') {
        report(
          'function.stability',
          at,
          `${name} is at stability level "experimental", which is below the minimum allowed stability level "${options.stability}"`,
          'Set alloy.stability: experimental, or do without it',
        );
      }
      if (olderThan(options.version, known.since)) {
        report(
          'function.version',
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
  const functions = [...FUNCTIONS.keys()];
  const names = [...functions, ...CONSTANTS];
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
  if (called.length >= least && (most === null || called.length <= most)) return;
  const takes =
    least === most ? String(least) : most === null ? `at least ${least}` : `${least} to ${most}`;
  report(
    'function.arguments',
    at,
    `${name} takes ${takes} argument${takes === '1' ? '' : 's'}, not ${called.length}`,
    `Pass ${takes}`,
  );
}
