import { attributeOf, blocksOf } from '../../ast-lookup.ts';
import { amountIn, holdsBlocks, wordIn } from '../constants.ts';
import {
  above,
  at,
  type Demand,
  filled,
  most,
  one,
  order,
  own,
  positive,
  range,
  some,
  words,
} from '../demand.ts';
import { byteSize } from '../grammar/byte-size.ts';
import type { Part } from '../model.ts';
import { empty, firstSet, set } from './given.ts';

const STAGES = 'internal/component/loki/process/stages/';

const METRIC = 'internal/component/loki/process/metric/';

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

/** Components of Loki and Faro. */
export const LOKI_DEMANDS: readonly Demand[] = [
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
];
