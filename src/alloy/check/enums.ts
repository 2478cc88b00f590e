/** One argument that takes one of some words. */
interface Words {
  /** Component, a beginning of its name that ends in a dot, or * for any. */
  readonly component: string;
  /** Last block around it; '' for the component itself; * for any. */
  readonly block: string;
  readonly argument: string;
  readonly words: readonly string[];
}

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
  { component: 'logging', block: '', argument: 'level', words: ['debug', 'info', 'warn', 'error'] },
  { component: 'logging', block: '', argument: 'format', words: ['logfmt', 'json'] },
  { component: '*', block: 'rule', argument: 'action', words: RELABEL_ACTIONS },
  { component: '*', block: 'write_relabel_config', argument: 'action', words: RELABEL_ACTIONS },
  { component: '*', block: 'relabel_config', argument: 'action', words: RELABEL_ACTIONS },
  { component: 'prometheus.', block: 'tls_config', argument: 'min_version', words: TLS_VERSIONS },
  { component: 'loki.', block: 'tls_config', argument: 'min_version', words: TLS_VERSIONS },
  { component: 'discovery.', block: 'tls_config', argument: 'min_version', words: TLS_VERSIONS },
  { component: 'prometheus.scrape', block: '', argument: 'scheme', words: ['http', 'https'] },
  {
    component: 'prometheus.scrape',
    block: '',
    argument: 'metric_name_validation_scheme',
    words: ['legacy', 'utf8'],
  },
  {
    component: 'discovery.kubernetes',
    block: '',
    argument: 'role',
    words: ['pod', 'service', 'endpoints', 'endpointslice', 'ingress', 'node'],
  },
  { component: 'local.file', block: '', argument: 'detector', words: DETECTORS },
  { component: 'import.file', block: '', argument: 'detector', words: DETECTORS },
  {
    component: 'loki.source.file',
    block: '',
    argument: 'on_positions_file_error',
    words: ['skip', 'restart_from_beginning', 'restart_from_end'],
  },
  { component: 'loki.process', block: 'stage.match', argument: 'action', words: ['keep', 'drop'] },
  {
    component: 'loki.process',
    block: 'stage.timestamp',
    argument: 'action_on_failure',
    words: ['fudge', 'skip'],
  },
  {
    component: 'otelcol.processor.attributes',
    block: 'action',
    argument: 'action',
    words: ATTRIBUTE_ACTIONS,
  },
  {
    component: 'otelcol.auth.headers',
    block: 'header',
    argument: 'action',
    words: ['insert', 'update', 'upsert', 'delete'],
  },
  { component: 'otelcol.processor.', block: '', argument: 'error_mode', words: ERROR_MODES },
  {
    component: 'otelcol.exporter.debug',
    block: '',
    argument: 'verbosity',
    words: ['basic', 'normal', 'detailed'],
  },
  {
    component: 'otelcol.exporter.otlphttp',
    block: '',
    argument: 'encoding',
    words: ['proto', 'json'],
  },
  {
    component: 'otelcol.exporter.',
    block: 'sending_queue',
    argument: 'sizer',
    words: ['requests', 'items', 'bytes'],
  },
];

const byArgument = new Map<string, Words[]>();
for (const entry of ENUMS) {
  byArgument.set(entry.argument, [...(byArgument.get(entry.argument) ?? []), entry]);
}

/** The words that an argument takes; undefined: any text, as far as is known. */
export function enumOf(
  component: string,
  path: readonly string[],
  argument: string,
): readonly string[] | undefined {
  const block = path.at(-1) ?? '';
  return byArgument
    .get(argument)
    ?.find(
      (entry) =>
        (entry.block === '*' || entry.block === block) &&
        (entry.component === '*' ||
          entry.component === component ||
          (entry.component.endsWith('.') && component.startsWith(entry.component))),
    )?.words;
}
