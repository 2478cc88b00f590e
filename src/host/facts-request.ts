import { KEYRING_PATH, type Repository } from '../model/desired.ts';
import { alternatives, isPattern, partsOfPath } from './doublestar.ts';
import { factsProgram } from './program.ts';

/** What is asked of a host beyond what is always asked. */
export interface FactsRequest {
  /** apt's sources and lists are known by its URL. */
  readonly repository: Pick<Repository, 'url' | 'proxy'>;
  /** Files whose state counts; the content of a `secret` one becomes a Secret as soon as it is read. */
  readonly files: readonly { readonly path: string; readonly secret: boolean }[];
  /** Where Alloy listens, as the host itself reaches it. */
  readonly listen: { readonly address: string; readonly port: number };
  /** Ask Alloy over HTTP. */
  readonly http: boolean;
  /** Unix groups of which the host reports whether they exist. */
  readonly groups: readonly string[];
  /** Report only the sha256 of secret files: the answer goes through a log. */
  readonly sealed?: boolean;
  /** Read twice, some seconds apart, what Alloy's metrics say of the data that it sends. */
  readonly delivery?: boolean;
  /** Read twice, that many seconds apart, the series of these names too. */
  readonly flow?: { readonly seconds: number; readonly series: readonly string[] };
  /** Ask Alloy which members of its cluster it sees. */
  readonly cluster?: boolean;
  /** What `doctor` asks: the clock, what sudo logs, the way to the repository. */
  readonly extras?: boolean;
  /** Where Alloy reads its configuration from, if not from the package's file: a file or a directory. */
  readonly configurations?: string;
  /** Paths and patterns that user alloy is to read. */
  readonly reads: readonly { readonly path: string; readonly exclude: readonly string[] }[];
  /** Paths that user alloy is to be let read by ACLs. */
  readonly readable: readonly string[];
  /** What else runs there that Alloy can collect from. */
  readonly software?: boolean;
  /** Names of other installed packages that come from the repository. */
  readonly packages?: boolean;
}

/** Programs that a run cannot do without; all of them Essential, or part of systemd and passwd. */
const NEEDED_TOOLS = [
  'sh',
  'perl',
  'apt-get',
  'dpkg',
  'dpkg-query',
  'dpkg-deb',
  'sha256sum',
  'stat',
  'sync',
  'systemctl',
  'systemd-run',
  'journalctl',
  'usermod',
  'userdel',
  'groupdel',
] as const;

/**
 * The program that reads a host's facts, for the stdin of `perl -` as root. It prints one record of type `facts`.
 * It holds no secret. `root`: a directory that stands for `/`, in tests.
 */
export const factsScript = (
  request: FactsRequest & { readonly nonce: string; readonly root?: string },
): Buffer =>
  factsProgram(
    {
      do: 'facts',
      nonce: request.nonce,
      root: request.root ?? '',
      listen: request.listen,
      facts: factsOf(request),
    },
    {
      reads: request.readable.length + request.reads.length > 0,
      peers: request.cluster === true,
      others: request.software === true,
    },
  );

/** The part of a request that src/host/program/facts.pl reads. */
export const factsOf = (request: FactsRequest) => ({
  repository: new URL(request.repository.url).hostname,
  keyring: KEYRING_PATH,
  http: request.http,
  sealed: request.sealed === true,
  files: request.files.map(({ path }) => path),
  secret: request.files.filter(({ secret }) => secret).map(({ path }) => path),
  groups: request.groups,
  tools: NEEDED_TOOLS,
  ...(request.reads.length > 0 ? { reads: request.reads.map(toRead) } : {}),
  ...(request.readable.length > 0 ? { readable: request.readable } : {}),
  ...(request.delivery ? { delivery: true } : {}),
  ...(request.flow ? { flow: request.flow } : {}),
  ...(request.cluster ? { cluster: true } : {}),
  ...(request.extras ? { extras: aptConnectsTo(request.repository) } : {}),
  ...(request.configurations === undefined ? {} : { configurations: request.configurations }),
  ...(request.software ? { software: true } : {}),
  ...(request.packages ? { index: indexName(request.repository.url) } : {}),
});

const partsOf = (pattern: string) => alternatives(pattern).map(partsOfPath);

/** A path is tried as it is; a pattern goes in parts, name by name. */
const toRead = ({ path, exclude }: FactsRequest['reads'][number]) => ({
  path,
  ...(isPattern(path) ? { parts: partsOf(path), exclude: exclude.flatMap(partsOf) } : {}),
});

/** How apt begins the names of a repository's lists. */
export const indexName = (url: string): string => url.replace(/^\w+:\/\//, '').replaceAll('/', '_');

/** Host name and port. */
function aptConnectsTo({ url, proxy }: FactsRequest['repository']): readonly [string, string] {
  const { hostname, port, protocol } = new URL(proxy ?? url);
  const byProtocol = protocol === 'https:' ? '443' : '80';
  return [hostname.replace(/^\[|\]$/g, ''), port === '' ? byProtocol : port];
}
