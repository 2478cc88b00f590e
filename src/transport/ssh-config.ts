import { globOf } from '../model/glob.ts';
import type { SshUser } from './options.ts';

/** What OpenSSH's configuration says about one destination, as far as a login needs it. */
export interface SshSettings {
  /** `HostName`: where to connect. */
  readonly hostname: string;
  readonly port: number;
  /** null: none is set, or it is the local user's name. */
  readonly user: string | null;
  /** `IdentityFile`s that the user named, expanded; empty: the default names. */
  readonly identities: readonly string[];
  readonly identitiesOnly: boolean;
  /** Path of the agent's socket; null: no agent may be asked; undefined: the usual one. */
  readonly agent: string | null | undefined;
  readonly jump: readonly string[];
  readonly knownHosts: readonly string[];
  /** Name to look up the host key by, instead of `hostname`; null: none. */
  readonly hostKeyAlias: string | null;
  /** The program that knows the host keys; null: none. Only OpenSSH runs it. */
  readonly knownHostsCommand: string | null;
  /** Settings that only OpenSSH can follow, as the file has them. */
  readonly opensshOnly: {
    /** No connection without it: ProxyCommand. */
    readonly always: readonly string[];
    /** It may be the only way to log in: CertificateFile. */
    readonly forLogin: readonly string[];
  };
}

/** The settings where no configuration file sets any. */
export const defaultSettings = (address: string, port: number | null, user: SshUser): SshSettings =>
  readSshG(port === null ? '' : `port ${port}`, address, user);

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
   fingerprinthash ignoreunknown nohostauthenticationforlocalhost usekeychain`.split(/\s+/),
);

/** A line of an ssh_config file. */
export interface ConfigLine {
  /** In lower case. */
  readonly keyword: string;
  readonly value: string;
}

/** The lines of a configuration file. null: OpenSSH may read it, and we cannot. */
export const configLines = (text: string): readonly (ConfigLine | null)[] =>
  text
    .split('\n')
    .filter((row) => !/^\s*(#|$)/.test(row))
    .map((row) => {
      const [, keyword, value] = /^([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*)$/.exec(row.trim()) ?? [];
      return keyword && value ? { keyword: keyword.toLowerCase(), value } : null;
    });

/**
 * The lines of a configuration file that a login to `alias` may depend on, in order; those of `Include` stand for
 * other files. Errs to more, which costs the 13 ms that `ssh -G` takes. null: only OpenSSH can tell.
 */
export function linesFor(
  file: readonly (ConfigLine | null)[],
  alias: string,
): readonly ConfigLine[] | null {
  const lines: ConfigLine[] = [];
  let applies = true;
  for (const line of file) {
    if (line === null || line.keyword === 'match') return null;
    if (line.keyword === 'host') applies = hostApplies(line.value, alias);
    else if (applies && !HARMLESS.has(line.keyword)) lines.push(line);
  }
  return lines;
}

/** Keywords that mean the same for every host, unless their value names one. */
const COMMON: ReadonlySet<string> = new Set(
  `user port identityfile identitiesonly identityagent certificatefile userknownhostsfile globalknownhostsfile
   proxyjump`.split(/\s+/),
);

/** A name, or an address as `ssh -G` prints it: it lowers names, and completes addresses such as 127.1. */
const AS_PRINTED =
  /^(?:(?:[a-z0-9_-]+\.)*[a-z][a-z0-9_-]*|(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3})$/;

/** What `ssh -G` prints for `alias` is the same for every host that these lines apply to, but for its name. */
export const isCommon = (lines: readonly ConfigLine[], alias: string): boolean =>
  AS_PRINTED.test(alias) &&
  lines.every(
    ({ keyword, value }) =>
      COMMON.has(keyword) && !value.includes('%') && !value.toLowerCase().includes(alias),
  );

function hostApplies(value: string, alias: string): boolean {
  // quotes, escapes and comments are OpenSSH's to read
  if (/["'\\#]/.test(value)) return true;
  const patterns = value.split(/\s+/);
  const excluded = patterns.some(
    (pattern) => pattern.startsWith('!') && globOf(pattern.slice(1)).test(alias),
  );
  return !excluded && patterns.some((one) => globOf(one, { ignoreCase: true }).test(alias));
}

/** A host that ~/.ssh/config names. */
export interface NamedHost {
  readonly name: string;
  /** Other hosts are reached through it. */
  readonly jump: boolean;
}

/** Services that accept a key and give no shell. */
const NO_SHELL =
  /^(git|gist|ssh|aur|hg|bitbucket|altssh)\.|github\.com$|gitlab\.com$|bitbucket\.org$/i;
const MAX_NESTED_INCLUDES = 8;

/**
 * The names on `Host` lines that stand for one machine each: no patterns, nothing excluded with `!`,
 * no Git server. In the order of the file, those of included files where they are included.
 *
 * @param include the texts of the files that a pattern of `Include` stands for
 */
export function namedHosts(
  text: string,
  include: (pattern: string) => readonly string[],
): readonly NamedHost[] {
  const names = new Set<string>();
  const jumps = new Set<string>();
  const noShell = new Set<string>();
  read(text, 0);
  return [...names]
    .filter((name) => !noShell.has(name) && !NO_SHELL.test(name))
    .map((name) => ({ name, jump: jumps.has(name) }));

  function read(config: string, depth: number): void {
    let current: readonly string[] = [];
    for (const line of configLines(config)) {
      if (line === null) continue;
      const { keyword, value } = line;
      const words = value.split(/\s+/).map((word) => word.replace(/^"(.*)"$/, '$1'));
      if (keyword === 'match') current = [];
      if (keyword === 'host') {
        current = words.filter((word) => /^[A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?$/.test(word));
        for (const name of current) names.add(name);
      }
      if (keyword === 'user' && words[0] === 'git') for (const name of current) noShell.add(name);
      if (keyword === 'proxyjump')
        for (const hop of value.split(',')) jumps.add(parseHop(hop)?.host ?? '');
      if (keyword === 'include' && depth < MAX_NESTED_INCLUDES)
        for (const included of words.flatMap(include)) read(included, depth + 1);
    }
  }
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
  const set = (key: string): readonly string[] =>
    (all.get(key) ?? []).filter((value) => value.toLowerCase() !== 'none');

  const hostname = first('hostname') ?? alias;
  const port = Number(first('port') ?? 22);
  const login = first('user');
  const tokens: Readonly<Record<string, string>> = {
    '%': '%',
    d: user.home,
    h: hostname,
    r: login ?? user.name,
    u: user.name,
    p: String(port),
    n: alias,
  };
  const expand = (path: string): string =>
    path
      .replace(/^~(?=\/|$)/, user.home)
      .replace(/%([%dhrupn])/g, (_, token: string) => tokens[token]!)
      .replace(/^\$\{?HOME\}?(?=\/)/, user.home);

  const named = set('identityfile');
  const usual = named.every((path) => DEFAULT_IDENTITY.test(path));
  const agent = first('identityagent');
  const [jump = ''] = set('proxyjump');
  const defaultKnownHosts = [`${user.home}/.ssh/`, '/etc/ssh/ssh_'].flatMap((place) => [
    `${place}known_hosts`,
    `${place}known_hosts2`,
  ]);
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
    jump: jump.split(',').filter(Boolean),
    knownHosts: knownHosts.length > 0 ? knownHosts : defaultKnownHosts,
    hostKeyAlias: set('hostkeyalias')[0] ?? null,
    knownHostsCommand: set('knownhostscommand')[0] ?? null,
    opensshOnly: {
      always: set('proxycommand').map((command) => `ProxyCommand ${command}`),
      forLogin: set('certificatefile').map((path) => `CertificateFile ${path}`),
    },
  };
}

/** The names that `ssh -G` lists when the user named none. */
const DEFAULT_IDENTITY = /(^|\/)\.ssh\/id_(rsa|dsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk|xmss)$/;

const HOP = /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:@/[\]]+|[0-9a-fA-F:]+))(?::(\d+))?\/?$/;

/** A hop as ProxyJump and the inventory write it: `[user@]host[:port]`, `ssh://...`, `[v6]:port`. */
export function parseHop(text: string) {
  const [, user = null, bracketed, bare, digits] = HOP.exec(text.trim()) ?? [];
  const host = bracketed ?? bare;
  const port = digits === undefined ? null : Number(digits);
  if (!host || (port !== null && (port < 1 || port > 65535))) return undefined;
  return { user, host, port };
}
