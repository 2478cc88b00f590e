import { attributeOf, withoutParens } from '../ast-lookup.ts';
import { textOf } from './constants.ts';
import type { Part } from './model.ts';

/** What a text is, of those that have a grammar of their own. */
export type Grammar =
  | 'regex'
  /** Alloy panics on one that it cannot compile. */
  | 'regex-panics'
  | 'jmespath'
  | 'template'
  | 'selector'
  | 'loki-pattern'
  | 'time-zone'
  | 'blackbox'
  | 'snmp'
  | 'sql';

/** By component (or `*`) and last block: arguments and what their texts are. */
const PLACES: Readonly<Record<string, Readonly<Record<string, Grammar>>>> = {
  '*/rule': { regex: 'regex' },
  '*/write_relabel_config': { regex: 'regex' },
  '*/relabel_config': { regex: 'regex' },
  'loki.process/stage.regex': { expression: 'regex' },
  'loki.process/stage.replace': { expression: 'regex', replace: 'template' },
  'loki.process/stage.drop': { expression: 'regex' },
  'loki.process/stage.multiline': { firstline: 'regex' },
  'loki.process/stage.json': { regex: 'regex', expressions: 'jmespath' },
  'loki.process/stage.geoip': { custom_lookups: 'jmespath' },
  'loki.process/stage.logfmt': { regex: 'regex' },
  'loki.process/stage.structured_metadata': { regex: 'regex' },
  'loki.process/stage.luhn': { skip_regex: 'regex' },
  'loki.process/stage.template': { template: 'template' },
  'loki.process/stage.match': { selector: 'selector' },
  'loki.process/stage.pattern': { pattern: 'loki-pattern' },
  'loki.process/stage.timestamp': { location: 'time-zone' },
  'otelcol.processor.attributes/action': { pattern: 'regex' },
  'otelcol.processor.span/to_attributes': { rules: 'regex' },
  'otelcol.processor.k8sattributes/label': { key_regex: 'regex' },
  'otelcol.processor.k8sattributes/annotation': { key_regex: 'regex' },
  'otelcol.processor.redaction/': {
    allowed_values: 'regex',
    blocked_values: 'regex',
    blocked_key_patterns: 'regex',
    ignored_key_patterns: 'regex',
  },
  'otelcol.processor.metric_start_time/': { start_time_metric_regex: 'regex' },
  'otelcol.receiver.filelog/ordering_criteria': { regex: 'regex' },
  'otelcol.receiver.filelog/sort_by': { location: 'time-zone' },
  'otelcol.receiver.filelog/header': { pattern: 'regex' },
  'otelcol.receiver.syslog/': { location: 'time-zone' },
  '*/multiline': { line_start_pattern: 'regex', line_end_pattern: 'regex' },
  'prometheus.exporter.blackbox/': { config: 'blackbox' },
  'prometheus.exporter.snmp/': { config: 'snmp' },
  'prometheus.exporter.mssql/': { query_config: 'sql' },
  'prometheus.exporter.process/matcher': { cmdline: 'regex' },
  // its collectors compile what they are given with regexp.MustCompile
  'prometheus.exporter.unix/arp': {
    device_include: 'regex-panics',
    device_exclude: 'regex-panics',
  },
  'prometheus.exporter.unix/cpu': { flags_include: 'regex', bugs_include: 'regex' },
  'prometheus.exporter.unix/disk': {
    device_include: 'regex-panics',
    device_exclude: 'regex-panics',
  },
  'prometheus.exporter.unix/ethtool': {
    device_include: 'regex-panics',
    device_exclude: 'regex-panics',
    metrics_include: 'regex-panics',
  },
  'prometheus.exporter.unix/filesystem': {
    mount_points_exclude: 'regex-panics',
    fs_types_exclude: 'regex-panics',
  },
  'prometheus.exporter.unix/hwmon': { chip_include: 'regex-panics', chip_exclude: 'regex-panics' },
  'prometheus.exporter.unix/netclass': { ignored_devices: 'regex-panics' },
  'prometheus.exporter.unix/netdev': {
    device_include: 'regex-panics',
    device_exclude: 'regex-panics',
  },
  'prometheus.exporter.unix/netstat': { fields: 'regex-panics' },
  'prometheus.exporter.unix/powersupply': { ignored_supplies: 'regex-panics' },
  'prometheus.exporter.unix/systemd': {
    unit_include: 'regex-panics',
    unit_exclude: 'regex-panics',
  },
  'prometheus.exporter.unix/tapestats': { ignored_devices: 'regex-panics' },
  'prometheus.exporter.unix/vmstat': { fields: 'regex-panics' },
};
const places = new Map(Object.entries(PLACES));
/** Most arguments are named nowhere. */
const named = new Set(Object.values(PLACES).flatMap(Object.keys));

/** What the text of an argument is; undefined: nothing with a grammar, or nobody reads it. */
export function grammarOf(part: Part, name: string): Grammar | undefined {
  if (!named.has(name)) return undefined;
  const { node, path } = part;
  const block = path.at(-1) ?? '';
  const own = places.get(`${node.name}/${block}`)?.[name];
  const grammar = own ?? places.get(`*/${block}`)?.[name];
  if (!grammar || !part.rule?.attributes.has(name)) return undefined;
  if (node.name === 'prometheus.exporter.unix' && !runs(part)) return undefined;
  if (node.name === 'loki.process' && block === 'rule') return undefined; // of stage.truncate
  return grammar;
}

const COLLECTORS: Readonly<Record<string, string>> = {
  disk: 'diskstats',
  powersupply: 'powersupplyclass',
};
const OFF_BY_DEFAULT: ReadonlySet<string> = new Set(['ethtool', 'systemd']);

/** Whether the collector of a block of prometheus.exporter.unix surely runs: only then its arguments are read. */
function runs({ node, path }: Part): boolean {
  const [block = ''] = path;
  const collector = COLLECTORS[block] ?? block;
  const names = (list: string): readonly (string | undefined)[] | undefined => {
    const written = attributeOf(node.block.body, list);
    const value = written && withoutParens(written.value);
    if (!written) return undefined;
    return value?.kind === 'array' ? value.elements.map(textOf) : [undefined];
  };
  const [only, on, off] = [
    names('set_collectors'),
    names('enable_collectors'),
    names('disable_collectors'),
  ];
  if (on?.includes(collector)) return true;
  if (off?.includes(collector) || off?.includes(undefined)) return false;
  return only?.length ? only.includes(collector) : !OFF_BY_DEFAULT.has(block);
}
