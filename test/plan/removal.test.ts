import { describe, expect, test } from 'vitest';
import { KEYRING_PATH, LIST_PATH } from '../../src/model/desired.ts';
import type { Facts } from '../../src/model/facts.ts';
import { sha256 } from '../../src/model/secret.ts';
import { planRemoval } from '../../src/plan/removal.ts';
import { factsOf, targetOf } from '../builders.ts';

const target = targetOf();
const directory = {
  kind: 'directory',
  mode: '0755',
  user: 'alloy',
  group: 'alloy',
  ctimeMs: 0,
} as const;
const facts = factsOf(target);

const removal = (apt: Partial<Facts['apt']>) =>
  planRemoval(
    target,
    { ...facts, apt: { ...facts.apt, ...apt } },
    { purge: false, othersInstalled: [] },
  );

const repositoryActions = (apt: Partial<Facts['apt']>): readonly string[] =>
  removal(apt)
    .changes.find(({ step }) => step === 'repository')!
    .actions.flatMap((action) => ('path' in action ? [`${action.do} ${action.path}`] : action.do));

const list = (path: string, ...lines: readonly string[]) => ({
  path,
  text: `${lines.join('\n')}\n`,
});
const keyring = (path: string) => ({ ...facts.apt.keyrings[0]!, path });
const line = (suite: string, key: string): string =>
  `deb [signed-by=${key}] https://apt.grafana.com ${suite} main`;

test('the repository goes with its keyring, and apt is asked whether it still reads its sources', () => {
  expect(repositoryActions({})).toEqual([
    `delete ${LIST_PATH}`,
    `delete ${KEYRING_PATH}`,
    'check-sources',
  ]);
});

test.each<[string, Partial<Facts['apt']>, readonly string[]]>([
  [
    'another suite uses it',
    { sources: [list(LIST_PATH, line('stable', KEYRING_PATH), line('beta', KEYRING_PATH))] },
    [`file ${LIST_PATH}`],
  ],
  [
    'its name says that it may serve others, too',
    {
      sources: [list(LIST_PATH, line('stable', '/usr/share/keyrings/all.gpg'))],
      keyrings: [keyring('/usr/share/keyrings/all.gpg')],
    },
    [`delete ${LIST_PATH}`],
  ],
])('a keyring stays where %s', (_, apt, expected) => {
  expect(repositoryActions(apt)).toEqual([...expected, 'check-sources']);
});

test('a source that is rewritten must still be what the plan was made from', () => {
  const source = list(LIST_PATH, line('stable', KEYRING_PATH), line('beta', KEYRING_PATH));
  expect(removal({ sources: [source] }).expect).toContainEqual({
    of: 'file',
    path: LIST_PATH,
    sha256: sha256(source.text),
    mode: '',
    owner: '',
  });
});

describe('a purge', () => {
  const purge = (account: Partial<Facts['account']>) => {
    const plan = planRemoval(
      target,
      {
        ...facts,
        account: { ...facts.account, ...account },
        directories: { ...facts.directories, '/var/lib/alloy': directory },
      },
      { purge: true, othersInstalled: [] },
    );
    const { actions, warnings } = plan.changes.find(({ step }) => step === 'package')!;
    return [actions.map((action) => action.do), warnings.map(({ code }) => code)];
  };
  const removed = ['uninstall', 'delete-tree', 'delete-account', 'daemon-reload'];

  test("removes the package's user and its data", () => {
    expect(purge({})).toEqual([removed, ['data.lost']]);
    expect(purge({ exists: false, uid: null, home: '' })).toEqual([removed, ['data.lost']]);
  });

  test.each<[string, Partial<Facts['account']>, readonly string[]]>([
    [
      'of a person',
      { uid: 1500, home: '/home/alloy' },
      ['uninstall', 'delete-tree', 'daemon-reload'],
    ],
    ['of another service', { home: '/srv/alloy' }, ['uninstall', 'delete-tree', 'daemon-reload']],
    ['whose home is the data directory', { uid: 1500 }, ['uninstall', 'daemon-reload']],
  ])('keeps the account alloy %s, and says so', (_, account, actions) => {
    expect(purge(account)).toEqual([actions, ['data.lost', 'account.kept']]);
  });
});
