import { KEYRING_PATH } from '../model/desired.ts';
import { bare } from './bare.ts';
import source from './probe.pl';
import { perlQuote } from './quote.ts';

export { readFacts } from './probe-facts.ts';

/** What a probe asks of a host beyond what it always asks. */
export interface ProbeInput {
  /** First word of the line that it prints: what else a login shell says is not ours. */
  readonly nonce: string;
  /** Host name of the repository's URL, by which apt's sources are known. */
  readonly repositoryHost: string;
  /** Files whose state counts; the content of a `secret` one is a Secret as soon as it is read here. */
  readonly files: readonly { readonly path: string; readonly secret: boolean }[];
  /** Where Alloy listens, as the host itself reaches it. */
  readonly listen: { readonly address: string; readonly port: number };
  /** Ask Alloy over HTTP. */
  readonly http: boolean;
  /** Unix groups of which it is to say whether they exist. */
  readonly groups: readonly string[];
  /** Tell only the sha256 of secret files: the answer goes through a log. */
  readonly sealed?: boolean;
  /** Folder that stands for `/`, without a slash at the end; '' but in tests. */
  readonly root?: string;
}

/** What the apply script cannot do without, all of them Essential or part of systemd and passwd. */
const NEEDED_TOOLS = [
  'sh',
  'perl',
  'apt-get',
  'apt-mark',
  'dpkg',
  'dpkg-query',
  'dpkg-deb',
  'flock',
  'sha256sum',
  'stat',
  'sync',
  'systemctl',
  'systemd-run',
  'journalctl',
  'usermod',
  'gpasswd',
  'userdel',
  'groupdel',
] as const;

/**
 * The probe for one host: a perl script, to be run as root by `perl -` or `perl FILE`. ASCII unless
 * the input is not; holds no secret.
 */
export function probeScript(input: ProbeInput): string {
  const settings: Readonly<Record<string, string>> = {
    nonce: input.nonce,
    root: input.root ?? '',
    repository: input.repositoryHost,
    keyring: KEYRING_PATH,
    address: input.listen.address,
    port: String(input.listen.port),
    http: input.http ? '1' : '',
    sealed: input.sealed ? '1' : '',
  };
  const pairs = Object.entries(settings).map(([key, value]) => `${key}=>${perlQuote(value)}`);
  return [
    `%in=(${pairs.join(',')});`,
    `@files=(${input.files.map(({ path }) => perlQuote(path)).join(',')});`,
    `@secret=(${input.files.flatMap(({ path, secret }) => (secret ? [perlQuote(path)] : [])).join(',')});`,
    `@groups=(${input.groups.map(perlQuote).join(',')});`,
    `@tools=(${NEEDED_TOOLS.map(perlQuote).join(',')});`,
    COMPACT,
  ].join('\n');
}

const COMPACT = bare(source);
