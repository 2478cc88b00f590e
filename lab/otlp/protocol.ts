import { join } from 'node:path';
import { loadSync, type MethodDefinition } from '@grpc/proto-loader';
import { REPOSITORY_ROOT } from '../root.ts';

/** Named as in the environment variables of OpenTelemetry's SDKs. */
export type Protocol = 'grpc' | 'http/protobuf';
export const SIGNALS = ['traces', 'metrics', 'logs'] as const;
export type Signal = (typeof SIGNALS)[number];

/** The contents of one request that tests check. */
export interface Told {
  /** The sender's `service.name`; empty if it has none. */
  readonly service: string;
  /** Texts among the attributes of its resources. */
  readonly resource: Readonly<Record<string, string>>;
  /** Names of spans or metrics, or texts of log records. */
  readonly names: readonly string[];
  /** Of a request with traces. */
  readonly spans: readonly SpanTold[];
}

/** IDs in hex; `parentId` is empty for the first of a trace. */
export interface SpanTold {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly name: string;
  /** Nanoseconds since the epoch. */
  readonly from: bigint;
  readonly to: bigint;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** The message of its status; null: it is no error. */
  readonly error: string | null;
}

interface Value {
  readonly stringValue?: string;
  readonly intValue?: string;
  readonly doubleValue?: number;
}
interface Attribute {
  readonly key: string;
  readonly value: Value | null;
}
interface Item {
  readonly name?: string;
  readonly body?: Value | null;
  readonly traceId?: Buffer;
  readonly spanId?: Buffer;
  readonly parentSpanId?: Buffer;
  readonly startTimeUnixNano?: string;
  readonly endTimeUnixNano?: string;
  readonly attributes?: readonly Attribute[];
  readonly status?: { readonly code: number; readonly message: string } | null;
}
/** The same four levels for each signal: request, resource, scope, item. */
export interface Request {
  readonly resources: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] } | null;
    readonly scopes: readonly { readonly items: readonly Item[] }[];
  }[];
}
type Service = Readonly<{ Export: MethodDefinition<Request, object> }>;

const definitions = loadSync(['trace.proto', 'metrics.proto', 'logs.proto'], {
  includeDirs: [join(REPOSITORY_ROOT, 'lab/otlp/proto')],
  defaults: true,
  arrays: true,
  objects: true,
  oneofs: true,
  longs: String,
});

// each of our proto files has one service with this method
const serviceOf = (name: string): Service =>
  definitions[`opentelemetry.proto.collector.${name}`] as unknown as Service;

/** The service for each signal: used as it is over gRPC, and for its messages over HTTP. */
export const SERVICES: Readonly<Record<Signal, Service>> = {
  traces: serviceOf('trace.v1.TraceService'),
  metrics: serviceOf('metrics.v1.MetricsService'),
  logs: serviceOf('logs.v1.LogsService'),
};

export function toldBy({ resources }: Request): Told {
  const attributes = resources.flatMap(({ resource }) => resource?.attributes ?? []);
  const texts = attributes.flatMap(({ key, value }) =>
    value?.stringValue ? [[key, value.stringValue] as const] : [],
  );
  const items = resources.flatMap(({ scopes }) => scopes.flatMap((scope) => scope.items));
  return {
    resource: Object.fromEntries(texts),
    service: attributes.find(({ key }) => key === 'service.name')?.value?.stringValue ?? '',
    names: items.map(({ name, body }) => name ?? body?.stringValue ?? ''),
    spans: items.flatMap((item) => (item.spanId ? [spanOf(item)] : [])),
  };
}

const hex = (bytes?: Buffer): string => Buffer.from(bytes ?? []).toString('hex');

const spanOf = (item: Item): SpanTold => ({
  traceId: hex(item.traceId),
  spanId: hex(item.spanId),
  parentId: hex(item.parentSpanId),
  name: item.name ?? '',
  from: BigInt(item.startTimeUnixNano ?? 0),
  to: BigInt(item.endTimeUnixNano ?? 0),
  attributes: Object.fromEntries(
    (item.attributes ?? []).map(({ key, value }) => [key, valueIn(value)]),
  ),
  error: item.status?.code === 2 ? item.status.message : null,
});

const valueIn = (value: Value | null): string | number =>
  value?.stringValue ?? value?.doubleValue ?? Number(value?.intValue ?? Number.NaN);
