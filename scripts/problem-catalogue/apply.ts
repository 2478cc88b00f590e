import type { ApplyProblems } from '../../src/model/problems/apply-problems.ts';
import type { Catalogue } from './catalogue.ts';

export const applyCatalogue: Catalogue<ApplyProblems> = {
  'apply.stale': {
    means: 'What was planned no longer holds: the host, or the inventory, has changed since.',
    examples: { 'hosts-missing': { hosts: ['web-03'] } },
  },
};
