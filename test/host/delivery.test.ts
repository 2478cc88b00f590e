import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readFlow } from '../../src/host/samples.ts';
import { PrefixHost } from './prefix.ts';

let host: PrefixHost;
beforeEach(async () => {
  host = await PrefixHost.create();
  host.set('active', 'active');
  host.set('invocation', 'i1');
  host.set('pid', '4711');
  host.put('/proc/4711/status', 'VmRSS:\t1 kB\n');
});
afterEach(() => host.remove());

const START = 'process_start_time_seconds 1.795414191e+09';
const SENT =
  'loki_write_sent_entries_total{component_id="loki.write.out",component_path="/",host="a:1",tenant=""} 7';

test('the series that tell of delivery are read twice, the others are left out', async () => {
  host.answers = {
    '/metrics': { body: `# HELP x y\ngo_goroutines 12\n${START}\n${SENT}\nup{a="b"} 1\n` },
  };
  const { delivery } = await host.facts({ delivery: true });
  const series = [
    { name: 'process_start_time_seconds', labels: {}, value: 1_795_414_191 },
    {
      name: 'loki_write_sent_entries_total',
      labels: { component_id: 'loki.write.out', component_path: '/', host: 'a:1', tenant: '' },
      value: 7,
    },
  ];
  expect(delivery).toEqual({ before: series, after: series, seconds: 5, log: [] });
  expect(host.requests.filter((one) => one === 'GET /metrics')).toHaveLength(3);
}, 30_000);

describe('nothing is read twice', () => {
  test('where it is not asked for', async () => {
    host.answers = { '/metrics': { body: `${START}\n${SENT}\n` } };
    expect((await host.facts()).delivery).toBe(null);
    expect(host.requests.filter((one) => one === 'GET /metrics')).toHaveLength(1);
  });

  test('where nothing is sent anywhere', async () => {
    host.answers = { '/metrics': { body: `${START}\ngo_goroutines 12\n` } };
    expect((await host.facts({ delivery: true })).delivery).toBe(null);
    expect(host.requests.filter((one) => one === 'GET /metrics')).toHaveLength(2);
  });

  test('where Alloy is not ready', async () => {
    host.answers = { '/-/ready': { status: 503 }, '/metrics': { body: `${SENT}\n` } };
    expect((await host.facts({ delivery: true })).delivery).toBe(null);
  });
});

test('labels with quotes, backslashes and commas', async () => {
  host.answers = {
    '/metrics': {
      body: String.raw`loki_write_sent_entries_total{host="a\"b\\,c=\"d",tenant="x\ny"} 1e3`,
    },
  };
  const { delivery } = await host.facts({ delivery: true });
  expect(delivery!.after[0]).toEqual({
    name: 'loki_write_sent_entries_total',
    labels: { host: 'a"b\\,c="d', tenant: 'x\ny' },
    value: 1000,
  });
}, 30_000);

test('of what the log says, the first and the last line of each kind', async () => {
  const line = (at: number, text: string) => `${at}.123456 web-01 alloy[4711]: ${text}\n`;
  const refused = (url: string, n: number) =>
    `level=error msg="non-recoverable error" component_id=prometheus.remote_write.out url=${url} failedSampleCount=${n} err="server returned HTTP status 401"`;
  host.set(
    'journal',
    [
      line(1, 'level=info msg="now listening for http traffic"'),
      line(2, refused('http://a', 1)),
      line(3, refused('http://b', 2)),
      line(4, refused('http://a', 3)),
      line(5, refused('http://a', 4)),
      line(
        6,
        'level=info msg="Exporting failed. Will retry the request after interval." component_id=otelcol.exporter.otlp.out error="x"',
      ),
    ].join(''),
  );
  host.answers = { '/metrics': { body: `${SENT}\n` } };
  const { delivery } = await host.facts({ delivery: true });
  expect(delivery!.log).toEqual([
    { at: 2000, line: refused('http://a', 1) },
    { at: 5000, line: refused('http://a', 4) },
    { at: 3000, line: refused('http://b', 2) },
    { at: 6000, line: expect.stringContaining('Will retry') },
  ]);
  const [asked] = host.calls('journalctl').filter((call) => call.includes('short-unix'));
  expect(asked).toContain('_SYSTEMD_INVOCATION_ID=i1');
}, 30_000);

describe('what flows is read', () => {
  const series = ['loki_relabel_entries_written'];
  const written = (n: number) =>
    `loki_relabel_entries_written{component_id="loki.relabel.a",component_path="/"} ${n}`;

  test('twice, with what tells of delivery, as far apart as is asked for', async () => {
    host.answers = { '/metrics': { body: `${START}\n${SENT}\n${written(4)}\nup{a="b"} 1\n` } };
    const began = Date.now();
    const flow = readFlow(await host.reported({ flow: { seconds: 1, series } }));
    expect(Date.now() - began).toBeGreaterThan(990);
    expect(flow!.after.map(({ name, value }) => [name, value])).toEqual([
      ['process_start_time_seconds', 1_795_414_191],
      ['loki_write_sent_entries_total', 7],
      ['loki_relabel_entries_written', 4],
    ]);
    expect(flow!.before).toEqual(flow!.after);
    expect(flow).toMatchObject({ seconds: 1, cut: false });
  });

  test('or not at all, where there are too many series', async () => {
    const body = Array.from({ length: 5001 }, (_, n) => written(n)).join('\n');
    host.answers = { '/metrics': { body: `${START}\n${body}\n` } };
    const flow = readFlow(await host.reported({ flow: { seconds: 0, series } }));
    expect(flow).toMatchObject({ before: [], after: [], cut: true });
  });

  test('or not at all, where Alloy is not ready, or nobody asks', async () => {
    host.answers = { '/-/ready': { status: 503 }, '/metrics': { body: `${SENT}\n` } };
    expect(readFlow(await host.reported({ flow: { seconds: 1, series } }))).toBe(null);
    host.answers = { '/metrics': { body: `${SENT}\n` } };
    expect(readFlow(await host.reported())).toBe(null);
  });
});
