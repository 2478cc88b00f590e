import type { ApplyProblems } from '../../model/problems/apply-problems.ts';
import { someNames } from '../plain.ts';
import type { HostParams, Texts } from './texts.ts';

export const applyTexts: Texts<ApplyProblems> = {
  'apply.stale': {
    'hosts-missing': ({ hosts }) => ({
      message: `the saved plan contains hosts that the inventory no longer has: ${someNames(hosts, 200)}`,
      hint: 'Plan again: alloyup plan --out FILE',
    }),
  },
};

export const applyHostParams: HostParams<ApplyProblems> = {};
