import { nearest } from '../../model/frame.ts';
import { type ComponentTable, firstAfter } from '../table/component-table.ts';
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
