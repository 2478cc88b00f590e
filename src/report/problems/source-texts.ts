import type { ExactProblems } from '../../model/problems/exact-problems.ts';
import type {
  EnvironmentValue,
  FileFailure,
  InventoryFileProblem,
  ProgramFailure,
  SecretProblems,
} from '../../model/problems/file-problems.ts';
import type { RepositoryProblems } from '../../model/problems/repository-problems.ts';
import { didYouMean, type ReasonTexts, shellWord, type Text, type Texts, text } from './texts.ts';

/** Predicate of a sentence about the file. */
export function fileFailure(failure: FileFailure): string {
  switch (failure.kind) {
    case 'outside':
      return `is outside of ${failure.root}`;
    case 'too-big':
      return `is larger than ${failure.maxBytes >> 10} KiB`;
    case 'failed':
      return `cannot be read: ${failure.said}`;
    default:
      return FAILURES[failure.kind];
  }
}

const FAILURES = {
  missing: 'does not exist',
  directory: 'is a directory',
  forbidden: 'cannot be read: permission denied',
  special: 'is not a regular file',
  'not-text': 'is not UTF-8 text',
  // of a program
  'not-found': 'not found',
  'not-executable': 'not executable',
} as const;

const WIDEN = 'Move it into the repository, or widen what may be read: --root DIR';

/** What to do about a file of text that the inventory names. */
export const fileHint = ({ kind }: FileFailure): string =>
  kind === 'missing'
    ? 'Fix the path: relative paths start at the directory of the inventory'
    : kind === 'outside'
      ? WIDEN
      : kind === 'too-big' || kind === 'not-text'
        ? 'Copy such files to the hosts by other means: this is for text of up to 1 MiB'
        : 'Name a file that you can read';

function programFailure(failure: ProgramFailure): string {
  switch (failure.kind) {
    case 'timeout':
      return `no answer within ${failure.seconds} s`;
    case 'too-much':
      return `more than ${failure.maxBytes >> 20} MiB of output`;
    case 'signal':
      return `killed by ${failure.signal}`;
    case 'exit':
      return `exit code ${failure.exitCode}`;
    case 'failed':
      return failure.said;
    default:
      return FAILURES[failure.kind];
  }
}

function inventoryHint(path: string, { kind }: FileFailure, meant: string | null): string {
  switch (kind) {
    case 'missing':
      return didYouMean(meant, 'Write one with alloyup init, or name the hosts: -i web-01,web-02,');
    case 'directory':
      return `Name a file${meant ? ` in it: -i ${shellWord(meant)}` : ''}`;
    case 'outside':
      return WIDEN;
    case 'forbidden':
      return `Check its permissions: ls -l ${shellWord(path)}`;
    case 'not-text':
      return `Check what it is: file ${shellWord(path)}`;
    default:
      return 'Name a YAML file: -i FILE';
  }
}

export const named = (file: string): string => (file === 'stdin' ? 'INVENTORY' : shellWord(file));

export const gather = (file: string): string =>
  `ansible-inventory -i ${named(file)} --list | alloyup inventory import -`;

export const inventoryFileTexts: ReasonTexts<InventoryFileProblem> = {
  'endless-stdin': text`the inventory on stdin is larger than 16 MiB
    Pipe a smaller inventory into it`,
  'stdin-not-text': text`the inventory on stdin is not UTF-8 text
    Convert it: iconv -t UTF-8`,
  'empty-stdin': text`there is no inventory on stdin
    Pipe one into it, or name a file: -i FILE`,
  'unreadable-inventory': ({ path, failure, meant }) =>
    text`the inventory ${path} ${fileFailure(failure)}
      ${inventoryHint(path, failure, meant)}`,
  'unreadable-file': ({ path, failure }) => text`the file ${path} ${fileFailure(failure)}
    ${fileHint(failure)}`,
  'variables-unreadable': ({ file, failure }) => text`${file} ${fileFailure(failure)}
    ${failure.kind === 'outside' ? WIDEN : `Fix the file, or let Ansible read it: ${gather('INVENTORY')}`}`,
  program: ({ path }) => text`${path} is a program, and validate runs no programs
    Run it and check what it prints: ${shellWord(path)} | alloyup validate -i -`,
  'not-executable': ({ path }) => text`${path} starts with #! but is not executable
    Run chmod +x ${shellWord(path)}, or remove the first line`,
  'world-writable': ({ path }) => text`
    ${path} is a program that every user of this machine can change
    Review it, then: chmod o-w ${shellWord(path)}`,
  'program-failed': ({ path, failure }) => text`
    the inventory program ${path} failed: ${programFailure(failure)}
    Run it to see why: ${shellWord(path)}`,
  'program-silent': ({ path }) => text`the inventory program ${path} printed nothing
    Run it to see why: ${shellWord(path)}`,
};

export const environmentValue = ({ variable, fault }: EnvironmentValue): Text => text`
  the service cannot start with the variable ${variable}: its value holds ${fault.kind === 'too-long' ? 'more than 128 KiB' : `the character ${fault.character}`}
  Write the value as base64, or pass it to Alloy as a file, under config.files`;

const setIt = (variable: string): string =>
  `Set it where alloyup runs: read -rs ${variable} && export ${variable}`;
const SIGN_IN = 'Run it in this terminal: it may want you to sign in';

export const secretTexts: Texts<SecretProblems> = {
  'secret.unresolved': {
    unset: ({ variable }) => text`the environment variable ${variable} is not set
      ${setIt(variable)}`,
    'empty-variable': ({ variable }) => text`the environment variable ${variable} is empty
      ${setIt(variable)}`,
    'unreadable-file': ({ path, failure }) => text`the secret file ${path} ${fileFailure(failure)}
      ${failure.kind === 'missing' ? 'Create it, or fix the path: relative paths start at the directory of the inventory' : `Check what it is: ls -ld ${shellWord(path)}`}`,
    'empty-file': ({ path }) => text`the secret file ${path} is empty
      Write the secret into it`,
    'program-failed': ({ program, failure }) => text`
      cannot read a secret from the program ${program}: ${programFailure(failure)}
      ${failure.kind === 'not-found' ? `Install ${program}, or name it with its path` : SIGN_IN}`,
    'program-silent': ({ program }) => text`
      cannot read a secret from the program ${program}: it printed nothing
      ${SIGN_IN}`,
    'not-text': ({ program }) => text`
      cannot read a secret from the program ${program}: its output is not UTF-8 text
      Make it print base64 or text`,
    'environment-value': environmentValue,
  },
};

const FETCHED = {
  'signing-key': 'the signing key',
  index: 'the index',
  'package-list': 'the list of packages',
  package: 'the package',
} as const;

type Unfetched = Omit<RepositoryProblems['repository.unreachable'], 'reason'>;

const fetching = (
  { what, url, proxy }: Unfetched,
  why: string,
  hint = proxy === null
    ? `Try it from this machine: curl -fI ${shellWord(url)}; behind a proxy, set repository.proxy`
    : `Try it from this machine, and check repository.proxy: curl -x ${shellWord(proxy)} -fI ${shellWord(url)}`,
): Text => text`
  cannot fetch ${FETCHED[what]} from ${url}${proxy === null ? '' : ` through the proxy ${proxy}`}: ${why}
  ${hint}`;

const because =
  (why: string) =>
  (params: Unfetched): Text =>
    fetching(params, why);

const index = (
  { url, suite }: Omit<RepositoryProblems['repository.index'], 'reason'>,
  why: string,
  hint = 'The mirror is being updated, or a proxy serves old files: try again in a few minutes',
): Text => text`the index of ${url} ${suite} cannot be used: ${why}
  ${hint}`;

const CHECK_KEY = 'Check repository.url, suite and key in the inventory';
const TRUST_PROXY =
  'If a proxy re-signs connections, trust its authority: NODE_EXTRA_CA_CERTS=/path/to/ca.pem';
const FIX_KEY = 'Fix repository.key in the inventory: a URL, or a path relative to the inventory';
const CHECK_CLOCK = "check this machine's clock: date -u";
const RENEW_KEY = `Provide a renewed bundle in repository.key, or ${CHECK_CLOCK}`;

/** Of the versions that a repository has. */
const MOST_VERSIONS = 6;

export const repositoryTexts: Texts<RepositoryProblems> = {
  'repository.unreachable': {
    status: (params) =>
      fetching(
        params,
        `it answers ${params.status}`,
        params.status === 404 ? CHECK_KEY : undefined,
      ),
    'unknown-name': because('the host name does not exist'),
    'name-lookup': because('the host name cannot be resolved now'),
    refused: because('connection refused'),
    reset: because('the connection was closed'),
    'no-answer': because('no answer'),
    'no-route': because('there is no route to it'),
    'redirect-loop': because('too many redirects'),
    timeout: (params) => fetching(params, `no answer within ${params.seconds} s`),
    'too-big': (params) =>
      fetching(params, `the answer is larger than ${params.maxBytes >> 10} KiB`),
    certificate: (params) => fetching(params, params.said, TRUST_PROXY),
    failed: (params) => fetching(params, params.said),
    'not-http': (params) => fetching(params, `${params.to} is not an http or https URL`),
    downgrade: (params) => fetching(params, `it redirects from https to ${params.to}`),
  },
  'repository.key': {
    missing: ({ source }) => text`the signing key ${source} cannot be read: there is no such file
      ${FIX_KEY}`,
    unreadable: ({ source, said }) => text`the signing key ${source} cannot be read: ${said}
      ${FIX_KEY}`,
    'not-a-keyring': ({ source, said }) => text`the signing key ${source} cannot be read: ${said}
      Check what is there: a proxy may have answered instead; it should start with -----BEGIN PGP`,
    absent: ({ source, pin, found }) => text`
      ${source} does not hold the pinned key ${pin}: it holds ${found.join(', ') || 'no certificate'}
      Check repository.key and repository.fingerprints in the inventory`,
    unsupported: ({ source, pin }) => text`
      the pinned key ${pin} in ${source} is of an unsupported type
      Pin another key`,
    revoked: ({ source, pin }) => text`
      the pinned key ${pin} in ${source} has been revoked by its owner
      Find the new fingerprint on the owner's website, and pin it in repository.fingerprints`,
    invalid: ({ source, pin }) => text`the pinned key ${pin} in ${source} is not valid
      ${RENEW_KEY}`,
    expired: ({ source, pin, on }) => text`the pinned key ${pin} in ${source} expired on ${on}
      ${RENEW_KEY}`,
    'unknown-key': ({ source, fingerprint }) => text`${source} holds the unknown key ${fingerprint}
      If the owner of the repository announced it, add it to repository.fingerprints; otherwise ask before you continue`,
  },
  'repository.index': {
    'wrong-size': (params) =>
      index(params, `${params.file} has ${params.bytes} bytes instead of ${params.expected}`),
    'wrong-hash': (params) => index(params, `${params.file} does not match its hash`),
    'missing-file': (params) => index(params, `${params.file} is missing`),
    'bad-signature': (params) =>
      index(
        params,
        `its signature is not valid: ${params.said}`,
        'Install nothing from it until you know why: check the clock (date -u), the mirror and repository.fingerprints',
      ),
    expired: (params) =>
      index(params, `it expired on ${params.until} UTC`, `Update the mirror, or ${CHECK_CLOCK}`),
    'no-packages': (params) =>
      index(
        params,
        `it has no packages of ${params.component} for ${params.arch}`,
        params.available.length > 0
          ? `Check repository.components: it has ${params.available.map((one) => one.join(' for ')).join(', ')}`
          : 'Check repository.url, suite and components',
      ),
  },
  'repository.version': {
    'no-package': ({ url, arch }) => text`${url} has no package of Alloy for ${arch}
      Check repository.url, suite and components in the inventory`,
    'not-found': ({ version, url, arch, available }) => {
      const older = available.length - MOST_VERSIONS;
      return text`Alloy ${version} is not in ${url} for ${arch}
        Set alloy.version to one of: ${available.slice(0, MOST_VERSIONS).join(', ')}${older > 0 ? ` (and ${older} older)` : ''}`;
    },
  },
};

const WITHOUT = 'or leave out --exact';

export const exactTexts: Texts<ExactProblems> = {
  'exact.unsupported': {
    platform: ({ platform, arch }) => text`
      --exact runs Alloy itself, which alloyup can do on Linux on amd64 and arm64, not on ${platform} on ${arch}
      Run it in CI or in a Linux container, ${WITHOUT}`,
    'too-old': ({ version }) => text`
      Alloy ${version} cannot validate configurations (validate came with 1.9.0)
      Set alloy.version to 1.9 or later, ${WITHOUT}`,
  },
  'exact.failed': {
    damaged: ({ version, said }) => text`the package of Alloy ${version} cannot be unpacked: ${said}
      Check the free space of the cache directory; if that is not it, report it to the owner of the repository`,
    'not-run': ({ version, failure }) => text`
      Alloy ${version} cannot be run on this machine: ${programFailure(failure)}
      ${failure.kind === 'not-found' || failure.kind === 'not-executable' ? 'It needs glibc, and a cache directory (XDG_CACHE_HOME) from which programs may be run' : `Try again, ${WITHOUT}`}`,
    'no-reason': ({ version }) => text`
      Alloy ${version} refuses the configuration without naming a place
      Read what it printed`,
  },
};
