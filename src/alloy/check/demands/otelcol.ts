import { attributeOf } from '../../ast-lookup.ts';
import { wordIn } from '../constants.ts';
import {
  at,
  type Demand,
  filled,
  folded,
  most,
  needs,
  one,
  own,
  range,
  some,
  words,
} from '../demand.ts';
import { set } from './given.ts';

const OTEL = 'internal/component/otelcol/';

/** Extensions and receivers of OpenTelemetry. */
export const OTELCOL_DEMANDS: readonly Demand[] = [
  // otelcol: extensions
  ...at(
    'otelcol.auth.headers',
    'header',
    `${OTEL}auth/headers/headers.go`,
    folded('action', 'insert update upsert delete', 'unknown action VALUE'),
    filled(['key'], 'key must be set to a non-empty string'),
    own(
      (part) =>
        ['value', 'from_context', 'from_attribute'].filter((name) =>
          attributeOf(part.block.body, name),
        ).length === 0
          ? ''
          : undefined,
      'one of value, from_context, or from_attribute must be provided',
      'Add value = "..."',
    ),
    own(
      (part) =>
        ['value', 'from_context', 'from_attribute'].filter((name) =>
          attributeOf(part.block.body, name),
        )[1],
      'only one of value, from_context, or from_attribute may be provided',
      'Keep one of them',
    ),
  ),
  ...at(
    'otelcol.auth.basic',
    '',
    `${OTEL}auth/basic/basic.go`,
    some(
      ['username', 'password', 'htpasswd', 'client_auth'],
      'no credential source provided',
      'Add username and password',
    ),
    needs('username', ['password'], 'no password provided', 'Add password = sys.env("PASSWORD")'),
  ),
  ...at(
    'otelcol.extension.jaeger_remote_sampling',
    '',
    `${OTEL}extension/jaeger_remote_sampling/jaeger_remote_sampling.go`,
    some(
      ['grpc', 'http'],
      'http or grpc must be configured to serve the sampling document',
      'Add http { }',
    ),
  ),
  ...at(
    'otelcol.extension.jaeger_remote_sampling',
    'source',
    `${OTEL}extension/jaeger_remote_sampling/jaeger_remote_sampling.go`,
    one(['content', 'file', 'remote'], 'exactly one of content, file or remote must be configured'),
  ),
  ...at(
    'otelcol.storage.file',
    '',
    `${OTEL}storage/file/file.go`,
    own(
      (part) => {
        const permissions =
          attributeOf(part.block.body, 'directory_permissions') &&
          wordIn(part, 'directory_permissions');
        return permissions !== undefined &&
          set(part, 'create_directory') &&
          !/^[0-7]{1,4}$/.test(permissions)
          ? 'directory_permissions'
          : undefined;
      },
      'directory_permissions value must be a valid octal representation',
      'Write "0750"',
    ),
  ),

  // otelcol: receivers
  ...at(
    'otelcol.receiver.jaeger',
    'protocols',
    `${OTEL}receiver/jaeger/jaeger.go`,
    some(
      ['grpc', 'thrift_http', 'thrift_binary', 'thrift_compact'],
      'at least one protocol must be enabled',
      'Add grpc { }',
    ),
  ),
  ...at(
    'otelcol.receiver.otlp',
    'http',
    `${OTEL}receiver/otlp/otlp.go`,
    filled(['traces_url_path', 'metrics_url_path', 'logs_url_path'], 'NAME cannot be empty'),
  ),
  ...at(
    'otelcol.receiver.kafka',
    '',
    `${OTEL}receiver/kafka/kafka.go`,
    words(
      'group_rebalance_strategy',
      ' range roundrobin sticky cooperative-sticky',
      "group_rebalance_strategy must be one of 'range', 'roundrobin', 'sticky', or 'cooperative-sticky'",
    ),
    words(
      'group_rebalance_strategies',
      'range roundrobin sticky cooperative-sticky',
      "group_rebalance_strategy must be one of 'range', 'roundrobin', 'sticky', or 'cooperative-sticky'",
    ),
    most(
      ['group_rebalance_strategy', 'group_rebalance_strategies'],
      'group_rebalance_strategy and group_rebalance_strategies are mutually exclusive',
    ),
  ),
  ...at(
    'otelcol.receiver.fluentforward',
    '',
    `${OTEL}receiver/fluentforward/fluentforward.go`,
    filled(['endpoint']),
  ),
  ...at(
    'otelcol.receiver.influxdb',
    '',
    `${OTEL}receiver/influxdb/influxdb.go`,
    filled(['endpoint'], 'HTTP server endpoint cannot be empty'),
  ),
  ...at(
    'otelcol.receiver.file_stats',
    '',
    `${OTEL}receiver/file_stats/types.go`,
    filled(['include']),
  ),
  ...at(
    'otelcol.receiver.splunkhec',
    '',
    `${OTEL}receiver/splunkhec/splunkhec.go`,
    words('splitting', 'none line', 'unknown splitting strategy: VALUE'),
  ),
  ...at(
    'otelcol.receiver.syslog',
    '',
    `${OTEL}receiver/syslog/syslog.go`,
    some(
      ['tcp', 'udp'],
      "at least one of 'tcp' or 'udp' must be configured",
      'Add tcp { listen_address = "127.0.0.1:514" }',
    ),
    words('protocol', 'rfc3164 rfc5424', 'unknown syslog format: VALUE'),
    words('on_error', 'drop drop_quiet send send_quiet', 'invalid on_error: VALUE'),
    words('non_transparent_framing_trailer', 'NUL LF', 'unknown syslog format: VALUE'),
  ),
  ...at(
    'otelcol.exporter.syslog',
    '',
    'internal/component/common/config/types.go',
    words('protocol', 'rfc3164 rfc5424', 'unknown syslog format: VALUE'),
  ),
  ...(
    [
      ['otelcol.receiver.syslog', 'tcp'],
      ['otelcol.receiver.syslog', 'udp'],
      ['otelcol.receiver.tcplog', ''],
    ] as const
  ).flatMap(([component, block]) =>
    at(
      component,
      block,
      `${OTEL}receiver/${component.slice(17)}`,
      own(
        (part) => {
          const address =
            attributeOf(part.block.body, 'listen_address') && wordIn(part, 'listen_address');
          return address !== undefined && !/^(?:\[[^\]]*\]|[^:[\]]*):[^:]*$/.test(address)
            ? 'listen_address'
            : undefined;
        },
        'invalid listen_address: missing port in address',
        'Write host:port',
      ),
    ),
  ),
  ...at(
    'otelcol.receiver.filelog',
    '',
    `${OTEL}receiver/filelog/filelog.go`,
    range(
      'max_concurrent_files',
      [1, undefined],
      "'max_concurrent_files' must be positive",
      'Set 1024, the default',
    ),
    range(
      'max_batches',
      [0, undefined],
      "'max_batches' must not be negative",
      'Set 0 for no limit',
    ),
    words('compression', ' gzip auto', "invalid 'compression' type: VALUE"),
    own(
      (part) =>
        wordIn(part, 'start_at') === 'end' && set(part, 'delete_after_read')
          ? 'delete_after_read'
          : undefined,
      "'delete_after_read' cannot be used with 'start_at = end'",
      'Add start_at = "beginning"',
    ),
  ),
  ...at(
    'otelcol.receiver.filelog',
    'sort_by',
    `${OTEL}receiver/filelog/filelog.go`,
    words('sort_type', 'timestamp numeric lexicographic mtime', "invalid 'sort_type': VALUE"),
  ),
  ...at(
    '*',
    'multiline',
    `${OTEL}config_stanza_receivers.go`,
    one(
      ['line_start_pattern', 'line_end_pattern'],
      'exactly one of line_start_pattern or line_end_pattern must be set',
    ),
  ),
  ...at(
    'otelcol.receiver.solace',
    'authentication',
    `${OTEL}receiver/solace/solace.go`,
    one(
      ['sasl_plain', 'sasl_xauth2', 'sasl_external'],
      'the auth block must contain exactly one of sasl_plain block, sasl_xauth2 block or sasl_external block',
    ),
  ),
  ...at(
    'otelcol.receiver.solace',
    '',
    `${OTEL}receiver/solace/solace.go`,
    filled(['queue'], 'queue must not be empty, queue definition has format queue://<queuename>'),
  ),
];
