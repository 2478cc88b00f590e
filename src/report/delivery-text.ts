import { type Delivery, isFailing } from '../model/delivery.ts';
import { count } from './plain.ts';

/** What to do about an answer; docs/delivery.md shows this table. */
export const ADVICE: readonly {
  /** As the table names it. */
  readonly answer: string;
  /** A status or a word in it, or in what the exporter has logged. */
  readonly matches: RegExp;
  readonly advice: string;
}[] = [
  {
    answer: '400',
    matches: /^(400|InvalidArgument)$/,
    advice: 'The receiver does not accept this data. Read its answer, and its own log',
  },
  {
    answer: '401',
    matches: /^(401|Unauthenticated)$/,
    advice: 'Check the user name and the password or token of this exporter',
  },
  {
    answer: '403',
    matches: /^(403|PermissionDenied)$/,
    advice:
      'The credentials are known but may not write here. Check their permissions, and the tenant',
  },
  {
    answer: '404',
    matches: /^(404|Unimplemented)$/,
    advice:
      'Check the path of the URL: Prometheus takes /api/v1/write, Mimir /api/v1/push, Loki /loki/api/v1/push; OTLP adds its own',
  },
  {
    answer: '405',
    matches: /^405$/,
    advice:
      "Is this Prometheus' own receiver? It needs --web.enable-remote-write-receiver. Otherwise check the path of the URL",
  },
  {
    answer: '429',
    matches: /^(429|ResourceExhausted|rate_limited)$/,
    advice: 'The receiver limits the rate. Send less, or have the limit raised',
  },
  {
    answer: '5xx',
    matches: /^(5\d\d|Internal|Unavailable|Unknown)$/,
    advice: 'The receiver fails. Look at its own log',
  },
  {
    answer: 'TLS',
    matches: /\b(x509|tls)\b/,
    advice: 'Check ca_file, the name in the certificate, and whether the port speaks TLS',
  },
  {
    answer: 'an unknown name',
    matches: /no such host|no children to pick from/,
    advice: 'The name does not resolve on the host. Check its spelling and the DNS of the host',
  },
  {
    answer: 'connection refused',
    matches: /connection refused/,
    advice: 'Nothing listens there. Check the address and the port',
  },
  {
    answer: 'no answer',
    matches: /deadline exceeded|i\/o timeout|context canceled/i,
    advice: 'Nobody answers in time. Check firewalls between the host and the receiver',
  },
];

const adviceOf = ({ status, reason }: Delivery): string =>
  ADVICE.find(({ matches }) => matches.test(status ?? '') || matches.test(reason ?? ''))?.advice ??
  'Read what the exporter logs: journalctl -u alloy';

/** "21:04", in UTC. */
const timeOf = (ms: number): string => new Date(ms).toISOString().slice(11, 16);

const WORDS = {
  refused: 'is refused',
  retrying: 'does not get through',
  backlogged: 'falls behind',
} as const;

/** Where data does not arrive, why, how much is lost, and what to do; undefined: it does, or there is none. */
export function deliveryNote(delivery: Delivery): string | undefined {
  const { component, destination, state, status, reason, since, lostPerMinute, lagS } = delivery;
  if (state === 'delivering' || state === 'idle') return undefined;
  const parts = [
    `${destination ?? component}: data ${WORDS[state]}`,
    status !== null && `(${status})`,
    since !== null && `since ${timeOf(since)} UTC`,
    lagS > 0 && `by ${lagS} s`,
  ].filter(Boolean);
  const lost = lostPerMinute > 0 ? `, ${lostPerMinute.toLocaleString('en')} a minute are lost` : '';
  const said = status === null && reason !== null ? ` (${reason})` : '';
  return `${parts.join(' ')}${lost}${said}. ${adviceOf(delivery)}`;
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
