import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Graph } from '../../src/graph/graph.ts';
import { inventory } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';

const CONFIG = `prometheus.scrape "self" {
	targets         = [{__address__ = "127.0.0.1:12345"}]
	forward_to      = [prometheus.remote_write.good.receiver, prometheus.remote_write.bad.receiver]
	scrape_interval = "10s"
}

prometheus.remote_write "good" {
	endpoint {
		url = "http://127.0.0.1:9009/api/v1/push"
	}
}

prometheus.remote_write "bad" {
	endpoint {
		url = "http://127.0.0.1:9010/api/v1/push"
	}
}

loki.source.file "app" {
	targets    = [{__path__ = "/etc/hostname"}]
	forward_to = [loki.process.cut.receiver]
}

loki.process "cut" {
	forward_to = [loki.write.logs.receiver]
}

loki.write "logs" {
	endpoint {
		url = "http://127.0.0.1:3100/loki/api/v1/push"
	}
}
`;

/** What Alloy counts, with the labels that it was recorded to have: each grows by so much a second. */
function series(perSecond: { readonly scraped: number; readonly lines: number }): string {
  const { scraped, lines } = perSecond;
  const of = (id: string, more = '') => `{component_id="${id}",component_path="/"${more}}`;
  const good = of(
    'prometheus.remote_write.good',
    ',remote_name="a",url="http://127.0.0.1:9009/api/v1/push"',
  );
  const bad = of(
    'prometheus.remote_write.bad',
    ',remote_name="b",url="http://127.0.0.1:9010/api/v1/push"',
  );
  const remote = 'prometheus_remote_storage';
  const now = Math.floor(Date.now() / 1000);
  const logs = of('loki.write.logs', ',host="127.0.0.1:3100",tenant=""');
  return `${[
    `prometheus_forwarded_samples_total${of('prometheus.scrape.self')} 1000 ${scraped}`,
    `${remote}_samples_total${good} 500 ${scraped}`,
    `${remote}_samples_failed_total${good} 0 0`,
    `${remote}_samples_retried_total${good} 0 0`,
    `${remote}_samples_pending${good} 0 0`,
    `${remote}_queue_highest_sent_timestamp_seconds${good} ${now} 1`,
    `${remote}_queue_highest_timestamp_seconds${good} ${now} 1`,
    `${remote}_samples_total${bad} 500 ${scraped}`,
    `${remote}_samples_failed_total${bad} 500 ${scraped}`,
    `${remote}_samples_retried_total${bad} 0 0`,
    `${remote}_samples_pending${bad} 0 0`,
    `${remote}_queue_highest_sent_timestamp_seconds${bad} ${now} 1`,
    `${remote}_queue_highest_timestamp_seconds${bad} ${now} 1`,
    `loki_source_file_read_lines_total${of('loki.source.file.app', ',path="/etc/hostname"')} 7 ${lines}`,
    `loki_write_sent_entries_total${logs} 7 ${lines}`,
    `loki_write_dropped_entries_total${of('loki.write.logs', ',host="127.0.0.1:3100",reason="ingester_error",tenant=""')} 0 0`,
  ].join('\n')}\n`;
}

const EDGES = {
  toGood: 'prometheus.scrape.self -> prometheus.remote_write.good metrics',
  toBad: 'prometheus.scrape.self -> prometheus.remote_write.bad metrics',
  good: 'prometheus.remote_write.good -> destination:127.0.0.1:9009 metrics',
  bad: 'prometheus.remote_write.bad -> destination:127.0.0.1:9010 metrics',
  lines: 'loki.source.file.app -> loki.process.cut logs',
  left: 'loki.process.cut -> loki.write.logs logs',
  logs: 'loki.write.logs -> destination:127.0.0.1:3100 logs',
} as const;

describeOnHosts('graph --live', () => {
  let lab: Lab;
  let one: LabHost;
  let two: LabHost;
  let file: string;

  beforeAll(async () => {
    ({
      lab,
      hosts: [one, two],
    } = await freshHosts(2));
    const names = [one.name, two.name];
    file = inventory(lab, [one, two], CONFIG, { groups: { web: { hosts: names } } });
    const { exitCode } = await lab.alloyup(['apply', '--yes', '--watch', '1', '-i', file]);
    expect(exitCode).toBe(0);
    one.write('/var/lib/alloy-stand-in/series', series({ scraped: 66.6, lines: 2 }));
    two.write('/var/lib/alloy-stand-in/series', series({ scraped: 33.4, lines: 0 }));
  });

  const draw = async (...args: readonly string[]) => {
    const all = ['graph', ...args, '--live', '--interval', '3', '--format', 'json', '-i', file];
    const { exitCode, stdout, stderr } = await lab.alloyup(all);
    return { exitCode, stderr, graph: JSON.parse(stdout) as Graph };
  };
  const edge = ({ edges }: Graph, id: string) => {
    const found = edges.find((each) => each.id === id);
    if (!found) throw new Error(`no ${id} among ${edges.map((each) => each.id).join(', ')}`);
    return found.note;
  };
  /** As fed in; the two readings are not taken at whole seconds. */
  const expectRate = (text: string | undefined, expected: number, unit: string): void => {
    const [, number = ''] = new RegExp(`([\\d.,]+) ${unit}/s`).exec(text ?? '') ?? [];
    const rate = Number(number.replace(',', ''));
    expect(Math.abs(rate - expected), `${text}, not ${expected}`).toBeLessThan(expected * 0.05);
  };

  test('of a host: the numbers are those that its metrics move by', async () => {
    const { graph, exitCode } = await draw(one.name);
    expect(exitCode).toBe(0);
    expect(graph.title).toMatch(
      new RegExp(`^${one.name}, \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC, over 3 s$`),
    );
    for (const id of [EDGES.toGood, EDGES.toBad, EDGES.good] as const) {
      const note = edge(graph, id);
      expect(note?.tone).toBe('good');
      expectRate(note?.text, 66.6, 'samples');
    }
    expectRate(edge(graph, EDGES.lines)?.text, 2, 'lines');
    expectRate(edge(graph, EDGES.logs)?.text, 2, 'lines');
    // loki.process does not count what leaves it
    expect(edge(graph, EDGES.left)).toBeUndefined();
  });

  test('a refused destination is red, and says so', async () => {
    const { graph } = await draw(one.name);
    const note = edge(graph, EDGES.bad);
    expect(note?.tone).toBe('bad');
    expect(note?.text).toMatch(/^✗ refused, [\d.]+ samples\/s lost$/);
    expectRate(note?.text, 66.6, 'samples');
    const end = graph.nodes.find(({ id }) => id === 'destination:127.0.0.1:9010');
    expect(end?.note).toMatchObject({ tone: 'bad', text: '✗ refused' });
    const other = graph.nodes.find(({ id }) => id === 'destination:127.0.0.1:9009');
    expect(other?.note).toMatchObject({ tone: 'good' });
    // each component is healthy all the same
    for (const { kind, note } of graph.nodes)
      if (kind === 'component') expect(note?.tone).toBe('good');
  });

  test('of a group: what its hosts move together', async () => {
    const { graph, exitCode } = await draw('-l', 'web');
    expect(exitCode).toBe(0);
    expect(graph.title).toMatch(/^web, .* UTC, over 3 s; 2 of 2 hosts$/);
    expectRate(edge(graph, EDGES.good)?.text, 100, 'samples');
    expect(edge(graph, EDGES.bad)?.text).toMatch(/^✗ refused, on 2 of 2 hosts, /);
  });

  test('an unhealthy component is, and a host that does not answer says so', async () => {
    one.write('/var/lib/alloy-stand-in/faults', 'unhealthy loki.write.logs\n');
    const { graph } = await draw(one.name);
    expect(graph.nodes.find(({ id }) => id === 'loki.write.logs')?.note).toMatchObject({
      tone: 'bad',
      text: '✗ unhealthy',
    });
    one.write('/var/lib/alloy-stand-in/faults', '');
    await two.root('systemctl stop alloy');
    const stopped = await draw('-l', 'web');
    expect(stopped.graph.title).toContain(`Alloy does not answer on ${two.name}`);
    expectRate(edge(stopped.graph, EDGES.good)?.text, 66.6, 'samples');
  });

  test('a host that is not reached is named, and the picture is of the others', async () => {
    await two.setLink('down');
    const { graph, exitCode, stderr } = await draw('-l', 'web', '--connect-timeout', '2');
    await two.setLink('up');
    expect(exitCode).toBe(1);
    expect(stderr).toContain(two.name);
    expect(graph.title).toContain(`1 of 2 hosts; not reached: ${two.name}`);
    expectRate(edge(graph, EDGES.good)?.text, 66.6, 'samples');
  });

  test('with --watch, the file is written again and again until it is ended', async () => {
    const out = join(lab.home, 'live.json');
    const all = ['graph', one.name, '--live', '--watch', '--interval', '1', '-o', out, '-i', file];
    const running = lab.startAlloyup(all);
    const read = (): Graph | null =>
      existsSync(out) ? (JSON.parse(readFileSync(out, 'utf8')) as Graph) : null;
    await expect.poll(() => read()?.title ?? '', { timeout: 30_000 }).toMatch(/over 1 s$/);
    one.write('/var/lib/alloy-stand-in/series', series({ scraped: 1000, lines: 0 }));
    // the first readings with the new figures are of both
    const now = () => edge(read()!, EDGES.good)?.text ?? '';
    await expect.poll(now, { timeout: 30_000 }).toMatch(/^(?:9[5-9]\d|1,0[0-4]\d) samples\/s$/);
    running.kill('SIGINT');
    expect((await running).exitCode).toBe(0);
  });
});
