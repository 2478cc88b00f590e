import { type Answer, answerOf, type Delivery, isFailing } from '../model/delivery.ts';
import type { Undelivered } from '../model/problems/host-problems.ts';
import { count } from './plain.ts';

/** What to do about an answer; docs/delivery.md shows this table. */
export const ADVICE: Readonly<Record<Answer, string>> = {
  '400': 'The receiver does not accept this data. Read its answer, and its own log',
  '401': 'Check the user name and the password or token of this exporter',
  '403':
    'The credentials are known but may not write here. Check their permissions, and the tenant',
  '404':
    'Check the path of the URL: Prometheus takes /api/v1/write, Mimir /api/v1/push, Loki /loki/api/v1/push; OTLP adds its own',
  '405':
    "Is this Prometheus' own receiver? It needs --web.enable-remote-write-receiver. Otherwise check the path of the URL",
  '429': 'The receiver limits the rate. Send less, or have the limit raised',
  '5xx': 'The receiver fails. Look at its own log',
  TLS: 'Check ca_file, the name in the certificate, and whether the port speaks TLS',
  'an unknown name':
    'The name does not resolve on the host. Check its spelling and the DNS of the host',
  'connection refused': 'Nothing listens there. Check the address and the port',
  'no answer': 'Nobody answers in time. Check firewalls between the host and the receiver',
};

/** @param answer null: not known */
const adviceOn = (answer: Answer | null): string =>
  answer === null ? 'Read what the exporter logs: journalctl -u alloy' : ADVICE[answer];

/** "http://mimir:9009/api/v1/push: data is refused (401)". */
export const undeliveredText = (destinations: readonly Undelivered[]): string =>
  destinations
    .map(({ destination, state, status, answer }) => {
      const why = status ?? (answer === null ? '' : answer);
      return `${destination}: data ${FAILURES[state]}${why === '' ? '' : ` (${why})`}`;
    })
    .join('; ');

/** What to do about each, once. */
export const undeliveredAdvice = (destinations: readonly Undelivered[]): string =>
  [...new Set(destinations.map(({ answer }) => adviceOn(answer)))].join('. ');

/** "21:04", in UTC. */
const timeOf = (ms: number): string => new Date(ms).toISOString().slice(11, 16);

/** What becomes of "data". */
const FAILURES = {
  refused: 'is refused',
  retrying: 'does not get through',
  backlogged: 'falls behind',
} as const;

/** Where data does not arrive, why, how much is lost, and what to do; undefined: it does, or there is none. */
export function deliveryNote(delivery: Delivery): string | undefined {
  const { component, destination, state, status, reason, since, lostPerMinute, lagS } = delivery;
  if (state === 'delivering' || state === 'idle') return undefined;
  const parts = [
    `${destination ?? component}: data ${FAILURES[state]}`,
    status !== null && `(${status})`,
    since !== null && `since ${timeOf(since)} UTC`,
    lagS > 0 && `by ${lagS} s`,
  ].filter(Boolean);
  const lost = lostPerMinute > 0 ? `, ${lostPerMinute.toLocaleString('en')} a minute are lost` : '';
  const said = status === null && reason !== null ? ` (${reason})` : '';
  return `${parts.join(' ')}${lost}${said}. ${adviceOn(answerOf(delivery))}`;
}

/** "3 ok", "1 of 3 fails", "idle". */
export function deliveryCell(deliveries: readonly Delivery[] | null | undefined): string {
  if (!deliveries || deliveries.length === 0) return '-';
  const failing = deliveries.filter(isFailing).length;
  if (failing > 0)
    return failing === deliveries.length
      ? count(failing, 'failure')
      : `${failing} of ${deliveries.length} fail`;
  const delivering = deliveries.filter(({ state }) => state === 'delivering').length;
  return delivering === 0 ? 'idle' : `${delivering} ok`;
}
