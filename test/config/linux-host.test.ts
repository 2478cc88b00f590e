import { describe, expect, test } from 'vitest';
import { format } from '../../src/alloy/format.ts';
import { parse } from '../../src/alloy/parser.ts';
import { builtinTemplate } from '../../src/config/builtins.ts';
import { journalLabels, Pipeline } from '../pipeline.ts';
import { text } from './helper.ts';

type Vars = Readonly<Record<string, unknown>>;

const METRICS = { metrics_url: 'https://m.example/write' };
const LOGS = { logs_url: 'https://l.example/loki/api/v1/push' };

const made = (vars: Vars, name: 'linux-host' | 'otlp-gateway' = 'linux-host'): string => {
  const { text: source, parameters, file } = builtinTemplate(name);
  const rendered = text(source, vars, parameters, { name, file });
  expect(format(rendered, parse(rendered).file)).toBe(rendered);
  return rendered;
};
const pipeline = (vars: Vars): Pipeline => new Pipeline(made(vars), 'h1');

describe('applications', () => {
  const scraped = (app: unknown, address: string, more: Vars = {}, labels = {}) =>
    pipeline({ ...METRICS, collect: ['metrics'], scrape: { app }, ...more })
      .follow('discovery.relabel.scrape_app', 'metrics', {
        labels: { __name__: 'x', __address__: address, job: 'app', ...labels },
      })
      .map((one) => one.labels.instance);

  test.each([
    ['127.0.0.1:8080', 'h1:8080'],
    ['localhost:8080', 'h1:8080'],
    ['[::1]:8080', 'h1:8080'],
    ['10.0.0.1:8080', undefined],
    ['127.example.com:8080', undefined],
  ])('at %s have the instance %s', (address, instance) => {
    expect(scraped(address, address)).toEqual([instance]);
  });

  test('have the name that the inventory gives the machine, whatever is in it', () => {
    const vars = { instance: 'a"$1' };
    expect(scraped('127.0.0.1:1', '127.0.0.1:1', vars)).toEqual(['a"$1:1']);
    expect(made({ ...METRICS, collect: ['metrics'], scrape: { app: 'h:1' }, ...vars })).toContain(
      String.raw`"a\"$$1${'${1}'}"`,
    );
  });

  test('have their own instance, job and labels on the target', () => {
    const app = { targets: ['127.0.0.1:1'], instance: 'i', job: 'j', labels: { a: 'b' } };
    expect(made({ ...METRICS, collect: ['metrics'], scrape: { app } })).toContain(
      `		{
			__address__ = "127.0.0.1:1",
			job         = "j",
			instance    = "i",
			a           = "b",
		},
`,
    );
    expect(scraped(app, '127.0.0.1:1', {}, { instance: 'i' })).toEqual(['i']);
  });

  test('send what is kept and not dropped, and always up', () => {
    const app = { targets: '127.0.0.1:1', keep: ['a_.*', 'b'], drop: ['a_x'] };
    const sent = ['up', 'a_y', 'a_x', 'b', 'c'].filter(
      (__name__) =>
        pipeline({ ...METRICS, collect: ['metrics'], scrape: { app } }).follow(
          'prometheus.scrape.scrape_app',
          'metrics',
          { labels: { __name__ } },
        ).length > 0,
    );
    expect(sent).toEqual(['up', 'a_y', 'b']);
  });
});

test('the machine has one name for its metrics, its lines and those of Alloy', () => {
  const all = pipeline({
    ...{ ...METRICS, ...LOGS, instance: 'web-one', host_label: 'machine', metrics_job: 'node' },
    collect: { alloy: true },
  });
  const labels = { __name__: 'node_load1' };
  expect(all.follow('prometheus.exporter.unix.host', 'metrics', { labels })[0]!.labels).toEqual({
    ...{ ...labels, job: 'node', instance: 'web-one', machine: 'web-one' },
  });
  expect(
    all.follow('prometheus.exporter.self.alloy', 'metrics', { labels: { __name__: 'up' } })[0]!
      .labels,
  ).toMatchObject({ instance: 'web-one', machine: 'web-one' });
  expect(all.follow('loki.process.alloy', 'logs', { labels: {} })[0]!.labels).toEqual({
    job: 'alloy',
    machine: 'web-one',
  });
});

test('through OTLP too, and with no label of the machine where none is wanted', () => {
  const to = { otlp_url: 'https://o.example', collect: ['journal', 'metrics'] };
  const sent = (vars: Vars) =>
    pipeline({ ...to, ...vars }).follow('loki.source.journal.journal', 'logs', {
      labels: journalLabels({ _SYSTEMD_UNIT: 'ssh.service' }),
    })[0]!.resource;
  expect(sent({ instance: 'web-one' })).toMatchObject({ 'host.name': 'h1', host: 'web-one' });
  expect(sent({ host_label: 'node' })).toMatchObject({ node: 'h1' });
  expect(Object.keys(sent({ host_label: '' }))).not.toContain('host');
  expect(made({ ...METRICS, collect: ['metrics'], host_label: '' })).toContain(
    'external_labels = {}\n',
  );
});

describe('the journal', () => {
  const sent = (entry: Readonly<Record<string, string>>, vars: Vars = {}) =>
    pipeline({ ...LOGS, collect: ['journal'], ...vars })
      .follow('loki.source.journal.journal', 'logs', { labels: journalLabels(entry) })
      .map(({ labels: { job: _job, host: _host, ...labels } }) => labels);

  test.each([
    [{ _TRANSPORT: 'kernel', SYSLOG_IDENTIFIER: 'kernel' }, { unit: 'kernel' }],
    [{ _SYSTEMD_UNIT: 'a.service', SYSLOG_IDENTIFIER: 'b' }, { unit: 'a.service' }],
    [{ MESSAGE: 'x' }, {}],
  ])('names %j as %j', (entry, labels) => expect(sent(entry)).toEqual([labels]));

  test('keeps units, and leaves others out', () => {
    const vars = { journal_units: ['a.*', 'kernel'], journal_exclude_units: ['a2.service'] };
    const units = ['a1.service', 'a2.service', 'b.service'];
    expect(units.map((one) => sent({ _SYSTEMD_UNIT: one }, vars).length)).toEqual([1, 0, 0]);
    expect(sent({ SYSLOG_IDENTIFIER: 'kernel' }, vars)).toHaveLength(1);
  });

  test('has the labels that are wanted', () => {
    const entry = {
      ...{
        _SYSTEMD_UNIT: 'a.service',
        SYSLOG_IDENTIFIER: 'b',
        _TRANSPORT: 'stdout',
        PRIORITY: '4',
      },
      ...{ _SYSTEMD_USER_UNIT: 'u', _HOSTNAME: 'h', _BOOT_ID: '1' },
    };
    const journal_labels = ['identifier', 'transport', 'user_unit', 'hostname', 'boot_id'];
    expect(sent(entry, { journal_labels })).toEqual([
      { identifier: 'b', transport: 'stdout', user_unit: 'u', hostname: 'h', boot_id: '1' },
    ]);
    expect(sent(entry)).toEqual([{ unit: 'a.service', level: 'warning' }]);
  });
});

test('lines of containers have the labels of Compose, and only the chosen names', () => {
  const vars = { ...LOGS, collect: ['docker'], docker_keep: ['web.*'], docker_exclude: ['web2'] };
  const of = (name: string) =>
    pipeline(vars).follow('discovery.relabel.containers', 'logs', {
      labels: {
        __meta_docker_container_name: `/${name}`,
        __meta_docker_container_label_com_docker_compose_project: 'shop',
        __meta_docker_container_label_com_docker_compose_service: 'web',
        __meta_docker_container_log_stream: 'stderr',
      },
    });
  expect(of('web1').map(({ labels }) => labels)).toEqual([
    {
      ...{ job: 'docker', container: 'web1', compose_project: 'shop', compose_service: 'web' },
      ...{ stream: 'stderr', host: 'h1' },
    },
  ]);
  expect([...of('web2'), ...of('db'), ...of('aweb')]).toEqual([]);
  expect(made({ ...vars, docker_projects: ['vpn'] })).toMatch(
    /compose_project"\]\n\t\tregex {9}= "vpn"\n\t\taction {8}= "keep"/,
  );
  expect(made(vars)).toContain('older_than          = "168h"');
});

test('labels of a file are set behind its source, so that a change of them reads nothing again', () => {
  const files = (entry: Vars): string =>
    made({ ...LOGS, collect: ['files'], log_files: { app: { path: '/l', ...entry } } });
  const target = (text: string) => /path_targets = \[[^\]]*\][^\]]*\]/.exec(text)![0];
  expect(target(files({ job: 'a', labels: { x: 'y' } }))).toBe(target(files({})));
  const entry = { job: 'a', labels: { x: 'y' } };
  const sent = new Pipeline(files(entry), 'h1').follow('loki.source.file.file_app', 'logs', {
    labels: { filename: '/l' },
  });
  expect(sent[0]!.labels).toEqual({ filename: '/l', job: 'a', x: 'y', host: 'h1' });
});

test.each([
  ['/var/log/a.log', false],
  ...['.1', '.12', '.gz', '.2.gz', '.xz', '.zst', '.bz2', '.zip', '.old', '-20260101'].map(
    (ending) => [`/var/log/deep/er/a.log${ending}`, true] as const,
  ),
  ['/var/log/a.log-1', false],
  ['/var/log/2026', false],
  ['/srv/x', true],
] as const)('of what a pattern finds, %s is left out: %s', (path, excluded) => {
  const log_files = { a: { path: '/var/log/**', exclude: ['/srv/x', '/opt/*'] } };
  const [, pattern] = /__path_exclude__ = "([^"]*)"/.exec(
    made({ ...LOGS, collect: ['files'], log_files }),
  )!;
  // as doublestar reads it: alternatives in braces, ** for directories
  const written = pattern!
    .replaceAll('.', '\\.')
    .replaceAll('/**/', '/(?:.+/)?')
    .replace(/(?<![+)])\*/g, '[^/]*')
    .replaceAll('{', '(?:')
    .replaceAll('}', ')')
    .replaceAll(',', '|');
  expect(new RegExp(`^${written}$`).test(path)).toBe(excluded);
});

test('a second place gets a copy, with its own way to it', () => {
  const also = {
    url: 'https://n.example/w',
    ...{ tenant: 't', token_file: '/t', ca_file: '/ca', proxy_url: 'http://p.example:1' },
    headers: { 'X-Team': 'a' },
  };
  const vars = { metrics_also: { 'b-2': also }, logs_also: { c: 'https://o.example/push' } };
  const text = made({ ...METRICS, ...LOGS, ...vars });
  expect(text).toContain(`	endpoint {
		name = "b-2"
		url  = "https://n.example/w"

		headers = {
			"X-Scope-OrgID" = "t",
			"X-Team"        = "a",
		}

		proxy_url = "http://p.example:1"

		bearer_token_file = "/t"

		tls_config {
			ca_file = "/ca"
		}
`);
  expect(text.match(/^\tendpoint \{/gm)).toHaveLength(4);
});

test('the gateway asks senders for a certificate and a token', () => {
  const to = { otlp_url: 'https://o.example' };
  const tls = { listen_cert_file: '/c', listen_key_file: '/k', listen_client_ca_file: '/ca' };
  for (const [vars, auth] of [
    [{ listen_token_env: 'T' }, 'otelcol.auth.bearer.listen.handler'],
    [{ listen_token_file: '/t' }, 'otelcol.auth.bearer.listen.handler'],
    [{ listen_htpasswd_file: '/h' }, 'otelcol.auth.basic.listen.handler'],
  ] as const) {
    const text = made({ ...to, ...tls, ...vars }, 'otlp-gateway');
    const receiver = text.slice(text.indexOf('otelcol.receiver.otlp'), text.indexOf('output {'));
    expect(receiver.split(`auth = ${auth}\n`)).toHaveLength(3);
    expect(receiver.split('client_ca_file = "/ca"')).toHaveLength(3);
  }
});
