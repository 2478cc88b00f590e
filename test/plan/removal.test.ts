import { expect, test } from 'vitest';
import { KEYRING_PATH, LIST_PATH } from '../../src/model/desired.ts';
import type { Facts } from '../../src/model/facts.ts';
import { sha256 } from '../../src/model/secret.ts';
import { planRemoval } from '../../src/plan/removal.ts';
import { factsOf, targetOf } from '../builders.ts';

const target = targetOf();
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
