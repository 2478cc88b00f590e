import { attributeOf } from '../../ast-lookup.ts';
import { amountIn, wordIn } from '../constants.ts';
import {
  above,
  at,
  type Demand,
  filled,
  most,
  needs,
  one,
  order,
  own,
  range,
  some,
  words,
} from '../demand.ts';
import { mysqlDsnProblem } from '../grammar/mysql-dsn.ts';
import { empty, listIn, set } from './given.ts';

const EXPORTER = 'internal/component/prometheus/exporter/';

/** Components of Prometheus, exporters included. */
export const PROMETHEUS_DEMANDS: readonly Demand[] = [
  // prometheus
  ...at(
    'prometheus.scrape',
    '',
    'internal/component/prometheus/scrape/scrape.go',
    words(
      'scrape_protocols',
      'PrometheusProto PrometheusText0.0.4 PrometheusText1.0.0 OpenMetricsText0.0.1 OpenMetricsText1.0.0',
      'invalid scrape protocol "VALUE"',
    ),
    words(
      'scrape_fallback_protocol',
      ' PrometheusProto PrometheusText0.0.4 PrometheusText1.0.0 OpenMetricsText0.0.1 OpenMetricsText1.0.0',
      'invalid scrape_fallback_protocol "VALUE"',
    ),
    words(
      'metric_name_validation_scheme',
      'legacy utf8',
      'invalid metric_name_validation_scheme "VALUE": must be either "utf8" or "legacy"',
    ),
    words(
      'metric_name_escaping_scheme',
      ' allow-utf-8 underscores dots values',
      'invalid metric_name_escaping_scheme: "VALUE"',
    ),
    own(
      (part) => {
        const protocols = listIn(part, 'scrape_protocols');
        return protocols && new Set(protocols).size < protocols.length
          ? 'scrape_protocols'
          : undefined;
      },
      'duplicate scrape protocol: make sure the scrape protocols provided are unique',
      'Name each protocol once',
    ),
    own(
      (part) => {
        const protocols = listIn(part, 'scrape_protocols');
        return set(part, 'scrape_native_histograms') &&
          protocols &&
          !protocols.includes('PrometheusProto')
          ? 'scrape_protocols'
          : undefined;
      },
      'scrape_native_histograms is set to true, but PrometheusProto is not in scrape_protocols',
      'Add "PrometheusProto" as the first of scrape_protocols',
    ),
    own(
      (part) =>
        wordIn(part, 'metric_name_escaping_scheme') === 'allow-utf-8' &&
        wordIn(part, 'metric_name_validation_scheme') === 'legacy'
          ? 'metric_name_escaping_scheme'
          : undefined,
      "metric_name_escaping_scheme cannot be set to 'allow-utf-8' while metric_name_validation_scheme is not set to 'utf8'",
      'Add metric_name_validation_scheme = "utf8"',
    ),
  ),
  ...at(
    'prometheus.remote_write',
    'endpoint',
    'internal/component/prometheus/remotewrite/types.go',
    words(
      'protobuf_message',
      'prometheus.WriteRequest io.prometheus.write.v2.Request',
      'invalid protobuf_message "VALUE"',
    ),
    own(
      (part) => {
        const clouds = ['sigv4', 'azuread', 'google_iam'].filter((name) => set(part, name));
        const http = ['basic_auth', 'authorization', 'oauth2', 'bearer_token', 'bearer_token_file'];
        const second =
          clouds[1] ?? (clouds.length > 0 ? http.find((name) => set(part, name)) : undefined);
        return second;
      },
      'at most one of sigv4, azuread, google_iam, basic_auth, oauth2, bearer_token & bearer_token_file must be configured',
      'Keep the one that the server expects and delete the rest',
    ),
  ),
  ...at(
    'prometheus.remote_write',
    'wal',
    'internal/component/prometheus/remotewrite/types.go',
    own(
      (part) => (amountIn(part, 'truncate_frequency') === 0 ? 'truncate_frequency' : undefined),
      'truncate_frequency must not be 0',
      'Set "2h", the default',
    ),
    order(
      'min_keepalive_time',
      'max_keepalive_time',
      { strict: true },
      'min_keepalive_time must be smaller than max_keepalive_time',
      'Raise max_keepalive_time, or lower min_keepalive_time',
    ),
  ),
  ...at(
    'prometheus.remote_write',
    'azuread',
    'internal/component/prometheus/remotewrite/types.go',
    words(
      'cloud',
      'AzureChina AzureGovernment AzurePublic',
      'must provide a cloud in the Azure AD config',
    ),
    one(
      ['managed_identity', 'workload_identity', 'oauth', 'sdk'],
      'exactly one authentication method must be provided in the Azure AD config',
      'Keep one of managed_identity, workload_identity, oauth and sdk',
    ),
  ),
  ...['managed_identity', 'workload_identity', 'oauth'].flatMap((block) =>
    at(
      'prometheus.remote_write',
      block,
      'internal/component/prometheus/remotewrite/types.go',
      own(
        (part) => {
          const names = block === 'workload_identity' ? ['client_id', 'tenant_id'] : ['client_id'];
          return names.find((name) => {
            const id = attributeOf(part.block.body, name) && wordIn(part, name);
            return (
              id !== undefined &&
              !/^(?:urn:uuid:|\{)?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i.test(id)
            );
          });
        },
        'the provided Azure NAME is invalid: it is a UUID',
        'Copy the id from the Azure portal',
      ),
    ),
  ),
  ...at(
    'prometheus.remote_write',
    'sigv4',
    'internal/component/prometheus/remotewrite/types.go',
    needs(
      'access_key',
      ['secret_key'],
      'must provide an AWS SigV4 access key and secret key if credentials are specified in the SigV4 config',
      'Add secret_key = sys.env("AWS_SECRET_ACCESS_KEY"), or delete both',
    ),
    needs(
      'secret_key',
      ['access_key'],
      'must provide an AWS SigV4 access key and secret key if credentials are specified in the SigV4 config',
      'Add access_key = "...", or delete both',
    ),
    needs(
      'external_id',
      ['role_arn'],
      'external_id can only be used with role_arn',
      'Add role_arn = "..."',
    ),
  ),
  ...at(
    'prometheus.relabel',
    '',
    'internal/component/prometheus/relabel/relabel.go',
    range(
      'max_cache_size',
      [0, undefined],
      'max_cache_size must be >= 0; got VALUE',
      'Set 100000, the default',
    ),
    own(
      (part) =>
        attributeOf(part.block.body, 'max_cache_size') &&
        amountIn(part, 'max_cache_size') === 0 &&
        empty(part, 'cache_ttl')
          ? 'max_cache_size'
          : undefined,
      'one of max_cache_size or cache_ttl must be set',
      'Set max_cache_size = 100000, the default',
    ),
    own(
      (part) =>
        (amountIn(part, 'cache_ttl') ?? 0) > 0 && (amountIn(part, 'max_cache_size') ?? 0) > 0
          ? 'cache_ttl'
          : undefined,
      'max_cache_size and cache_ttl are mutually exclusive: set max_cache_size = 0 to use cache_ttl',
      'Add max_cache_size = 0',
    ),
  ),
  ...at(
    'prometheus.enrich',
    '',
    'internal/component/prometheus/enrich/enrich.go',
    some(
      ['target_match_label', 'metrics_match_label', 'target_to_metric_match'],
      'at least one match mechanism must be specified: set target_match_label or target_to_metric_match',
      'Add target_match_label = "..."',
    ),
  ),
  ...['podmonitors', 'probes', 'servicemonitors', 'scrapeconfigs'].flatMap((name) =>
    at(
      `prometheus.operator.${name}`,
      '',
      'internal/component/prometheus/operator/types.go',
      words(
        'kubernetes_role',
        'endpoints endpointslice',
        'only endpoints and endpointslice are supported',
      ),
    ),
  ),

  // exporters
  ...at(
    'prometheus.exporter.blackbox',
    '',
    `${EXPORTER}blackbox/blackbox.go`,
    one(
      ['config', 'config_file'],
      'config and config_file: exactly one of them must be set',
      'Keep one of config and config_file',
    ),
    most(
      ['target', 'targets'],
      'the block `target` and the attribute `targets` are mutually exclusive',
    ),
  ),
  ...at(
    'prometheus.exporter.snmp',
    '',
    `${EXPORTER}snmp/snmp.go`,
    most(['config', 'config_file'], 'config and config_file are mutually exclusive'),
    most(
      ['target', 'targets'],
      'the block `target` and the attribute `targets` are mutually exclusive',
    ),
    words(
      'config_merge_strategy',
      'replace merge',
      'config_merge_strategy must be either "replace" or "merge"',
    ),
  ),
  ...at(
    'prometheus.exporter.mssql',
    '',
    `${EXPORTER}mssql/mssql.go`,
    range(
      'max_open_connections',
      [1, undefined],
      'max_open_connections must be at least 1',
      'Set 3, the default',
    ),
    range(
      'max_idle_connections',
      [1, undefined],
      'max_idle_connections must be at least 1',
      'Set 3, the default',
    ),
    above(0, ['timeout'], 'timeout must be positive'),
  ),
  ...at(
    'prometheus.exporter.mysql',
    '',
    `${EXPORTER}mysql/mysql.go`,
    own(
      (part) => {
        const name =
          attributeOf(part.block.body, 'data_source_name') && wordIn(part, 'data_source_name');
        return name !== undefined && mysqlDsnProblem(name) ? 'data_source_name' : undefined;
      },
      'data_source_name is no DSN of MySQL',
      'Write user:password@(host:3306)/, without mysql://',
    ),
  ),
  ...at(
    'prometheus.exporter.postgres',
    '',
    `${EXPORTER}postgres/postgres.go`,
    own(
      (part) =>
        set(part, 'disable_default_metrics') && empty(part, 'custom_queries_config_path')
          ? 'disable_default_metrics'
          : undefined,
      'custom_queries_config_path must be set when disable_default_metrics is true',
      'Add custom_queries_config_path = "..."',
    ),
    own(
      (part) =>
        set(part, 'disable_default_metrics') && set(part, 'enabled_collectors')
          ? 'enabled_collectors'
          : undefined,
      'enabled_collectors cannot be set when disable_default_metrics is true',
      'Delete one of the two',
    ),
  ),
  ...at(
    'prometheus.exporter.redis',
    '',
    'internal/static/integrations/redis_exporter/redis_exporter.go',
    filled(
      ['redis_addr'],
      'cannot create redis_exporter; redis_exporter.redis_addr is not defined',
    ),
  ),
  ...at(
    'prometheus.exporter.redis',
    '',
    `${EXPORTER}redis/redis.go`,
    most(
      ['script_path', 'script_paths'],
      'only one of script_path and script_paths should be specified',
    ),
  ),
  ...at(
    'prometheus.exporter.kafka',
    '',
    `${EXPORTER}kafka/kafka.go`,
    own(
      (part) =>
        empty(part, 'instance') && (listIn(part, 'kafka_uris')?.length ?? 0) > 1
          ? 'kafka_uris'
          : undefined,
      'an automatic value for `instance` cannot be determined from several kafka servers, manually provide one for this component',
      'Add instance = "..."',
    ),
  ),
  ...at(
    'prometheus.exporter.squid',
    '',
    `${EXPORTER}squid/squid.go`,
    own(
      (part) => {
        const address = attributeOf(part.block.body, 'address') && wordIn(part, 'address');
        return address !== undefined && !/^(?:\[[^\]]+\]|[^:]+):.+$/.test(address)
          ? 'address'
          : undefined;
      },
      'the address needs a host and a port',
      'Write host:3128',
    ),
  ),
  ...at(
    'prometheus.exporter.oracledb',
    '',
    `${EXPORTER}oracledb/oracledb.go`,
    one(
      ['connection_string', 'database'],
      'connection_string and database: exactly one of them must be set',
      'Keep connection_string, or the database blocks',
    ),
  ),
  ...at(
    'prometheus.exporter.unix',
    'netdev',
    'github.com/prometheus/node_exporter/collector/netdev_common.go',
    most(
      ['device_include', 'device_exclude'],
      'device-exclude & device-include are mutually exclusive',
      'Keep device_include or device_exclude',
    ),
  ),
];
