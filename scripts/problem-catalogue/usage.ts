import type { UsageProblems } from '../../src/model/problems/usage-problems.ts';
import type { Catalogue } from './catalogue.ts';

export const usageCatalogue: Catalogue<UsageProblems> = {
  bug: {
    means: 'alloyup met a situation that it was not written for. Please report it.',
    examples: {
      unexpected: {
        said: 'Maximum call stack size exceeded',
        file: '~/.local/state/alloyup/bugs/20261123T101500Z-812.txt',
      },
      'on-host': {},
    },
  },
};
