import type { Command } from '../model/plan.ts';
import { commandLine } from './command-line.ts';
import type { Hop } from './hops.ts';
import type { Endpoint } from './problems.ts';

/** Paths of one master, in a directory that only we can enter. */
export interface MasterFiles {
  /** Its control socket. */
  readonly socket: string;
  /** What it logs, at DEBUG1. */
  readonly log: string;
  /** The host keys that it is shown, one `type base64` a line; see KEYS_SCRIPT. */
  readonly shownKeys: string;
  /** KEYS_SCRIPT. */
  readonly keysScript: string;
}

/**
 * Records each host key that ssh(1) is shown, and vouches for the pinned one. Arguments: file, pin or
 * `-`, then what ssh puts for %t %K %f %H; the first call of a login asks for no key in particular (NONE).
 */
export const KEYS_SCRIPT = `[ "$3" != NONE ] || exit 0
echo "$3 $4" >>"$1"
[ "$2" != "$5" ] || echo "$6 $3 $4"
`;

/** How long a master outlives a controller that was killed. */
const ORPHAN_S = 10;
const KEEPALIVE_S = 10;
const KEEPALIVES = 3;

/** `-o NAME=VALUE` for each value but null. */
const options = (values: Readonly<Record<string, string | number | null>>): readonly string[] =>
  Object.entries(values).flatMap(([name, value]) =>
    value === null ? [] : ['-o', `${name}=${value}`],
  );
/** A path as ssh_config quotes it, with its % tokens escaped. */
const quoted = (path: string): string => `"${literal(path).replace(/["\\]/g, '\\$&')}"`;
const literal = (text: string): string => text.replaceAll('%', '%%');

export interface MasterOptions {
  readonly hop: Hop;
  readonly files: MasterFiles;
  /** ProxyCommand that leads there over a jump host's master; null: ~/.ssh/config decides. */
  readonly proxy: string | null;
  /** Types of host keys not to ask for again: a pinned key may be another of the host's keys. */
  readonly rejectedTypes: readonly string[];
  readonly timeoutMs: number;
  /** KnownHostsCommand came with OpenSSH 8.5. */
  readonly recordsKeys: boolean;
}

/**
 * Arguments of ssh(1) for a login that goes to the background and serves commands. What the inventory
 * says comes first, since OpenSSH takes the first value it meets; the rest is up to ~/.ssh/config.
 */
export function masterArguments(given: MasterOptions): readonly string[] {
  const { hop, files, proxy, rejectedTypes, timeoutMs, recordsKeys } = given;
  const { endpoint, settings, pin, identities } = hop;
  const pinned = pin === null ? '-' : pin.replace(/=+$/, '');
  const recordKeys = `/bin/sh "${files.keysScript}" "${files.shownKeys}" ${pinned} %t %K %f %H`;
  const knownHosts = settings.knownHosts.filter((path) => !/[\s"]/.test(path)).map(quoted);
  return [
    // -v, not LogLevel: only with it does a ProxyCommand keep its stderr beside ControlPersist
    ...['-v', '-N', '-T', '-E', files.log],
    ...options({
      ControlMaster: 'yes',
      ControlPath: literal(files.socket),
      ControlPersist: ORPHAN_S,
      // never asks: a prompt of one host would hold up a fleet
      BatchMode: 'yes',
      StrictHostKeyChecking: pin !== null || hop.hostKeys === 'strict' ? 'yes' : 'accept-new',
      FingerprintHash: 'sha256',
      UpdateHostKeys: 'no',
      UserKnownHostsFile: pin === null ? knownHosts.join(' ') || null : '/dev/null',
      GlobalKnownHostsFile: pin === null ? null : '/dev/null',
      // without a pin, one in ~/.ssh/config knows the host's keys
      KnownHostsCommand:
        recordsKeys && (pin !== null || settings.knownHostsCommand === null) ? recordKeys : null,
      HostKeyAlgorithms: rejectedTypes.length > 0 ? `-${rejectedTypes.join(',')}` : null,
      ProxyCommand: proxy,
      ConnectTimeout: Math.max(1, Math.ceil(timeoutMs / 1000)),
      ConnectionAttempts: 1,
      ServerAliveInterval: KEEPALIVE_S,
      ServerAliveCountMax: KEEPALIVES,
      // this login runs commands: what ~/.ssh/config adds for people is off
      ClearAllForwardings: 'yes',
      ForwardAgent: 'no',
      ForwardX11: 'no',
      Tunnel: 'no',
      PermitLocalCommand: 'no',
      RemoteCommand: 'none',
    }),
    ...(identities.source === 'inventory'
      ? [
          // not -i, which skips a missing file and takes the default ones instead
          ...identities.files.flatMap((path) => options({ IdentityFile: quoted(path) })),
          ...options({ IdentitiesOnly: 'yes' }),
        ]
      : []),
    ...['-p', `${endpoint.port}`, '-l', endpoint.user, '--', hop.alias],
  ];
}

/** A client of a master. Without the master it must not log in by itself, so its ProxyCommand leads nowhere. */
const clientOf = (socket: string): readonly string[] => [
  ...['-F', '/dev/null', '-S', literal(socket)],
  ...options({ ControlMaster: 'no', ProxyCommand: 'false' }),
];

/** Arguments of ssh(1) that run `argv` over a master; DEBUG2 tells the command's exit from ssh's own. */
export const commandArguments = (socket: string, log: string, argv: Command): readonly string[] => [
  ...clientOf(socket),
  ...['-T', '-E', log],
  ...options({ LogLevel: 'DEBUG2' }),
  ...['--', 'host', commandLine(argv)],
];

/** A ProxyCommand that leads to `to` over the master of a jump host. */
export function proxyOver(ssh: string, socket: string, { host, port }: Endpoint): string {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const client = [...clientOf(socket), ...options({ LogLevel: 'ERROR' })];
  return literal(commandLine([ssh, ...client, '-W', target, '--', 'host']));
}
