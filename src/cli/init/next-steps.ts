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
  /** What Alloy reads as a user that somebody has to create there, by the name of its fragment. */
  readonly users: readonly string[];
  /** Addresses on the network by host name: other machines do not know the names of ~/.ssh/config. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly paint: Paint;
}

/** What comes after the wizard: the commands for CI, and how applications reach the hosts. */
export function nextStepsText(input: NextStepsInput): string {
  const { flag, places, asksSudo, users, paint } = input;
  return [
    ...(users.length > 0
      ? [`${paint.bold('Before you apply, create a user for Alloy in it. This shows how:')}\n`]
      : []),
    ...users.map((one) => `  alloyup templates show ${one}\n`),
    ...(users.length > 0 ? ['\n'] : []),
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
    otlpText(input),
  ].join('');
}

/** Where a configuration accepts OTLP: host and port. */
function endpointOf(config: string, protocol: 'grpc' | 'http'): readonly [string, string] | null {
  const [receiver = ''] = /otelcol\.receiver\.otlp\b[\s\S]*?\n}/.exec(config) ?? [];
  const block = `\\n\\s*${protocol}\\s*\\{[^}]*?endpoint\\s*=\\s*"([^"]*):(\\d+)"`;
  const found = new RegExp(block).exec(receiver);
  return found && [found[1]!, found[2]!];
}

/** Hosts to print: a screenful. */
const SHOWN = 3;

/** The variables for OpenTelemetry SDKs, for each host that accepts OTLP. */
function otlpText({ targets, addresses, paint }: NextStepsInput): string {
  const parts = targets.flatMap(({ host, desired }) => {
    const [http, grpc] = [endpointOf(desired.config, 'http'), endpointOf(desired.config, 'grpc')];
    if (!http || !grpc) return [];
    const address = addresses.get(host.name) ?? host.address;
    // all interfaces are reached at the host's address
    const own = address.includes(':') ? `[${address}]` : address;
    const url = ([at, port]: readonly [string, string]): string =>
      `http://${/^(0\.0\.0\.0|\[::\]|)$/.test(at) ? own : at}:${port}`;
    const isLocal = /^(127\.|localhost$|\[::1\]$)/.test(http[0]);
    return `  ${host.name}${isLocal ? ' (applications on the same host)' : ''}
    OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
    OTEL_EXPORTER_OTLP_ENDPOINT=${url(http)}
    ${paint.dim('or over gRPC:')}
    OTEL_EXPORTER_OTLP_PROTOCOL=grpc
    OTEL_EXPORTER_OTLP_ENDPOINT=${url(grpc)}
`;
  });
  if (parts.length === 0) return '';
  const more = parts.length - SHOWN;
  const others = more > 0 ? `  and ${more} more, each at its own address\n` : '';
  const head = paint.bold('Point your applications at it:');
  return `\n${head}\n${parts.slice(0, SHOWN).join('')}${others}`;
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
