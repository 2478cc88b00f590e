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
  'sudo.refused': {
    means: 'sudo does not let the user run commands as root.',
    examples: { failed: { ended: 'exit 1', address: 'web-01.example.com' } },
  },
};
