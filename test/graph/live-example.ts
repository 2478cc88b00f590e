import { type Graph, withNotes } from '../../src/graph/graph.ts';
import { liveNotes } from '../../src/graph/live.ts';
import { readFlow } from '../../src/host/samples.ts';
import { deliveriesOf } from '../../src/plan/delivery.ts';
import { flowsOf } from '../../src/plan/flow.ts';
import { graphOf } from './graph-of.ts';

const CONFIG = `prometheus.exporter.unix "host" { }
prometheus.scrape "host" {
  targets    = prometheus.exporter.unix.host.targets
  forward_to = [prometheus.remote_write.central.receiver, prometheus.remote_write.old.receiver]
}
prometheus.remote_write "central" {
  endpoint { url = "https://mimir.example.com/api/v1/push" }
}
prometheus.remote_write "old" {
  endpoint { url = "https://old.example.com/api/v1/push" }
}
loki.source.journal "system" { forward_to = [loki.relabel.system.receiver] }
loki.relabel "system" { forward_to = [loki.write.central.receiver] }
loki.write "central" {
  endpoint { url = "https://loki.example.com/loki/api/v1/push" }
}
otelcol.receiver.otlp "apps" { output { traces = [otelcol.exporter.otlphttp.tempo.input] } }
otelcol.exporter.otlphttp "tempo" { client { endpoint = "https://tempo.example.com" } }
`;

const SECONDS = 60;
const NOW = Date.UTC(2026, 10, 23, 10, 15, 0);

/** Series as Alloy names and labels them, with what they count at two readings. */
function readings(): readonly [first: readonly string[], second: readonly string[]] {
  const of = (id: string, more = ''): string => `{component_id="${id}",component_path="/"${more}}`;
  const remote = (id: string, host: string): string =>
    of(`prometheus.remote_write.${id}`, `,remote_name="a",url="https://${host}/api/v1/push"`);
  const central = remote('central', 'mimir.example.com');
  const old = remote('old', 'old.example.com');
  const storage = 'prometheus_remote_storage';
  const at = NOW / 1000;
  const loki = of('loki.write.central', ',host="loki.example.com",tenant=""');
  const rows: readonly (readonly [series: string, first: number, second: number])[] = [
    ['process_start_time_seconds', at - 86_400, at - 86_400],
    [`prometheus_forwarded_samples_total${of('prometheus.scrape.host')}`, 100_000, 104_800],
    [`${storage}_samples_total${central}`, 100_000, 104_800],
    [`${storage}_samples_failed_total${central}`, 0, 0],
    [`${storage}_samples_retried_total${central}`, 0, 0],
    [`${storage}_samples_pending${central}`, 0, 0],
    [`${storage}_queue_highest_sent_timestamp_seconds${central}`, at - SECONDS, at],
    [`${storage}_queue_highest_timestamp_seconds${central}`, at - SECONDS, at],
    [`${storage}_samples_total${old}`, 100_000, 104_800],
    [`${storage}_samples_failed_total${old}`, 100_000, 104_800],
    [`${storage}_samples_retried_total${old}`, 0, 0],
    [`${storage}_samples_pending${old}`, 0, 0],
    [`${storage}_queue_highest_sent_timestamp_seconds${old}`, at - SECONDS, at],
    [`${storage}_queue_highest_timestamp_seconds${old}`, at - SECONDS, at],
    [`loki_source_journal_target_lines_total${of('loki.source.journal.system')}`, 500, 800],
    [`loki_relabel_entries_processed${of('loki.relabel.system')}`, 500, 800],
    [`loki_relabel_entries_written${of('loki.relabel.system')}`, 400, 640],
    [`loki_write_sent_entries_total${loki}`, 400, 640],
  ];
  return [
    rows.map(([series, first]) => `${series} ${first}`),
    rows.map(([series, , second]) => `${series} ${second}`),
  ];
}

/** A host's graph with two readings of its metrics: one destination refuses what it is sent, one component is ill. */
export function liveExample(): Graph {
  const graph = { ...graphOf(CONFIG), title: 'web-01, 2026-11-23 10:15:00 UTC, over 60 s' };
  const [first, second] = readings();
  const line = `level=error component_path=/ component_id=prometheus.remote_write.old subcomponent=rw remote_name=a url=https://old.example.com/api/v1/push msg="non-recoverable error" failedSampleCount=480 err="server returned HTTP status 401 Unauthorized"`;
  const flow = readFlow({
    flow: { first, second, seconds: String(SECONDS), log: [[String(NOW / 1000), line]] },
  })!;
  const components = graph.nodes
    .filter(({ kind }) => kind === 'component')
    .map(({ id }) =>
      id === 'otelcol.receiver.otlp.apps'
        ? { id, health: 'unhealthy' as const, message: 'listen tcp :4318: address already in use' }
        : { id, health: 'healthy' as const, message: '' },
    );
  const deliveries = deliveriesOf(flow, { takenAt: NOW, components });
  return withNotes(graph, liveNotes([{ graph, components, flows: flowsOf(flow), deliveries }]));
}
