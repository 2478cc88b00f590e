import type { RepositoryProblems } from '../../src/model/problems/repository-problems.ts';
import type { Catalogue } from './catalogue.ts';

const url = 'https://apt.grafana.com';

export const repositoryCatalogue: Catalogue<RepositoryProblems> = {
  'repository.version': {
    means: 'The repository does not have the package that was asked for.',
    examples: {
      'no-package': { url, arch: 'i386' },
      'not-found': {
        version: '9.9.9-1',
        url,
        arch: 'amd64',
        available: ['1.18.1-1', '1.17.0-1'],
      },
    },
  },
};
