import type { ConfigProblems } from '../../src/model/problems/config-problems.ts';
import type { Catalogue } from './catalogue.ts';

export const configCatalogue: Catalogue<ConfigProblems> = {
  'config.syntax': {
    means: 'A configuration is not valid Alloy syntax.',
    examples: {
      diagnostic: {
        rule: 'syntax.unexpected',
        said: 'expected }, got EOF',
        advice: 'Close the block that is opened in line 3',
      },
      'liquid-template': {},
    },
  },
  'config.check': {
    means:
      'A configuration is valid syntax, but Alloy would refuse it. [checks.md](checks.md) lists the rules.',
    examples: {
      diagnostic: {
        rule: 'component.unknown',
        said: 'there is no component prometheus.scrap',
        advice: 'Did you mean prometheus.scrape?',
      },
    },
  },
};
