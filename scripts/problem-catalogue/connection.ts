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
};
