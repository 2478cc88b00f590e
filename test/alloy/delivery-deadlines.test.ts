import { expect, test } from 'vitest';
import { deliveryDeadlines } from '../../src/alloy/delivery-deadlines.ts';
import { parse } from '../../src/alloy/parser.ts';

const scrape = (interval: string | null): string =>
  `prometheus.scrape "a" {\n\ttargets = []\n\tforward_to = []${interval === null ? '' : `\n\tscrape_interval = ${interval}`}\n}\n`;
const WRITE = 'prometheus.remote_write "a" { }\n';
const LOKI = 'loki.write "a" { }\n';
const OTLP = 'otelcol.exporter.otlphttp "a" { }\n';

test.each<readonly [string, string, object]>([
  ['nothing is sent', scrape('"15s"'), {}],
  ['the default interval', scrape(null) + WRITE, { prometheus: 75 }],
  ['an interval', scrape('"15s"') + WRITE, { prometheus: 30 }],
  ['the longest of several', scrape('"15s"') + scrape('"1m30s"') + WRITE, { prometheus: 105 }],
  ['never more than two minutes', scrape('"1h"') + WRITE, { prometheus: 120 }],
  ['one that only Alloy knows', scrape('sys.env("I")') + WRITE, { prometheus: 75 }],
  ['one that is wrong', scrape('"often"') + WRITE, { prometheus: 75 }],
  ['metrics that are received', WRITE, { prometheus: 75 }],
  ['logs', LOKI, { loki: 25 }],
  ['OTLP', OTLP, { otelcol: 15 }],
  ['OTLP over gRPC', 'otelcol.exporter.otlp "a" { }\n', { otelcol: 15 }],
  [
    'scraped metrics over OTLP',
    `${scrape('"30s"')}otelcol.receiver.prometheus "a" { }\n${OTLP}`,
    { otelcol: 45 },
  ],
  [
    'in a declare',
    `declare "x" {\n${scrape('"20s"')}${WRITE}${LOKI}}\n`,
    { prometheus: 35, loki: 25 },
  ],
  ['what is imported', 'import.file "m" { }\n', { prometheus: 75, loki: 25, otelcol: 75 }],
  ['another exporter', 'otelcol.exporter.kafka "a" { }\npyroscope.write "a" { }\n', {}],
])('%s', (_, source, expected) => {
  expect(deliveryDeadlines([parse(source)])).toEqual(expected);
});

test('files of one configuration are seen together', () => {
  expect(deliveryDeadlines([parse(scrape('"5s"')), parse(WRITE)])).toEqual({ prometheus: 20 });
});
