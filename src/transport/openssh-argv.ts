import type { Command } from '../model/plan.ts';
import { commandLine } from './argv.ts';
import type { Endpoint } from './problems.ts';
import type { Leg } from './route.ts';

/** Paths of one master, all in a folder that is ours alone. */
export interface MasterFiles {
  /** Its control socket. OpenSSH adds 17 characters while it makes it; 107 are a socket's limit. */
  readonly socket: string;
  /** What it logs, at DEBUG1. */
  readonly log: string;
  /** The host keys that it is shown, one `type base64` a line; see KEYS_SCRIPT. */
  readonly seen: string;
  /** KEYS_SCRIPT. */
  readonly keysScript: string;
}

/**
 * Notes each host key that ssh(1) is shown, and trusts the pinned one. Arguments: file, pin or `-`,
 * then what ssh puts for %t %K %f %H; the first call of a login asks for no key in particular (NONE).
 */
export const KEYS_SCRIPT = `[ "$3" != NONE ] || exit 0
echo "$3 $4" >>"$1"
[ "$2" != "$5" ] || echo "$6 $3 $4"
`;

/** How long a master outlives a controller that was killed. */
const ORPHAN_S = 10;
const KEEPALIVE_S = 10;
const KEEPALIVES = 3;

const option = (name: string, value: string | number): readonly string[] => [
  '-o',
  `${name}=${value}`,
];
const quoted = (path: string): string => `"${path}"`;
/** OpenSSH expands % in paths and commands. */
const literal = (text: string): string => text.replaceAll('%', '%%');

export interface MasterOptions {
  readonly leg: Leg;
  readonly files: MasterFiles;
  /** ProxyCommand that leads there over a bastion's master; null: ~/.ssh/config decides. */
  readonly through: string | null;
  /** Types of host keys not to be asked for again: a pinned host may have the pinned one as another. */
  readonly without: readonly string[];
  readonly timeoutMs: number;
  /** KnownHostsCommand came with OpenSSH 8.5. */
  readonly noteKeys: boolean;
}

/**
 * Arguments of ssh(1) for a login that goes to the background and serves commands. What the inventory
 * says comes first, since OpenSSH takes the first value it meets; all else is ~/.ssh/config's.
 */
export function masterArguments(options: MasterOptions): readonly string[] {
  const { leg, files, through, without, timeoutMs, noteKeys } = options;
  const { endpoint, settings, pin } = leg;
  const keys = [
    `"${files.keysScript}" "${files.seen}" ${pin === null ? '-' : pin.replace(/=+$/, '')}`,
    '%t %K %f %H',
  ].join(' ');
  const known = settings.knownHosts.filter((path) => !/[\s"]/.test(path));
  return [
    // -v, not LogLevel: only with it a ProxyCommand keeps its stderr beside ControlPersist
    ...['-v', '-N', '-T', '-E', files.log],
    ...option('ControlMaster', 'yes'),
    ...option('ControlPath', literal(files.socket)),
    ...option('ControlPersist', ORPHAN_S),
    // asks nobody: a prompt of one host would hold up a fleet
    ...option('BatchMode', 'yes'),
    ...option(
      'StrictHostKeyChecking',
      pin !== null || leg.hostKeys === 'strict' ? 'yes' : 'accept-new',
    ),
    ...option('FingerprintHash', 'sha256'),
    ...option('UpdateHostKeys', 'no'),
    ...(pin !== null
      ? [
          ...option('UserKnownHostsFile', '/dev/null'),
          ...option('GlobalKnownHostsFile', '/dev/null'),
        ]
      : known.length > 0
        ? option('UserKnownHostsFile', known.map((path) => quoted(literal(path))).join(' '))
        : []),
    ...(noteKeys ? option('KnownHostsCommand', `/bin/sh ${keys}`) : []),
    ...(without.length > 0 ? option('HostKeyAlgorithms', `-${without.join(',')}`) : []),
    ...(through === null ? [] : option('ProxyCommand', through)),
    ...option('ConnectTimeout', Math.max(1, Math.ceil(timeoutMs / 1000))),
    ...option('ConnectionAttempts', 1),
    ...option('ServerAliveInterval', KEEPALIVE_S),
    ...option('ServerAliveCountMax', KEEPALIVES),
    // a login for commands, and nothing that ~/.ssh/config adds for people
    ...option('ClearAllForwardings', 'yes'),
    ...option('ForwardAgent', 'no'),
    ...option('ForwardX11', 'no'),
    ...option('Tunnel', 'no'),
    ...option('PermitLocalCommand', 'no'),
    ...option('RemoteCommand', 'none'),
    ...(leg.ownKeys
      ? [
          // not -i, which passes over a file that is not there and takes the usual ones instead
          ...leg.keys.files.flatMap((path) => option('IdentityFile', quoted(literal(path)))),
          ...option('IdentitiesOnly', 'yes'),
        ]
      : []),
    ...['-p', `${endpoint.port}`, '-l', endpoint.user],
    ...['--', leg.alias],
  ];
}

/** A client of a master. Without the master it must not log in by itself: hence the ProxyCommand that leads nowhere. */
const clientOf = (socket: string): readonly string[] => [
  ...['-F', '/dev/null', '-S', literal(socket)],
  ...option('ControlMaster', 'no'),
  ...option('ProxyCommand', 'false'),
];

/** Arguments of ssh(1) that run `argv` over a master; DEBUG2 tells the command's exit from ssh's own. */
export const commandArguments = (socket: string, log: string, argv: Command): readonly string[] => [
  ...clientOf(socket),
  ...['-T', '-E', log],
  ...option('LogLevel', 'DEBUG2'),
  ...['--', 'host', commandLine(argv)],
];

/** A ProxyCommand that leads to `to` over the master of a bastion. */
export function proxyOver(ssh: string, socket: string, { host, port }: Endpoint): string {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const words = [
    ssh,
    ...clientOf(socket),
    ...option('LogLevel', 'ERROR'),
    '-W',
    target,
    '--',
    'host',
  ];
  return literal(commandLine(words as unknown as Command));
}
