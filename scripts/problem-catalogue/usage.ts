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
  usage: {
    means: 'The command line, or a file named on it, cannot be used as it is.',
    examples: {
      'invalid-flag-value': {
        flag: '--user',
        mistake: { reason: 'value', expected: 'user-name', found: 'string', written: 'o p' },
      },
      'var-without-value': { variable: 'region' },
      'plan-not-json': { file: 'plan.json' },
      'not-a-plan': { file: 'plan.json' },
      'plan-version': { file: 'plan.json', version: '2.0.0' },
      'plan-damaged': { file: 'plan.json' },
    },
  },
  'run.missing': {
    means: 'The host has no such run to roll back.',
    examples: { none: {}, 'not-found': { run: '20261123T101500Z-3f9a' } },
  },
};
