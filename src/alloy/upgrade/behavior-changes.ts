/**
 * What an Alloy of some version does otherwise with the same configuration, and no argument or default
 * shows. By hand, from the breaking changes of upstream's changelog since 1.10 (CHANGELOG.md of
 * grafana/alloy), in our own words. What is about Windows, containers or experimental flags is left out.
 */
export interface BehaviorChange {
  /** The minor version that changed it. */
  readonly version: string;
  /** Components it is about; `otelcol.exporter.*` is all that begin so. */
  readonly components: readonly string[];
  /** The block that it is about, from the component down, or the last name of one: `.../rule`. */
  readonly path?: string;
  /** Only where one of these arguments is written in that block, with a value that is written so. */
  readonly where?: readonly (readonly [argument: string, written?: RegExp])[];
  /** Not where all of these arguments are written in that block. */
  readonly unless?: readonly string[];
  readonly said: string;
  readonly advice: string;
}

const HTTP_LIMITS = { idle_timeout: '0s', read_header_timeout: '0s', write_timeout: '0s' };

/**
 * What held before there was an argument for it: component, path, version, values. By the changelog of
 * 1.18: the HTTP servers of these had no limits.
 */
export const FORMER_DEFAULTS: readonly (readonly [
  component: string,
  path: string,
  version: string,
  values: Readonly<Record<string, string>>,
])[] = [
  ['otelcol.receiver.otlp', 'http', '1.18', HTTP_LIMITS],
  ['otelcol.receiver.faro', '', '1.18', HTTP_LIMITS],
  ['otelcol.receiver.jaeger', 'protocols/thrift_http', '1.18', HTTP_LIMITS],
  ['otelcol.receiver.zipkin', '', '1.18', HTTP_LIMITS],
  ['otelcol.receiver.influxdb', '', '1.18', HTTP_LIMITS],
  ['otelcol.receiver.splunkhec', '', '1.18', HTTP_LIMITS],
  ['otelcol.receiver.datadog', '', '1.18', HTTP_LIMITS],
  ['otelcol.extension.jaeger_remote_sampling', 'http', '1.18', HTTP_LIMITS],
];

export const BEHAVIOR_CHANGES: readonly BehaviorChange[] = [
  ...['rule', 'write_relabel_config'].map((block) => ({
    version: '1.11',
    components: ['prometheus.*', 'loki.*', 'discovery.*', 'pyroscope.*'],
    path: `.../${block}`,
    where: [['regex', /[.]/]] as const,
    said: 'a dot in regex matches line breaks too',
    advice: 'Check whether values can contain line breaks; [^\\n] matches all else',
  })),
  {
    version: '1.11',
    components: ['prometheus.scrape'],
    said: 'the labels le and quantile are always floats: le="1" becomes le="1.0"',
    advice: 'Change alerts, rules and dashboards that compare them with whole numbers',
  },
  ...['otelcol.receiver.kafka', 'otelcol.exporter.kafka'].map((component) => ({
    version: '1.11',
    components: [component],
    path: 'authentication/sasl',
    where: [['mechanism', /"AWS_MSK_IAM"/]] as const,
    said: 'the mechanism AWS_MSK_IAM is gone',
    advice: 'Use AWS_MSK_IAM_OAUTHBEARER',
  })),
  {
    version: '1.11',
    components: ['otelcol.exporter.loadbalancing'],
    said: 'traces and series are spread over the backends in another way',
    advice: 'Upgrade all instances of one tier together',
  },
  {
    version: '1.12',
    components: [
      'prometheus.exporter.blackbox',
      'prometheus.exporter.snmp',
      'prometheus.exporter.statsd',
    ],
    said: 'the label instance is the id of the component, no longer the name of the host',
    advice:
      'Set instance to sys.env("HOSTNAME") with a discovery.relabel, if dashboards and alerts rely on it',
  },
  {
    version: '1.14',
    components: ['otelcol.receiver.prometheus'],
    said: 'metrics have no start time any more',
    advice:
      'Add an otelcol.processor.metric_start_time with strategy = "true_reset_point", if the backend needs it',
  },
  {
    version: '1.14',
    components: ['loki.secretfilter'],
    said: 'secrets are found by Gitleaks, with its own rules',
    advice: 'Try it with lines of yours; name rules of your own in gitleaks_config',
  },
  {
    version: '1.15',
    components: ['loki.source.awsfirehose'],
    said: 'its own metrics begin with loki_source_awsfirehose_, no longer with the id of the component',
    advice: 'Change dashboards and alerts that use them',
  },
  {
    version: '1.18',
    components: ['otelcol.receiver.kafka', 'otelcol.exporter.kafka'],
    where: [['resolve_canonical_bootstrap_servers_only']],
    said: 'resolve_canonical_bootstrap_servers_only has no effect any more',
    advice: 'Remove it, and name the servers by addresses that resolve',
  },
  {
    version: '1.19',
    components: ['prometheus.operator.servicemonitors'],
    unless: ['allow_arbitrary_file_access'],
    said: 'ServiceMonitors that name local files for tokens or TLS are rejected',
    advice: 'Set allow_arbitrary_file_access = true if you trust who writes them',
  },
  {
    version: '1.19',
    components: ['otelcol.processor.memory_limiter'],
    said: 'its own metrics have other names, with memory_limiter in them',
    advice: 'Change dashboards and alerts that use them',
  },
];
