import { describe, expect, test } from 'vitest';
import type { Graph, GraphNode, Signal } from '../../src/graph/graph.ts';
import {
  differences,
  liveNotes,
  mergedGraph,
  rateText,
  type SeenHost,
} from '../../src/graph/live.ts';
import type { Delivery } from '../../src/model/delivery.ts';
import type { ComponentFact } from '../../src/model/facts.ts';
import type { Flow, FlowSignal, FlowWay } from '../../src/model/flow.ts';

type Path = readonly [from: string, to: string, signal: Signal];

/** `(mimir:9009)` is a destination, `lib.a:in` a port of a module, `lib.a/prometheus.scrape.b` stands in one. */
function graphOf(...paths: readonly Path[]): Graph {
  const ids = [...new Set(paths.flatMap((path) => path.slice(0, 2)))];
  const nodeOf = (id: string): GraphNode => {
    const isEnd = id.startsWith('(');
    const isPort = id.includes(':') && !isEnd;
    const [, frame = null, local = id] = /^(?:(.*)\/)?([^/]*)$/.exec(id)!;
    return {
      id,
      kind: isEnd ? 'destination' : isPort ? 'port' : 'component',
      name: isEnd ? id.slice(1, -1) : local.split('.').slice(0, -1).join('.'),
      label: isEnd ? '' : local.split('.').at(-1)!,
      frame: frame ?? null,
      runs: isEnd || isPort ? null : { path: frame ? `/${frame}` : '/', id: local },
      signals: ['metrics'],
      at: null,
      findings: [],
    };
  };
  return {
    schema: 1,
    title: 'web-01',
    alloy: '1.18',
    nodes: ids.map(nodeOf),
    edges: paths.map(([from, to, signal]) => ({
      id: `${from} -> ${to} ${signal}`,
      ...{ from, to, signal, references: [] },
    })),
    frames: [],
    findings: [],
  };
}

const flow = (
  component: string,
  way: FlowWay,
  signal: FlowSignal,
  perSecond: number,
  destination: string | null = null,
): Flow => ({ component, way, signal, perSecond, destination });

const delivery = (component: string, more: Partial<Delivery> = {}): Delivery => ({
  component,
  destination: null,
  state: 'delivering',
  status: null,
  reason: null,
  since: null,
  perMinute: null,
  lostPerMinute: 0,
  lagS: 0,
  tolerated: false,
  ...more,
});

const healthy = (...ids: readonly string[]): readonly ComponentFact[] =>
  ids.map((id) => ({ id, health: 'healthy', message: '' }));

const seen = (graph: Graph, more: Partial<SeenHost> = {}): SeenHost => ({
  graph,
  components: null,
  flows: [],
  deliveries: [],
  ...more,
});

/** What is drawn at each edge; an edge of which nothing is known is not in it. */
const edges = (...hosts: readonly SeenHost[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...liveNotes(hosts).edges].map(([id, { tone, text }]) => [id, `${tone}: ${text}`]),
  );
const nodes = (...hosts: readonly SeenHost[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...liveNotes(hosts).nodes].map(([id, { tone, text }]) => [id, `${tone}: ${text}`]),
  );

const SCRAPE = graphOf(
  ['prometheus.exporter.unix.a', 'prometheus.scrape.a', 'targets'],
  ['prometheus.scrape.a', 'prometheus.remote_write.a', 'metrics'],
  ['prometheus.remote_write.a', '(mimir:9009)', 'metrics'],
);
const PUSH = 'http://user:secret@mimir:9009/api/v1/push';

describe('what flows', () => {
  test('from a scrape to its destination', () => {
    const flows = [
      flow('prometheus.scrape.a', 'out', 'metrics', 66.6),
      flow('prometheus.remote_write.a', 'in', 'metrics', 66.6),
      flow('prometheus.remote_write.a', 'sent', 'metrics', 60, PUSH),
      flow('prometheus.remote_write.a', 'lost', 'metrics', 0, PUSH),
    ];
    const host = seen(SCRAPE, {
      flows,
      deliveries: [delivery('prometheus.remote_write.a', { destination: PUSH })],
    });
    expect(edges(host)).toEqual({
      'prometheus.scrape.a -> prometheus.remote_write.a metrics': 'good: 66.6 samples/s',
      'prometheus.remote_write.a -> (mimir:9009) metrics': 'good: 60 samples/s',
    });
    expect(nodes(host)).toEqual({ '(mimir:9009)': 'good: ✓ delivered' });
    expect(JSON.stringify([...liveNotes([host]).nodes])).not.toContain('secret');
  });

  test('is refused: red, with the answer, what is lost, and what to do', () => {
    const host = seen(SCRAPE, {
      flows: [
        flow('prometheus.remote_write.a', 'sent', 'metrics', 0, PUSH),
        flow('prometheus.remote_write.a', 'lost', 'metrics', 12.5, PUSH),
      ],
      deliveries: [
        delivery('prometheus.remote_write.a', {
          destination: PUSH,
          state: 'refused',
          status: '401',
          reason: 'server returned HTTP status 401 Unauthorized',
        }),
      ],
    });
    const { edges, nodes } = liveNotes([host]);
    expect(edges.get('prometheus.remote_write.a -> (mimir:9009) metrics')).toEqual({
      tone: 'bad',
      text: '✗ refused (401), 12.5 samples/s lost',
      more: [
        'server returned HTTP status 401 Unauthorized',
        'Check the user name and the password or token of this exporter',
      ],
    });
    expect(nodes.get('(mimir:9009)')).toMatchObject({ tone: 'bad', text: '✗ refused (401)' });
  });

  test.each<[string, readonly Flow[], readonly Delivery[], string]>([
    ['nothing is known', [], [], 'undefined'],
    ['nothing', [flow('loki.write.a', 'sent', 'logs', 0, 'loki:3100')], [], 'quiet: 0 lines/s'],
    [
      'some are lost all the same',
      [
        flow('loki.write.a', 'sent', 'logs', 3, 'loki:3100'),
        flow('loki.write.a', 'lost', 'logs', 0.001, 'loki:3100'),
      ],
      [delivery('loki.write.a')],
      'bad: ✗ 3 lines/s, <0.01 lines/s lost',
    ],
    [
      'is not taken',
      [flow('loki.write.a', 'sent', 'logs', 0, 'loki:3100')],
      [delivery('loki.write.a', { state: 'retrying', status: '503' })],
      'bad: ✗ not taken (503)',
    ],
    [
      'is behind',
      [flow('loki.write.a', 'sent', 'logs', 1000, 'loki:3100')],
      [delivery('loki.write.a', { state: 'backlogged' })],
      'bad: ✗ behind, 1,000 lines/s',
    ],
    [
      'is refused where that may be',
      [],
      [delivery('loki.write.a', { state: 'refused', tolerated: true })],
      'warning: ✗ refused',
    ],
  ])('to a destination: %s', (_, flows, deliveries, expected) => {
    const graph = graphOf(['loki.write.a', '(loki:3100)', 'logs']);
    const found = edges(seen(graph, { flows, deliveries }));
    expect(`${found['loki.write.a -> (loki:3100) logs']}`).toBe(expected);
  });

  test('to several destinations of one exporter, told apart by host and port', () => {
    const graph = graphOf(
      ['otelcol.exporter.otlphttp.a', '(otlp.example.com)', 'traces'],
      ['prometheus.remote_write.a', '(a.example.com)', 'metrics'],
      ['prometheus.remote_write.a', '(B.example.com:9009)', 'metrics'],
      ['prometheus.remote_write.a', '($URL)', 'metrics'],
    );
    const sent = (n: number, url: string) =>
      flow('prometheus.remote_write.a', 'sent', 'metrics', n, url);
    const flows = [
      flow('otelcol.exporter.otlphttp.a', 'sent', 'traces', 1, 'otlp.example.com:443'),
      sent(2, 'https://a.example.com/push'),
      sent(3, 'https://a.example.com:443/other'),
      sent(4, 'http://b.example.com:9009/push'),
      // what the environment makes of $URL cannot be known from here
      sent(9, 'http://elsewhere/push'),
    ];
    expect(edges(seen(graph, { flows }))).toEqual({
      'otelcol.exporter.otlphttp.a -> (otlp.example.com) traces': 'good: 1 spans/s',
      'prometheus.remote_write.a -> (a.example.com) metrics': 'good: 5 samples/s',
      'prometheus.remote_write.a -> (B.example.com:9009) metrics': 'good: 4 samples/s',
    });
  });

  test('to the only destination, whatever the text calls it', () => {
    const graph = graphOf(['loki.write.a', '($LOKI)', 'logs']);
    const flows = [flow('loki.write.a', 'sent', 'logs', 7, 'loki.internal:3100')];
    expect(edges(seen(graph, { flows }))).toEqual({
      'loki.write.a -> ($LOKI) logs': 'good: 7 lines/s',
    });
  });

  test('to each of several, as a whole', () => {
    const graph = graphOf(
      ['otelcol.receiver.otlp.a', 'otelcol.exporter.otlp.a', 'traces'],
      ['otelcol.receiver.otlp.a', 'otelcol.exporter.otlp.b', 'traces'],
      ['otelcol.receiver.otlp.a', 'otelcol.exporter.otlp.b', 'metrics'],
    );
    const flows = [
      flow('otelcol.receiver.otlp.a', 'out', 'traces', 3),
      flow('otelcol.receiver.otlp.a', 'out', 'metrics', 5),
    ];
    expect(Object.values(edges(seen(graph, { flows })))).toEqual([
      'good: 3 spans/s',
      'good: 3 spans/s',
      'good: 5 points/s',
    ]);
  });

  test('into a component, where only one leads there', () => {
    const one = graphOf(['loki.source.kafka.a', 'loki.relabel.a', 'logs']);
    const two = graphOf(
      ['loki.source.kafka.a', 'loki.relabel.a', 'logs'],
      ['loki.process.b', 'loki.relabel.a', 'logs'],
    );
    const flows = [flow('loki.relabel.a', 'in', 'logs', 4)];
    expect(Object.values(edges(seen(one, { flows })))).toEqual(['good: 4 lines/s']);
    expect(edges(seen(two, { flows }))).toEqual({});
  });

  test('through the ports of modules', () => {
    const graph = graphOf(
      ['lib.a/prometheus.scrape.x', 'lib.a:out', 'metrics'],
      ['lib.a/prometheus.scrape.y', 'lib.a:out', 'metrics'],
      ['lib.a:out', 'lib.b:in', 'metrics'],
      ['lib.b:in', 'prometheus.remote_write.a', 'metrics'],
      ['lib.c:out', 'prometheus.remote_write.a', 'metrics'],
    );
    const flows = [
      flow('lib.a/prometheus.scrape.x', 'out', 'metrics', 1),
      flow('lib.a/prometheus.scrape.y', 'out', 'metrics', 2),
    ];
    expect(Object.values(edges(seen(graph, { flows })))).toEqual([
      'good: 1 samples/s',
      'good: 2 samples/s',
      'good: 3 samples/s',
      'good: 3 samples/s',
    ]);
    // half of what comes in is not known, so what goes out is not
    expect(Object.values(edges(seen(graph, { flows: flows.slice(1) })))).toEqual([
      'good: 2 samples/s',
    ]);
  });
});

describe('health', () => {
  const ids = ['prometheus.exporter.unix.a', 'prometheus.scrape.a', 'prometheus.remote_write.a'];

  test('of each component, in words too', () => {
    const components: readonly ComponentFact[] = [
      { id: 'prometheus.scrape.a', health: 'unhealthy', message: 'no\u202e such\nhost' },
      { id: 'prometheus.exporter.unix.a', health: 'unknown', message: '' },
    ];
    const host = seen(SCRAPE, { components });
    expect(nodes(host)).toEqual({
      'prometheus.scrape.a': 'bad: ✗ unhealthy',
      'prometheus.exporter.unix.a': 'warning: ? of unknown health',
      'prometheus.remote_write.a': 'bad: ✗ not running',
    });
    const [line] = liveNotes([host]).nodes.get('prometheus.scrape.a')!.more;
    expect(line).toMatch(/^no.* such.*host$/);
    expect(line).not.toContain('\u202e');
    expect(nodes(seen(SCRAPE, { components: healthy(...ids) }))).toEqual(
      Object.fromEntries(ids.map((id) => [id, 'good: ✓'])),
    );
  });

  test('of nothing, where nobody could be asked, and of nothing inside of modules', () => {
    expect(nodes(seen(SCRAPE))).toEqual({});
    const graph = graphOf(['lib.a/prometheus.scrape.x', 'prometheus.remote_write.a', 'metrics']);
    const components = healthy('prometheus.remote_write.a');
    expect(nodes(seen(graph, { components }))).toEqual({ 'prometheus.remote_write.a': 'good: ✓' });
  });

  test('with what a component refuses, loses and leaves out', () => {
    const graph = graphOf(['loki.process.a', 'loki.write.a', 'logs']);
    const flows = [
      flow('loki.process.a', 'filtered', 'logs', 3),
      flow('loki.write.a', 'refused', 'logs', 0),
    ];
    expect(
      nodes(seen(graph, { flows, components: healthy('loki.process.a', 'loki.write.a') })),
    ).toEqual({ 'loki.process.a': 'good: ✓, 3 lines/s left out', 'loki.write.a': 'good: ✓' });
    const refused = [
      flow('loki.process.a', 'refused', 'logs', 3),
      flow('loki.process.a', 'lost', 'traces', 1),
    ];
    expect(nodes(seen(graph, { flows: refused }))).toEqual({
      'loki.process.a': 'bad: ✗ 1 items/s lost, ✗ 3 items/s refused',
    });
  });
});

describe('several hosts', () => {
  const other = graphOf(
    ['prometheus.scrape.a', 'prometheus.remote_write.a', 'metrics'],
    ['prometheus.remote_write.a', '(other:9009)', 'metrics'],
  );

  test('are one picture', () => {
    const merged = mergedGraph([SCRAPE, other, SCRAPE], 'web');
    expect(merged.title).toBe('web');
    expect(merged.nodes.map(({ id }) => id)).toEqual([
      'prometheus.exporter.unix.a',
      'prometheus.scrape.a',
      'prometheus.remote_write.a',
      '(mimir:9009)',
      '(other:9009)',
    ]);
    expect(merged.edges.map(({ id }) => id)).toEqual([
      'prometheus.exporter.unix.a -> prometheus.scrape.a targets',
      'prometheus.scrape.a -> prometheus.remote_write.a metrics',
      'prometheus.remote_write.a -> (mimir:9009) metrics',
      'prometheus.remote_write.a -> (other:9009) metrics',
    ]);
  });

  test('add up, each by its own configuration', () => {
    const sent = (n: number, destination: string) => [
      flow('prometheus.scrape.a', 'out', 'metrics', n),
      flow('prometheus.remote_write.a', 'sent', 'metrics', n, destination),
    ];
    const hosts = [
      seen(SCRAPE, { flows: sent(10, 'http://mimir:9009') }),
      seen(SCRAPE, { flows: sent(20, 'http://mimir:9009') }),
      seen(other, { flows: sent(5, 'http://other:9009') }),
      // reached, and nothing is known of what flows
      seen(other),
    ];
    expect(edges(...hosts)).toEqual({
      'prometheus.scrape.a -> prometheus.remote_write.a metrics': 'good: 35 samples/s',
      'prometheus.remote_write.a -> (mimir:9009) metrics': 'good: 30 samples/s',
      'prometheus.remote_write.a -> (other:9009) metrics': 'good: 5 samples/s',
    });
    expect(
      liveNotes(hosts).edges.get('prometheus.remote_write.a -> (other:9009) metrics')!.more,
    ).toEqual(['on 2 of 4 hosts']);
  });

  test('say on how many of them something is wrong', () => {
    const refused = [delivery('prometheus.remote_write.a', { state: 'refused', status: '401' })];
    const ill: readonly ComponentFact[] = [
      { id: 'prometheus.scrape.a', health: 'exited', message: 'gone' },
    ];
    const hosts = [
      seen(SCRAPE, { deliveries: refused, components: ill }),
      seen(SCRAPE, { components: healthy('prometheus.scrape.a') }),
    ];
    expect(edges(...hosts)['prometheus.remote_write.a -> (mimir:9009) metrics']).toBe(
      'bad: ✗ refused (401), on 1 of 2 hosts',
    );
    expect(nodes(...hosts)['prometheus.scrape.a']).toBe('bad: ✗ exited on 1 of 2 hosts');
  });

  test('that run something else than their configuration says', () => {
    const components = healthy('prometheus.scrape.a', 'loki.write.old');
    expect(differences(seen(SCRAPE, { components }))).toEqual({
      missing: ['prometheus.exporter.unix.a', 'prometheus.remote_write.a'],
      unexpected: ['loki.write.old'],
    });
    expect(differences(seen(SCRAPE))).toEqual({ missing: [], unexpected: [] });
  });
});

test.each([
  [0, '0 lines/s'],
  [0.001, '<0.01 lines/s'],
  [0.016666, '0.02 lines/s'],
  [0.5, '0.5 lines/s'],
  [1, '1 lines/s'],
  [12.34, '12.3 lines/s'],
  [1234.5, '1,235 lines/s'],
  [12_345_678, '12,345,678 lines/s'],
])('%d a second', (perSecond, text) => {
  expect(rateText(perSecond, 'lines')).toBe(text);
});
