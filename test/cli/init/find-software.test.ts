import { expect, test } from 'vitest';
import { withRoot } from '../../../src/cli/init/find-software.ts';
import { Secret } from '../../../src/model/secret.ts';
import { hostOf } from '../../builders.ts';

const [asks, free] = [hostOf({ name: 'a' }), hostOf({ name: 'b', sudo: { kind: 'none' } })];
const password = new Secret('canary');

test('a password goes to no host but those that asked for one', () => {
  const roots = { root: 'password', withPassword: [asks], password } as const;
  expect(withRoot(asks, roots)?.sudo).toEqual({ kind: 'password', password });
  expect(withRoot(free, roots)?.sudo).toEqual({ kind: 'passwordless' });
});

test('without the password, a host that wants one is left out', () => {
  expect(withRoot(asks, { root: 'password', withPassword: [asks], password: null })).toBeNull();
});

test('where nobody asks, root is reached as the inventory has it', () => {
  expect(withRoot(free, { root: 'none', withPassword: [], password: null })).toEqual(free);
});
