import type { ConnectionProblems } from '../../src/model/problems/connection-problems.ts';
import type { Catalogue } from './catalogue.ts';

export const connectionCatalogue: Catalogue<ConnectionProblems> = {
  'ssh.lost': {
    means:
      'A connection that was established broke off. Whatever runs on the host by then continues without it.',
    examples: {
      dropped: { endpoint: 'ops@web-01.example.com', said: 'the host stopped answering' },
      'nothing-started': {},
    },
  },
  'sudo.password': {
    means: 'sudo on the host asks for a password.',
    examples: { required: { user: 'ops' }, refused: { user: 'ops' } },
  },
  'sudo.refused': {
    means: 'The login cannot become root.',
    examples: {
      'password-expired': { user: 'ops' },
      'account-expired': { user: 'ops' },
      'not-allowed': { user: 'ops' },
      'tty-required': { user: 'ops' },
      missing: {},
      'not-root': {},
    },
  },
};
