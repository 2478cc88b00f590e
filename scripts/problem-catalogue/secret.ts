import type { SecretProblems } from '../../src/model/problems/secret-problems.ts';
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
