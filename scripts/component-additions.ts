/**
 * Corrections of the facts about components, found by checking configurations written by Alloy's own
 * converters.
 */

/** Blocks missing from the facts: component -> paths. */
export const ADDED_BLOCKS: Readonly<Record<string, readonly string[]>> = {
  'loki.process': [
    'stage.metrics/metric.counter',
    'stage.metrics/metric.gauge',
    'stage.metrics/metric.histogram',
    'stage.truncate/rule',
  ],
  'prometheus.exporter.oracledb': ['database'],
  'prometheus.exporter.postgres': ['stat_statements'],
  'otelcol.processor.resourcedetection': ['openshift/tls', 'openshift/tls/tpm'],
  'otelcol.processor.probabilistic_sampler': ['output'],
};

/** Arguments missing from the facts, or with another type: component -> "block/path/argument=type". */
export const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  'loki.source.windowsevent': ['legacy_bookmark_path=string'],
  'otelcol.exporter.kafka': ['producer/allow_auto_topic_creation=bool'],
  'otelcol.exporter.splunkhec': ['splunk/telemetry/extra_attributes=map(string)'],
  'otelcol.processor.probabilistic_sampler': [
    'output/metrics=list(otelcol.Consumer)',
    'output/logs=list(otelcol.Consumer)',
    'output/traces=list(otelcol.Consumer)',
  ],
  'otelcol.receiver.cloudflare': ['separator=string'],
  // objects of any shape
  'otelcol.receiver.filelog': ['operators=list(any)'],
};

/** Blocks that accept every block of their component: `stage.match` contains stages. */
export const TAKES_ALL: Readonly<Record<string, readonly string[]>> = {
  'loki.process': ['stage.match'],
};

/** Blocks ('' is the component itself) with an incomplete list of arguments: unknown ones are not reported. */
export const OPEN: Readonly<Record<string, readonly string[]>> = {
  'otelcol.receiver.opencensus': [''],
};

/** Optional, although listed as required: "component argument" or "component block/path argument". */
export const OPTIONAL: readonly string[] = [
  'loki.source.docker labels',
  // one of them is required, not all
  'prometheus.remote_write endpoint/azuread/managed_identity',
  'prometheus.remote_write endpoint/azuread/oauth',
  'prometheus.remote_write endpoint/azuread/sdk',
  'prometheus.remote_write endpoint/azuread/workload_identity',
  'http tls/windows_certificate_filter/server system_store',
];

/** Exports missing from the facts. */
export const EXPORTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'database_observability.mysql': { targets: 'list(map(string))' },
  'database_observability.postgres': { targets: 'list(map(string))' },
  'database_observability.sql_server': { targets: 'list(map(string))' },
  'discovery.http': { targets: 'list(map(string))' },
  'loki.enrich': { receiver: 'LogsReceiver' },
  'prometheus.enrich': { receiver: 'MetricsReceiver' },
  'pyroscope.write': { receiver: 'ProfilesReceiver' },
  'otelcol.exporter.file': { input: 'otelcol.Consumer' },
  'otelcol.extension.jaeger_remote_sampling': {},
  'faro.receiver': {},
};

/** Components that only send: they export nothing, so their pages list no exports. */
export const NO_EXPORTS =
  /^(loki\.source\.|loki\.rules\.|mimir\.|otelcol\.receiver\.|prometheus\.operator\.|prometheus\.(receive_http|scrape)$|pyroscope\.(ebpf|java|receive_http|scrape)$)/;

/** Arguments with their own stability level: component -> "block/path/argument" or "block/path/argument=value". */
export const EXPERIMENTAL: Readonly<Record<string, readonly string[]>> = {
  'prometheus.scrape': ['honor_metadata', 'enable_type_and_unit_labels'],
  'prometheus.remote_write': ['endpoint/protobuf_message=io.prometheus.write.v2.Request'],
  'prometheus.operator.podmonitors': ['scrape/enable_type_and_unit_labels'],
  'prometheus.operator.probes': ['scrape/enable_type_and_unit_labels'],
  'prometheus.operator.servicemonitors': ['scrape/enable_type_and_unit_labels'],
};

/** Known and harmless gaps: nothing is reported about undocumented parts. */
export const EXCUSED: readonly string[] = [
  'beyla.ebpf',
  'database_observability.',
  'discovery.azure > workload_identity:',
  'foreach > template:',
  // take no argument
  'loki.process > stage.decolorize:',
  'loki.process > stage.docker:',
  'otelcol.receiver.solace > authentication > sasl_external:',
  'otelcol.connector.signaltometrics > datapoints > include_resource_attributes:',
  'otelcol.connector.signaltometrics > logs > include_resource_attributes:',
  'otelcol.connector.signaltometrics > spans > include_resource_attributes:',
  'otelcol.connector.spanmetrics > calls_dimension:',
  // two levels are described in one table
  'otelcol.exporter.googlecloud log: argument name',
  'otelcol.exporter.googlecloud metric: argument name',
  'otelcol.exporter.googlecloud trace: argument name',
  'otelcol.processor.redaction',
  // removed from Alloy; a page without blocks remains
  'otelcol.receiver.opencensus: no output block',
  'otelcol.processor.resourcedetection >',
];
