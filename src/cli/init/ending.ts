import type { Target } from '../../model/desired.ts';
import type { Paint } from '../../report/paint.ts';

interface EndingInput {
  /** As the user names it: `inventory.yaml`. */
  readonly file: string;
  readonly targets: readonly Target[];
  /** Variables that hold secrets. */
  readonly variables: readonly string[];
  readonly paint: Paint;
}

/** What comes after the wizard: the same in CI, and how applications reach the hosts. */
export function endingText({ file, targets, variables, paint }: EndingInput): string {
  const flag = file === 'inventory.yaml' ? '' : ` -i ${file}`;
  return [
    `${paint.bold('The same in CI:')}\n`,
    ...variables.map((name) => `  # ${name} comes from the secrets of the CI system\n`),
    `  alloyup validate --strict${flag}\n`,
    `  alloyup plan --detailed-exitcode${flag}\n`,
    `  alloyup apply --yes --junit report.xml${flag}\n`,
    otlpText(targets, paint),
  ].join('');
}

/** Ports of OTLP that a configuration opens, by protocol. */
const RECEIVER = /otelcol\.receiver\.otlp\b[\s\S]*?\n}/;
const endpointOf = (config: string, protocol: 'grpc' | 'http'): string | undefined =>
  new RegExp(`\\n\\s*${protocol}\\s*\\{[^}]*?endpoint\\s*=\\s*"([^"]+)"`).exec(
    RECEIVER.exec(config)?.[0] ?? '',
  )?.[1];

/** The variables of OpenTelemetry's SDKs, for each host that takes OTLP. */
function otlpText(targets: readonly Target[], paint: Paint): string {
  const rows = targets.flatMap(({ host, desired }) => {
    const [http, grpc] = [endpointOf(desired.config, 'http'), endpointOf(desired.config, 'grpc')];
    if (http === undefined || grpc === undefined) return [];
    return [{ host, http, grpc }];
  });
  if (rows.length === 0) return '';
  const lines = rows
    .slice(0, MOST)
    .flatMap(({ host, http, grpc }) => [
      `  ${host.name}${isLocal(http) ? ' (applications on the host itself)' : ''}\n`,
      `    OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\n`,
      `    OTEL_EXPORTER_OTLP_ENDPOINT=http://${reached(http, host.address)}\n`,
      `    ${paint.dim('or, by gRPC:')}\n`,
      `    OTEL_EXPORTER_OTLP_PROTOCOL=grpc\n`,
      `    OTEL_EXPORTER_OTLP_ENDPOINT=http://${reached(grpc, host.address)}\n`,
    ]);
  const more = rows.length - MOST;
  return `\n${paint.bold('How applications reach it:')}\n${lines.join('')}${more > 0 ? `  and ${more} more, each by its own address\n` : ''}`;
}

/** Hosts whose lines are printed: a screen's worth. */
const MOST = 3;

const isLocal = (endpoint: string): boolean => /^(127\.|localhost:|\[::1\])/.test(endpoint);

/** Every interface is reached by the host's address. */
function reached(endpoint: string, address: string): string {
  const port = /:(\d+)$/.exec(endpoint)?.[1];
  if (!/^(0\.0\.0\.0|\[::\]|):/.test(endpoint)) return endpoint;
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
