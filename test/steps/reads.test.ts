import { expect, test } from 'vitest';
import type { HostRead } from '../../src/model/desired.ts';
import type { Barrier, ReadFact } from '../../src/model/facts.ts';
import { isUnreadable } from '../../src/plan/unreadable.ts';
import { accessStep } from '../../src/steps/access.ts';
import { baseOf } from '../../src/steps/reads.ts';
import { factsOf, targetOf } from '../builders.ts';
import { changeWith, inputOf } from './input.ts';

const at = { file: 'nginx.alloy', line: 2, column: 5 };
const read = (path: string, more: Partial<HostRead> = {}): HostRead => ({
  path,
  by: { of: 'fragment', name: 'nginx' },
  at,
  exclude: [],
  waits: true,
  ...more,
});
const barrier = (more: Partial<Barrier> = {}): Barrier => ({
  path: '/var/log/app',
  kind: 'directory',
  mode: '0700',
  user: 'app',
  group: 'app',
  refused: 'search',
  ...more,
});
const fact = (state: ReadFact['state'], more: Partial<ReadFact> = {}): ReadFact => ({
  state,
  files: 0,
  denied: 0,
  barriers: [],
  ...more,
});
const warningsOf = (one: HostRead, found: ReadFact, more: Parameters<typeof inputOf>[2] = {}) => {
  const target = targetOf({ reads: [one] });
  const facts = factsOf(target, { reads: { [one.path]: found } });
  return accessStep.warnings!(inputOf(target, facts, more));
};
const denied = (of: Partial<Barrier> = {}, more: Partial<ReadFact> = {}) =>
  fact('denied', { files: 1, denied: 1, barriers: [barrier(of)], ...more });

test.each([
  ['/var/log/app/*.log', { path: '/var/log/app' }, { reason: 'readable', give: '/var/log/app' }],
  ['/var/log/app/**/x.log', {}, { reason: 'readable', give: '/var/log/app' }],
  ['/var/log/app/a.log', {}, { reason: 'readable', give: '/var/log/app' }],
  ['/etc/a.log', { path: '/etc/a.log', mode: '0600' }, { reason: 'readable', give: '/etc/a.log' }],
  ['/root/a.log', { path: '/root' }, { reason: 'elsewhere' }],
  ['/var/log/app/*.log', { mode: '0750', group: 'www' }, { reason: 'group', group: 'www' }],
  [
    '/var/log/app/*.log',
    { mode: '0740', group: 'www' },
    { reason: 'readable', give: '/var/log/app' },
  ],
  [
    '/var/log/app/*.log',
    { mode: '0750', group: 'root' },
    { reason: 'readable', give: '/var/log/app' },
  ],
  // it is in that group: something else stands in the way
  [
    '/var/log/app/*.log',
    { mode: '0750', group: 'adm' },
    { reason: 'readable', give: '/var/log/app' },
  ],
  [
    '/srv/docker.sock',
    { path: '/srv/docker.sock', kind: 'socket', mode: '0660', group: 'docker', refused: 'write' },
    { reason: 'group', group: 'docker' },
  ],
  [
    '/srv/docker.sock',
    { path: '/srv/docker.sock', kind: 'socket', mode: '0600', group: 'docker', refused: 'write' },
    { reason: 'elsewhere' },
  ],
] as const)('what is in the way of %s, and what to do: %#', (path, of, params) => {
  const [warning, ...more] = warningsOf(read(path), denied(of));
  expect(warning).toMatchObject({
    code: 'read.denied',
    host: 'web-01',
    at,
    params: { path, ...params },
  });
  expect(more).toEqual([]);
});

test('a key is let read itself, not the directory that it lies in', () => {
  const [warning] = warningsOf(read('/etc/app/key.pem', { waits: false }), denied());
  expect(warning?.params).toMatchObject({ reason: 'readable', give: '/etc/app/key.pem' });
});

test('what this plan lets alloy read is no matter', () => {
  const give = { do: 'acl', path: '/var/log/app', gives: true, search: [] } as const;
  const earlier = [changeWith(give)];
  expect(warningsOf(read('/var/log/app/*.log'), denied(), { earlier })).toEqual([]);
  expect(warningsOf(read('/var/log/apps/*.log'), denied(), { earlier })).toHaveLength(1);
  const taken = [changeWith({ ...give, gives: false })];
  expect(warningsOf(read('/var/log/app/*.log'), denied(), { earlier: taken })).toHaveLength(1);
});

test('a log that is not there yet is a note, any other file a warning', () => {
  expect(warningsOf(read('/var/log/app/a.log'), fact('absent'))).toEqual([
    {
      code: 'read.missing',
      host: 'web-01',
      at,
      severity: 'note',
      params: { reason: 'absent', path: '/var/log/app/a.log' },
    },
  ]);
  expect(warningsOf(read('/var/log/app/*.log'), fact('none'))).toMatchObject([
    { severity: 'note', params: { reason: 'no-match' } },
  ]);
  const [missing] = warningsOf(read('/etc/ca.pem', { waits: false }), fact('absent'));
  expect(missing).toMatchObject({ code: 'read.missing' });
  expect(missing).not.toHaveProperty('severity');
});

test('what can be read, and what is not known, is not mentioned', () => {
  expect(warningsOf(read('/a.log'), fact('ok', { files: 1 }))).toEqual([]);
  expect(warningsOf(read('/**/x'), fact('unknown'))).toEqual([]);
});

test('only what cannot be read at all is not as asked', () => {
  const whole = (more: Partial<ReadFact>) =>
    warningsOf(read('/var/log/app/*.log'), denied({}, more)).some(isUnreadable);
  expect(whole({ files: 0, denied: 0 })).toBe(true);
  expect(whole({ files: 2, denied: 2 })).toBe(true);
  expect(whole({ files: 2, denied: 1 })).toBe(false);
  expect(warningsOf(read('/x'), fact('absent')).some(isUnreadable)).toBe(false);
});

test('the directory that all lies in', () => {
  expect(['/a/b.log', '/a/*.log', '/a/b*/c', '/a/{b,c}/d', '/*'].map(baseOf)).toEqual([
    ...['/a/b.log', '/a', '/a', '/a', ''],
  ]);
});
