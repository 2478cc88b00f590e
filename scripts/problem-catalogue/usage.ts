import type { UsageProblems } from '../../src/model/problems/usage.ts';
import type { Catalogue } from './catalogue.ts';

export const usageCatalogue: Catalogue<UsageProblems> = {
  usage: {
    means: 'The command line is wrong.',
    examples: {
      'invalid-flag-value': {
        flag: '--user',
        mistake: { reason: 'value', expected: 'user-name', found: 'string', written: 'o p' },
      },
      'var-without-value': { variable: 'region' },
    },
  },
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
