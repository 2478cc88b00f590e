import type { RepositoryProblems } from '../../model/problems/repository-problems.ts';
import type { HostParams, Texts } from './texts.ts';

const VERSIONS_SHOWN = 6;

export const repositoryTexts: Texts<RepositoryProblems> = {
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
