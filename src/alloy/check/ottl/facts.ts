/** What is known of a function: the first minor version of Alloy that has it, and how many arguments it takes. */
export interface OttlFunction {
  readonly name: string;
  readonly since: string;
  readonly least: number;
  readonly most: number;
}

/** `name/least-most@since`; without a version: since 1.0. From the Go source of the OTTL that each minor version has. */
const functions = (text: string): ReadonlyMap<string, OttlFunction> =>
  new Map(
    text
      .trim()
      .split(/\s+/)
      .map((entry) => {
        const [, name = '', least, most, since = '1.0'] = /^(\w+)\/(\d+)-(\d+)(?:@(.*))?$/.exec(
          entry,
        )!;
        return [name, { name, since: `${since}.0`, least: Number(least), most: Number(most) }];
      }),
  );

/** What a statement may begin with, in each context (pkg/ottl/ottlfuncs). */
export const EDITORS = functions(`
  append/1-3@1.3 delete_index/2-3@1.15 delete_key/2-2 delete_matching_keys/2-2 flatten/1-4
  keep_keys/2-2 keep_matching_keys/2-2@1.3 limit/3-3 merge_maps/3-3 replace_all_matches/3-5
  replace_all_patterns/4-6 replace_match/3-5 replace_pattern/3-5 set/2-2 stringify_all/1-1@1.19
  truncate_all/2-4
`);

/** What gives a value, in each context (pkg/ottl/ottlfuncs). */
export const CONVERTERS = functions(`
  All/2-2@1.19 Any/2-2@1.19 Base64Decode/1-1@1.1 Base64Encode/1-2@1.15 Bool/1-1@1.15
  Coalesce/1-1@1.18 CommunityID/4-6@1.13 Concat/2-2 ContainsValue/2-2@1.11
  ConvertAttributesToElementsXML/1-2@1.5 ConvertCase/2-2 ConvertTextToElementsXML/1-3@1.5
  Day/1-1@1.2 Decode/2-2@1.5 Double/1-1 Duration/1-1 ExtractGrokPatterns/2-4@1.4
  ExtractPatterns/2-2 Filter/2-2@1.19 Find/2-3@1.19 FNV/1-1 Format/2-2@1.4 FormatTime/2-2@1.7
  GetXML/2-2@1.5 HasPrefix/2-2@1.10 HasSuffix/2-2@1.10 Hex/1-1@1.3 Hour/1-1 Hours/1-1
  Index/2-2@1.11 InsertXML/3-3@1.5 Int/1-1 IsBool/1-1 IsDouble/1-1 IsEmpty/1-1@1.19
  IsInCIDR/2-2@1.15 IsInt/1-1 IsList/1-1@1.1 IsMap/1-1 IsMatch/2-2 IsString/1-1
  IsValidLuhn/1-1@1.8 Keys/1-1@1.11 Len/1-1 Log/1-1 MapEach/2-2@1.19 MapKeys/2-2@1.19 MD5/1-1@1.4
  Microseconds/1-1 Milliseconds/1-1 Minute/1-1@1.2 Minutes/1-1 Month/1-1@1.2 Murmur3Hash/1-1@1.8
  Murmur3Hash128/1-1@1.8 Nanosecond/1-1@1.7 Nanoseconds/1-1 Now/0-0 ParseCSV/2-5 ParseInt/2-2@1.11
  ParseJSON/1-1 ParseKeyValue/1-3 ParseSeverity/2-2@1.13 ParseSimplifiedXML/1-1@1.5
  ParseXML/1-1@1.1 ProfileID/1-1@1.10 Reduce/3-3@1.19 RemoveXML/2-2@1.5 Second/1-1@1.7 Seconds/1-1
  SHA1/1-1 SHA256/1-1 SHA512/1-1@1.4 SliceToMap/1-3@1.6 Sort/1-2@1.5 SpanID/1-1 Split/2-2
  String/1-1@1.1 Substring/3-4 Time/2-4 ToCamelCase/1-1@1.8 ToKeyValueString/1-4@1.5
  ToLowerCase/1-1@1.8 ToSnakeCase/1-1@1.8 ToUpperCase/1-1@1.8 TraceID/1-1 Trim/1-2@1.7
  TrimPrefix/2-2@1.13 TrimSuffix/2-2@1.13 TruncateTime/2-2 Unix/1-2@1.1 UnixMicro/1-1
  UnixMilli/1-1 UnixNano/1-1 UnixSeconds/1-1 URL/1-1@1.3 UserAgent/1-1@1.4 UUID/0-0
  UUIDv7/0-0@1.11 Values/1-1@1.11 Weekday/1-1@1.8 When/3-3@1.19 XXH128/1-1@1.12 XXH3/1-1@1.12
  Year/1-1@1.2
`);

/** Of otelcol.processor.transform alone, by signal (processor/transformprocessor/internal). */
export const TRANSFORM_FUNCTIONS = {
  traces: functions(`
  IsRootSpan/0-0@1.3 set_semconv_span_name/1-2@1.13
`),
  metrics: functions(`
  aggregate_on_attribute_value/4-4@1.5 aggregate_on_attributes/1-2@1.4
  convert_exponential_histogram_to_histogram/2-2@1.5 convert_gauge_to_sum/2-2
  convert_sum_to_gauge/0-0 convert_summary_count_val_to_sum/2-3
  convert_summary_quantile_val_to_gauge/0-2@1.11 convert_summary_sum_val_to_sum/2-3
  copy_metric/0-3 extract_count_metric/1-2 extract_percentile_metric/1-2@1.18
  extract_sum_metric/1-2 merge_histogram_buckets/1-2@1.12 scale_metric/1-2@1.4
`),
  logs: functions(`
  ParseCEF/1-1@1.19 ParseCLF/1-2@1.19 ParseELF/1-1@1.19 ParseLEEF/1-1@1.19
`),
};

/** Of otelcol.processor.filter alone (internal/filter/filterottl). */
export const FILTER_FUNCTIONS = {
  traces: functions('IsRootSpan/0-0@1.3'),
  metrics: functions('HasAttrOnDatapoint/2-2 HasAttrKeyOnDatapoint/1-1'),
  logs: new Map<string, OttlFunction>(),
};

/** What a statement reads and writes: the record that it is run for. */
export type OttlContext =
  | 'resource'
  | 'scope'
  | 'span'
  | 'spanevent'
  | 'metric'
  | 'datapoint'
  | 'log';

/** What a field of a path has behind it: keys in brackets, and other fields. */
export interface PathRule {
  readonly keys: boolean;
  readonly fields: readonly string[];
  readonly since: string | undefined;
}

/** `name`, with `[]` for keys, `.a|b` for the fields behind it and `@` for the first version that has it. */
const paths = (text: string): ReadonlyMap<string, PathRule> =>
  new Map(
    text
      .trim()
      .split(/\s+/)
      .map((entry) => {
        const [, name = '', keys, fields = '', since] =
          /^(\w+)(\[\])?(?:\.([\w|]+))?(?:@(.*))?$/.exec(entry)!;
        return [
          name,
          {
            keys: keys !== undefined,
            fields: fields === '' ? [] : fields.split('|'),
            since: since === undefined ? undefined : `${since}.0`,
          },
        ];
      }),
  );

/** The paths of each context (pkg/ottl/contexts). */
export const PATHS: Readonly<Record<OttlContext, ReadonlyMap<string, PathRule>>> = {
  resource: paths('attributes[] dropped_attributes_count schema_url@1.3'),
  scope: paths('name version attributes[] dropped_attributes_count schema_url@1.3'),
  span: paths(`
    trace_id.string span_id.string trace_state[] parent_span_id.string name
    kind.string|deprecated_string start_time_unix_nano end_time_unix_nano start_time end_time
    attributes[] dropped_attributes_count events dropped_events_count links dropped_links_count
    status.code|message flags@1.15
  `),
  spanevent: paths('time_unix_nano time name attributes[] dropped_attributes_count'),
  metric: paths(
    'name description unit type aggregation_temporality is_monotonic data_points metadata[]@1.10',
  ),
  datapoint: paths(`
    attributes[] start_time_unix_nano time_unix_nano start_time time value_double value_int
    exemplars flags count sum bucket_counts explicit_bounds scale zero_count
    positive.offset|bucket_counts negative.offset|bucket_counts quantile_values
  `),
  log: paths(`
    time_unix_nano observed_time_unix_nano time observed_time severity_number severity_text
    body[].string attributes[] dropped_attributes_count flags trace_id.string span_id.string
    event_name@1.10
  `),
};

/** What stands around the record of a context: a path may begin with the name of one of these. */
export const AROUND: Readonly<Record<OttlContext, readonly OttlContext[]>> = {
  resource: ['resource'],
  scope: ['scope', 'resource'],
  span: ['span', 'scope', 'resource'],
  spanevent: ['spanevent', 'span', 'scope', 'resource'],
  metric: ['metric', 'scope', 'resource'],
  datapoint: ['datapoint', 'metric', 'scope', 'resource'],
  log: ['log', 'scope', 'resource'],
};

const severities = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((level) =>
  ['', '2', '3', '4'].map((step) => `SEVERITY_NUMBER_${level}${step}`),
);
const ofSpans = [
  ...['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
    (kind) => `SPAN_KIND_${kind}`,
  ),
  ...['UNSET', 'OK', 'ERROR'].map((code) => `STATUS_CODE_${code}`),
];

const ofMetrics = [
  ...['UNSPECIFIED', 'DELTA', 'CUMULATIVE'].map((word) => `AGGREGATION_TEMPORALITY_${word}`),
  ...['NONE', 'GAUGE', 'SUM', 'HISTOGRAM', 'EXPONENTIAL_HISTOGRAM', 'SUMMARY'].map(
    (word) => `METRIC_DATA_TYPE_${word}`,
  ),
];

/** The enumerations of each context; undefined: it has none. */
export const ENUMS: Readonly<Record<OttlContext, ReadonlySet<string> | undefined>> = {
  resource: undefined,
  scope: undefined,
  span: new Set(ofSpans),
  spanevent: new Set(ofSpans),
  metric: new Set(ofMetrics),
  datapoint: new Set(['FLAG_NONE', 'FLAG_NO_RECORDED_VALUE', ...ofMetrics]),
  log: new Set(['SEVERITY_NUMBER_UNSPECIFIED', ...severities]),
};
