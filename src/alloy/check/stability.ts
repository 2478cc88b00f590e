import type { Stability } from '../../model/desired.ts';
import { table } from '../../model/table.ts';
import { attributeOf, boolOf, stringOf } from '../ast-lookup.ts';
import { LEVELS } from '../table/component-table.ts';
import type { Check, CheckOptions, Part, Report } from './model.ts';
import { headOf, spanOf } from './spans.ts';

const below = (level: Stability, allowed: Stability): boolean =>
  LEVELS.indexOf(level) > LEVELS.indexOf(allowed);

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

/** Whether the arguments of `alloy run` allow community components. */
export const allowsCommunity = (args: readonly string[]): boolean =>
  args.some((argument) =>
    /^--feature\.community-components\.enabled(=(true|1|t))?$/i.test(argument),
  );

/** Nothing below the stability level. */
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
