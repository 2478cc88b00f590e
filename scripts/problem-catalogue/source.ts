import type { ExactProblems } from '../../src/model/problems/exact-problems.ts';
import type { SecretProblems } from '../../src/model/problems/file-problems.ts';
import type { RepositoryProblems } from '../../src/model/problems/repository-problems.ts';
import type { Catalogue } from './catalogue.ts';

export const secretCatalogue: Catalogue<SecretProblems> = {
  'secret.unresolved': {
    means: 'A secret could not be read, or cannot be used where it is needed.',
    examples: {
      unset: { variable: 'METRICS_PASSWORD' },
      'empty-variable': { variable: 'METRICS_PASSWORD' },
      'unreadable-file': { path: '/srv/secrets/metrics', failure: { kind: 'missing' } },
      'empty-file': { path: '/srv/secrets/metrics' },
      'program-failed': { program: 'op', failure: { kind: 'exit', exitCode: 1 } },
      'program-silent': { program: 'op' },
      'not-text': { program: 'op' },
      'environment-value': {
        variable: 'METRICS_PASSWORD',
        fault: { kind: 'character', character: 'U+FFFF' },
      },
    },
  },
};

const fetched = {
  what: 'index',
  url: 'https://apt.grafana.com/dists/stable/InRelease',
  proxy: null,
} as const;
const source = 'https://apt.grafana.com/gpg-full.key';
const pin = 'B53AE77BADB630A683046005963FA27710458545';
const index = { url: 'https://apt.grafana.com', suite: 'stable' };
const file = 'main/binary-amd64/Packages.gz';

export const repositoryCatalogue: Catalogue<RepositoryProblems> = {
  'repository.unreachable': {
    means: 'The signing key or the index of the package repository could not be fetched.',
    examples: {
      status: { ...fetched, status: 503 },
      'unknown-name': fetched,
      'name-lookup': fetched,
      refused: { ...fetched, proxy: 'http://proxy.example.com:3128' },
      reset: fetched,
      'no-answer': fetched,
      'no-route': fetched,
      'redirect-loop': fetched,
      timeout: { ...fetched, seconds: 60 },
      'too-big': { ...fetched, maxBytes: 8_388_608 },
      certificate: { ...fetched, said: 'self-signed certificate in certificate chain' },
      failed: { ...fetched, said: 'Parse Error: Expected HTTP/' },
      'not-http': { ...fetched, to: 'ftp://apt.grafana.com/gpg.key' },
      downgrade: { ...fetched, to: 'http://mirror.example.com/InRelease' },
    },
  },
  'repository.key': {
    means: 'The signing key of the repository cannot be read, or must not be trusted.',
    examples: {
      missing: { source: '/srv/keys/grafana.gpg' },
      unreadable: { source: '/srv/keys/grafana.gpg', said: 'EACCES: permission denied' },
      'not-a-keyring': { source, said: 'it is neither an OpenPGP keyring nor an armored one' },
      absent: { source, pin, found: ['4E40DDF6D76E284A4A6780E48C8C34C524098CB6'] },
      unsupported: { source, pin },
      revoked: { source, pin },
      invalid: { source, pin },
      expired: { source, pin, on: '2026-08-24' },
      'unknown-key': { source, fingerprint: '4E40DDF6D76E284A4A6780E48C8C34C524098CB6' },
    },
  },
  'repository.index': {
    means: 'The index of the repository was fetched, but cannot be used.',
    examples: {
      'wrong-size': { ...index, file, bytes: 1024, expected: 52_188 },
      'wrong-hash': { ...index, file },
      'missing-file': { ...index, file },
      'bad-signature': { ...index, said: 'it is not signed' },
      expired: { ...index, until: '2026-10-01 12:00' },
      'no-packages': {
        ...index,
        component: 'main',
        arch: 'armhf',
        available: [
          ['main', 'amd64'],
          ['main', 'arm64'],
        ],
      },
    },
  },
  'repository.version': {
    means: 'The repository does not have the package that was asked for.',
    examples: {
      'no-package': { url: index.url, arch: 'i386' },
      'not-found': {
        version: '9.9.9-1',
        url: index.url,
        arch: 'amd64',
        available: ['1.18.1-1', '1.17.0-1'],
      },
    },
  },
};

export const exactCatalogue: Catalogue<ExactProblems> = {
  'exact.unsupported': {
    means: 'Alloy itself, which `--exact` asks, cannot be asked here.',
    examples: {
      platform: { platform: 'darwin', arch: 'arm64' },
      'too-old': { version: '1.8.3-1' },
    },
  },
  'exact.failed': {
    means: 'Alloy itself was fetched, but gave no answer.',
    examples: {
      damaged: { version: '1.18.1-1', said: 'it is cut off' },
      'not-run': { version: '1.18.1-1', failure: { kind: 'timeout', seconds: 60 } },
      'no-reason': { version: '1.18.1-1' },
    },
  },
};
