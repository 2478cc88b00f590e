import type { WarningProblems } from '../../src/model/problems/warnings.ts';
import type { Catalogue } from './catalogue.ts';

export const warningCatalogue: Catalogue<WarningProblems> = {
  'retry.gone': {
    means: 'Hosts that `--retry` would run on are no longer in the inventory.',
    examples: { hosts: { hosts: ['web-03'] } },
  },
  'retry.nothing': {
    means: '`--retry` found no host to run on.',
    examples: {
      'all-finished': { run: '20261123T101500Z-3f9a' },
      'not-chosen': { run: '20261123T101500Z-3f9a' },
    },
  },
  'plan.inventory': {
    means:
      'The inventory is not the one that a saved plan was made from. Hosts whose plan has changed are refused.',
    examples: { changed: {} },
  },
  'plan.left': {
    means: 'Hosts could not be planned when the plan was saved, so it does not change them.',
    examples: { 'not-planned': { hosts: ['web-03'] } },
  },
  'plan.others': {
    means: 'A saved plan covers only some of the hosts in the inventory.',
    examples: { 'not-in-plan': { hosts: 2 } },
  },
  'secret.short': {
    means: 'A secret is too short to be masked without masking ordinary text as well.',
    examples: { 'too-short-to-mask': {} },
  },
  'fmt.template': {
    means: 'Of a directory, `fmt` skips the files that are Liquid templates.',
    examples: { skipped: { files: ['templates/host.alloy'] } },
  },
};
