/**
 * How the data of an exporter fares at one destination. `idle`: there is nothing to send yet. That the destination keeps what it
 * accepts cannot be seen from here: a web page behind a 200 counts as delivered.
 */
export const DELIVERY_STATES = ['delivering', 'refused', 'retrying', 'backlogged', 'idle'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface Delivery {
  /** Id of the component, with its path in front where it is in a module. */
  readonly component: string;
  /** URL, or host and port; null: the exporter has not said yet. */
  readonly destination: string | null;
  readonly state: DeliveryState;
  /** An HTTP status, or the word of gRPC; null: not known, or not needed. */
  readonly status: string | null;
  /** What the exporter wrote in its log; null: nothing, or not needed. */
  readonly reason: string | null;
  /** The first such line in the last fifteen minutes, in milliseconds since the epoch; null: there is none. */
  readonly since: number | null;
  /** Samples, lines, spans or points a minute that are delivered; null: none was in this short time. */
  readonly perMinute: number | null;
  /** As many a minute are lost. */
  readonly lostPerMinute: number;
  /** Seconds by which what was sent last is behind what came last; 0 where that is not known. */
  readonly lagS: number;
  /** Its component is in `alloy.tolerate`: it may fail. */
  readonly tolerated: boolean;
}

/** Data does not arrive, or not all of it. */
export const isFailing = ({ state }: Pick<Delivery, 'state'>): boolean =>
  state === 'refused' || state === 'retrying' || state === 'backlogged';

/** It does not arrive, and nobody has said that this may be. */
export const counts = (delivery: Pick<Delivery, 'state' | 'tolerated'>): boolean =>
  isFailing(delivery) && !delivery.tolerated;

/** The kinds of answers that there is advice for, and the statuses or words in what an exporter logs that tell them. */
const ANSWERS = [
  ['400', /^(400|InvalidArgument)$/],
  ['401', /^(401|Unauthenticated)$/],
  ['403', /^(403|PermissionDenied)$/],
  ['404', /^(404|Unimplemented)$/],
  ['405', /^405$/],
  ['429', /^(429|ResourceExhausted|rate_limited)$/],
  ['5xx', /^(5\d\d|Internal|Unavailable|Unknown)$/],
  ['TLS', /\b(x509|tls)\b/],
  ['an unknown name', /no such host|no children to pick from/],
  ['connection refused', /connection refused/],
  ['no answer', /deadline exceeded|i\/o timeout|context canceled/i],
] as const;

export type Answer = (typeof ANSWERS)[number][0];

/** What kind of answer makes a delivery fail; null: not known. */
export const answerOf = ({ status, reason }: Pick<Delivery, 'status' | 'reason'>): Answer | null =>
  ANSWERS.find(([, matches]) => matches.test(status ?? '') || matches.test(reason ?? ''))?.[0] ??
  null;
