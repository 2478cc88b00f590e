import type { Target } from '../../model/desired.ts';
import type { Paint } from '../../report/paint.ts';
import { sshConfig } from '../../transport/ssh-config-files.ts';
import { sshOptionsOf } from '../create-world.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface NextStepsInput {
  /** ` -i FILE`; empty for the usual inventory. */
  readonly flag: string;
  readonly targets: readonly Target[];
  /** Where secrets are stored: `env:NAME`, `file:PATH`. */
  readonly places: readonly string[];
  /** The sudo password is asked for at the start of each run. */
  readonly asksSudo: boolean;
  /** Addresses on the network by host name: other machines do not know the names of ~/.ssh/config. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly paint: Paint;
}

/** What comes after the wizard: the commands for CI, and how applications reach the hosts. */
export function nextStepsText(input: NextStepsInput): string {
  const { flag, targets, places, asksSudo, addresses, paint } = input;
  return [
    `${paint.bold('In CI:')}\n`,
    ...places.map((place) => {
      const what = place.replace(/^env:/, 'set ').replace(/^file:/, 'write ');
      return `  # ${what} from your CI secrets\n`;
    }),
    ...(asksSudo
      ? ['  # store the sudo password: sudo: { password: { secret: env:SUDO_PASSWORD } }\n']
      : []),
    "  # add the hosts' keys to known_hosts: docs/ci.md\n",
    `  alloyup validate --strict${flag}\n`,
    `  alloyup plan --detailed-exitcode${flag}\n`,
    `  alloyup apply --yes --junit report.xml${flag}\n`,
    otlpText(targets, addresses, paint),
  ].join('');
}

const RECEIVER = /otelcol\.receiver\.otlp\b[\s\S]*?\n}/;

/** Where a configuration accepts OTLP. */
const endpointOf = (config: string, protocol: 'grpc' | 'http'): string | undefined =>
  new RegExp(`\\n\\s*${protocol}\\s*\\{[^}]*?endpoint\\s*=\\s*"([^"]+)"`).exec(
    RECEIVER.exec(config)?.[0] ?? '',
  )?.[1];

/** Hosts to print: a screenful. */
const SHOWN = 3;

/** The variables for OpenTelemetry SDKs, for each host that accepts OTLP. */
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
    .slice(0, SHOWN)
    .flatMap(({ host, address, http, grpc }) => [
      `  ${host.name}${isLocal(http) ? ' (applications on the same host)' : ''}\n`,
      `    OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\n`,
      `    OTEL_EXPORTER_OTLP_ENDPOINT=http://${reached(http, address)}\n`,
      `    ${paint.dim('or over gRPC:')}\n`,
      `    OTEL_EXPORTER_OTLP_PROTOCOL=grpc\n`,
      `    OTEL_EXPORTER_OTLP_ENDPOINT=http://${reached(grpc, address)}\n`,
    ]);
  const more = rows.length - SHOWN;
  return `\n${paint.bold('Point your applications at it:')}\n${lines.join('')}${more > 0 ? `  and ${more} more, each at its own address\n` : ''}`;
}

const isLocal = (endpoint: string): boolean => /^(127\.|localhost:|\[::1\])/.test(endpoint);

/** All interfaces are reached at the host's address. */
function reached(endpoint: string, address: string): string {
  const port = /:(\d+)$/.exec(endpoint)?.[1];
  if (!/^(0\.0\.0\.0|\[::\]|):/.test(endpoint)) return endpoint;
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** What ~/.ssh/config makes of the names of the hosts that are printed. */
export async function addressesOf(
  targets: readonly Target[],
  terminal: Terminal,
): Promise<ReadonlyMap<string, string>> {
  const config = sshConfig(sshOptionsOf(terminal).user);
  const found = await Promise.all(
    targets.slice(0, SHOWN).map(async ({ host: { name, address, port, user } }) => {
      const settings = await config.settings(address, port, user).catch(() => null);
      return [name, settings?.hostname ?? address] as const;
    }),
  );
  return new Map(found);
}
