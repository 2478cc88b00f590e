import { join } from 'node:path';
import { loadSync, type MethodDefinition } from '@grpc/proto-loader';
import { REPOSITORY_ROOT } from '../root.ts';

/** As the variables of OpenTelemetry's SDKs name them. */
export type Protocol = 'grpc' | 'http/protobuf';
export const SIGNALS = ['traces', 'metrics', 'logs'] as const;
export type Signal = (typeof SIGNALS)[number];

/** What one request carried, as far as a test wants to know. */
export interface Told {
  /** `service.name` of the sender; empty when it says none. */
  readonly service: string;
  /** Names of spans or metrics, texts of log records. */
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

// the files are ours: each has one service with this one method
const serviceOf = (name: string): Service =>
  definitions[`opentelemetry.proto.collector.${name}`] as unknown as Service;

/** The service that takes each signal: by gRPC as it is; by HTTP its messages alone. */
export const SERVICES: Readonly<Record<Signal, Service>> = {
  traces: serviceOf('trace.v1.TraceService'),
  metrics: serviceOf('metrics.v1.MetricsService'),
  logs: serviceOf('logs.v1.LogsService'),
};

export function toldBy({ resources }: Request): Told {
  const attributes = resources.flatMap(({ resource }) => resource?.attributes ?? []);
  return {
    service: attributes.find(({ key }) => key === 'service.name')?.value?.stringValue ?? '',
    names: resources
      .flatMap(({ scopes }) => scopes.flatMap(({ items }) => items))
      .map(({ name, body }) => name ?? body?.stringValue ?? ''),
  };
}
