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
  'sudo.password': {
    required: ({ user }) => ({
      message: `sudo requires a password for ${named(user)}`,
      hint: `Pass it with -K, or with sudo: { password: ... } in the inventory, or allow sudo without one in /etc/sudoers.d/: ${ruleFor(user)}`,
    }),
    refused: ({ user }) => ({
      message: `sudo rejected the password of ${named(user)}`,
      hint: 'Enter it again, or correct the secret',
    }),
  },
  'sudo.refused': {
    'password-expired': ({ user }, host) => ({
      message: `the password of ${named(user)} has expired`,
      hint: `Set a new one: ssh ${host} passwd${user ? ` ${user}` : ''}`,
    }),
    'account-expired': ({ user }, host) => ({
      message: `the account of ${named(user)} has expired`,
      hint: `Check it on ${host} with chage -l ${user ?? 'USER'}; reactivate it with chage -E -1 ${user ?? 'USER'}`,
    }),
    'not-allowed': ({ user }, host) => ({
      message: `${named(user)} may not use sudo`,
      hint: `Add a line to /etc/sudoers.d/ on ${host}: ${ruleFor(user)}`,
    }),
    'tty-required': ({ user }, host) => ({
      message: 'sudo requires a terminal (requiretty)',
      hint: `Add a line to /etc/sudoers.d/ on ${host}: Defaults:${user ?? 'USER'} !requiretty`,
    }),
    missing: () => ({
      message: 'sudo is not installed',
      hint: 'Install sudo, or log in as root with sudo: none',
    }),
    'not-root': () => ({
      message: 'the login is not root',
      hint: 'Set sudo: passwordless (or ask) for it in the inventory',
    }),
  },
};

const named = (user: string | null): string => user ?? 'the login user';
const ruleFor = (user: string | null): string => `${user ?? 'USER'} ALL=(ALL) NOPASSWD: ALL`;

export const connectionHostParams: HostParams<ConnectionProblems> = {
  'ssh.lost': { endpoint: 'HOST' },
};
