import { describe, expect, test } from 'vitest';
import { builtinFragment, FRAGMENT_NAMES, type FragmentName } from '../../src/config/fragments.ts';
import { processLine } from '../log-stages.ts';
import { Pipeline } from '../pipeline.ts';
import { rendered } from './configure.ts';
import { ENVIRONMENT, VARIANTS } from './fragment-variants.ts';

type Vars = Readonly<Record<string, unknown>>;

const TARGETS = {
  metrics_url: 'https://m.example/api/v1/write',
  logs_url: 'https://l.example/loki/api/v1/push',
};

/** The configuration of a host with one fragment, called as its template. */
const configured = (template: FragmentName, vars: Vars): string =>
  rendered(
    JSON.stringify({
      hosts: {
        h: {
          alloy: { environment: ENVIRONMENT },
          config: {
            template: 'linux-host',
            vars: TARGETS,
            fragments: { [template]: { template, vars } },
          },
        },
      },
    }),
  );

/** Hosts are told apart: who is `instance`, and as which `job`. */
describe('what is sent', () => {
  const sent = (name: FragmentName, vars: Vars, id: string, labels: Record<string, string>) => {
    const text = configured(name, vars);
    const signal = id.startsWith('loki') ? 'logs' : 'metrics';
    return new Pipeline(text, 'h1')
      .follow(`${id}.${name}`, signal, { labels })
      .map((one) => one.labels);
  };

  test.each(
    FRAGMENT_NAMES.filter((name) => /exporter\.(?!snmp|blackbox)/.test(builtinFragment(name).text)),
  )('metrics of %s are of this host', (name) => {
    const given =
      name === 'apache' ? { status_url: 'http://127.0.0.1/s?auto' } : VARIANTS[name][0]!;
    const { instance = 'h1' } = given as { instance?: string };
    const job = `integrations/${name}`;
    for (const [vars, as] of [
      [given, instance],
      [{ ...given, instance: 'own' }, 'own'],
    ] as const)
      expect(sent(name, vars, `prometheus.exporter.${name}`, { __name__: 'up' })).toEqual([
        expect.objectContaining({ job, instance: as, host: 'h1' }),
      ]);
  });

  test.each([
    ['https://shop.example.com/x', 'https://shop.example.com/x'],
    ['db.example.com:5432', 'db.example.com:5432'],
    ['10.127.0.1:22', '10.127.0.1:22'],
    ['localhostess:22', 'localhostess:22'],
    ['127.0.0.1:22', 'h1:22'],
    ['localhost', 'h1'],
    ['[::1]:22', 'h1:22'],
    ['https://localhost/health', 'https://h1/health'],
  ])('a probe of %s has the instance %s', (__param_target, instance) => {
    const job = 'integrations/blackbox/x';
    const own = { job, __param_target, target: 'x', instance: 'prometheus.exporter.blackbox.b' };
    expect(sent('blackbox', VARIANTS.blackbox[0]!, 'prometheus.exporter.blackbox', own)).toEqual([
      expect.objectContaining({ job: 'integrations/blackbox', instance, target: 'x', host: 'h1' }),
    ]);
  });

  test("metrics of a device are the device's", () => {
    const own = { job: 'integrations/snmp/sw', __param_target: '192.0.2.1', __param_name: 'sw' };
    expect(sent('snmp', VARIANTS.snmp[0]!, 'prometheus.exporter.snmp', own)).toEqual([
      expect.objectContaining({
        job: 'integrations/snmp',
        instance: '192.0.2.1',
        target: 'sw',
        host: 'h1',
      }),
    ]);
  });

  test.each([
    [{ __syslog_message_hostname: 'sw-1' }, 'sw-1'],
    [{}, '192.0.2.7'],
  ])("a message of syslog is the sender's: %j", (named, instance) => {
    const own = {
      ...named,
      __syslog_connection_ip_address: '192.0.2.7',
      __syslog_message_severity: 'error',
      __syslog_message_facility: 'local7',
      __syslog_message_app_name: 'sshd',
      __syslog_message_proc_id: '4711',
      listener: 'devices',
    };
    expect(sent('syslog', VARIANTS.syslog[0]!, 'loki.source.syslog', own)).toEqual([
      {
        ...{ job: 'syslog', listener: 'devices', instance, host: 'h1' },
        ...{ level: 'error', facility: 'local7', app: 'sshd' },
      },
    ]);
  });
});

const NO_INSTANCE = 'constants.hostname';

describe.each(['nginx', 'apache'] as const)('lines of %s', (name) => {
  const processed = (log: 'access' | 'error', line: string, vars: Vars = {}) =>
    processLine(configured(name, vars), `loki.process.${name}`, line, {
      job: `integrations/${name}`,
      log,
    });
  const own = { job: `integrations/${name}`, instance: NO_INSTANCE };

  test.each([
    [
      'combined',
      '192.0.2.1 - - [21/Aug/2026:10:00:00 +0200] "GET /a?b=c HTTP/1.1" 200 5 "-" "curl/8"',
      '2xx',
      'GET',
      '200',
    ],
    [
      'common',
      '2001:db8::1 - alice [21/Aug/2026:10:00:00 +0200] "POST / HTTP/1.1" 503 12',
      '5xx',
      'POST',
      '503',
    ],
    [
      'a virtual host in front',
      'shop.example.com:443 192.0.2.1 - - [21/Aug/2026:10:00:00 +0200] "HEAD / HTTP/2.0" 301 0 "-" "x"',
      '3xx',
      'HEAD',
      '301',
    ],
    [
      'a user with spaces and brackets',
      '192.0.2.1 - a b [21/Aug/2026:10:00:00 +0200] "GET / HTTP/1.1" 401 0 "-" "[x] "200 5"',
      '4xx',
      'GET',
      '401',
    ],
    [
      'a quote in the request',
      '192.0.2.1 - - [21/Aug/2026:10:00:00 +0200] "GET /\\" 500 \\"x HTTP/1.1" 404 0 "-" "-"',
      '4xx',
      'GET',
      '404',
    ],
    [
      'what is no HTTP',
      '192.0.2.1 - - [21/Aug/2026:10:00:00 +0200] "\\x16\\x03\\x01" 400 150 "-" "-"',
      '4xx',
      undefined,
      '400',
    ],
    [
      'no request',
      '192.0.2.1 - - [21/Aug/2026:10:00:00 +0200] "-" 408 0 "-" "-"',
      '4xx',
      undefined,
      '408',
    ],
  ])('of an access log: %s', (_, line, status_class, method, status) => {
    expect(processed('access', line, { metadata: ['status', 'method'] })).toEqual({
      labels: { ...own, log: 'access', status_class },
      metadata: { status, ...(method ? { method } : {}) },
      time: { text: '21/Aug/2026:10:00:00 +0200', format: '02/Jan/2006:15:04:05 -0700' },
    });
  });

  test('of an access log that are something else keep what they have', () => {
    for (const line of ['', 'x', '{"status": 1}', '- - - [x] "" 999 '])
      for (const access_format of ['combined', 'json'])
        expect(processed('access', line, { access_format }).labels).toEqual({
          ...own,
          log: 'access',
        });
  });

  test('of an access log in JSON', () => {
    const [time, method] =
      name === 'nginx' ? ['time_iso8601', 'request_method'] : ['time', 'method'];
    const line = {
      [time]: '2026-08-21T10:00:00+02:00',
      status: 404,
      [method]: 'GET',
      request_uri: '/x',
    };
    const vars = { access_format: 'json', metadata: ['method', 'status'] };
    expect(processed('access', JSON.stringify(line), vars)).toEqual({
      labels: { ...own, log: 'access', status_class: '4xx' },
      metadata: { status: '404', method: 'GET' },
      time: { text: '2026-08-21T10:00:00+02:00', format: 'RFC3339' },
    });
    const keys = {
      time_field: '@t',
      time_format: 'Unix',
      status_field: 'code',
      method_field: 'm.x',
    };
    const other = JSON.stringify({ '@t': 1.5, code: '500', 'm.x': 'PUT' });
    expect(processed('access', other, { ...vars, ...keys })).toEqual({
      labels: { ...own, log: 'access', status_class: '5xx' },
      metadata: { status: '500', method: 'PUT' },
      time: { text: '1.5', format: 'Unix' },
    });
  });

  const ERRORS: Record<typeof name, readonly [string, string, string, string][]> = {
    nginx: [
      [
        '2026/08/21 10:00:00 [error] 12#12: *3 open() "/x" failed (2: No such file)',
        'error',
        '2026/08/21 10:00:00',
        '2006/01/02 15:04:05',
      ],
      [
        '2026/08/21 10:00:00 [emerg] 12#12: bind() failed',
        'emerg',
        '2026/08/21 10:00:00',
        '2006/01/02 15:04:05',
      ],
    ],
    apache: [
      [
        '[Fri Aug 21 10:00:00.123456 2026] [core:error] [pid 1:tid 2] [client 192.0.2.1:5] AH1: x',
        'error',
        'Fri Aug 21 10:00:00.123456 2026',
        'Mon Jan 02 15:04:05 2006',
      ],
      [
        '[Fri Aug 21 10:00:00 2026] [notice] caught SIGTERM',
        'notice',
        'Fri Aug 21 10:00:00 2026',
        'Mon Jan 02 15:04:05 2006',
      ],
      [
        '[Fri Aug 21 10:00:00.1 2026] [ssl:trace4] [pid 1] x',
        'trace',
        'Fri Aug 21 10:00:00.1 2026',
        'Mon Jan 02 15:04:05 2006',
      ],
    ],
  };

  test.each(ERRORS[name])('of an error log: %s', (line, level, text, format) => {
    expect(processed('error', line)).toEqual({
      labels: { ...own, log: 'error', level },
      metadata: {},
      time: { text, format, location: 'Local' },
    });
  });

  test('of an error log that follow another have no level', () => {
    expect(processed('error', 'PHP Stack trace: [error] 1').labels).toEqual({
      ...own,
      log: 'error',
    });
  });

  test('the name of several on one host can be given', () => {
    expect(processed('error', 'x', { instance: 'front' }).labels.instance).toBe('front');
  });
});
