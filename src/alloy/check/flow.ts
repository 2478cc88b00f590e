import { table } from '../../model/table.ts';
import { attributeOf, blocksOf, isEmptyList, statementName } from '../ast-lookup.ts';
import { holdsError } from './arguments.ts';
import type { Check, Config, Node, Reference, Report } from './model.ts';
import { headOf, spanOf } from './spans.ts';

const SIGNALS = ['metrics', 'logs', 'traces'] as const;
type Signal = (typeof SIGNALS)[number];

/** What an exporter takes; those not named take all three. */
const EXPORTERS = table<readonly Signal[]>({
  'otelcol.exporter.prometheus': ['metrics'],
  'otelcol.exporter.loki': ['logs'],
  'otelcol.exporter.syslog': ['logs'],
  'otelcol.exporter.faro': ['logs', 'traces'],
});

/** What connectors take in and give out; what they give stands in their output. */
const CONNECTORS = table<{ readonly takes: readonly Signal[]; readonly gives: readonly Signal[] }>({
  'otelcol.connector.spanmetrics': { takes: ['traces'], gives: ['metrics'] },
  'otelcol.connector.servicegraph': { takes: ['traces'], gives: ['metrics'] },
  'otelcol.connector.spanlogs': { takes: ['traces'], gives: ['logs'] },
  'otelcol.connector.host_info': { takes: ['traces'], gives: ['metrics'] },
  'otelcol.connector.count': { takes: SIGNALS, gives: ['metrics'] },
  'otelcol.connector.signaltometrics': { takes: SIGNALS, gives: ['metrics'] },
});

/** Processors of some signals only. */
const PROCESSORS = table<readonly Signal[]>({
  'otelcol.processor.tail_sampling': ['traces'],
  'otelcol.processor.span': ['traces'],
  'otelcol.processor.probabilistic_sampler': ['logs', 'traces'],
  'otelcol.processor.interval': ['metrics'],
  'otelcol.processor.deltatocumulative': ['metrics'],
  'otelcol.processor.cumulativetodelta': ['metrics'],
  'otelcol.processor.metric_start_time': ['metrics'],
});

/** What receivers send, of those that send some signals only. */
const RECEIVERS = table<readonly Signal[]>({
  'otelcol.receiver.prometheus': ['metrics'],
  'otelcol.receiver.loki': ['logs'],
  'otelcol.receiver.jaeger': ['traces'],
  'otelcol.receiver.zipkin': ['traces'],
  'otelcol.receiver.filelog': ['logs'],
  'otelcol.receiver.tcplog': ['logs'],
  'otelcol.receiver.influxdb': ['metrics'],
});

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
      return attribute && !isEmptyList(attribute.value);
    }),
  );
}

/** The signals that a component can send; undefined: any. */
export const producedBy = (name: string): readonly Signal[] | undefined =>
  CONNECTORS[name]?.gives ?? RECEIVERS[name] ?? PROCESSORS[name];

/** Where data goes: each signal to somebody who takes it, no component for nothing. */
export const checkFlow: Check = (config, report) => {
  const used = new Set<Node>();
  // a relabel component may be there for its rules alone
  const lendsRules = new Set<Node>();
  for (const { node, rest } of config.resolved.values()) {
    used.add(node);
    if (rest[0]?.name === 'rules') lendsRules.add(node);
  }

  for (const node of config.nodes) {
    if (!node.component) {
      if (node.name === 'tracing') checkSignals(config, node, report);
      continue;
    }
    if (node.custom || !node.rule) continue;
    checkSignals(config, node, report);
    if (!holdsError(config, node, node.block) && !lendsRules.has(node)) checkDeadEnd(node, report);
    if (!config.broken && !used.has(node) && servesOthers(node)) {
      const names = [...node.rule.exports!.keys()].map((name) => `${node.id}.${name}`);
      report(
        'flow.unused',
        headOf(node),
        `nothing refers to ${node.id}`,
        `Refer to ${names.join(' or ')} somewhere, or delete the block`,
      );
    }
  }
};

/** A reference that carries a signal, from an `output` block or the `write_to` of tracing. */
function signalOf(node: Node, { path, attribute }: Reference): Signal | undefined {
  const { name } = attribute.name;
  if (node.name === 'tracing' && name === 'write_to') return 'traces';
  if (path.join('/') !== 'output') return undefined;
  return SIGNALS.find((signal) => signal === name);
}

function checkSignals(config: Config, node: Node, report: Report): void {
  for (const reference of node.references) {
    const signal = signalOf(node, reference);
    if (!signal) continue;
    const resolved = config.resolved.get(reference);
    if (resolved?.rest[0]?.name !== 'input') continue;
    const target = resolved.node;
    if (target.custom || holdsError(config, target, target.block)) continue;
    const accepted = acceptedBy(target);
    if (!accepted || accepted.includes(signal)) continue;
    const fixed = target.name.startsWith('otelcol.exporter.') || !canPass(target, signal);
    report(
      'flow.signal',
      spanOf(node.parsed, reference),
      accepted.length === 0
        ? `${signal} are sent to ${target.id}, which passes nothing on: they are refused`
        : `${signal} are sent to ${target.id}, which ${fixed ? 'takes' : 'passes on'} only ${accepted.join(' and ')}: they are refused`,
      fixed
        ? `Send ${signal} to a component that takes them`
        : `Add ${signal} = [...] to the output of ${target.id}, or send ${signal} elsewhere`,
    );
  }

  const produced = producedBy(node.name);
  if (!produced) return;
  for (const output of blocksOf(node.block.body, 'output')) {
    for (const signal of SIGNALS) {
      const attribute = attributeOf(output.body, signal);
      if (!attribute || produced.includes(signal)) continue;
      if (isEmptyList(attribute.value)) continue;
      report(
        'flow.never',
        spanOf(node.parsed, attribute),
        `${node.name} sends only ${produced.join(' and ')}, never ${signal}`,
        `Delete the line ${signal} = ...`,
      );
    }
  }
}

/** With another output it could take the signal. */
const canPass = (node: Node, signal: Signal): boolean =>
  acceptedBy(node, true)?.includes(signal) ?? true;

function checkDeadEnd(node: Node, report: Report): void {
  const { block, parsed, rule } = node;
  const forward = attributeOf(block.body, 'forward_to');
  if (forward && rule!.attributes.has('forward_to')) {
    if (isEmptyList(forward.value)) {
      report(
        'flow.dead-end',
        spanOf(parsed, forward),
        `${node.id} sends nowhere: forward_to is empty`,
        `Name a receiver in forward_to, as in [${sinkFor(rule!.attributes.get('forward_to')!.type)}.default.receiver]`,
      );
    }
    return;
  }
  const [output] = blocksOf(block.body, 'output');
  if (output && rule!.block('output')?.attributes.has('traces') && node.name !== 'faro.receiver') {
    const sends = output.body.some(
      (one) =>
        one.kind === 'block' ||
        !(SIGNALS as readonly string[]).includes(one.name.name) ||
        !isEmptyList(one.value),
    );
    if (sends) return;
    report(
      'flow.dead-end',
      spanOf(parsed, output),
      `${node.id} sends nowhere: its output names no receiver`,
      'Add metrics, logs or traces = [type.name.label.input] to the output',
    );
    return;
  }
  if (
    ENDPOINTS.includes(node.name) &&
    !block.body.some((one) => statementName(one) === 'endpoint')
  ) {
    report(
      'flow.dead-end',
      headOf(node),
      `${node.id} sends nowhere: it has no endpoint`,
      'Add endpoint { url = "https://..." }',
    );
  }
}

const sinkFor = (type: string): string =>
  type.includes('Logs')
    ? 'loki.write'
    : type.includes('Profiles')
      ? 'pyroscope.write'
      : 'prometheus.remote_write';

const ENDPOINTS: readonly string[] = ['prometheus.remote_write', 'loki.write', 'pyroscope.write'];

/** Components that act by themselves although they export something. */
const ACT_ALONE =
  /^(beyla\.|database_observability\.|otelcol\.extension\.|otelcol\.receiver\.datadog)/;

const servesOthers = ({ name, rule }: Node): boolean =>
  (rule?.exports?.size ?? 0) > 0 && !ACT_ALONE.test(name);
