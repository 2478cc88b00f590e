import type { FetchFailure, RepositoryProblems } from '../../model/problems/repository-problems.ts';
import type { HostParams, Text, Texts } from './texts.ts';

const VERSIONS_SHOWN = 6;

type Unreachable<R> = Extract<RepositoryProblems['repository.unreachable'], { reason: R }>;

const FETCHED = {
  'signing-key': 'the signing key',
  index: 'the index',
  'package-list': 'the list of packages',
} as const;

const unreachable = (
  { what, url, proxy }: Omit<RepositoryProblems['repository.unreachable'], 'reason'>,
  why: string,
  hint = proxy === null
    ? `Try it from this machine: curl -fI ${url}; behind a proxy, set repository.proxy`
    : `Try it from this machine, and check repository.proxy: curl -x ${proxy} -fI ${url}`,
): Text => ({
  message: `cannot fetch ${FETCHED[what]} from ${url}${proxy === null ? '' : ` through the proxy ${proxy}`}: ${why}`,
  hint,
});

const because =
  (why: string) =>
  (params: Unreachable<FetchFailure['reason']>): Text =>
    unreachable(params, why);

const INDEX_HINT =
  'The mirror is being updated, or a proxy serves old files: try again in a few minutes';

const index = (
  { url, suite }: Omit<RepositoryProblems['repository.index'], 'reason'>,
  why: string,
  hint = INDEX_HINT,
): Text => ({ message: `the index of ${url} ${suite} cannot be used: ${why}`, hint });

export const repositoryTexts: Texts<RepositoryProblems> = {
  'repository.unreachable': {
    status: (params) =>
      unreachable(
        params,
        `it answers ${params.status}`,
        params.status === 404 ? 'Check repository.url, suite and key in the inventory' : undefined,
      ),
    'unknown-name': because('the host name does not exist'),
    'name-lookup': because('the host name cannot be resolved now'),
    refused: because('connection refused'),
    reset: because('the connection was closed'),
    'no-answer': because('no answer'),
    'no-route': because('there is no route to it'),
    'redirect-loop': because('too many redirects'),
    timeout: (params) => unreachable(params, `no answer within ${params.seconds} s`),
    'too-big': (params) =>
      unreachable(params, `the answer is larger than ${params.maxBytes >> 10} KiB`),
    certificate: (params) =>
      unreachable(
        params,
        params.said,
        'If a proxy re-signs connections, trust its authority: NODE_EXTRA_CA_CERTS=/path/to/ca.pem',
      ),
    failed: (params) => unreachable(params, params.said),
    'not-http': (params) => unreachable(params, `${params.to} is not an http or https URL`),
    downgrade: (params) => unreachable(params, `it redirects from https to ${params.to}`),
  },
  'repository.key': {
    missing: ({ source }) => ({
      message: `the signing key ${source} cannot be read: there is no such file`,
      hint: 'Fix repository.key in the inventory: a URL, or a path relative to the inventory',
    }),
    unreadable: ({ source, said }) => ({
      message: `the signing key ${source} cannot be read: ${said}`,
      hint: 'Fix repository.key in the inventory: a URL, or a path relative to the inventory',
    }),
    'not-a-keyring': ({ source, said }) => ({
      message: `the signing key ${source} cannot be read: ${said}`,
      hint: 'Check what is there: a proxy may have answered instead; it should start with -----BEGIN PGP',
    }),
    absent: ({ source, pin, found }) => ({
      message: `${source} does not hold the pinned key ${pin}: it holds ${found.join(', ') || 'no certificate'}`,
      hint: 'Check repository.key and repository.fingerprints in the inventory',
    }),
    unsupported: ({ source, pin }) => ({
      message: `the pinned key ${pin} in ${source} is of an unsupported type`,
      hint: 'Pin another key',
    }),
    revoked: ({ source, pin }) => ({
      message: `the pinned key ${pin} in ${source} has been revoked by its owner`,
      hint: "Find the new fingerprint on the owner's website, and pin it in repository.fingerprints",
    }),
    invalid: ({ source, pin }) => ({
      message: `the pinned key ${pin} in ${source} is not valid`,
      hint: "Provide a renewed bundle in repository.key, or check this machine's clock: date -u",
    }),
    expired: ({ source, pin, on }) => ({
      message: `the pinned key ${pin} in ${source} expired on ${on}`,
      hint: "Provide a renewed bundle in repository.key, or check this machine's clock: date -u",
    }),
    'unknown-key': ({ source, fingerprint }) => ({
      message: `${source} holds the unknown key ${fingerprint}`,
      hint: 'If the owner of the repository announced it, add it to repository.fingerprints; otherwise ask before you continue',
    }),
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
      index(
        params,
        `it expired on ${params.until} UTC`,
        "Update the mirror, or check this machine's clock: date -u",
      ),
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
    'no-package': ({ url, arch }) => ({
      message: `${url} has no package of Alloy for ${arch}`,
      hint: 'Check repository.url, suite and components in the inventory',
    }),
    'not-found': ({ version, url, arch, available }) => {
      const older = available.length - VERSIONS_SHOWN;
      return {
        message: `Alloy ${version} is not in ${url} for ${arch}`,
        hint: `Set alloy.version to one of: ${available.slice(0, VERSIONS_SHOWN).join(', ')}${older > 0 ? ` (and ${older} older)` : ''}`,
      };
    },
  },
};

export const repositoryHostParams: HostParams<RepositoryProblems> = {};
