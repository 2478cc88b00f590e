import type { DeliveryDeadlines } from '../model/desired.ts';
import type { Body } from './ast.ts';
import { attributeOf, statementName, stringOf } from './ast-lookup.ts';
import { goDuration } from './check/go-duration.ts';
import type { Parsed } from './parser.ts';

/** The default of `scrape_interval`. */
const INTERVAL_S = 60;
/** From a scrape until a receiver that fails was tried more than once. */
const SENDING_S = 15;
const MAX_S = 120;
/** Logs and traces come at any time, or not at all. loki.write waits 10 s for an answer before it counts a retry. */
const LOGS_S = 25;
const QUIET_S = 15;

const EXPORTER = /^(?:prometheus\.remote_write|loki\.write|otelcol\.exporter\.otlp(?:http|grpc)?)$/;

/**
 * How long it takes until each exporter of a configuration has sent something: what scrapes feed, by the longest
 * interval that is written out. What imported modules hold is not known here, so each may be in there.
 */
export function deliveryDeadlines(parsed: readonly Parsed[]): DeliveryDeadlines {
  const { names, intervals } = blocksOf(parsed);
  const isOpen = [...names].some((name) => name.startsWith('import.') || name === 'remotecfg');
  const exporters = [...names].filter((name) => EXPORTER.test(name));
  const scraped = Math.min(
    MAX_S,
    Math.max(...(intervals.length > 0 ? intervals : [INTERVAL_S])) + SENDING_S,
  );
  const has = (family: string): boolean =>
    isOpen || exporters.some((name) => name.startsWith(`${family}.`));
  const isScraped = isOpen || names.has('otelcol.receiver.prometheus');
  return {
    ...(has('prometheus') ? { prometheus: scraped } : {}),
    ...(has('loki') ? { loki: LOGS_S } : {}),
    ...(has('otelcol') ? { otelcol: isScraped ? scraped : QUIET_S } : {}),
  };
}

/** Seconds between two scrapes, the longest that is written out; null: nothing is scraped here. */
export function scrapeInterval(parsed: readonly Parsed[]): number | null {
  const { intervals } = blocksOf(parsed);
  return intervals.length > 0 ? Math.max(...intervals) : null;
}

function blocksOf(parsed: readonly Parsed[]) {
  const intervals: number[] = [];
  const names = new Set<string>();
  const walk = (body: Body): void => {
    for (const statement of body) {
      if (statement.kind !== 'block') continue;
      const name = statementName(statement);
      names.add(name);
      if (name === 'prometheus.scrape') intervals.push(intervalOf(statement.body));
      walk(statement.body);
    }
  };
  for (const { file } of parsed) walk(file.body);
  return { names, intervals };
}

function intervalOf(body: Body): number {
  const written = attributeOf(body, 'scrape_interval');
  if (!written) return INTERVAL_S;
  const text = stringOf(written.value);
  const ms = text === undefined ? text : goDuration(text);
  return typeof ms === 'number' ? Math.ceil(ms / 1000) : INTERVAL_S;
}
