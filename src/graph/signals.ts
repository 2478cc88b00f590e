import { acceptedBy, producedBy } from '../alloy/check/flow.ts';
import type { Node } from '../alloy/check/model.ts';
import type { BlockRule, ValueType } from '../alloy/table/component-table.ts';
import { SIGNALS, type Signal } from './graph.ts';

/** What a value of that type is, in a graph. `otel`: metrics, logs or traces, by where it is used. */
export type Carried = Signal | 'otel';

const RECEIVERS: readonly (readonly [type: string, signal: Carried])[] = [
  ['MetricsReceiver', 'metrics'],
  ['LogsReceiver', 'logs'],
  ['ProfilesReceiver', 'profiles'],
  ['otelcol.Consumer', 'otel'],
];

/** undefined: the type does not say, `any`. */
export function carriedBy(type: ValueType): Carried | undefined {
  const receiver = RECEIVERS.find(([name]) => type.includes(name));
  if (receiver) return receiver[1];
  if (/^list\((?:target|map\(string\))\)$/.test(type)) return 'targets';
  return type === 'any' ? undefined : 'values';
}

/** Whoever names such a value sends to its owner; others receive from it. */
export const isReceiver = (carried: Carried): boolean =>
  carried !== 'targets' && carried !== 'values';

/** What a component handles by its name and its table, telemetry before targets; used where no edge says it. */
export function signalsOf(node: Node): readonly Signal[] {
  const found = new Set<Signal>();
  const add = (carried: Carried | undefined): void => {
    if (carried === 'otel') for (const signal of otelSignals(node)) found.add(signal);
    else if (carried) found.add(carried);
  };
  for (const type of node.rule?.exports?.values() ?? []) add(carriedBy(type));
  if (node.rule) for (const type of receiversIn(node.rule)) add(carriedBy(type));
  return ordered(found);
}

/** Types of the arguments that hold receivers. */
function* receiversIn(rule: BlockRule): Generator<ValueType> {
  for (const { type } of rule.attributes.values())
    if (RECEIVERS.some(([name]) => type.includes(name))) yield type;
  const output = rule.block('output');
  if (output) for (const { type } of output.attributes.values()) yield type;
}

/** Of an otelcol component, whatever is connected to it. */
function otelSignals(node: Node): readonly Signal[] {
  const accepted = acceptedBy(node);
  if (accepted && accepted.length > 0) return accepted;
  return producedBy(node.name) ?? ['metrics', 'logs', 'traces'];
}

/** In the order of SIGNALS; 'values' alone where there is nothing. */
export function ordered(found: ReadonlySet<Signal>): readonly Signal[] {
  const list = SIGNALS.filter((signal) => found.has(signal));
  const other = list.filter((signal) => signal !== 'values');
  return other.length > 0 ? other : ['values'];
}
