/** What OpenSSH's configuration says of one destination, as far as a login needs it. */
export interface SshSettings {
  /** `HostName`: where to connect. */
  readonly hostname: string;
  readonly port: number;
  /** null: nothing but the local user's name was found. */
  readonly user: string | null;
  /** `IdentityFile`s that the user named, expanded; empty: the default names. */
  readonly identities: readonly string[];
  readonly identitiesOnly: boolean;
  /** Path of the agent's socket; null: no agent may be asked; undefined: the usual one. */
  readonly agent: string | null | undefined;
  readonly jump: readonly string[];
  readonly knownHosts: readonly string[];
  /** Name under which the host key is looked up instead of `hostname`; null: none. */
  readonly hostKeyAlias: string | null;
  /** Settings that only OpenSSH's own client can follow, as they are written there. */
  readonly needsOpenssh: {
    /** Nothing goes without it: ProxyCommand. */
    readonly always: readonly string[];
    /** It may be the only way to log in: CertificateFile. */
    readonly forLogin: readonly string[];
  };
}

/** Whom the settings are read for. */
export interface SshUser {
  /** Home folder, without a slash at the end. */
  readonly home: string;
  /** Name of the local user. */
  readonly name: string;
}

export const defaultKnownHosts = (home: string): readonly string[] => [
  `${home}/.ssh/known_hosts`,
  `${home}/.ssh/known_hosts2`,
  '/etc/ssh/ssh_known_hosts',
  '/etc/ssh/ssh_known_hosts2',
];

/** What holds where no configuration file says anything. */
export const defaultSettings = (
  address: string,
  port: number | null,
  user: SshUser,
): SshSettings => ({
  hostname: address,
  port: port ?? 22,
  user: null,
  identities: [],
  identitiesOnly: false,
  agent: undefined,
  jump: [],
  knownHosts: defaultKnownHosts(user.home),
  hostKeyAlias: null,
  needsOpenssh: { always: [], forLogin: [] },
});

/** Keywords that change nothing about where and as whom we log in, among them all that Debian ships. */
const HARMLESS = new Set(
  `sendenv setenv hashknownhosts gssapiauthentication gssapidelegatecredentials forwardx11 forwardx11trusted
   forwardagent controlmaster controlpath controlpersist serveraliveinterval serveralivecountmax tcpkeepalive
   compression loglevel visualhostkey addkeystoagent updatehostkeys batchmode permitlocalcommand requesttty
   connecttimeout connectionattempts escapechar exitonforwardfailure forkafterauthentication
   xauthlocation passwordauthentication kbdinteractiveauthentication challengeresponseauthentication
   numberofpasswordprompts preferredauthentications stricthostkeychecking checkhostip ciphers macs
   kexalgorithms hostkeyalgorithms casignaturealgorithms pubkeyacceptedalgorithms pubkeyacceptedkeytypes
   localforward remoteforward dynamicforward gatewayports ipqos rekeylimit streamlocalbindunlink tunnel
   fingerprinthash ignoreunknown nohostauthenticationforlocalhost usekeychain`
    .split(/\s+/)
    .filter(Boolean),
);

/**
 * Whether a configuration file may say something that a login to `alias` depends on. Errs to yes:
 * it only spares the 13 ms that asking `ssh -G` costs. `includes`: patterns of files that count too.
 */
export function mayConcern(
  text: string,
  alias: string,
): { readonly concerns: boolean; readonly includes: readonly string[] } {
  const includes: string[] = [];
  let applies = true;
  for (const row of text.split('\n')) {
    const [, keyword, rest] = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(row) ?? [];
    if (keyword === undefined || rest === undefined) {
      if (/^\s*(#|$)/.test(row)) continue;
      return { concerns: true, includes: [] };
    }
    switch (keyword.toLowerCase()) {
      case 'host':
        applies = hostApplies(rest, alias);
        break;
      case 'match':
        return { concerns: true, includes: [] };
      case 'include':
        if (applies) includes.push(...rest.split(/\s+/));
        break;
      default:
        if (applies && !HARMLESS.has(keyword.toLowerCase())) {
          return { concerns: true, includes: [] };
        }
    }
  }
  return { concerns: false, includes };
}

function hostApplies(patterns: string, alias: string): boolean {
  if (/["\\]/.test(patterns)) return true;
  const words = patterns.split(/\s+/);
  const hits = (pattern: string): boolean =>
    new RegExp(
      `^${pattern.replace(/[\\^$.*+?()[\]{}|]/g, (char) =>
        char === '*' ? '.*' : char === '?' ? '.' : `\\${char}`,
      )}$`,
      'i',
    ).test(alias);
  if (words.some((word) => word.startsWith('!') && hits(word.slice(1)))) return false;
  return words.some((word) => !word.startsWith('!') && hits(word));
}

/** Reads what `ssh -G` printed for `alias`. */
export function readSshG(output: string, alias: string, user: SshUser): SshSettings {
  const all = new Map<string, string[]>();
  for (const row of output.split('\n')) {
    const space = row.indexOf(' ');
    if (space <= 0) continue;
    const key = row.slice(0, space);
    all.set(key, [...(all.get(key) ?? []), row.slice(space + 1).trim()]);
  }
  const first = (key: string): string | undefined => all.get(key)?.[0];
  const set = (key: string): string | undefined => {
    const value = first(key);
    return value === undefined || value.toLowerCase() === 'none' ? undefined : value;
  };

  const hostname = first('hostname') ?? alias;
  const port = Number(first('port') ?? 22);
  const login = first('user');
  const expand = (path: string): string =>
    path
      .replace(/^~(?=\/|$)/, user.home)
      .replace(/%([%dhrupn])/g, (_, token: string) => {
        switch (token) {
          case 'd':
            return user.home;
          case 'h':
            return hostname;
          case 'r':
            return login ?? user.name;
          case 'u':
            return user.name;
          case 'p':
            return String(port);
          case 'n':
            return alias;
          default:
            return '%';
        }
      })
      .replace(/^\$\{?HOME\}?(?=\/)/, user.home);

  const named = (all.get('identityfile') ?? []).filter((path) => path.toLowerCase() !== 'none');
  const usual = named.every((path) => DEFAULT_IDENTITY.test(path));
  const agent = first('identityagent');
  const proxyCommand = set('proxycommand');
  const knownHosts = [first('userknownhostsfile'), first('globalknownhostsfile')]
    .flatMap((paths) => paths?.split(/\s+/) ?? [])
    .filter((path) => path !== '' && path.toLowerCase() !== 'none')
    .map(expand);

  return {
    hostname,
    port,
    user: login === user.name ? null : (login ?? null),
    identities: usual ? [] : named.map(expand),
    identitiesOnly: first('identitiesonly') === 'yes',
    agent:
      agent === undefined || agent === 'SSH_AUTH_SOCK'
        ? undefined
        : agent.toLowerCase() === 'none'
          ? null
          : expand(agent),
    jump: set('proxyjump')?.split(',').filter(Boolean) ?? [],
    knownHosts: knownHosts.length > 0 ? knownHosts : defaultKnownHosts(user.home),
    hostKeyAlias: set('hostkeyalias') ?? null,
    needsOpenssh: {
      always: proxyCommand === undefined ? [] : [`ProxyCommand ${proxyCommand}`],
      forLogin: (all.get('certificatefile') ?? [])
        .filter((path) => path.toLowerCase() !== 'none')
        .map((path) => `CertificateFile ${path}`),
    },
  };
}

/** The names that `ssh -G` lists when the user named none. */
const DEFAULT_IDENTITY = /(^|\/)\.ssh\/id_(rsa|dsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk|xmss)$/;

/** A hop as ProxyJump and the inventory write it: `[user@]host[:port]`, `ssh://...`, `[v6]:port`. */
export function parseHop(
  text: string,
):
  | { readonly user: string | null; readonly host: string; readonly port: number | null }
  | undefined {
  const match =
    /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:@/]+|[0-9a-fA-F:]+))(?::(\d+))?\/?$/.exec(
      text.trim(),
    );
  const host = match?.[2] ?? match?.[3];
  if (!match || !host) return undefined;
  const port = match[4] === undefined ? null : Number(match[4]);
  if (port !== null && (port < 1 || port > 65535)) return undefined;
  return { user: match[1] ?? null, host, port };
}
