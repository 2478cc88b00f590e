import type { CommandLineProblems } from '../../src/model/problems/command-line-problems.ts';
import type { Catalogue } from './catalogue.ts';

export const commandLineCatalogue: Catalogue<CommandLineProblems> = {
  usage: {
    means:
      'The command line, a variable `ALLOYUP_*`, or a file that is named there cannot be used. Nothing was touched.',
    examples: {
      'command-line': { said: "unknown option '--fork'", suggestion: '--forks', command: 'plan' },
      'options-conflict': { options: ['-w', '-t'] },
      'hosts-named-twice': {},
      'list-option': { option: '--user' },
      'one-inventory': {},
      'watch-needs-terminal': { output: 'text' },
      'fmt-stdin': {},
      'confirmation-needed': { verb: 'apply' },
      'trust-confirmation-needed': {},
      'wizard-needs-terminal': {},
      'sudo-password-needed': {},
      'no-sudo-password': {},
      unreadable: { of: 'plan', path: 'plan.json', failure: { kind: 'missing' } },
      'cannot-write': { path: 'out/report.xml', code: 'ENOENT', said: 'no such directory' },
      'file-exists': { path: 'inventory.yaml' },
      'nothing-written': { said: 'ENOSPC: no space left on device, write' },
      'not-an-upgrade': { from: '1.18.1', to: '1.17.0' },
      'alloy-file': { path: 'config.alloy', why: 'missing', said: '' },
      'unknown-template': { name: 'linux', meant: null, known: ['minimal', 'linux-host', 'redis'] },
      'unknown-host': { name: 'web-1', nearest: 'web-01' },
      'no-run-logged': { verb: 'apply' },
      'unknown-run': { run: '3f9b', nearest: null },
      'ambiguous-run': {
        run: '2026',
        matches: ['20261122T101500Z-0001', '20261123T101500Z-3f9a'],
      },
      'run-log-damaged': { path: 'run.ndjson', line: 3, where: 'plan.changes.0.step' },
      'not-a-run-log': { path: 'notes.txt' },
      'inventory-exists': { path: 'inventory.yaml' },
      'no-inventory-to-edit': { path: 'inventory.yaml' },
      'not-an-inventory-path': { path: '-' },
      'import-one-host': { hosts: 3 },
      'answers-syntax': { path: 'answers.yaml', said: 'Flow sequence must end with a ]' },
      'no-answers': { path: 'answers.yaml' },
      'answer-missing': {
        path: 'answers.yaml',
        id: 'template',
        question: 'What do you want to collect?',
        example: 'linux-host',
      },
      'answer-invalid': {
        path: 'answers.yaml',
        id: 'pinned',
        value: '"newest"',
        said: 'enter a version, such as 1.18.1',
        example: '1.18.1',
      },
      'answer-unused': {
        path: 'answers.yaml',
        id: 'verison',
        nearest: 'version',
        known: ['hosts', 'version'],
      },
      'invalid-flag-value': {
        flag: '--user',
        mistake: { reason: 'value', expected: 'user-name', found: 'string', written: 'o p' },
      },
      'sudo-password-missing': {},
      'var-without-value': { variable: 'region' },
      'plan-not-json': { file: 'plan.json' },
      'not-a-plan': { file: 'plan.json' },
      'plan-version': { file: 'plan.json', version: '2.0.0' },
      'plan-edited': { file: 'plan.json' },
      'plan-damaged': { file: 'plan.json', where: 'hosts.web-01.hash' },
    },
  },
  'run.missing': {
    means: 'The host has no such run to roll back.',
    examples: { none: {}, 'not-found': { run: '20261123T101500Z-3f9a' } },
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
