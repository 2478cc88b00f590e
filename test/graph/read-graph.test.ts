import { describe, expect, test } from 'vitest';
import { parse } from '../../src/alloy/parser.ts';
import { withNotes } from '../../src/graph/graph.ts';
import { readGraph } from '../../src/graph/read-graph.ts';
import { describeUnless, MISSING, recording } from '../missing.ts';
import {
  corpusFiles,
  edgesOf,
  graphOf,
  readBytes,
  referencesDrawn,
  referencesIn,
} from './graph-of.ts';

describe('what flows, and where to', () => {
  test('metrics, from what is collected to the host that stores them', () => {
    const graph = graphOf(`
prometheus.exporter.unix "default" { }
prometheus.scrape "node" {
  targets    = prometheus.exporter.unix.default.targets
  forward_to = [prometheus.remote_write.mimir.receiver]
}
prometheus.remote_write "mimir" {
  endpoint { url = "https://bob:hunter2@mimir.example.com:9009/api/v1/push?key=abc" }
}
`);
    expect(edgesOf(graph)).toEqual([
      'prometheus.exporter.unix.default -> prometheus.scrape.node targets',
      'prometheus.scrape.node -> prometheus.remote_write.mimir metrics',
      'prometheus.remote_write.mimir -> destination:mimir.example.com:9009 metrics',
    ]);
    expect(graph.nodes.map(({ id, signals, at }) => [id, signals[0], at?.line])).toEqual([
      ['prometheus.exporter.unix.default', 'targets', 2],
      ['prometheus.scrape.node', 'metrics', 3],
      ['prometheus.remote_write.mimir', 'metrics', 7],
      ['destination:mimir.example.com:9009', 'metrics', 8],
    ]);
    expect(graph.edges[1]!.references).toEqual([
      {
        text: 'prometheus.remote_write.mimir.receiver',
        argument: 'forward_to',
        at: { file: 'config.alloy', line: 5, column: 17 },
      },
    ]);
    expect(JSON.stringify(graph.nodes)).not.toMatch(/hunter2|bob|abc/);
  });

  test('each signal of an otelcol component has an edge of its own', () => {
    const graph = graphOf(`
otelcol.receiver.otlp "in" {
  output {
    metrics = [otelcol.processor.batch.b.input]
    traces  = [otelcol.processor.batch.b.input]
  }
}
otelcol.processor.batch "b" {
  output {
    metrics = [otelcol.exporter.prometheus.p.input]
    traces  = [otelcol.exporter.otlp.tempo.input]
  }
}
otelcol.exporter.prometheus "p" { forward_to = [prometheus.remote_write.m.receiver] }
otelcol.exporter.otlp "tempo" {
  client {
    endpoint = sys.env("TEMPO") + ":4317"
    auth     = otelcol.auth.basic.a.handler
  }
}
otelcol.auth.basic "a" {
  username = "u"
  password = sys.env("P")
}
prometheus.remote_write "m" { endpoint { url = local.file.url.content } }
local.file "url" { filename = "/etc/url" }
tracing { write_to = [otelcol.exporter.otlp.tempo.input] }
`);
    expect(edgesOf(graph)).toEqual([
      'otelcol.receiver.otlp.in -> otelcol.processor.batch.b metrics',
      'otelcol.receiver.otlp.in -> otelcol.processor.batch.b traces',
      'otelcol.processor.batch.b -> otelcol.exporter.prometheus.p metrics',
      'otelcol.processor.batch.b -> otelcol.exporter.otlp.tempo traces',
      'otelcol.exporter.prometheus.p -> prometheus.remote_write.m metrics',
      'otelcol.auth.basic.a -> otelcol.exporter.otlp.tempo values',
      'local.file.url -> prometheus.remote_write.m values',
      'tracing -> otelcol.exporter.otlp.tempo traces',
      'otelcol.exporter.otlp.tempo -> destination:$TEMPO:4317 traces',
      'prometheus.remote_write.m -> destination:set by local.file.url.content metrics',
    ]);
  });

  test.each([
    ['https://user:pass@host.example.com/push', 'host.example.com'],
    ['https://user:pa/ss@host.example.com:9009/push', 'host.example.com:9009'],
    ['https://host.example.com/a@b', 'host.example.com'],
    ['host.example.com:4317', 'host.example.com:4317'],
    ['dns:///host.example.com:4317', 'host.example.com:4317'],
    ['[::1]:4317', '[::1]:4317'],
    ['https://host.example.com?token=abc', 'host.example.com'],
    ['unix:///run/otel.sock', '/run/otel.sock'],
    ['', '(empty)'],
    ['https://glsa_abcdefghijklmnop/', '(masked)'],
  ])('of the address %s the host is shown, and nothing else', (address, host) => {
    const graph = graphOf(`otelcol.exporter.otlp "x" { client { endpoint = "${address}" } }`);
    expect(graph.nodes.at(-1)).toMatchObject({ kind: 'destination', name: host });
  });

  test('what is named and not there is a node, with the finding at whoever names it', () => {
    const graph = graphOf(
      'prometheus.scrape "a" {\n\ttargets = []\n\tforward_to = [b.c.d.receiver]\n}\n',
    );
    expect(graph.nodes.map(({ kind, id }) => [kind, id])).toEqual([
      ['component', 'prometheus.scrape.a'],
      ['missing', 'missing:b.c.d'],
    ]);
    expect(edgesOf(graph)).toEqual(['prometheus.scrape.a -> missing:b.c.d metrics']);
    expect(graph.nodes[0]!.findings).toMatchObject([
      { code: 'reference.undefined', at: { line: 3, column: 16 } },
    ]);
  });

  test('a password without quotes is no node', () => {
    const text =
      'prometheus.remote_write "a" { endpoint {\n url = "http://h"\n basic_auth {\n username = "u"\n password = hunter2.is.it\n } } }\n';
    expect(JSON.stringify(graphOf(text).nodes.map(({ id }) => id))).not.toContain('hunter2');
  });

  test('several files are one configuration, each with its own lines', () => {
    const graph = graphOf({
      'a.alloy': 'loki.source.journal "j" { forward_to = [loki.write.w.receiver] }\n',
      'b.alloy': '\n\nloki.write "w" { }\n',
    });
    expect(graph.nodes.map(({ at }) => `${at?.file}:${at?.line}`)).toEqual([
      'a.alloy:1',
      'b.alloy:3',
    ]);
    expect(graph.nodes[1]!.findings).toMatchObject([
      { code: 'flow.dead-end', at: { file: 'b.alloy' } },
    ]);
  });

  test('a broken file gives what can be read, and its errors', () => {
    const graph = graphOf(
      'loki.write "w" {\n\tendpoint { url = "http://h" }\n}\nloki.echo "e" { = }\n',
    );
    expect(graph.nodes.map(({ id }) => id)).toContain('loki.write.w');
    const errors = [...graph.findings, ...graph.nodes.flatMap(({ findings }) => findings)];
    expect(errors.map(({ severity, at }) => [severity, at.line])).toContainEqual(['error', 4]);
  });
});

const MODULE = `
declare "node" {
  argument "targets" { }
  argument "forward_to" { }
  argument "url" { default = "http://default.example.com" }
  export "receiver" { value = prometheus.relabel.r.receiver }
  prometheus.scrape "s" {
    targets    = argument.targets.value
    forward_to = [prometheus.relabel.r.receiver]
  }
  prometheus.relabel "r" {
    forward_to = array.concat(argument.forward_to.value, [prometheus.remote_write.own.receiver])
  }
  prometheus.remote_write "own" { endpoint { url = argument.url.value } }
}
`;

test('notes of others stand at nodes, frames and edges', () => {
  const graph = graphOf(
    'loki.source.journal "j" { forward_to = [loki.write.w.receiver] }\nloki.write "w" { }\n',
  );
  const note = { tone: 'bad', text: '12/s', more: ['refused: 3/s'] } as const;
  const noted = withNotes(graph, {
    nodes: new Map([['loki.write.w', note]]),
    edges: new Map([['loki.source.journal.j -> loki.write.w logs', note]]),
  });
  expect(noted.nodes.map((one) => one.note)).toEqual([undefined, note]);
  expect(noted.edges.map((one) => one.note)).toEqual([note]);
});

describe('modules are frames, with what enters and leaves them as ports', () => {
  test('each instance of a declare, with what it is given', () => {
    const graph = graphOf(`${MODULE}
node "a" {
  targets    = prometheus.exporter.self.x.targets
  forward_to = [prometheus.remote_write.m.receiver]
  url        = "http://other.example.com"
}
node "b" {
  targets    = []
  forward_to = [node.a.receiver]
}
prometheus.exporter.self "x" { }
prometheus.remote_write "m" { endpoint { url = "http://m" } }
`);
    expect(graph.frames).toMatchObject([
      { id: 'node.a', kind: 'instance', components: 3, runs: { path: '/', id: 'node.a' } },
      { id: 'node.b', kind: 'instance', components: 3 },
    ]);
    const edges = edgesOf(graph);
    expect(edges).toEqual(
      expect.arrayContaining([
        'prometheus.exporter.self.x -> node.a/argument.targets targets',
        'node.a/argument.targets -> node.a/prometheus.scrape.s targets',
        'node.a/prometheus.relabel.r -> node.a/argument.forward_to metrics',
        'node.a/argument.forward_to -> prometheus.remote_write.m metrics',
        'node.b/argument.forward_to -> node.a/export.receiver metrics',
        'node.a/export.receiver -> node.a/prometheus.relabel.r metrics',
        'node.a/prometheus.remote_write.own -> destination:other.example.com metrics',
        'node.b/prometheus.remote_write.own -> destination:default.example.com metrics',
      ]),
    );
    const inner = graph.nodes.find(({ id }) => id === 'node.a/prometheus.scrape.s')!;
    expect(inner.runs).toEqual({ path: '/node.a', id: 'prometheus.scrape.s' });
    expect(inner.frame).toBe('node.a');
  });

  test('a declare without an instance', () => {
    const graph = graphOf(MODULE);
    expect(graph.frames).toMatchObject([{ id: 'declare.node', kind: 'declare', components: 3 }]);
    expect(graph.nodes.every(({ runs }) => runs === null)).toBe(true);
  });

  test('what an import fetches stays closed, and what stands in the configuration does not', () => {
    const graph = graphOf(`
import.git "lib" { repository = "https://git.example.com/x.git" path = "a" }
import.string "own" { content = "declare \\"w\\" { argument \\"to\\" { }\\n loki.source.journal \\"j\\" { forward_to = argument.to.value } }" }
lib.thing "z" { forward_to = [loki.write.l.receiver] }
own.w "y" { to = [loki.write.l.receiver] }
loki.write "l" { endpoint { url = "http://l" } }
`);
    expect(graph.frames).toMatchObject([
      { id: 'lib.thing.z', closed: 'fetched', components: 0 },
      { id: 'own.w.y', closed: null, components: 1 },
    ]);
    expect(edgesOf(graph)).toEqual([
      'lib.thing.z/argument.forward_to -> loki.write.l logs',
      'own.w.y/argument.to -> loki.write.l logs',
      'own.w.y/loki.source.journal.j -> own.w.y/argument.to logs',
      'import.git.lib -> lib.thing.z/import.module values',
      'import.string.own -> own.w.y/import.module values',
      'loki.write.l -> destination:l logs',
    ]);
  });

  test('the template of a foreach sees what is around it', () => {
    const graph = graphOf(`
discovery.docker "d" { host = "unix:///var/run/docker.sock" }
foreach "each" {
  collection = discovery.docker.d.targets
  var        = "item"
  template {
    prometheus.scrape "s" {
      targets    = [item]
      forward_to = [prometheus.remote_write.m.receiver]
    }
  }
}
prometheus.remote_write "m" { endpoint { url = "http://m" } }
`);
    expect(graph.frames).toMatchObject([{ id: 'foreach.each', kind: 'foreach', components: 1 }]);
    expect(edgesOf(graph)).toEqual([
      'discovery.docker.d -> foreach.each/foreach.item targets',
      'foreach.each/foreach.item -> foreach.each/prometheus.scrape.s targets',
      'foreach.each/prometheus.scrape.s -> prometheus.remote_write.m metrics',
      'prometheus.remote_write.m -> destination:m metrics',
    ]);
  });

  test('a module that contains itself ends', () => {
    const graph = graphOf(
      'declare "a" {\n\tb "x" { }\n}\ndeclare "b" {\n\ta "y" { }\n}\na "z" { }\n',
    );
    expect(graph.frames.map(({ id, closed }) => [id, closed])).toContainEqual([
      'a.z/b.x/a.y',
      'recursive',
    ]);
  });

  test('many instances of large modules do not all open', () => {
    const inner = Array.from({ length: 100 }, (_, i) => `loki.echo "e${i}" { }\n`).join('');
    const all = Array.from({ length: 300 }, (_, i) => `big "i${i}" { }\n`).join('');
    const graph = graphOf(`declare "big" {\n${inner}}\n${all}`);
    expect(graph.nodes.length).toBeLessThan(3200);
    expect(graph.frames).toHaveLength(300);
    expect(graph.frames.at(-1)!.closed).toBe('repeated');
  });
});

describeUnless(MISSING.recordings)("upstream's own files", () => {
  const paths = MISSING.recordings === undefined ? corpusFiles(recording('corpus'), 6) : [];

  test('every reference is an edge, between nodes that are there', () => {
    expect(paths.length).toBeGreaterThan(100);
    let references = 0;
    for (const path of paths) {
      const bytes = readBytes(path);
      const graph = readGraph([{ name: path, parsed: parse(bytes) }], {
        title: path,
        check: { stability: 'experimental', strict: false, check: null },
      });
      const drawn = referencesDrawn(graph);
      const wanted = referencesIn(bytes);
      references += wanted.length;
      expect(
        wanted.filter((one) => !drawn.has(one)),
        path,
      ).toEqual([]);
      const ids = new Set(graph.nodes.map(({ id }) => id));
      expect(ids.size).toBe(graph.nodes.length);
      expect(
        graph.edges.flatMap(({ from, to }) => [from, to]).filter((id) => !ids.has(id)),
      ).toEqual([]);
    }
    expect(references).toBeGreaterThan(200);
  });
});
