import { expect, test } from 'vitest';
import { asRoot, SUDO_PROMPT, sudoProblem } from '../../src/engine/privilege.ts';
import { Secret } from '../../src/model/secret.ts';
import { hostOf } from '../builders.ts';

test('a password never stands in the arguments', () => {
  const sudo = { kind: 'password', password: new Secret('hunter2') } as const;
  expect(asRoot(sudo, ['perl', '-'])).toEqual(['sudo', '-S', '-p', SUDO_PROMPT, 'perl', '-']);
  expect(asRoot({ kind: 'none' }, ['perl', '-'])).toEqual(['perl', '-']);
});

// recorded of sudo 1.9.5, 1.9.13, 1.9.16 and sudo-rs 0.2.5
test.each([
  ['sudo: a password is required', 'sudo.password', 'sudo wants a password of ops'],
  [
    'sudo-rs: interactive authentication is required',
    'sudo.password',
    'sudo wants a password of ops',
  ],
  [
    'Sorry, try again.\nsudo: no password was provided',
    'sudo.password',
    'sudo did not take the password of ops',
  ],
  ['sudo: 3 incorrect password attempts', 'sudo.password', 'sudo did not take the password of ops'],
  ['ops is not in the sudoers file.', 'sudo.refused', 'ops may not use sudo'],
  ["I'm sorry ops. I'm afraid I can't do that", 'sudo.refused', 'ops may not use sudo'],
  [
    'sudo: sorry, you must have a tty to run sudo',
    'sudo.refused',
    'sudo wants a terminal (requiretty)',
  ],
  [
    'sudo: account validation failure, is your account locked?',
    'sudo.refused',
    'the account of ops has expired',
  ],
  [
    'sudo: Account or password is expired, reset your password and try again',
    'sudo.refused',
    'the password of ops has expired',
  ],
  ['sh: 1: sudo: not found', 'sudo.refused', 'there is no sudo'],
])('%j is told as %s', (stderr, code, message) => {
  expect(sudoProblem(hostOf(), stderr)).toMatchObject({ code, message: `web-01: ${message}` });
});

test('what is not of sudo is nothing of its', () => {
  expect(sudoProblem(hostOf(), 'perl: warning: Setting locale failed.')).toBeUndefined();
});
