import { expect, test } from 'vitest';
import type { DirectoryFact, Facts } from '../../src/model/facts.ts';
import { accessStep } from '../../src/steps/access.ts';
import { bareFactsOf, factsOf, targetOf } from '../builders.ts';
import { changeWith, inputOf } from './input.ts';

const target = targetOf({ memberOf: ['adm', 'docker', 'www'] });
const account = (groups: string[], more: Partial<Facts['account']> = {}): Facts['account'] => ({
  exists: true,
  uid: 996,
  home: '/var/lib/alloy',
  groupExists: true,
  groups,
  known: [],
  ...more,
});
const directory = (user: string, kind: DirectoryFact['kind'] = 'directory'): DirectoryFact => ({
  kind,
  user,
  group: 'root',
  mode: '0755',
  ctimeMs: 0,
});
const nothing = { before: null, after: null, diffs: [] };

test('joining docker makes root of alloy, and is warned about', () => {
  const facts = factsOf(target, { account: account(['adm']) });
  expect(accessStep.diff(inputOf(target, facts))).toEqual({
    ...nothing,
    step: 'access',
    title: 'alloy joins docker, www',
    actions: [{ do: 'join-groups', groups: ['docker', 'www'] }],
    warnings: [{ code: 'access.docker', params: { reason: 'like-root', by: [] } }],
    needs: 'restart',
  });
});

test('an installation gives the user its usual groups', () => {
  const earlier = [changeWith({ do: 'install', version: '1.18.1-1' })];
  const change = accessStep.diff(
    inputOf(
      targetOf({ memberOf: ['alloy', 'adm', 'systemd-journal', 'www'] }),
      bareFactsOf(target),
      {
        earlier,
      },
    ),
  );
  expect(change?.actions).toEqual([{ do: 'join-groups', groups: ['www'] }]);
  expect(change?.warnings).toEqual([]);
});

const DATA = '/var/lib/alloy';

test('a data disk of root is given to the user that the package makes', () => {
  const directories = { [DATA]: directory('root') };
  const facts = { ...bareFactsOf(target), directories };
  const earlier = [changeWith({ do: 'install', version: '1.18.1-1' })];
  const wanted = targetOf({ memberOf: [] });
  expect(accessStep.diff(inputOf(wanted, facts, { earlier }))?.actions).toEqual([owner(DATA)]);
  expect(accessStep.diff(inputOf(wanted, facts))).toBeUndefined();
});

const owner = (path: string) => ({ do: 'own-tree', path, user: 'alloy', group: 'alloy' });

test.each<[string, Record<string, DirectoryFact>, object[], string | undefined]>([
  [
    'both belong to root: the upper one is enough',
    { [DATA]: directory('root'), [`${DATA}/data`]: directory('root') },
    [owner(DATA)],
    `${DATA} belongs to alloy; ${DATA}/data belongs to alloy`,
  ],
  [
    'only the lower one belongs to root',
    { [DATA]: directory('alloy'), [`${DATA}/data`]: directory('root') },
    [owner(`${DATA}/data`)],
    `${DATA}/data belongs to alloy`,
  ],
  ['both are right', { [DATA]: directory('alloy') }, [], undefined],
  ['a symbolic link is left alone', { [DATA]: directory('root', 'symlink') }, [], undefined],
  ['another directory is none of ours', { '/srv': directory('root') }, [], undefined],
])('data directories: %s', (_, directories, actions, title) => {
  const change = accessStep.diff(inputOf(targetOf(), factsOf(targetOf(), { directories })));
  expect(change?.title).toBe(title);
  expect(change?.actions ?? []).toEqual(actions);
});

test('a directory cannot be given to a user that is not there yet', () => {
  const facts = bareFactsOf(targetOf(), { directories: { [DATA]: directory('root') } });
  expect(accessStep.diff(inputOf(targetOf(), facts))).toBeUndefined();
});

test('a directory and a group are one change', () => {
  const facts = factsOf(target, {
    account: account(['adm', 'docker']),
    directories: { [DATA]: directory('root') },
  });
  expect(accessStep.diff(inputOf(target, facts))).toMatchObject({
    title: `alloy joins www; ${DATA} belongs to alloy`,
    actions: [owner(DATA), { do: 'join-groups', groups: ['www'] }],
  });
});

test('a group that is unknown names the line that asks for it', () => {
  const at = { file: 'inventory.yaml', line: 9, column: 5 };
  const wants = targetOf({ memberOf: ['www'], origins: new Map([['alloy.memberOf', at]]) });
  const unknown = factsOf(wants, { account: account([]) });
  expect(accessStep.problems?.(inputOf(wants, unknown))).toEqual([
    {
      code: 'host.unsupported',
      host: 'web-01',
      params: { reason: 'no-group', groups: ['www'], by: [] },
      at,
    },
  ]);
  const known = factsOf(wants, { account: account([], { known: ['www'] }) });
  expect(accessStep.problems?.(inputOf(wants, known))).toEqual([]);
});

test('a group that a fragment needs is joined, shown with its fragment, and missing where it says so', () => {
  const at = { file: 'inventory.yaml', line: 7, column: 3 };
  const by = { of: 'fragment', name: 'containers' } as const;
  const wanted = targetOf({
    memberOf: ['www', 'docker'],
    needs: [{ by, at, memberOf: ['docker'], alloy: null }],
  });
  const change = accessStep.diff(inputOf(wanted, factsOf(wanted, { account: account([]) })));
  expect(change).toMatchObject({
    title: 'alloy joins www, docker (for the fragment containers)',
    actions: [{ do: 'join-groups', groups: ['www', 'docker'] }],
    warnings: [{ code: 'access.docker', params: { reason: 'like-root', by: [by] } }],
  });
  const facts = factsOf(wanted, { account: account([], { known: ['www'] }) });
  expect(accessStep.problems?.(inputOf(wanted, facts))).toEqual([
    {
      code: 'host.unsupported',
      host: 'web-01',
      params: { reason: 'no-group', groups: ['docker'], by: [by] },
      at,
    },
  ]);
});
