import { expect, test } from 'vitest';
import { fileReads } from '../../src/alloy/file-reads.ts';
import { parse } from '../../src/alloy/parser.ts';

const readsOf = (text: string) =>
  fileReads(parse(text).file.body).map(({ start: _, ...read }) => read);
const file = (path: string) => ({ path, exclude: [], waits: false });
const log = (path: string, exclude: string[] = []) => ({ path, exclude, waits: true });

test.each([
  [
    'local.file_match "a" { path_targets = [{"__path__" = "/var/log/*.log", "__path_exclude__" = "/var/log/x.log", job = "/j"}, {__path__ = "/b"}] }',
    [log('/var/log/*.log', ['/var/log/x.log']), log('/b')],
  ],
  [
    'loki.source.file "a" { targets = array.concat([{"__path__" = "/a.log"}], local.file_match.b.targets) }',
    [log('/a.log')],
  ],
  ['discovery.docker "a" { host = "unix:///var/run/docker.sock" }', [file('/var/run/docker.sock')]],
  ['loki.source.docker "a" { host = "tcp://127.0.0.1:2375" }', []],
  [
    'prometheus.remote_write "a" { endpoint { basic_auth { password_file = "/p" }\n tls_config { ca_file = "/ca"\n cert_file = ("/cert")\n key_file = sys.env("KEY") } } }',
    [file('/p'), file('/ca'), file('/cert')],
  ],
  ['local.file "a" { filename = "/etc/token" }', [file('/etc/token')]],
  [
    'prometheus.exporter.unix "a" { textfile { directory = "/var/lib/textfile" } }',
    [file('/var/lib/textfile')],
  ],
  ['loki.source.journal "a" { path = "/var/log/journal" }', [file('/var/log/journal')]],
  ['discovery.file "a" { files = ["/etc/targets/*.yaml"] }', [log('/etc/targets/*.yaml')]],
  [
    'otelcol.receiver.filelog "a" { include = ["/a/*", "relative"]\n exclude = ["/a/x"] }',
    [log('/a/*', ['/a/x'])],
  ],
  ['declare "a" { local.file "b" { filename = "/in/declare" } }', [file('/in/declare')]],
  ['prometheus.scrape "a" { metrics_path = "/metrics" bearer_token_file = "t" }', []],
  ['loki.source.file "a" { legacy_positions_file = "/tmp/positions" }', []],
  ['otelcol.exporter.file "a" { path = "/out.json" }', []],
])('%s', (text, reads) => expect(readsOf(text)).toEqual(reads));

test('where it is written', () => {
  const text = 'local.file "a" {\n\tfilename = "/etc/token"\n}';
  expect(fileReads(parse(text).file.body)[0]?.start).toBe(text.indexOf('"/etc'));
});
