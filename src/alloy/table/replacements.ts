/**
 * What to do about what a version removed: component (`otelcol.exporter.*` for all that begin so), path
 * ('' for the component itself), advice. By upstream's changelog of the version that removed it.
 */
export const REPLACEMENTS: readonly (readonly [component: string, path: string, advice: string])[] =
  [
    ['otelcol.exporter.logging', '', 'Use otelcol.exporter.debug'],
    ['otelcol.receiver.opencensus', '', 'Use otelcol.receiver.otlp'],
    ['prometheus.write.queue', '', 'Use prometheus.remote_write'],
    ['beyla.ebpf', 'ebpf/enable_context_propagation', 'Use context_propagation = "all"'],
    ['loki.secretfilter', 'partial_mask', 'Use redact_percent'],
    ['loki.secretfilter', 'types', 'Write a gitleaks configuration and name it in gitleaks_config'],
    ['loki.secretfilter', 'allowlist', 'Write it into the file of gitleaks_config'],
    ['loki.secretfilter', 'include_generic', 'Write it into the file of gitleaks_config'],
    ['otelcol.exporter.*', 'sending_queue/blocking', 'Use block_on_overflow'],
    ['otelcol.exporter.loadbalancing', 'protocol/otlp/queue/blocking', 'Use block_on_overflow'],
    ['otelcol.exporter.awss3', 's3_uploader/s3_partition', 'Use s3_partition_format'],
    ['otelcol.exporter.splunkhec', 'splunk/batcher', 'Use sending_queue { batch { } }'],
    ['otelcol.exporter.splunkhec', 'splunk/batcher/min_size_items', 'Use min_size and sizer'],
    ['otelcol.exporter.splunkhec', 'splunk/batcher/max_size_items', 'Use max_size and sizer'],
    [
      'otelcol.processor.k8sattributes',
      'extract/annotation/regex',
      'Use ExtractPatterns in an otelcol.processor.transform',
    ],
    [
      'otelcol.processor.k8sattributes',
      'extract/label/regex',
      'Use ExtractPatterns in an otelcol.processor.transform',
    ],
    ['otelcol.receiver.kafka', 'topic', 'Use topics in logs { }, metrics { } or traces { }'],
    ['prometheus.write.queue', 'endpoint/parallelism', 'Use parallelism { }'],
    ['remotecfg', 'metadata', 'Use attributes'],
  ];

/** What to do instead of a removed component, block or argument; undefined: nothing takes its place. */
export function replacementOf(component: string, path: readonly string[]): string | undefined {
  const wanted = path.join('/');
  return REPLACEMENTS.find(
    ([name, at]) =>
      at === wanted &&
      (name === component || (name.endsWith('*') && component.startsWith(name.slice(0, -1)))),
  )?.[2];
}
