import { describe, expect, test } from 'vitest';
import { render, rendered } from './configure.ts';

const VARS = `      metrics_url: https://m.example/api/v1/write
      logs_url: https://l.example/loki/api/v1/push
`;
const host = (lines: string): string =>
  `hosts:\n  h:\n    config:\n      template: linux-host\n      vars:\n${VARS.replace(/^(?=.)/gm, '  ')}${lines.replace(/^/gm, '        ')}\n`;

describe('entries that are wrong are told where they stand', () => {
  test.each([
    ['scrape: { app: { path: /m } }', '8:24', 'the template linux-host needs scrape.app.targets: '],
    ['scrape: { app: { target: "h:1" } }', '8:34', 'has no parameter "scrape.app.target"'],
    ['scrape: { app: 8080 }', '8:24', 'scrape.app.targets must be an address with a port'],
    ['scrape: { 1a: "h:1" }', '8:17', 'scrape has an entry called "1a"'],
    ['scrape: { a-b: "h:1", a.b: "h:2" }', '8:17', 'the entries a-b and a.b of scrape are called'],
    ['scrape: { a: { targets: "h:1", username: u } }', '8:22', 'needs scrape.a.password_env: '],
    [
      'scrape: { a: { targets: "h:1", token_env: T, token_file: /t } }',
      '8:51',
      'scrape.a.token_env has no effect when scrape.a.token_file is set',
    ],
    [
      'collect: { files: true }\nlog_files: { a: { path: /l, level_field: x } }',
      '9:50',
      'log_files.a.level_field has no effect without json or logfmt or regex or nginx in log_files.a.parser',
    ],
    [
      'collect: { files: true }\nlog_files: { a: { path: /l, parser: json, time: { zone: UTC } } }',
      '9:57',
      'needs log_files.a.time.field: ',
    ],
    [
      'collect: { files: true }\nlog_files: { a: { path: /l, drop: ["("] } }',
      '9:43',
      'log_files.a.drop must be a list of regular expressions of RE2, not ["("]',
    ],
    ['collect: { dockr: true }', '8:18', 'collect must be some of metrics, journal, files, docker'],
    ['docker_keep: [a]', '8:22', 'docker_keep has no effect without docker in collect'],
    [
      'metrics_headers: { Authorization: x }',
      '8:26',
      'metrics_headers must be a map of HTTP headers',
    ],
    ['metrics_cert_file: /c', '8:28', 'metrics_cert_file has no effect without metrics_key_file'],
    ['metrics_also: { b: { tenant: t } }', '8:28', 'needs metrics_also.b.url: '],
    ['scrape_files: [targets.yml]', '8:23', 'scrape_files must be an absolute path, or a list'],
  ])('%s', (lines, at, message) => {
    const { problems } = render(host(lines));
    expect(problems[0]).toContain(`inventory.yaml:${at} `);
    expect(problems[0]).toContain(message);
  });
});

describe('groups add to entries, and null takes one away', () => {
  const inventory = `defaults:
  config:
    template: linux-host
    vars:
      collect: { files: true, journal: false }
${VARS}      log_files: { syslog: /var/log/syslog, app: { path: /var/log/app.log, parser: json } }
groups:
  web:
    hosts: [h]
    config:
      vars:
        collect: { docker: true }
        log_files: { nginx: { path: /var/log/nginx/*.log, parser: nginx }, app: { level_field: lvl } }
hosts:
  h: { config: { vars: { log_files: { syslog: null }, scrape: { shop: "127.0.0.1:8080" } } } }
  other:
`;

  test('on the host that is in the group', () => {
    const text = rendered(inventory);
    const sources = [...text.matchAll(/^(loki\.source\.\S+|prometheus\.scrape) "(\w+)"/gm)];
    expect(sources.map(([, type, name]) => `${type} ${name}`)).toEqual([
      'prometheus.scrape host',
      'prometheus.scrape scrape_shop',
      'prometheus.scrape alloy',
      'loki.source.file file_app',
      'loki.source.file file_nginx',
      'loki.source.docker containers',
    ]);
    expect(text).toMatch(/stage\.json \{\s+expressions = \{\s+lvl = "lvl",/);
  });

  test('and not on the other one', () => {
    expect(rendered(inventory, {}, 'other')).not.toMatch(/nginx|source.docker|shop|"lvl"/);
  });
});

test('an entry in short, that a lower level writes out, needs its path again', () => {
  const inventory = `defaults:
  config: { template: linux-host, vars: { collect: [files], logs_url: "https://l.example/x", log_files: { a: /a } } }
hosts:
  h: { config: { vars: { log_files: { a: { job: b } } } } }
`;
  expect(render(inventory).problems).toEqual([
    expect.stringContaining(
      'inventory.yaml:4:42 template.variable: the template linux-host needs log_files.a.path',
    ),
  ]);
});
