import type { ConnectionProblems } from '../../model/problems/connection-problems.ts';
import type { HostParams, Texts } from './texts.ts';

export const connectionTexts: Texts<ConnectionProblems> = {
  'ssh.lost': {
    dropped: ({ endpoint, said }) => ({
      message: `the connection to ${endpoint} was lost: ${said}`,
      hint: 'Run again: what was started on the host continues there',
    }),
    'nothing-started': () => ({
      message: 'the connection was lost before anything was started',
      hint: 'Run again: nothing was changed on the host',
    }),
  },
  'sudo.refused': {
    failed: ({ ended, address }) => ({
      message: `sudo failed (${ended})`,
      hint: `Try it by hand: ssh ${address} sudo true`,
    }),
  },
};

export const connectionHostParams: HostParams<ConnectionProblems> = {
  'ssh.lost': { endpoint: 'HOST' },
  'sudo.refused': { address: 'HOST' },
};
