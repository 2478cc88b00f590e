import { attributeOf, blocksOf, withoutParens } from '../ast-lookup.ts';
import { amountIn, holdsBlocks, presenceIn, textOf, wordIn } from './constants.ts';
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
} from './demand.ts';
import { byteSize } from './grammar/byte-size.ts';
import { mysqlDsnProblem } from './grammar/mysql-dsn.ts';
import type { Part } from './model.ts';

const set = (part: Part, name: string): boolean => presenceIn(part, name) === 'set';
const empty = (part: Part, name: string): boolean => presenceIn(part, name) === 'empty';
const firstSet = (part: Part, ...names: readonly string[]): string | undefined =>
  names.find((name) => attributeOf(part.block.body, name) && set(part, name));

/** The texts of a list that is written out; undefined: not known in full. */
function listIn(part: Part, name: string): readonly string[] | undefined {
  const written = attributeOf(part.block.body, name);
  const value = written && withoutParens(written.value);
  if (value?.kind !== 'array') return undefined;
  const texts = value.elements.map(textOf);
  return texts.includes(undefined) ? undefined : (texts as string[]);
}

const COMMON = 'internal/component/common/config/types.go';
const STAGES = 'internal/component/loki/process/stages/';
const METRIC = 'internal/component/loki/process/metric/';
const OTEL = 'internal/component/otelcol/';
const DISCOVERY = 'internal/component/discovery/';
const EXPORTER = 'internal/component/prometheus/exporter/';
const RELABEL = 'internal/component/common/relabel/relabel.go';
const CONTRIB = 'github.com/open-telemetry/opentelemetry-collector-contrib/';

const refresh = (component: string): readonly Demand[] =>
  at(component, '', `${DISCOVERY}${component.split('.')[1]}`, positive('refresh_interval'));

const cloudProvider = (component: string): readonly Demand[] =>
  at(
    component,
    'cloud_provider',
    `internal/component/${component.replace('.', '/')}/component.go`,
    most(
      ['aws', 'azure', 'gcp'],
      'cloud_provider: at most one of aws, azure, or gcp must be specified',
    ),
  );

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

/** What no listener of loki.source.syslog takes along with its format. */
function wrongListener(part: Part): string | undefined {
  const format = wordIn(part, 'syslog_format');
  if (format === undefined) return undefined;
  const has = (name: string) => blocksOf(part.block.body, name).length > 0 && name;
  if (format !== 'rfc3164' && has('rfc3164_cisco_components')) return 'rfc3164_cisco_components';
  if (format !== 'rfc5424' && set(part, 'rfc5424_allow_empty_msg'))
    return 'rfc5424_allow_empty_msg';
  if (format !== 'raw') return has('raw_format_options') || undefined;
  return firstSet(
    part,
    'use_rfc5424_message',
    'rfc3164_default_to_current_year',
    'use_incoming_timestamp',
  );
}

/** Arguments that a relabel action has no use for, and refuses. */
function wrongRelabel(part: Part): string | undefined {
  const action = wordIn(part, 'action');
  const differs = (name: string, otherwise: string) => {
    const word = wordIn(part, name);
    return word !== undefined && word !== otherwise && attributeOf(part.block.body, name);
  };
  switch (action) {
    case 'labelmap': {
      const replacement = wordIn(part, 'replacement');
      const fine =
        replacement === undefined || /^(?:(?:[a-zA-Z_]|\$(?:\{\w+\}|\w+))+\w*)+$/.test(replacement);
      return fine ? undefined : 'replacement';
    }
    case 'labeldrop':
    case 'labelkeep':
      if (attributeOf(part.block.body, 'source_labels')) return 'source_labels';
      return differs('target_label', '')
        ? 'target_label'
        : differs('separator', ';')
          ? 'separator'
          : differs('replacement', '$1')
            ? 'replacement'
            : undefined;
    case 'keepequal':
    case 'dropequal':
      if (differs('regex', '(.*)')) return 'regex';
      if (differs('separator', ';')) return 'separator';
      return differs('replacement', '$1') ? 'replacement' : undefined;
    case 'lowercase':
    case 'uppercase':
      return differs('replacement', '$1') ? 'replacement' : undefined;
    default:
      return undefined;
  }
}

/** Headers that Prometheus keeps for itself. */
const RESERVED =
  /^(?:Authorization|Host|Content-Encoding|Content-Length|Content-Type|User-Agent|Connection|Keep-Alive|Proxy-Authenticate|Proxy-Authorization|Www-Authenticate|Accept-Encoding|X-Prometheus-Remote-(?:Write|Read)-Version|X-Prometheus-Scrape-Timeout-Seconds|X-Amz-(?:Date|Security-Token|Content-Sha256))$/i;

function reservedHeader(part: Part): string | undefined {
  const written = attributeOf(part.block.body, 'http_headers');
  const value = written && withoutParens(written.value);
  if (value?.kind !== 'object' || !part.rule?.attributes.has('http_headers')) return undefined;
  return value.fields.some(({ key }) => RESERVED.test(key.name)) ? 'http_headers' : undefined;
}

/** What every block with the arguments of an HTTP client must keep to. */
const httpClient = (component: string, block: string): readonly Demand[] =>
  at(
    component,
    block,
    COMMON,
    own(
      reservedHeader,
      'http_headers sets a header that Prometheus sets itself',
      'Delete the header; for Authorization use basic_auth, authorization or bearer_token',
    ),
    own(
      (part) =>
        set(part, 'proxy_connect_header') &&
        empty(part, 'proxy_url') &&
        empty(part, 'proxy_from_environment')
          ? 'proxy_connect_header'
          : undefined,
      'if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be configured',
      'Add proxy_url or proxy_from_environment = true',
    ),
    own(
      (part) =>
        set(part, 'proxy_from_environment') ? firstSet(part, 'proxy_url', 'no_proxy') : undefined,
      'if proxy_from_environment is configured, NAME must not be configured',
      'Delete one of the two',
    ),
    own(
      (part) =>
        part.rule?.attributes.has('proxy_from_environment') &&
        set(part, 'no_proxy') &&
        empty(part, 'proxy_url')
          ? 'no_proxy'
          : undefined,
      'if no_proxy is configured, proxy_url must also be configured',
      'Add proxy_url, or use proxy_from_environment = true alone',
    ),
  );

const QUEUE = ['sending_queue', 'queue'].flatMap((block) =>
  at(
    '*',
    block,
    `${OTEL}config_queue.go`,
    own(
      (part) => {
        if (!part.rule?.attributes.has('queue_size') || !set(part, 'enabled')) return undefined;
        const size = amountIn(part, 'queue_size');
        return size !== undefined && size <= 0 ? 'queue_size' : undefined;
      },
      'queue_size must be greater than zero',
      'Give queue_size a larger value, or set enabled = false',
    ),
    words('sizer', 'requests items bytes', 'invalid sizer: VALUE'),
  ),
);

const BATCH = at(
  '*',
  'batch',
  `${OTEL}config_queue.go`,
  words('sizer', 'items bytes', '`batch` supports only `items` or `bytes` sizer'),
  positive('flush_timeout'),
  order(
    'min_size',
    'max_size',
    { open: true },
    '`max_size` must be greater or equal to `min_size`',
    'Raise max_size, lower min_size, or set max_size = 0 for no limit',
  ),
  range('min_size', [0, undefined], '`min_size` must be non-negative', 'Set 0 or more'),
  range('max_size', [0, undefined], '`max_size` must be non-negative', 'Set 0 or more'),
  own(
    (part) => {
      const outer = part.parent;
      if (!outer || wordIn(part, 'sizer') !== wordIn(outer, 'sizer')) return undefined;
      const [least, size] = [amountIn(part, 'min_size'), amountIn(outer, 'queue_size')];
      return least !== undefined && size !== undefined && least > size ? 'min_size' : undefined;
    },
    '`min_size` must be less than or equal to `queue_size`',
    'Lower min_size, or raise queue_size',
  ),
);

const RETRY = ['retry_on_failure', 'retry'].flatMap((block) =>
  at(
    '*',
    block,
    `${OTEL}config_retry.go`,
    above(1, ['multiplier'], 'multiplier must be greater than 1.0', 'Set 1.5, the default'),
    range(
      'randomization_factor',
      [0, undefined],
      'randomization_factor must be greater or equal to 0',
      'Set 0.5, the default',
    ),
  ),
);

const K8S_AUTH = ['otelcol.processor.k8sattributes', 'otelcol.processor.resourcedetection'].flatMap(
  (component) =>
    ['', 'kubernetes_node', 'kubeadm', 'openshift'].flatMap((block) =>
      at(
        component,
        block,
        `${OTEL}config_k8s.go`,
        words('auth_type', 'none serviceAccount kubeConfig tls', 'invalid auth_type "VALUE"'),
      ),
    ),
);

const SEVERITIES =
  'TRACE TRACE2 TRACE3 TRACE4 DEBUG DEBUG2 DEBUG3 DEBUG4 INFO INFO2 INFO3 INFO4 WARN WARN2 WARN3 WARN4 ERROR ERROR2 ERROR3 ERROR4 FATAL FATAL2 FATAL3 FATAL4';
const RELABEL_ACTIONS =
  'replace keep drop keepequal dropequal hashmod labelmap labeldrop labelkeep lowercase uppercase';
const TLS_VERSIONS = 'TLS10 TLS11 TLS12 TLS13';
const DETECTORS =
  'env ec2 ecs eks elasticbeanstalk lambda akamai azure aks consul digitalocean docker gcp heroku hetzner system openshift kubernetes_node kubeadm dynatrace nova oraclecloud scaleway upcloud vultr tencent_cvm alibaba_ecs';
const OTEL_METADATA =
  'k8s.namespace.name k8s.pod.name k8s.pod.uid k8s.pod.hostname k8s.pod.start_time k8s.pod.ip k8s.deployment.name k8s.deployment.uid k8s.replicaset.name k8s.replicaset.uid k8s.daemonset.name k8s.daemonset.uid k8s.statefulset.name k8s.statefulset.uid k8s.job.name k8s.job.uid k8s.cronjob.name k8s.cronjob.uid k8s.node.name k8s.node.uid k8s.container.name container.id container.image.name container.image.tag container.image.tags service.namespace service.name service.version service.instance.id container.image.repo_digests k8s.cluster.uid';

/**
 * What the values of Alloy's components must be beyond their types: what the `Validate` methods of its
 * Go code and the constructors of the components check, which no table of arguments holds.
 */
export const DEMANDS: readonly Demand[] = [
  // shared by many components
  ...at(
    '*',
    'tls_config',
    COMMON,
    words('min_version', TLS_VERSIONS, 'unknown TLS version: VALUE'),
    own(
      (part) =>
        (set(part, 'cert_pem') || set(part, 'cert_file')) &&
        empty(part, 'key_pem') &&
        empty(part, 'key_file')
          ? (firstSet(part, 'cert_pem', 'cert_file') ?? '')
          : undefined,
      'exactly one of key_pem or key_file must be configured when a client certificate is configured',
      'Add key_file = "..."',
    ),
    own(
      (part) =>
        (set(part, 'key_pem') || set(part, 'key_file')) &&
        empty(part, 'cert_pem') &&
        empty(part, 'cert_file')
          ? (firstSet(part, 'key_pem', 'key_file') ?? '')
          : undefined,
      'exactly one of cert_pem or cert_file must be configured when a client key is configured',
      'Add cert_file = "..."',
    ),
  ),
  ...at(
    '*',
    'authorization',
    COMMON,
    own(
      (part) => (wordIn(part, 'type')?.trim().toLowerCase() === 'basic' ? 'type' : undefined),
      'authorization type cannot be set to "basic", use "basic_auth" block instead',
      'Write basic_auth { } in place of authorization { }',
    ),
  ),
  ...at(
    '*',
    'oauth2',
    COMMON,
    filled(['client_id'], 'oauth2 client_id must be configured'),
    filled(['token_url'], 'oauth2 token_url must be configured'),
    some(
      ['client_secret', 'client_secret_file'],
      'either oauth2 client_secret or client_secret_file must be configured',
      'Add client_secret_file = "..."',
    ),
  ),
  ...httpClient('*', 'oauth2'),
  ...httpClient('*', 'client'),
  ...httpClient('*', 'http_client_config'),
  ...httpClient('prometheus.remote_write', 'endpoint'),
  ...httpClient('loki.write', 'endpoint'),
  ...httpClient('pyroscope.write', 'endpoint'),
  ...httpClient('prometheus.scrape', ''),
  ...httpClient('pyroscope.scrape', ''),
  ...httpClient('remotecfg', ''),
  ...httpClient('discovery.*', ''),
  ...httpClient('mimir.*', ''),
  ...httpClient('loki.rules.kubernetes', ''),
  ...['rule', 'write_relabel_config', 'relabel_config'].flatMap((block) =>
    at(
      '*',
      block,
      RELABEL,
      words('action', RELABEL_ACTIONS, 'unrecognized action type "VALUE"'),
      own(
        wrongRelabel,
        'this action of a relabel rule takes no NAME of its own',
        'Delete NAME, or choose another action',
      ),
    ),
  ),
  ...QUEUE,
  ...BATCH,
  ...RETRY,
  ...K8S_AUTH,
  ...at(
    '*',
    'debug_metrics',
    `${OTEL}config/config_debug_metrics.go`,
    words('level', 'none basic normal detailed', 'unrecognized debug level "VALUE"'),
  ),
  ...at(
    '*',
    'client',
    `${OTEL}config_compression.go`,
    own(
      (part) => {
        const known = part.rule?.attributes.get('compression')?.type;
        const word = attributeOf(part.block.body, 'compression') && wordIn(part, 'compression');
        if (word === undefined || !known?.includes('CompressionType')) return undefined;
        const fine = ['', 'gzip', 'zlib', 'deflate', 'snappy', 'zstd', 'none'].includes(word);
        return fine ? undefined : 'compression';
      },
      'unrecognized compression type',
      'Use one of gzip, zlib, deflate, snappy, zstd, none',
    ),
  ),
  ...at(
    '*',
    'log_severity',
    `${OTEL}config_filter.go`,
    words('min', SEVERITIES, 'unrecognized severity level "VALUE"'),
  ),

  // the service
  ...at(
    'logging',
    '',
    'internal/runtime/logging/options.go',
    words('level', ' debug info warn error', 'unrecognized log level "VALUE"'),
    words('format', ' logfmt json', 'unrecognized log format "VALUE"'),
    words('destination', 'stderr windows_event_log', 'unrecognized log destination "VALUE"'),
  ),
  ...at(
    'http',
    'tls',
    'internal/service/http/tls.go',
    words(
      'client_auth_type',
      'NoClientCert RequestClientCert RequireAnyClientCert VerifyClientCertIfGiven RequireAndVerifyClientCert',
      'unknown client auth type "VALUE"',
    ),
    words('min_version', 'TLS10 TLS11 TLS12 TLS13', 'unknown TLS version "VALUE"'),
    words('max_version', 'TLS10 TLS11 TLS12 TLS13', 'unknown TLS version "VALUE"'),
    words('curve_preferences', 'CurveP256 CurveP384 CurveP521 X25519', 'unknown curve "VALUE"'),
    most(
      ['client_ca_pem', 'client_ca_file'],
      'cannot specify both client_ca_pem and client_ca_file',
    ),
    own(
      (part) =>
        blocksOf(part.block.body, 'windows_certificate_filter').length === 0 &&
        empty(part, 'cert_pem') &&
        empty(part, 'cert_file')
          ? ''
          : undefined,
      'must specify either cert_pem or cert_file',
      'Add cert_file = "..."',
    ),
    own(
      (part) =>
        blocksOf(part.block.body, 'windows_certificate_filter').length === 0 &&
        empty(part, 'key_pem') &&
        empty(part, 'key_file')
          ? ''
          : undefined,
      'must specify either key_pem or key_file',
      'Add key_file = "..."',
    ),
    own(
      (part) =>
        wordIn(part, 'client_auth_type') === 'NoClientCert'
          ? firstSet(part, 'client_ca_pem', 'client_ca_file')
          : undefined,
      'cannot specify client_ca_pem or client_ca_file when client_auth_type is NoClientCert',
      'Add client_auth_type = "RequireAndVerifyClientCert"',
    ),
  ),
  ...at(
    'remotecfg',
    '',
    'internal/service/remotecfg/arguments.go',
    range(
      'poll_frequency',
      [10_000, undefined],
      'poll_frequency must be at least "10s"',
      'Set poll_frequency = "1m", the default',
    ),
  ),
  ...['local.file', 'import.file'].flatMap((component) =>
    at(
      component,
      '',
      'internal/filedetector/detector.go',
      words(
        'detector',
        ' fsnotify poll',
        'unrecognized detector "VALUE", expected fsnotify or poll',
      ),
    ),
  ),
  ...at(
    'import.git',
    '',
    'internal/nodeconf/importsource/import_git.go',
    own(
      (part) => {
        const revision = attributeOf(part.block.body, 'revision') && wordIn(part, 'revision');
        return revision && /^(?:|FETCH_|ORIG_|MERGE_|CHERRY_PICK_)HEAD$/.test(revision)
          ? 'revision'
          : undefined;
      },
      'revision cannot be a special git reference such as HEAD',
      'Name a branch, a tag or a commit',
    ),
  ),

  // loki.process
  ...at(
    'loki.process',
    'stage.cri',
    `${STAGES}cri.go`,
    above(0, ['max_partial_lines'], 'max_partial_lines must be greater than 0'),
  ),
  ...at(
    'loki.process',
    'stage.drop',
    `${STAGES}drop.go`,
    some(
      ['source', 'expression', 'older_than', 'longer_than'],
      'drop stage config must contain at least one of `source`, `expression`, `older_than` or `longer_than`',
      'Say what to drop: expression = "...", or source and value',
    ),
    most(
      ['value', 'expression'],
      'drop stage config error, `value` and `expression` cannot both be defined at the same time',
    ),
    own(
      (part) =>
        set(part, 'value') &&
        empty(part, 'source') &&
        ['expression', 'older_than', 'longer_than'].some((name) => !empty(part, name))
          ? 'value'
          : undefined,
      'drop stage config must contain `source` if `value` is specified',
      'Add source = "..."',
    ),
  ),
  ...at(
    'loki.process',
    'stage.geoip',
    `${STAGES}geoip.go`,
    filled(['db'], 'db path cannot be empty'),
    filled(['source'], 'source cannot be empty'),
    some(
      ['db_type', 'custom_lookups'],
      'db type or values need to be set',
      'Add db_type = "city", "asn" or "country"',
    ),
    words('db_type', ' asn city country', 'db type should be either city or asn'),
  ),
  ...at(
    'loki.process',
    'stage.json',
    `${STAGES}json.go`,
    some(
      ['expressions', 'regex'],
      'JMES expressions or regex is required',
      'Add expressions = { name = "path" }',
    ),
    own(
      (part) =>
        attributeOf(part.block.body, 'source') && empty(part, 'source') ? 'source' : undefined,
      'empty source',
      'Name a value of the extracted map, or delete the line',
    ),
  ),
  ...at(
    'loki.process',
    'stage.logfmt',
    `${STAGES}logfmt.go`,
    some(
      ['mapping', 'regex'],
      'logfmt mapping or regex is required',
      'Add mapping = { name = "key" }',
    ),
  ),
  ...at(
    'loki.process',
    'stage.labels',
    `${STAGES}labels.go`,
    words('source_type', 'line label structured_metadata extracted', 'unknown source_type: VALUE'),
    own(
      (part) =>
        ['line', 'label'].includes(wordIn(part, 'source_type') ?? '') ? 'source_type' : undefined,
      'invalid labels source_type: it takes extracted and structured_metadata',
      'Use extracted or structured_metadata',
    ),
  ),
  ...['stage.label_drop', 'stage.label_keep', 'stage.structured_metadata_drop'].flatMap((block) =>
    at(
      'loki.process',
      block,
      `${STAGES}${block.slice(6)}.go`,
      filled(['values'], `${block.slice(6)} stage config cannot be empty`, 'Name at least one'),
    ),
  ),
  ...at(
    'loki.process',
    'stage.limit',
    `${STAGES}limit.go`,
    above(0, ['rate', 'burst'], 'limit stage failed to parse rate or burst'),
    own(
      (part) => (set(part, 'by_label_name') && empty(part, 'drop') ? 'by_label_name' : undefined),
      'when ratelimiting by label, drop must be true',
      'Add drop = true',
    ),
  ),
  ...['stage.luhn', 'stage.pattern', 'stage.regex'].flatMap((block) =>
    at(
      'loki.process',
      block,
      `${STAGES}${block.slice(6)}.go`,
      own(
        (part) =>
          attributeOf(part.block.body, 'source') && empty(part, 'source') ? 'source' : undefined,
        'empty source',
        'Name a value of the extracted map, or delete the line',
      ),
    ),
  ),
  ...at(
    'loki.process',
    'stage.regex',
    `${STAGES}regex.go`,
    filled(['expression'], 'expression is required'),
  ),
  ...at(
    'loki.process',
    'stage.replace',
    `${STAGES}replace.go`,
    filled(['expression'], 'expression is required'),
  ),
  ...at(
    'loki.process',
    'stage.pattern',
    `${STAGES}pattern.go`,
    filled(['pattern'], 'pattern is required'),
  ),
  ...at(
    'loki.process',
    'stage.match',
    `${STAGES}match.go`,
    filled(['selector'], 'selector statement required for match stage'),
    words('action', ' keep drop', "match stage action should be 'keep' or 'drop'"),
    own(
      (part) =>
        ['', 'keep'].includes(wordIn(part, 'action') ?? '-') && !holdsBlocks(part.block, 'stage')
          ? ''
          : undefined,
      'match stage requires at least one additional stage to be defined',
      'Add a stage, or action = "drop"',
    ),
    own(
      (part) =>
        wordIn(part, 'action') === 'drop' && holdsBlocks(part.block, 'stage')
          ? 'action'
          : undefined,
      'match stage configured to drop entries cannot contains stages',
      'Delete the stages, or action = "drop"',
    ),
  ),
  ...['metric.counter', 'metric.gauge', 'metric.histogram'].flatMap((block) =>
    at(
      'loki.process',
      block,
      `${METRIC}${block.slice(7)}s.go`,
      range(
        'max_idle_duration',
        [1000, undefined],
        'max_idle_duration must be greater or equal than 1s',
        'Set "1s" or more',
      ),
    ),
  ),
  ...at(
    'loki.process',
    'metric.counter',
    `${METRIC}counters.go`,
    words('action', 'inc add', "the 'action' counter field must be either 'inc' or 'add'"),
    most(
      ['match_all', 'value'],
      "a 'counter' metric supports either 'match_all' or a 'value', but not both",
    ),
    own(
      (part) =>
        set(part, 'count_entry_bytes') &&
        (empty(part, 'match_all') || ['inc', 'dec'].includes(wordIn(part, 'action') ?? ''))
          ? 'count_entry_bytes'
          : undefined,
      "the 'count_entry_bytes' counter field must be specified along with match_all set to true or action set to 'add'",
      'Add match_all = true and action = "add"',
    ),
  ),
  ...at(
    'loki.process',
    'metric.gauge',
    `${METRIC}gauges.go`,
    words(
      'action',
      'set inc dec add sub',
      "the 'action' gauge field must be one of the following values: [set, inc, dec, add, sub]",
    ),
  ),
  ...at(
    'loki.process',
    'stage.multiline',
    `${STAGES}multiline.go`,
    positive('max_wait_time'),
    filled(['firstline'], 'multiline stage config must define `firstline` regular expression'),
  ),
  ...at(
    'loki.process',
    'stage.output',
    `${STAGES}output.go`,
    filled(['source'], 'output source value is required if output is specified'),
  ),
  ...at(
    'loki.process',
    'stage.sampling',
    `${STAGES}sampling.go`,
    range(
      'rate',
      [0, 1],
      'sampling stage failed to parse rate,Sampling Rate must be between 0.0 and 1.0, received VALUE',
      'Write a fraction: 0.25 keeps a quarter of the lines',
    ),
  ),
  ...at(
    'loki.process',
    'stage.split_json',
    `${STAGES}types.go`,
    own(
      (part) =>
        attributeOf(part.block.body, 'source') && empty(part, 'source') ? 'source' : undefined,
      'source cannot be empty',
      'Name a value of the extracted map, or delete the line',
    ),
  ),
  ...at(
    'loki.process',
    'stage.template',
    `${STAGES}template.go`,
    filled(['source'], 'template source value is required'),
  ),
  ...at(
    'loki.process',
    'stage.tenant',
    `${STAGES}tenant.go`,
    one(
      ['label', 'source', 'value'],
      'label, source and value: exactly one of them is required',
      'Give one of label, source and value',
    ),
  ),
  ...at(
    'loki.process',
    'stage.timestamp',
    `${STAGES}timestamp.go`,
    filled(['source'], 'timestamp source value is required if timestamp is specified'),
    filled(['format'], 'timestamp format is required'),
    words('action_on_failure', ' skip fudge', 'invalid action on failure: VALUE'),
    words(
      'action_on_duplicate_timestamp',
      ' keep fudge',
      'invalid action on duplicate timestamp: VALUE',
    ),
  ),
  ...at(
    'loki.process',
    'rule',
    `${STAGES}truncate.go`,
    above(0, ['limit'], 'limit must be greater than zero'),
    words('source_type', 'line label structured_metadata extracted', 'unknown source_type: VALUE'),
    own(
      (part) =>
        wordIn(part, 'source_type') === 'line' && set(part, 'sources') ? 'sources' : undefined,
      "sources cannot be set when source_type is 'line'",
      'Delete sources, or set source_type = "label"',
    ),
    own(
      (part) => {
        const [limit, suffix] = [wordIn(part, 'limit'), wordIn(part, 'suffix')];
        const bytes = limit === undefined ? undefined : byteSize(limit);
        if (typeof bytes !== 'number' || !suffix || bytes <= 0) return undefined;
        return bytes <= Buffer.byteLength(suffix) ? 'suffix' : undefined;
      },
      'suffix length cannot be greater than or equal to limit',
      'Raise limit, or shorten suffix',
    ),
  ),
  ...['stage.eventlogmessage', 'stage.windowsevent'].flatMap((block) =>
    at(
      'loki.process',
      block,
      `${STAGES}${block.slice(6)}.go`,
      own(
        (part) => {
          const source = wordIn(part, 'source');
          if (source === undefined) return undefined;
          const fine =
            block === 'stage.windowsevent' ? source !== '' : /^[A-Za-z_]\w*$/.test(source);
          return fine ? undefined : 'source';
        },
        'invalid label name',
        'Use letters, digits and _, and no digit first',
      ),
    ),
  ),

  // other components of Loki
  ...at(
    'loki.write',
    'wal',
    'internal/component/loki/write/write.go',
    order(
      'min_read_frequency',
      'max_read_frequency',
      { strict: true },
      'WAL min read frequency should be lower than max read frequency',
      'Raise max_read_frequency, or lower min_read_frequency',
    ),
  ),
  ...at(
    'loki.write',
    '',
    'internal/component/common/loki/client/consumer_fanout.go',
    own(
      (part) => {
        const names = part.node.parts
          .filter(({ path }) => path.join('/') === 'endpoint')
          .map((endpoint) => wordIn(endpoint, 'name'))
          .filter(Boolean);
        return new Set(names).size < names.length ? '' : undefined;
      },
      'duplicate endpoint configs are not allowed: two endpoints have one name',
      'Give each endpoint a name of its own, or none',
    ),
  ),
  ...at(
    'loki.source.kafka',
    'authentication',
    'internal/component/loki/source/internal/kafkatarget/target_syncer.go',
    words('type', ' none ssl sasl', 'unsupported authentication type VALUE'),
  ),
  ...at(
    'loki.source.kafka',
    'sasl_config',
    'internal/component/loki/source/internal/kafkatarget/target_syncer.go',
    words(
      'mechanism',
      ' PLAIN SCRAM-SHA-256 SCRAM-SHA-512 OAUTHBEARER',
      'error unsupported sasl mechanism: VALUE',
    ),
  ),
  ...at(
    'loki.source.syslog',
    'listener',
    'internal/component/loki/source/syslog/types.go',
    words(
      'protocol',
      'tcp udp',
      "syslog listener protocol should be either 'tcp' or 'udp', got VALUE",
    ),
    words('syslog_format', 'rfc5424 rfc3164 raw', 'unknown syslog format: VALUE'),
    own(
      wrongListener,
      'NAME has no effect with this syslog_format',
      'Delete NAME, or set the syslog_format it belongs to',
    ),
  ),
  ...at(
    'loki.source.syslog',
    'rfc3164_cisco_components',
    'internal/component/loki/source/syslog/types.go',
    some(
      ['enable_all', 'hostname', 'message_counter', 'second_fractions', 'sequence_number'],
      'at least one option in rfc3164_cisco_components has to be enabled',
      'Add enable_all = true',
    ),
  ),
  ...at(
    'loki.source.file',
    '',
    'internal/component/loki/source/file/file.go',
    words(
      'on_positions_file_error',
      'skip restart_from_beginning restart_from_end',
      'unknown OnPositionsFileError value: VALUE',
    ),
  ),
  ...at(
    'loki.source.file',
    'file_match',
    'internal/component/loki/source/file/file.go',
    above(0, ['sync_period'], 'sync period must be greater than 0'),
  ),
  ...at(
    'loki.source.file',
    'decompression',
    'internal/component/loki/source/file/file.go',
    words(
      'format',
      'gz z bz2',
      'unsupported compression format: "VALUE" - please use one of "gz, z, bz2"',
    ),
  ),
  ...at(
    'loki.source.gcplog',
    '',
    'internal/component/loki/source/gcplog/gcplog.go',
    one(
      ['pull', 'push'],
      "exactly one of 'push' or 'pull' must be provided",
      'Keep one of push and pull',
    ),
  ),
  ...['loki.source.kafka', 'loki.source.azure_event_hubs'].flatMap((component) =>
    at(
      component,
      '',
      'internal/component/loki/source/internal/kafkatarget/target_syncer.go',
      words(
        'assignor',
        'sticky roundrobin range',
        'unrecognized consumer group partition assignor: VALUE',
      ),
      filled(['brokers'], 'no Kafka bootstrap brokers defined'),
      filled(['topics'], 'no topics given to be consumed'),
    ),
  ),
  ...at(
    'loki.source.kubernetes_events',
    '',
    'internal/component/loki/source/kubernetes_events/kubernetes_events.go',
    filled(['job_name'], 'job_name must not be an empty string'),
    words('log_format', 'logfmt json', 'supported values of log_format are logfmt and json'),
  ),
  ...at(
    'loki.source.cloudflare',
    '',
    'internal/component/loki/source/cloudflare/cloudflare.go',
    words('fields_type', 'default minimal extended all custom', 'unknown fields type: VALUE'),
    range(
      'pull_range',
      [0, undefined],
      'pull_range must be a positive duration',
      'Set "1m", the default',
    ),
  ),
  ...at(
    'loki.source.docker',
    '',
    'internal/component/loki/source/docker/docker.go',
    own(
      (part) =>
        blocksOf(part.block.body, 'http_client_config').length > 0 &&
        (amountIn(part, 'refresh_interval') ?? 1) <= 0
          ? 'refresh_interval'
          : undefined,
      'refresh_interval must be positive',
      'Set "1m", the default',
    ),
  ),
  ...at(
    'loki.secretfilter',
    '',
    'internal/component/loki/secretfilter/secretfilter.go',
    range('rate', [0, 1], 'rate must be between 0.0 and 1.0', 'Write a fraction, such as 0.5'),
  ),
  ...['loki', 'mimir'].flatMap((name) => [
    ...at(
      `${name}.rules.kubernetes`,
      '',
      `internal/component/${name}/rules/kubernetes/types.go`,
      positive('sync_interval'),
      filled([`${name}_namespace_prefix`, `${name}_namespace_separator`]),
    ),
    ...at(
      `${name}.rules.kubernetes`,
      'matcher',
      `internal/component/${name}/rules/kubernetes/types.go`,
      words('match_type', '= != =~ !~', 'invalid match type: "VALUE"'),
    ),
  ]),
  ...at(
    'mimir.rules.kubernetes',
    'matcher',
    'internal/component/mimir/rules/kubernetes/types.go',
    one(
      ['value', 'value_from_label'],
      "exactly one of 'value' or 'value_from_label' must be provided",
      'Keep one of value and value_from_label',
    ),
  ),
  ...at(
    'faro.receiver',
    '',
    'internal/component/faro/receiver/arguments.go',
    words('log_format', ' logfmt json', 'unrecognized log format "VALUE"'),
  ),
  ...at(
    'faro.receiver',
    'rate_limiting',
    'internal/component/faro/receiver/arguments.go',
    words('strategy', ' global per_app', 'unrecognized rate limiting strategy "VALUE"'),
  ),

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

  // discovery
  ...[
    'discovery.consul',
    'discovery.consulagent',
    'discovery.docker',
    'discovery.dockerswarm',
    'discovery.ionos',
    'discovery.kuma',
    'discovery.linode',
    'discovery.marathon',
    'discovery.triton',
  ].flatMap(refresh),
  ...at('discovery.kuma', '', `${DISCOVERY}kuma/kuma.go`, positive('fetch_timeout')),
  ...at('discovery.nerve', '', `${DISCOVERY}nerve/nerve.go`, positive('timeout')),
  ...at(
    'discovery.aws',
    '',
    `${DISCOVERY}aws/aws.go`,
    words('role', 'ec2 ecs elasticache lightsail msk rds', 'unsupported role "VALUE"'),
  ),
  ...['discovery.ec2', 'discovery.aws'].flatMap((component) =>
    at(
      component,
      'filter',
      `${DISCOVERY}aws/ec2.go`,
      filled(['values'], 'EC2 SD configuration filter values cannot be empty'),
    ),
  ),
  ...at(
    'discovery.azure',
    '',
    `${DISCOVERY}azure/azure.go`,
    one(
      ['oauth', 'managed_identity', 'sdk_auth', 'workload_identity'],
      'exactly one of oauth, managed_identity, sdk_auth, or workload_identity must be specified',
    ),
  ),
  ...at(
    'discovery.digitalocean',
    '',
    `${DISCOVERY}digitalocean/digitalocean.go`,
    one(
      ['bearer_token', 'bearer_token_file'],
      'exactly one of bearer_token or bearer_token_file must be specified',
    ),
  ),
  ...at(
    'discovery.dns',
    '',
    `${DISCOVERY}dns/dns.go`,
    folded('type', 'srv a aaaa mx ns', 'invalid DNS-SD records type VALUE'),
    own(
      (part) => {
        const type = wordIn(part, 'type')?.toUpperCase();
        const fixed = type !== undefined && ['A', 'AAAA', 'MX', 'NS'].includes(type);
        return fixed && amountIn(part, 'port') === 0 ? 'type' : undefined;
      },
      'a port is required in DNS-SD configs for all record types except SRV',
      'Add port = 9100',
    ),
  ),
  ...at(
    'discovery.docker',
    '',
    `${DISCOVERY}docker/docker.go`,
    filled(['host'], 'host attribute must not be empty'),
  ),
  ...['discovery.docker', 'discovery.dockerswarm', 'loki.source.docker'].flatMap((component) =>
    at(
      component,
      '',
      'github.com/moby/moby/client ParseHostURL',
      own(
        (part) => {
          const host = attributeOf(part.block.body, 'host') && wordIn(part, 'host');
          return host && !/^[^:]*:\/\/./s.test(host) ? 'host' : undefined;
        },
        'unable to parse docker host: it has no protocol',
        'Write unix:///var/run/docker.sock, or tcp://host:2375',
      ),
    ),
  ),
  ...at(
    'discovery.dockerswarm',
    '',
    `${DISCOVERY}dockerswarm/dockerswarm.go`,
    words('role', 'services nodes tasks', 'invalid role VALUE, expected tasks, services, or nodes'),
  ),
  ...at(
    'discovery.hetzner',
    '',
    `${DISCOVERY}hetzner/hetzner.go`,
    words('role', 'robot hcloud', 'unknown role VALUE, must be one of robot or hcloud'),
  ),
  ...at(
    'discovery.ionos',
    '',
    `${DISCOVERY}ionos/ionos.go`,
    filled(['datacenter_id'], "datacenter_id can't be empty"),
  ),
  ...at(
    'discovery.marathon',
    '',
    `${DISCOVERY}marathon/marathon.go`,
    filled(['servers'], 'at least one Marathon server must be specified'),
    most(
      ['auth_token', 'auth_token_file'],
      'at most one of auth_token and auth_token_file must be configured',
    ),
  ),
  ...at(
    'discovery.nomad',
    '',
    `${DISCOVERY}nomad/nomad.go`,
    filled(['server'], 'nomad SD configuration requires a server address'),
  ),
  ...at(
    'discovery.openstack',
    '',
    `${DISCOVERY}openstack/openstack.go`,
    words(
      'availability',
      'public internal admin',
      'unknown availability VALUE, must be one of admin, internal or public',
    ),
    words(
      'role',
      'instance hypervisor',
      'unknown availability VALUE, must be one of instance or hypervisor',
    ),
  ),
  ...at(
    'discovery.ovhcloud',
    '',
    `${DISCOVERY}ovhcloud/ovhcloud.go`,
    filled(
      ['endpoint', 'application_key', 'application_secret', 'consumer_key'],
      'NAME cannot be empty',
    ),
    words('service', 'dedicated_server vps', 'unknown service: VALUE'),
  ),
  ...['discovery.puppetdb', 'discovery.eureka', 'otelcol.receiver.vcenter'].flatMap((component) =>
    at(
      component,
      '',
      component === 'otelcol.receiver.vcenter'
        ? `${OTEL}receiver/vcenter/vcenter.go`
        : `${DISCOVERY}${component.slice(10)}`,
      own(
        (part) => {
          const name = ['url', 'server', 'endpoint'].find((one) =>
            attributeOf(part.block.body, one),
          );
          const text = name && wordIn(part, name);
          if (!name || text === undefined) return undefined;
          const scheme = component === 'discovery.eureka' ? '[a-z][a-z0-9+.-]*' : 'https?';
          const host = component === 'otelcol.receiver.vcenter' ? '' : '[^/?#]';
          return new RegExp(`^${scheme}://${host}`, 'i').test(text) ? undefined : name;
        },
        'the URL needs http:// or https:// and a host',
        'Write the whole URL: https://host:port',
      ),
    ),
  ),
  ...at(
    'discovery.scaleway',
    '',
    `${DISCOVERY}scaleway/scaleway.go`,
    filled(['project_id', 'access_key']),
    words('role', 'baremetal instance', 'invalid role "VALUE"'),
    one(
      ['secret_key', 'secret_key_file'],
      'exactly one of secret_key or secret_key_file must be configured',
    ),
  ),
  ...at(
    'discovery.serverset',
    '',
    `${DISCOVERY}serverset/serverset.go`,
    filled(['servers'], 'discovery.serverset config must contain at least one Zookeeper server'),
    filled(['paths'], 'discovery.serverset config must contain at least one path'),
    own(
      (part) =>
        listIn(part, 'paths')?.some((path) => !path.startsWith('/')) ? 'paths' : undefined,
      "discovery.serverset config paths must begin with '/'",
      'Begin each path with /',
    ),
  ),
  ...[
    'discovery.kubernetes',
    'loki.source.podlogs',
    'loki.source.kubernetes',
    'loki.source.kubernetes_events',
    'remote.kubernetes.secret',
    'remote.kubernetes.configmap',
    'prometheus.operator.podmonitors',
    'prometheus.operator.servicemonitors',
    'prometheus.operator.probes',
    'mimir.alerts.kubernetes',
  ].flatMap((component) =>
    ['', 'client'].flatMap((block) =>
      at(
        component,
        block,
        'internal/component/common/kubernetes/kubernetes.go',
        own(
          (part) =>
            set(part, 'api_server') && set(part, 'kubeconfig_file') ? 'kubeconfig_file' : undefined,
          'only one of api_server and kubeconfig_file can be set',
          'Keep one of them',
        ),
      ),
    ),
  ),

  // remote
  ...['remote.http', 'import.http'].flatMap((component) =>
    at(
      component,
      '',
      'internal/component/remote/http/http.go',
      positive('poll_frequency', 'poll_timeout'),
      order(
        'poll_timeout',
        'poll_frequency',
        { strict: true },
        'poll_timeout must be less than poll_frequency',
        'Raise poll_frequency, or lower poll_timeout',
      ),
    ),
  ),
  ...['remote.kubernetes.secret', 'remote.kubernetes.configmap'].flatMap((component) =>
    at(
      component,
      '',
      'internal/component/remote/kubernetes/kubernetes.go',
      positive('poll_frequency', 'poll_timeout'),
    ),
  ),
  ...at(
    'remote.s3',
    '',
    'internal/component/remote/s3/types.go',
    above(
      30_000,
      ['poll_frequency'],
      'poll_frequency must be greater than 30s',
      'Set "10m", the default',
    ),
  ),
  ...at(
    'remote.vault',
    '',
    'internal/component/remote/vault/vault.go',
    own(
      (part) => {
        const found = part.block.body.filter(
          (one) => one.kind === 'block' && one.name[0]?.name === 'auth',
        );
        return found.length === 1 ? undefined : '';
      },
      'exactly one auth.* block must be specified',
      'Keep one auth block, such as auth.token { token = ... }',
    ),
  ),
  ...at(
    'remote.vault',
    'auth.aws',
    'internal/component/remote/vault/auth.go',
    words('type', 'ec2 iam', 'unrecognized type "VALUE", expected one of ec2,iam'),
    words('ec2_signature_type', 'pkcs7 identity', 'unrecognized ec2_signature_type "VALUE"'),
  ),
  ...at(
    'remote.vault',
    'auth.gcp',
    'internal/component/remote/vault/auth.go',
    words('type', 'gce iam', 'unrecognized type "VALUE", expected one of gce,iam'),
    own(
      (part) =>
        wordIn(part, 'type') === 'iam' && empty(part, 'iam_service_account') ? 'type' : undefined,
      'iam_service_account must be provided when type is iam',
      'Add iam_service_account = "..."',
    ),
  ),

  // pyroscope
  ...at(
    'pyroscope.scrape',
    '',
    'internal/component/pyroscope/scrape/scrape.go',
    positive('scrape_timeout'),
    own(
      (part) => {
        const interval = amountIn(part, 'scrape_interval');
        return interval !== undefined &&
          interval < 2000 &&
          blocksOf(part.block.body, 'profiling_config').length === 0
          ? 'scrape_interval'
          : undefined;
      },
      'scrape_interval must be at least 2 seconds when using delta profiling',
      'Set "15s", the default',
    ),
    own(
      (part) => {
        const [interval, delta] = [
          amountIn(part, 'scrape_interval'),
          amountIn(part, 'delta_profiling_duration'),
        ];
        if (
          interval === undefined ||
          delta === undefined ||
          blocksOf(part.block.body, 'profiling_config').length > 0
        )
          return undefined;
        if (delta <= 1000 || delta <= interval - 1000) return undefined;
        return attributeOf(part.block.body, 'delta_profiling_duration')
          ? 'delta_profiling_duration'
          : 'scrape_interval';
      },
      'delta_profiling_duration must be at least 1 second smaller than scrape_interval when using delta profiling',
      'Set delta_profiling_duration to a second less than scrape_interval',
    ),
  ),
  ...at(
    'pyroscope.ebpf',
    '',
    'internal/component/pyroscope/ebpf/reporter/args/comm.go',
    words('comm', ' none label stackframe both', 'invalid comm mode "VALUE"'),
  ),
  ...[
    'database_observability.mysql',
    'database_observability.postgres',
    'database_observability.sql_server',
  ].flatMap((component) => [
    ...cloudProvider(component),
    ...at(
      component,
      '',
      `internal/component/${component.replace('.', '/')}/component.go`,
      most(
        ['prometheus_exporter', 'targets'],
        'prometheus_exporter and targets are mutually exclusive',
        'Keep prometheus_exporter, or targets',
      ),
    ),
  ]),
  ...at(
    'database_observability.mysql',
    '',
    'internal/component/database_observability/mysql/component.go',
    own(
      (part) => {
        const name =
          attributeOf(part.block.body, 'data_source_name') && wordIn(part, 'data_source_name');
        return name && mysqlDsnProblem(name) ? 'data_source_name' : undefined;
      },
      'data_source_name is no DSN of MySQL',
      'Write user:password@(host:3306)/, without mysql://',
    ),
  ),

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
