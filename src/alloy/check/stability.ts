import type { Stability } from '../../model/desired.ts';
import { table } from '../../model/table.ts';
import { attributeOf, boolOf, stringOf } from '../ast-lookup.ts';
import { LEVELS } from '../table/component-table.ts';
import type { Check, CheckOptions, Node, Part, Report } from './model.ts';
import { headOf, openingOf, spanOf } from './spans.ts';

const below = (level: Stability, allowed: Stability): boolean =>
  LEVELS.indexOf(level) > LEVELS.indexOf(allowed);

/** First versions of blocks, by the tags of upstream: node, path, version. */
const SINCE: readonly (readonly [node: string, path: string, version: string])[] = [
  ['foreach', '', '1.7.0'],
  ['livedebugging', '', '1.6.0'],
  ['http', 'auth', '1.9.0'],
];

/**
 * Arguments with a stability level of their own, which Alloy reads when it starts: component, block path,
 * argument, and the value that needs it. By the code of the components, 1.18.
 */
const EXPERIMENTAL = table<readonly (readonly [path: string, argument: string, value?: string])[]>({
  'prometheus.scrape': [
    ['', 'honor_metadata'],
    ['', 'enable_type_and_unit_labels'],
  ],
  'prometheus.remote_write': [['endpoint', 'protobuf_message', 'io.prometheus.write.v2.Request']],
  'prometheus.operator.podmonitors': [['scrape', 'enable_type_and_unit_labels']],
  'prometheus.operator.probes': [['scrape', 'enable_type_and_unit_labels']],
  'prometheus.operator.servicemonitors': [['scrape', 'enable_type_and_unit_labels']],
});

/** Nothing below the stability level, nothing newer than the version. */
export const checkStability: Check = ({ nodes, options }, report) => {
  for (const node of nodes) {
    const { rule } = node;
    if (!rule || node.custom) continue;
    const level = rule.stability;
    if (below(level, options.stability)) {
      const what = node.name === 'foreach' ? 'foreach block' : 'component';
      report(
        'stability.component',
        headOf(node),
        `${what} "${node.name}" is at stability level "${level}", which is below the minimum allowed stability level "${options.stability}"`,
        `Set alloy.stability: ${level} (--stability.level=${level}), or do without it`,
      );
    }
    if (rule.community && !options.communityComponents) {
      report(
        'stability.community',
        headOf(node),
        `component "${node.name}" is a community component`,
        'Add --feature.community-components.enabled to alloy.args',
      );
    }
    if (below('experimental', options.stability)) {
      for (const part of node.parts) checkPart(part, options, report);
    }
    checkVersion(node, options, report);
  }
};

function checkPart({ node, block, path }: Part, options: CheckOptions, report: Report): void {
  for (const [where, name, value] of EXPERIMENTAL[node.name] ?? []) {
    if (where !== path.join('/')) continue;
    const found = attributeOf(block.body, name);
    if (!found) continue;
    const used =
      value === undefined ? boolOf(found.value) !== false : stringOf(found.value) === value;
    if (!used) continue;
    const shown = value === undefined ? name : `${name} = "${value}"`;
    report(
      'stability.argument',
      spanOf(node.parsed, found),
      `${shown} is an experimental feature, and the stability level is "${options.stability}"`,
      'Set alloy.stability: experimental (--stability.level=experimental), or remove the line',
    );
  }
}

function checkVersion({ name, parts, parsed }: Node, options: CheckOptions, report: Report): void {
  for (const [node, path, since] of SINCE) {
    if (node !== name || !olderThan(options.version, since)) continue;
    for (const part of parts) {
      if (part.path.join('/') !== path) continue;
      report(
        'stability.version',
        openingOf(parsed, part.block),
        `${[name, ...part.path].join(' > ')} is available since ${since}; version ${options.version} is pinned`,
        `Pin ${since} or newer, or remove it`,
      );
    }
  }
}

/** `version` (`1.9.0`, `v1.9.0`, `1.9.0-1`) comes before `since`; false when one of them is not known. */
export function olderThan(version: string | null | undefined, since: string | undefined): boolean {
  if (!version || !since) return false;
  const [mine, other] = [numbers(version), numbers(since)];
  if (!mine || !other) return false;
  for (const [index, part] of other.entries()) {
    if (mine[index]! !== part) return mine[index]! < part;
  }
  return false;
}

function numbers(version: string): readonly number[] | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version);
  return match?.slice(1).map(Number);
}
