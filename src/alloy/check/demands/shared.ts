import { attributeOf, withoutParens } from '../../ast-lookup.ts';
import { amountIn, wordIn } from '../constants.ts';
import {
  above,
  at,
  type Demand,
  filled,
  order,
  own,
  positive,
  range,
  some,
  words,
} from '../demand.ts';
import type { Part } from '../model.ts';
import { RELABEL_TARGET } from '../text-patterns.ts';
import { empty, firstSet, set } from './given.ts';

const COMMON = 'internal/component/common/config/types.go';

const OTEL = 'internal/component/otelcol/';

const RELABEL = 'internal/component/common/relabel/relabel.go';

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
      const fine = replacement === undefined || RELABEL_TARGET.test(replacement);
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

/** Blocks that many components have. */
export const SHARED_DEMANDS: readonly Demand[] = [
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
];
