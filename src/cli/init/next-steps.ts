import type { Target } from '../../model/desired.ts';
import type { Paint } from '../../report/paint.ts';

interface EndingInput {
  /** As the user names it: `inventory.yaml`. */
  readonly file: string;
  readonly targets: readonly Target[];
  /** Where secrets are kept: `env:NAME`, `file:PATH`. */
  readonly places: readonly string[];
  /** Somebody types sudo's password at the start of each run. */
  readonly asksSudo: boolean;
  /** Where a host is found on the network, by its name: a name of ~/.ssh/config means nothing to others. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly paint: Paint;
}

/** What comes after the wizard: the same in CI, and how applications reach the hosts. */
export function endingText(input: EndingInput): string {
  const { file, targets, places, asksSudo, addresses, paint } = input;
  const flag = file === 'inventory.yaml' ? '' : ` -i ${file}`;
  return [
    `${paint.bold('The same in CI:')}\n`,
    ...places.map((place) =>
      place.startsWith('env:')
        ? `  # ${place.slice(4)} comes from the secrets of the CI system\n`
        : `  # ${place.slice(5)} is written from the secrets of the CI system\n`,
    ),
    ...(asksSudo
      ? ['  # nobody types there: sudo: { password: { secret: env:SUDO_PASSWORD } }\n']
      : []),
    '  # its known_hosts holds the keys of the hosts: docs/ci.md\n',
    `  alloyup validate --strict${flag}\n`,
    `  alloyup plan --detailed-exitcode${flag}\n`,
    `  alloyup apply --yes --junit report.xml${flag}\n`,
    otlpText(targets, addresses, paint),
  ].join('');
}

/** Ports of OTLP that a configuration opens, by protocol. */
const RECEIVER = /otelcol\.receiver\.otlp\b[\s\S]*?\n}/;
const endpointOf = (config: string, protocol: 'grpc' | 'http'): string | undefined =>
  new RegExp(`\\n\\s*${protocol}\\s*\\{[^}]*?endpoint\\s*=\\s*"([^"]+)"`).exec(
    RECEIVER.exec(config)?.[0] ?? '',
  )?.[1];

/** The variables of OpenTelemetry's SDKs, for each host that takes OTLP. */
function otlpText(
  targets: readonly Target[],
  addresses: ReadonlyMap<string, string>,
  paint: Paint,
): string {
  const rows = targets.flatMap(({ host, desired }) => {
    const [http, grpc] = [endpointOf(desired.config, 'http'), endpointOf(desired.config, 'grpc')];
    if (http === undefined || grpc === undefined) return [];
    return [{ host, address: addresses.get(host.name) ?? host.address, http, grpc }];
  });
  if (rows.length === 0) return '';
  const lines = rows
    .slice(0, MOST)
    .flatMap(({ host, address, http, grpc }) => [
      `  ${host.name}${isLocal(http) ? ' (applications on the host itself)' : ''}\n`,
      `    OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\n`,
      `    OTEL_EXPORTER_OTLP_ENDPOINT=http://${reached(http, address)}\n`,
      `    ${paint.dim('or, by gRPC:')}\n`,
      `    OTEL_EXPORTER_OTLP_PROTOCOL=grpc\n`,
      `    OTEL_EXPORTER_OTLP_ENDPOINT=http://${reached(grpc, address)}\n`,
    ]);
  const more = rows.length - MOST;
  return `\n${paint.bold('How applications reach it:')}\n${lines.join('')}${more > 0 ? `  and ${more} more, each by its own address\n` : ''}`;
}

/** Hosts whose lines are printed: a screen's worth. */
export const MOST = 3;

const isLocal = (endpoint: string): boolean => /^(127\.|localhost:|\[::1\])/.test(endpoint);

/** Every interface is reached by the host's address. */
function reached(endpoint: string, address: string): string {
  const port = /:(\d+)$/.exec(endpoint)?.[1];
  if (!/^(0\.0\.0\.0|\[::\]|):/.test(endpoint)) return endpoint;
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
