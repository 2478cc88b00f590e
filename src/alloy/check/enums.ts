/**
 * An argument that takes one of some words: component (a beginning of its name that ends in a dot, or *
 * for any), last block around it ('' for the component itself), argument, words.
 */
type Words = readonly [
  component: string,
  block: string,
  argument: string,
  words: readonly string[],
];

const RELABEL_ACTIONS = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
];
const ATTRIBUTE_ACTIONS = ['insert', 'update', 'upsert', 'delete', 'hash', 'extract', 'convert'];
const ERROR_MODES = ['ignore', 'silent', 'propagate'];
const DETECTORS = ['fsnotify', 'poll'];
const TLS_VERSIONS = ['', 'TLS10', 'TLS11', 'TLS12', 'TLS13'];
/** Longer texts, and words that grew since, are left alone: only closed lists stand here. */
const ENUMS: readonly Words[] = [
  ['logging', '', 'level', ['debug', 'info', 'warn', 'error']],
  ['logging', '', 'format', ['logfmt', 'json']],
  ['*', 'rule', 'action', RELABEL_ACTIONS],
  ['*', 'write_relabel_config', 'action', RELABEL_ACTIONS],
  ['*', 'relabel_config', 'action', RELABEL_ACTIONS],
  ['prometheus.', 'tls_config', 'min_version', TLS_VERSIONS],
  ['loki.', 'tls_config', 'min_version', TLS_VERSIONS],
  ['discovery.', 'tls_config', 'min_version', TLS_VERSIONS],
  ['prometheus.scrape', '', 'scheme', ['http', 'https']],
  ['prometheus.scrape', '', 'metric_name_validation_scheme', ['legacy', 'utf8']],
  [
    'discovery.kubernetes',
    '',
    'role',
    ['pod', 'service', 'endpoints', 'endpointslice', 'ingress', 'node'],
  ],
  ['local.file', '', 'detector', DETECTORS],
  ['import.file', '', 'detector', DETECTORS],
  [
    'loki.source.file',
    '',
    'on_positions_file_error',
    ['skip', 'restart_from_beginning', 'restart_from_end'],
  ],
  ['loki.process', 'stage.match', 'action', ['keep', 'drop']],
  ['loki.process', 'stage.timestamp', 'action_on_failure', ['fudge', 'skip']],
  ['otelcol.processor.attributes', 'action', 'action', ATTRIBUTE_ACTIONS],
  ['otelcol.auth.headers', 'header', 'action', ['insert', 'update', 'upsert', 'delete']],
  ['otelcol.processor.', '', 'error_mode', ERROR_MODES],
  ['otelcol.exporter.debug', '', 'verbosity', ['basic', 'normal', 'detailed']],
  ['otelcol.exporter.otlphttp', '', 'encoding', ['proto', 'json']],
  ['otelcol.exporter.', 'sending_queue', 'sizer', ['requests', 'items', 'bytes']],
];

const byArgument = new Map<string, Words[]>();
for (const entry of ENUMS) {
  byArgument.set(entry[2], [...(byArgument.get(entry[2]) ?? []), entry]);
}

/** The words that an argument takes; undefined: any text, as far as is known. */
export function enumOf(
  component: string,
  path: readonly string[],
  argument: string,
): readonly string[] | undefined {
  const block = path.at(-1) ?? '';
  const found = byArgument
    .get(argument)
    ?.find(
      ([where, inside]) =>
        inside === block &&
        (where === '*' ||
          where === component ||
          (where.endsWith('.') && component.startsWith(where))),
    );
  return found?.[3];
}
