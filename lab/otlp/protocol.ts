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
}

interface Value {
  readonly stringValue: string;
}
interface Attribute {
  readonly key: string;
  readonly value: Value | null;
}
/** The same four levels for each signal: request, resource, scope, item. */
export interface Request {
  readonly resources: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] } | null;
    readonly scopes: readonly {
      readonly items: readonly { readonly name?: string; readonly body?: Value | null }[];
    }[];
  }[];
}
type Service = Readonly<{ Export: MethodDefinition<Request, object> }>;

const definitions = loadSync(['trace.proto', 'metrics.proto', 'logs.proto'], {
  includeDirs: [join(REPOSITORY_ROOT, 'lab/otlp/proto')],
  defaults: true,
  arrays: true,
  objects: true,
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
  return {
    resource: Object.fromEntries(texts),
    service: attributes.find(({ key }) => key === 'service.name')?.value?.stringValue ?? '',
    names: resources
      .flatMap(({ scopes }) => scopes.flatMap(({ items }) => items))
      .map(({ name, body }) => name ?? body?.stringValue ?? ''),
  };
}
