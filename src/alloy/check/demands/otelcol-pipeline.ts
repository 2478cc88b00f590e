import { attributeOf, blocksOf } from '../../ast-lookup.ts';
import { amountIn, wordIn } from '../constants.ts';
import {
  above,
  at,
  type Demand,
  filled,
  folded,
  most,
  needs,
  one,
  order,
  own,
  positive,
  range,
  some,
  words,
} from '../demand.ts';
import type { Part } from '../model.ts';
import { empty, firstSet, set } from './given.ts';

const OTEL = 'internal/component/otelcol/';

const CONTRIB = 'github.com/open-telemetry/opentelemetry-collector-contrib/';

/** One `action` of otelcol.processor.attributes. */
function wrongAction(part: Part): string | undefined {
  const action = wordIn(part, 'action')?.toLowerCase();
  const sources = ['value', 'from_attribute', 'from_context'];
  switch (action) {
    case 'delete':
    case 'hash':
      if (empty(part, 'key') && empty(part, 'pattern')) return 'action';
      return firstSet(part, 'value', 'from_attribute', 'converted_type');
    case 'insert':
    case 'update':
    case 'upsert': {
      if (empty(part, 'key')) return 'action';
      const given = sources.filter((name) => attributeOf(part.block.body, name));
      if (given.length === 0) return 'action';
      if (given.length > 1 && given.every((name) => set(part, name))) return given[1];
      return firstSet(part, 'pattern', 'converted_type');
    }
    case 'extract':
      if (empty(part, 'key') || empty(part, 'pattern')) return 'action';
      return firstSet(part, ...sources, 'converted_type');
    case 'convert':
      if (empty(part, 'key') || empty(part, 'converted_type')) return 'action';
      return firstSet(part, ...sources, 'pattern');
    default:
      return undefined;
  }
}

const DETECTORS =
  'env ec2 ecs eks elasticbeanstalk lambda akamai azure aks consul digitalocean docker gcp heroku hetzner system openshift kubernetes_node kubeadm dynatrace nova oraclecloud scaleway upcloud vultr tencent_cvm alibaba_ecs';

const OTEL_METADATA =
  'k8s.namespace.name k8s.pod.name k8s.pod.uid k8s.pod.hostname k8s.pod.start_time k8s.pod.ip k8s.deployment.name k8s.deployment.uid k8s.replicaset.name k8s.replicaset.uid k8s.daemonset.name k8s.daemonset.uid k8s.statefulset.name k8s.statefulset.uid k8s.job.name k8s.job.uid k8s.cronjob.name k8s.cronjob.uid k8s.node.name k8s.node.uid k8s.container.name container.id container.image.name container.image.tag container.image.tags service.namespace service.name service.version service.instance.id container.image.repo_digests k8s.cluster.uid';

/** Processors, connectors and exporters of OpenTelemetry. */
export const OTELCOL_PIPELINE_DEMANDS: readonly Demand[] = [
  // otelcol: processors
  ...at(
    'otelcol.processor.attributes',
    'action',
    `${CONTRIB}internal/coreinternal/attraction`,
    folded(
      'action',
      'insert update upsert delete hash extract convert',
      'unsupported action "VALUE"',
    ),
    own(
      wrongAction,
      'this action lacks what it needs, or has what it has no use for: NAME',
      'insert, update and upsert take key and one of value, from_attribute, from_context; delete and hash take key or pattern; extract takes key and pattern; convert takes key and converted_type',
    ),
    words(
      'converted_type',
      ' string int double',
      'invalid value "VALUE" in field "converted_type"',
    ),
  ),
  ...at(
    'otelcol.processor.attributes',
    '',
    `${CONTRIB}processor/attributesprocessor/config.go`,
    own(
      (part) => (blocksOf(part.block.body, 'action').length === 0 ? '' : undefined),
      'missing required field "actions"',
      'Add action { key = "..." action = "insert" value = "..." }',
    ),
  ),
  ...['otelcol.processor.attributes', 'otelcol.processor.span'].flatMap((component) =>
    ['include', 'exclude'].flatMap((block) =>
      at(
        component,
        block,
        `${CONTRIB}internal/filter/filterset/config.go`,
        words(
          'match_type',
          'strict regexp',
          "unrecognized match_type: 'VALUE', valid types are: [regexp strict]",
        ),
      ),
    ),
  ),
  ...at(
    'otelcol.processor.batch',
    '',
    `${OTEL}processor/batch/batch.go`,
    order(
      'send_batch_size',
      'send_batch_max_size',
      { open: true },
      'send_batch_max_size must be greater or equal to send_batch_size when not 0',
      'Set send_batch_size too, no larger than send_batch_max_size',
    ),
  ),
  ...at(
    'otelcol.processor.cumulativetodelta',
    '',
    `${OTEL}processor/cumulativetodelta/cumulativetodelta.go`,
    range(
      'max_staleness',
      [0, undefined],
      'max_staleness must be a non-negative duration',
      'Set "0s" or more',
    ),
    words('initial_value', 'auto keep drop', 'initial_value must be one of "auto", "keep", "drop"'),
  ),
  ...['include', 'exclude'].flatMap((block) =>
    at(
      'otelcol.processor.cumulativetodelta',
      block,
      `${OTEL}processor/cumulativetodelta/cumulativetodelta.go`,
      words('match_type', ' strict regexp', 'match_type must be one of "strict" and "regexp"'),
      words('metric_types', 'sum histogram', 'metric_types must be one of "sum" and "histogram"'),
      needs(
        'metrics',
        ['match_type'],
        'match_type must be set if metrics are supplied',
        'Add match_type = "strict"',
      ),
      needs(
        'match_type',
        ['metrics'],
        'metrics must be supplied if match_type is set',
        'Add metrics = [...]',
      ),
    ),
  ),
  ...at(
    'otelcol.processor.deltatocumulative',
    '',
    `${OTEL}processor/deltatocumulative/deltatocumulative.go`,
    above(0, ['max_stale'], 'max_stale must be a positive duration'),
    range(
      'max_streams',
      [0, undefined],
      'max_streams must be a positive number or zero',
      'Set 0 for no limit',
    ),
  ),
  ...at(
    'otelcol.processor.discovery',
    '',
    'github.com/grafana/alloy internal/component/otelcol/processor/discovery',
    words('operation_type', ' insert update upsert', 'unknown operation type VALUE'),
    words(
      'pod_associations',
      'ip net.host.ip k8s.pod.ip hostname connection',
      'unknown pod association VALUE',
    ),
  ),
  ...[
    'otelcol.processor.filter',
    'otelcol.processor.transform',
    'otelcol.connector.signaltometrics',
  ].flatMap((component) =>
    ['', 'trace_statements', 'metric_statements', 'log_statements'].flatMap((block) =>
      at(
        component,
        block,
        `${CONTRIB}pkg/ottl/config.go`,
        folded('error_mode', 'ignore silent propagate', 'unknown error mode VALUE'),
      ),
    ),
  ),
  ...at(
    '*',
    'ottl_condition',
    `${OTEL}processor/tail_sampling/types.go`,
    folded('error_mode', 'ignore silent propagate', 'unknown error mode VALUE'),
  ),
  ...['trace_statements', 'metric_statements', 'log_statements'].flatMap((block) =>
    at(
      'otelcol.processor.transform',
      block,
      `${OTEL}processor/transform/transform.go`,
      folded(
        'context',
        'resource scope span spanevent metric datapoint log',
        'unknown context VALUE',
      ),
    ),
  ),
  ...at(
    'otelcol.processor.interval',
    '',
    `${OTEL}processor/interval/interval.go`,
    positive('interval'),
  ),
  ...at(
    'otelcol.processor.k8sattributes',
    'extract',
    `${CONTRIB}processor/k8sattributesprocessor/config.go`,
    words('metadata', OTEL_METADATA, '"VALUE" is not a supported metadata field'),
  ),
  ...['label', 'annotation'].flatMap((block) =>
    at(
      'otelcol.processor.k8sattributes',
      block,
      `${CONTRIB}processor/k8sattributesprocessor/config.go`,
      most(
        ['key', 'key_regex'],
        'Out of Key or KeyRegex only one option is expected to be configured at a time',
      ),
      words(
        'from',
        ' pod namespace node deployment statefulset daemonset job',
        'VALUE is not a valid choice for From',
      ),
    ),
  ),
  ...(
    [
      ['label', ' equals not-equals exists does-not-exist'],
      ['field', ' equals not-equals'],
    ] as const
  ).flatMap(([block, list]) =>
    at(
      'otelcol.processor.k8sattributes',
      block,
      `${CONTRIB}processor/k8sattributesprocessor/config.go`,
      words('op', list, "'VALUE' is not a valid label filter operation"),
    ),
  ),
  ...at(
    'otelcol.processor.memory_limiter',
    '',
    `${OTEL}processor/memorylimiter/memorylimiter.go`,
    above(0, ['check_interval'], 'check_interval must be greater than zero'),
    most(
      ['limit', 'limit_percentage'],
      'either limit or limit_percentage must be set, but not both',
      'Keep limit, or limit_percentage',
    ),
    own(
      (part) => {
        const [limit, spike] = [amountIn(part, 'limit'), amountIn(part, 'spike_limit')];
        return limit !== undefined && spike !== undefined && limit > 0 && spike >= limit
          ? 'spike_limit'
          : undefined;
      },
      'spike_limit must be less than limit',
      'Set spike_limit to a fifth of limit',
    ),
    own(
      (part) => {
        if (!set(part, 'limit_percentage') || !empty(part, 'limit')) return undefined;
        return ['limit_percentage', 'spike_limit_percentage'].find((name) => {
          const percent = amountIn(part, name);
          return percent !== undefined && (percent <= 0 || percent > 100);
        });
      },
      'limit_percentage and spike_limit_percentage must be greater than 0 and and less or equal than 100',
      'Set limit_percentage = 80 and spike_limit_percentage = 20',
    ),
  ),
  ...at(
    'otelcol.processor.metric_start_time',
    '',
    `${OTEL}processor/metricstarttime/metricstarttime.go`,
    words(
      'strategy',
      'true_reset_point subtract_initial_point start_time_metric',
      'invalid strategy "VALUE"',
    ),
    positive('gc_interval'),
  ),
  ...at(
    'otelcol.processor.probabilistic_sampler',
    '',
    `${CONTRIB}processor/probabilisticsamplerprocessor/config.go`,
    range(
      'sampling_percentage',
      [0, undefined],
      'sampling rate is negative: VALUE%',
      'Write a percentage: 15 keeps 15 %',
    ),
    words(
      'attribute_source',
      ' traceID record',
      'invalid attribute source: VALUE. Expected: traceID or record',
    ),
    range('sampling_precision', [1, 14], 'invalid sampling precision: VALUE', 'Set 4, the default'),
  ),
  ...at(
    'otelcol.processor.resourcedetection',
    '',
    `${OTEL}processor/resourcedetection/resourcedetection.go`,
    filled(['detectors'], 'at least one detector must be specified'),
    words('detectors', DETECTORS, 'invalid detector: VALUE'),
  ),
  ...at(
    'otelcol.processor.resourcedetection',
    'system',
    `${OTEL}processor/resourcedetection/internal/system/config.go`,
    words('hostname_sources', 'os dns cname lookup', 'invalid hostname source: VALUE'),
  ),
  ...at(
    'otelcol.processor.redaction',
    '',
    `${CONTRIB}processor/redactionprocessor/config.go`,
    folded(
      'hash_function',
      ' sha1 md5 sha3 hmac-sha256 hmac-sha512',
      'unknown HashFunction VALUE, allowed functions are sha1, sha3, md5, hmac-sha256 and hmac-sha512',
    ),
    own(
      (part) =>
        /^hmac-/i.test(wordIn(part, 'hash_function') ?? '') && empty(part, 'hmac_key')
          ? 'hash_function'
          : undefined,
      'hmac_key must not be empty with this hash_function',
      'Add hmac_key = sys.env("HMAC_KEY")',
    ),
  ),
  ...at(
    'otelcol.processor.span',
    '',
    `${CONTRIB}processor/spanprocessor/factory.go`,
    own(
      (part) => {
        const name = part.node.parts.find(({ path }) => path.join('/') === 'name');
        const renames = name && (!empty(name, 'from_attributes') || set(name, 'to_attributes'));
        return renames || set(part, 'status') ? undefined : '';
      },
      'error creating "span" processor: either "from_attributes" or "to_attributes" must be specified in "name:" or "setStatus" must be specified',
      'Add name { from_attributes = ["..."] }',
    ),
  ),
  ...at(
    'otelcol.processor.span',
    'status',
    `${OTEL}processor/span/span.go`,
    words('code', 'Ok Error Unset', 'status code is set to an invalid value of "VALUE"'),
    own(
      (part) =>
        ['Ok', 'Unset'].includes(wordIn(part, 'code') ?? '') && set(part, 'description')
          ? 'description'
          : undefined,
      'status description should be empty for non-error status codes',
      'Delete description, or set code = "Error"',
    ),
  ),
  ...at(
    'otelcol.processor.tail_sampling',
    '',
    `${OTEL}processor/tail_sampling/tail_sampling.go`,
    above(0, ['decision_wait', 'num_traces'], 'NAME must be greater than zero'),
  ),

  // otelcol: connectors
  ...at(
    'otelcol.connector.host_info',
    '',
    `${OTEL}connector/host_info/host_info.go`,
    filled(['host_identifiers']),
    positive('metrics_flush_interval'),
  ),
  ...at(
    'otelcol.connector.servicegraph',
    '',
    `${OTEL}connector/servicegraph/servicegraph.go`,
    positive('cache_loop', 'store_expiration_loop'),
  ),
  ...at(
    'otelcol.connector.servicegraph',
    'store',
    `${OTEL}connector/servicegraph/servicegraph.go`,
    above(0, ['max_items', 'ttl'], 'store.NAME must be greater than 0'),
  ),
  ...at(
    'otelcol.connector.spanmetrics',
    '',
    `${OTEL}connector/spanmetrics/spanmetrics.go`,
    positive('metrics_flush_interval'),
    words('aggregation_temporality', 'CUMULATIVE DELTA', 'invalid aggregation_temporality: VALUE'),
    range(
      'metrics_expiration',
      [0, undefined],
      'invalid metrics_expiration: the duration should be positive',
      'Set "0s" or more',
    ),
    range(
      'aggregation_cardinality_limit',
      [0, undefined],
      'invalid aggregation_cardinality_limit: the limit should be positive',
      'Set 0 for no limit',
    ),
  ),
  ...at(
    'otelcol.connector.spanmetrics',
    'histogram',
    `${OTEL}connector/spanmetrics/types.go`,
    words('unit', 'ms s', 'unknown unit "VALUE", allowed units are "ms" and "s"'),
    own(
      (part) => {
        const found = ['explicit', 'exponential'].filter((name) => set(part, name));
        return found.length === 1 ? undefined : (found[1] ?? '');
      },
      'exactly one of exponential or explicit histogram configuration must be specified',
      'Keep explicit { } or exponential { }',
    ),
  ),
  ...at(
    'otelcol.connector.spanmetrics',
    'exponential',
    `${OTEL}connector/spanmetrics/types.go`,
    positive('max_size'),
  ),
  ...['dimension', 'calls_dimension'].flatMap((block) =>
    at(
      'otelcol.connector.spanmetrics',
      block,
      `${CONTRIB}connector/spanmetricsconnector/config.go`,
      one(['name', 'glob'], 'dimension entry must set exactly one of `name` and `glob`'),
      own(
        (part) =>
          ['service.name', 'span.kind', 'status.code', 'span.name'].includes(
            wordIn(part, 'name') ?? '',
          )
            ? 'name'
            : undefined,
        'duplicate dimension name: it is always there',
        'Delete this dimension',
      ),
    ),
  ),
  ...at(
    'otelcol.connector.spanmetrics',
    'events',
    `${CONTRIB}connector/spanmetricsconnector/config.go`,
    own(
      (part) =>
        set(part, 'enabled') && blocksOf(part.block.body, 'dimension').length === 0
          ? 'enabled'
          : undefined,
      'no dimensions configured for events',
      'Add dimension { name = "..." }',
    ),
  ),
  ...at(
    'otelcol.connector.signaltometrics',
    '',
    `${CONTRIB}connector/signaltometricsconnector/config/config.go`,
    some(
      ['spans', 'datapoints', 'logs'],
      'no configuration provided, at least one should be specified',
      'Add spans { }, datapoints { } or logs { }',
    ),
  ),

  // otelcol: exporters
  ...at(
    'otelcol.exporter.otlphttp',
    '',
    `${OTEL}exporter/otlphttp/otlphttp.go`,
    words('encoding', 'proto json', 'invalid encoding type VALUE'),
  ),
  ...at(
    'otelcol.exporter.prometheus',
    '',
    `${OTEL}exporter/prometheus/prometheus.go`,
    own(
      (part) => (amountIn(part, 'gc_frequency') === 0 ? 'gc_frequency' : undefined),
      'gc_frequency must be greater than 0',
      'Set "5m", the default',
    ),
  ),
  ...at(
    'otelcol.exporter.debug',
    '',
    `${OTEL}exporter/debug/debug.go`,
    folded('verbosity', 'basic normal detailed', 'invalid verbosity "VALUE"'),
  ),
  ...at(
    'otelcol.exporter.datadog',
    'api',
    `${OTEL}exporter/datadog/datadog.go`,
    filled(['api_key'], 'missing API key'),
  ),
  ...at(
    'otelcol.exporter.awss3',
    's3_uploader',
    `${OTEL}exporter/awss3/awss3.go`,
    words('compression', ' gzip none zstd', 'unsupported compression type "VALUE"'),
  ),
  ...at(
    'otelcol.exporter.loadbalancing',
    '',
    `${OTEL}exporter/loadbalancing/loadbalancing.go`,
    words('routing_key', 'service traceID resource metric streamID', 'invalid routing key "VALUE"'),
  ),
  ...at(
    'otelcol.exporter.loadbalancing',
    'resolver',
    `${CONTRIB}exporter/loadbalancingexporter/loadbalancer.go`,
    own(
      (part) => {
        const found = ['static', 'dns', 'kubernetes', 'aws_cloud_map'].filter((name) =>
          set(part, name),
        );
        return found.length === 1 ? undefined : (found[1] ?? '');
      },
      'exactly one resolver must be specified for the exporter',
      'Keep one of static, dns, kubernetes and aws_cloud_map',
    ),
  ),
  ...at(
    'otelcol.exporter.loadbalancing',
    'static',
    `${CONTRIB}exporter/loadbalancingexporter/resolver_static.go`,
    filled(['hostnames'], 'no hostnames specified for the static resolver'),
  ),
  ...at(
    'otelcol.exporter.loadbalancing',
    'aws_cloud_map',
    `${OTEL}exporter/loadbalancing/loadbalancing.go`,
    words(
      'health_status',
      'HEALTHY UNHEALTHY ALL HEALTHY_OR_ELSE_ALL',
      'invalid health status "VALUE"',
    ),
  ),
  ...at(
    'otelcol.exporter.kafka',
    '',
    `${CONTRIB}exporter/kafkaexporter/config.go`,
    most(
      ['partition_logs_by_resource_attributes', 'partition_logs_by_trace_id'],
      'partition_logs_by_resource_attributes and partition_logs_by_trace_id cannot both be enabled',
    ),
  ),
  ...at(
    'otelcol.exporter.splunkhec',
    'splunk',
    `${OTEL}exporter/splunkhec/config/splunkhec.go`,
    filled(['token'], 'missing splunk token'),
    some(
      ['log_data_enabled', 'profiling_data_enabled'],
      'at least one of log_data_enabled or profiling_data_enabled must be enabled',
      'Add log_data_enabled = true',
    ),
  ),
  ...at(
    'otelcol.exporter.splunkhec',
    'client',
    `${OTEL}exporter/splunkhec/config/splunkhec.go`,
    filled(['endpoint'], 'missing Splunk hec endpoint'),
  ),
];
