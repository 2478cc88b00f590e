import fc from 'fast-check';

/** A configuration of about so many components, in which pipelines, otelcol, and modules occur. */
export function configOf(components: number): string {
  const parts = [
    `prometheus.remote_write "mimir" { endpoint { url = "https://mimir.example.com/api/v1/push" } }
loki.write "logs" { endpoint { url = "https://logs.example.com/loki/api/v1/push" } }
otelcol.exporter.otlp "tempo" { client { endpoint = "tempo.example.com:4317" } }
otelcol.receiver.otlp "in" { output {
  metrics = [otelcol.processor.batch.b.input]
  logs    = [otelcol.processor.batch.b.input]
  traces  = [otelcol.processor.batch.b.input]
} }
otelcol.processor.batch "b" { output {
  metrics = [otelcol.exporter.prometheus.p.input]
  logs    = [otelcol.exporter.loki.l.input]
  traces  = [otelcol.exporter.otlp.tempo.input]
} }
otelcol.exporter.prometheus "p" { forward_to = [prometheus.remote_write.mimir.receiver] }
otelcol.exporter.loki "l" { forward_to = [loki.write.logs.receiver] }
declare "app" {
  argument "targets" { }
  argument "forward_to" { }
  discovery.relabel "r" { targets = argument.targets.value }
  prometheus.scrape "s" {
    targets    = discovery.relabel.r.output
    forward_to = argument.forward_to.value
  }
}`,
  ];
  for (let made = 7, i = 0; made < components; i += 1) {
    if (i % 5 === 4) {
      parts.push(`prometheus.exporter.redis "r${i}" { redis_addr = "h:1" }
app "a${i}" {
  targets    = prometheus.exporter.redis.r${i}.targets
  forward_to = [prometheus.remote_write.mimir.receiver]
}`);
      made += 3;
    } else if (i % 2 === 0) {
      parts.push(`discovery.docker "d${i}" { host = "unix:///var/run/docker.sock" }
discovery.relabel "d${i}" { targets = discovery.docker.d${i}.targets }
prometheus.scrape "d${i}" {
  targets    = discovery.relabel.d${i}.output
  forward_to = [prometheus.relabel.d${i}.receiver]
}
prometheus.relabel "d${i}" { forward_to = [prometheus.remote_write.mimir.receiver] }`);
      made += 4;
    } else {
      parts.push(`local.file_match "f${i}" { path_targets = [{ "__path__" = "/var/log/${i}.log" }] }
loki.source.file "f${i}" {
  targets    = local.file_match.f${i}.targets
  forward_to = [loki.process.f${i}.receiver]
}
loki.process "f${i}" { forward_to = [loki.write.logs.receiver] }`);
      made += 3;
    }
  }
  return `${parts.join('\n')}\n`;
}

/** Components that name each other in any way, in circles and through modules too. */
export const tangled: fc.Arbitrary<string> = fc
  .record({
    size: fc.integer({ min: 1, max: 14 }),
    links: fc.array(fc.tuple(fc.nat(13), fc.nat(13)), { maxLength: 24 }),
    inside: fc.array(fc.nat(13), { maxLength: 3 }),
    each: fc.boolean(),
  })
  .map(({ size, links, inside, each }) => {
    const to = (index: number): string =>
      links
        .filter(([from]) => from % size === index)
        .map(([, target]) => `loki.process.p${target % size}.receiver`)
        .join(', ');
    const nodes = Array.from(
      { length: size },
      (_, i) => `loki.process "p${i}" { forward_to = [${to(i)}] }`,
    );
    const modules = inside.map(
      (target, i) =>
        `m "i${i}" { to = [loki.process.p${target % size}.receiver, m.i${(i + 1) % inside.length}.in] }`,
    );
    const loop = `foreach "e" {
  collection = []
  var        = "one"
  template {
    loki.source.file "f" {
      targets    = [one]
      forward_to = [loki.process.p0.receiver]
    }
    loki.relabel "inner" { forward_to = [loki.process.p0.receiver] }
    loki.echo "nothing" { }
  }
}`;
    return `declare "m" {
  argument "to" { }
  export "in" { value = loki.process.x.receiver }
  loki.process "x" { forward_to = argument.to.value }
  loki.source.api "y" { forward_to = [loki.process.x.receiver] }
}
${[...nodes, ...modules, ...(each ? [loop] : [])].join('\n')}
`;
  });

/** Texts that somebody may have put in a name, to see what happens. */
export const HOSTILE: readonly string[] = [
  '<script>alert(1)</script>',
  ']]><script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  "' onclick='alert(1)",
  '\u202egnp.exe\u202c',
  '\u0000\u0007\u001b[31m',
  '&amp;&#x3c;',
  '</style><style>*{display:none}',
  '\u{1f4a3}'.repeat(40),
  'x'.repeat(10_240),
  '{{ constructor }}',
  'constructor',
  '__proto__',
  'end',
];
