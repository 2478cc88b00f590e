import type { WarningProblems } from '../../model/problems/warnings.ts';
import { count, someNames } from '../plain.ts';
import type { HostParams, Texts } from './texts.ts';

/** Characters of a list of hosts within a sentence. */
const NAMES = 200;

export const warningTexts: Texts<WarningProblems> = {
  'retry.gone': {
    hosts: ({ hosts }) => ({
      message: `the inventory no longer contains ${someNames(hosts, NAMES)}`,
      hint: 'Ignore this if they were removed on purpose',
    }),
  },
  'retry.nothing': {
    'all-finished': ({ run }) => ({
      message: `run ${run} finished on every host`,
      hint: 'Remove --retry to run on all hosts',
    }),
    'not-chosen': ({ run }) => ({
      message: `run ${run} finished on all of the chosen hosts`,
      hint: 'Remove --retry to run on all of them',
    }),
  },
  'plan.inventory': {
    changed: () => ({
      message: 'the inventory has changed since the plan was saved',
      hint: 'Plan again if hosts are refused; the others are not affected',
    }),
  },
  'plan.left': {
    'not-planned': ({ hosts }) => ({
      message: `the saved plan has no plan for ${someNames(hosts, NAMES)}, which will not be changed`,
      hint: 'See why: alloyup plan',
    }),
  },
  'plan.others': {
    'not-in-plan': ({ hosts }) => ({
      message: `${count(hosts, 'host')} of the inventory ${hosts === 1 ? 'is' : 'are'} not in the saved plan and will not be changed`,
      hint: 'Plan again without --limit to include all hosts',
    }),
  },
  'secret.short': {
    'too-short-to-mask': () => ({
      message: 'a secret of fewer than 4 characters cannot be masked in host output',
      hint: 'Use a longer secret',
    }),
  },
  'fmt.template': {
    skipped: ({ files }) => ({
      message: `skipped Liquid templates, which are not Alloy until they are rendered: ${files.join(', ')}`,
      hint: 'See the result: alloyup render HOST',
    }),
  },
};

export const warningHostParams: HostParams<WarningProblems> = {};
