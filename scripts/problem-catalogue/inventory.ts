import type { InventoryProblems } from '../../src/model/problems/inventory-problems.ts';
import type { Catalogue } from './catalogue.ts';

const path = 'inventory.yaml';
const program = '/srv/fleet/hosts.py';

export const inventoryCatalogue: Catalogue<InventoryProblems> = {
  'inventory.file': {
    means: 'The inventory, or a file that it names, cannot be read.',
    examples: {
      'endless-stdin': {},
      'stdin-not-text': {},
      'empty-stdin': {},
      'unreadable-inventory': { path, failure: { kind: 'missing' }, meant: 'inventory.yml' },
      'unreadable-file': { path: 'files/ca.pem', failure: { kind: 'missing' } },
      'variables-unreadable': { file: 'group_vars/web.yml', failure: { kind: 'not-text' } },
      program: { path: program },
      'not-executable': { path: program },
      'world-writable': { path: program },
      'program-failed': { path: program, failure: { kind: 'exit', exitCode: 1 } },
      'program-silent': { path: program },
    },
  },
  'inventory.rule': {
    means: 'Settings contradict each other, or a value cannot work.',
    examples: {
      'environment-value': { variable: 'GREETING', fault: { kind: 'too-long' } },
    },
  },
};
