import type { WarningProblems } from '../../src/model/problems/warnings.ts';
import type { Catalogue } from './catalogue.ts';

export const warningCatalogue: Catalogue<WarningProblems> = {
  'access.docker': {
    means: '`alloy.memberOf` adds Alloy to a group that gives it control over the host.',
    examples: { 'root-equivalent': {} },
  },
  'key.expires': {
    means: 'The key that signs the package repository expires soon, or has expired.',
    examples: {
      expires: { days: 30, date: '2026-12-23' },
      expired: { days: 1, date: '2026-11-22' },
    },
  },
};
