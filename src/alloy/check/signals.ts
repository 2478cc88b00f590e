import { attributeOf, blocksOf, withoutParens } from '../ast-lookup.ts';
import type { Node } from './model.ts';

export const SIGNALS = ['metrics', 'logs', 'traces'] as const;
export type Signal = (typeof SIGNALS)[number];

/** What an exporter takes; those not named take all three. */
const EXPORTERS: Readonly<Record<string, readonly Signal[]>> = {
  'otelcol.exporter.prometheus': ['metrics'],
  'otelcol.exporter.loki': ['logs'],
  'otelcol.exporter.syslog': ['logs'],
  'otelcol.exporter.faro': ['logs', 'traces'],
};

/** What connectors take in and give out; what they give stands in their output. */
const CONNECTORS: Readonly<
  Record<string, { readonly takes: readonly Signal[]; readonly gives: readonly Signal[] }>
> = {
  'otelcol.connector.spanmetrics': { takes: ['traces'], gives: ['metrics'] },
  'otelcol.connector.servicegraph': { takes: ['traces'], gives: ['metrics'] },
  'otelcol.connector.spanlogs': { takes: ['traces'], gives: ['logs'] },
  'otelcol.connector.host_info': { takes: ['traces'], gives: ['metrics'] },
  'otelcol.connector.count': { takes: SIGNALS, gives: ['metrics'] },
  'otelcol.connector.signaltometrics': { takes: SIGNALS, gives: ['metrics'] },
};

/** Processors of some signals only. */
const PROCESSORS: Readonly<Record<string, readonly Signal[]>> = {
  'otelcol.processor.tail_sampling': ['traces'],
  'otelcol.processor.span': ['traces'],
  'otelcol.processor.probabilistic_sampler': ['logs', 'traces'],
  'otelcol.processor.interval': ['metrics'],
  'otelcol.processor.deltatocumulative': ['metrics'],
  'otelcol.processor.cumulativetodelta': ['metrics'],
  'otelcol.processor.metric_start_time': ['metrics'],
};

/** What receivers send, of those that send some signals only. */
const RECEIVERS: Readonly<Record<string, readonly Signal[]>> = {
  'otelcol.receiver.prometheus': ['metrics'],
  'otelcol.receiver.loki': ['logs'],
  'otelcol.receiver.jaeger': ['traces'],
  'otelcol.receiver.zipkin': ['traces'],
  'otelcol.receiver.filelog': ['logs'],
  'otelcol.receiver.tcplog': ['logs'],
  'otelcol.receiver.influxdb': ['metrics'],
};

/**
 * The signals that a component takes: of a processor those that its output passes on, since it
 * refuses the others (recorded on 1.18.1: HTTP 503, "telemetry type is not supported"). undefined:
 * not an otelcol component that we know. `atMost`: whatever its output says.
 */
export function acceptedBy(node: Node, atMost = false): readonly Signal[] | undefined {
  const { name } = node;
  const connector = CONNECTORS[name];
  if (connector) return connector.takes;
  if (name.startsWith('otelcol.exporter.')) return EXPORTERS[name] ?? SIGNALS;
  if (!name.startsWith('otelcol.processor.') || !node.rule) return undefined;
  const possible = PROCESSORS[name] ?? SIGNALS;
  if (atMost) return possible;
  const outputs = blocksOf(node.block.body, 'output');
  if (outputs.length === 0) return undefined; // said by block.missing
  return possible.filter((signal) =>
    outputs.some(({ body }) => {
      const attribute = attributeOf(body, signal);
      const value = attribute && withoutParens(attribute.value);
      return value !== undefined && !(value.kind === 'array' && value.elements.length === 0);
    }),
  );
}

/** The signals that a component can send; undefined: any. */
export const producedBy = (name: string): readonly Signal[] | undefined =>
  CONNECTORS[name]?.gives ?? RECEIVERS[name] ?? PROCESSORS[name];

/** "metrics and logs" */
export const describe = (signals: readonly Signal[]): string => signals.join(' and ');
