import { describe, expect, test } from 'vitest';
import {
  type Desired,
  KEYRING_PATH,
  LIST_PATH,
  PROXY_PATH,
  type Repository,
} from '../../src/model/desired.ts';
import type { Facts, KeyringFile } from '../../src/model/facts.ts';
import type { KeyringFacts, StepInput } from '../../src/model/plan.ts';
import {
  expiryOf,
  expiryWarning,
  listPathOf,
  repositoryStep,
  servingEntry,
} from '../../src/steps/repository.ts';
import {
  bareFactsOf,
  FINGERPRINT,
  factsOf,
  fileOf,
  keyringOf,
  NOW,
  stocked,
  suppliesOf,
  targetOf,
} from '../builders.ts';
import { inputOf } from './input.ts';

const DAY = 86_400_000;
const target = targetOf();
const facts = factsOf(target);
const { repository } = target.desired;
const url = repository.url;
const [keyring] = facts.apt.keyrings as [KeyringFile];
const key = stocked().key!;
const LINE = `deb [arch=amd64 signed-by=${KEYRING_PATH}] ${url} stable main\n`;
const root = { user: 'root', group: 'root', mode: '0644' };
const directory = { do: 'directory', path: '/etc/apt/keyrings', ...root, mode: '0755' };
/** What follows every change of files below /etc/apt. */
const checked = (...paths: readonly string[]) => [
  { do: 'check-sources', paths, url },
  { do: 'refresh' },
];
const certificate = (more: Partial<KeyringFacts['certificates'][number]> = {}) => ({
  ...keyringOf().certificates[0]!,
  ...more,
});
const keyringFacts = (...certificates: ReturnType<typeof certificate>[]) =>
  new Map([[KEYRING_PATH, keyringOf({ certificates })]]);
const apt = (more: Partial<Facts['apt']>): Facts => ({ ...facts, apt: { ...facts.apt, ...more } });
const list = (text: string, path = LIST_PATH) => ({ path, text });

const changeOf = (of: Facts, supplies: StepInput['supplies'], more: Partial<Repository> = {}) => {
  const desired: Partial<Desired> = { repository: { ...repository, ...more } };
  return repositoryStep.diff(inputOf(targetOf(desired), of, { supplies }));
};

describe('an entry serves', () => {
  test.each<[string, string, boolean]>([
    ['as we write it', LINE, true],
    ['without an architecture', LINE.replace('arch=amd64 ', ''), true],
    ['with more components and architectures', LINE.replace('amd64', 'arm64,amd64'), true],
    ['for another architecture', LINE.replace('amd64', 'arm64'), false],
    ['with more components', LINE.replace('main', 'extra main'), true],
    ['without the component', LINE.replace('main', 'extra'), false],
    ['of another suite', LINE.replace('stable', 'beta'), false],
    ['twice', LINE + LINE, false],
    ['beside that of another repository', `${LINE}deb http://x stable main\n`, true],
    ['of another repository', LINE.replace(url, 'http://x'), false],
    ['signed by a file that is not there', LINE.replace(KEYRING_PATH, '/k.asc'), false],
    ['signed by anything', `deb ${url} stable main\n`, false],
  ])('%s: %s', (_, text, serves) => {
    const found = servingEntry(repository, apt({ sources: [list(text)] }), suppliesOf().keyrings);
    expect(found !== undefined).toBe(serves);
  });

  test.each<[string, Partial<KeyringFile>, boolean]>([
    ['a file that all may read', { mode: '0604' }, true],
    ['a file that all may read and write', { mode: '0666' }, true],
    ['a file that only root may read', { mode: '0640' }, false],
    ['a file that all may write', { mode: '0643' }, false],
    ['a link', { kind: 'symlink' }, false],
  ])('signed by %s: %s', (_, more, serves) => {
    const of = apt({ keyrings: [{ ...keyring, ...more }] });
    expect(servingEntry(repository, of, suppliesOf().keyrings) !== undefined).toBe(serves);
  });

  const OTHER = 'A'.repeat(40);
  test.each<[string, KeyringFacts | undefined, readonly string[], boolean]>([
    ['the pinned key', keyringOf(), [FINGERPRINT], true],
    [
      'another key too',
      keyringFacts(certificate({ fingerprint: OTHER }), certificate()).get(KEYRING_PATH),
      [FINGERPRINT],
      true,
    ],
    ['not all of the pinned keys', keyringOf(), [FINGERPRINT, OTHER], false],
    ['another key', keyringOf(), [OTHER], false],
    [
      'a key without an end',
      keyringOf({ certificates: [certificate({ expiresAt: null })] }),
      [FINGERPRINT],
      true,
    ],
    [
      'a key that expires this moment',
      keyringOf({ certificates: [certificate({ expiresAt: NOW })] }),
      [FINGERPRINT],
      false,
    ],
    [
      'a key that expires in a moment',
      keyringOf({ certificates: [certificate({ expiresAt: NOW + 1 })] }),
      [FINGERPRINT],
      true,
    ],
    [
      'a revoked key',
      keyringOf({ certificates: [certificate({ revoked: true })] }),
      [FINGERPRINT],
      false,
    ],
    ['nothing that could be read', keyringOf({ problem: 'not a keyring' }), [FINGERPRINT], false],
    ['nothing that was read', undefined, [FINGERPRINT], false],
  ])('with a keyring that holds %s', (_, held, fingerprints, serves) => {
    const keyrings = new Map(held ? [[KEYRING_PATH, held]] : []);
    const found = servingEntry({ ...repository, fingerprints }, facts, keyrings);
    expect(found?.path).toBe(serves ? LIST_PATH : undefined);
  });

  test('and apt is asked about its file, else about ours', () => {
    const path = '/etc/apt/sources.list.d/g.list';
    const of = apt({ sources: [list(LINE, path)] });
    expect(listPathOf(repository, of, suppliesOf().keyrings)).toBe(path);
    expect(listPathOf(repository, of, new Map())).toBe(LIST_PATH);
  });
});

test('a key expires when the first of the pinned ones does', () => {
  const held = keyringOf({
    certificates: [
      certificate({ expiresAt: NOW + 5 }),
      certificate({ expiresAt: NOW + 3 }),
      certificate({ expiresAt: null }),
      certificate({ fingerprint: 'other', expiresAt: NOW + 1 }),
    ],
  });
  expect(expiryOf(held, [FINGERPRINT])).toBe(NOW + 3);
  expect(expiryOf(held, [])).toBeNull();
  expect(expiryOf(undefined, [FINGERPRINT])).toBeNull();
});

test.each<[string, number | null, number | null]>([
  ['in 90 days', 90 * DAY, 90],
  ['in a little more', 90 * DAY + 1, null],
  ['in less than a day', DAY - 1, 0],
  ['never', null, null],
])('a key that expires %s', (_, inMs, days) => {
  const expiresAt = inMs === null ? null : NOW + inMs;
  const warned = expiryWarning({ certificates: [certificate({ expiresAt })] }, repository, NOW);
  expect(warned).toEqual(
    days === null
      ? []
      : [{ code: 'key.expires', params: { reason: 'soon', days, date: expect.any(String) } }],
  );
});

describe('the change', () => {
  test('of a host that has nothing of it', () => {
    expect(changeOf(bareFactsOf(target), stocked())).toEqual({
      step: 'repository',
      title: `add ${url}`,
      before: null,
      after: url,
      actions: [
        directory,
        { do: 'file', path: KEYRING_PATH, content: key.armored, ...root },
        { do: 'file', path: LIST_PATH, content: LINE, ...root },
        ...checked('/etc/apt/keyrings', KEYRING_PATH, LIST_PATH),
      ],
      diffs: [
        { path: KEYRING_PATH, kind: 'create', text: `+${FINGERPRINT} expires 2027-12-28` },
        { path: LIST_PATH, kind: 'create', text: `@@ -0,0 +1,1 @@\n+${LINE.trim()}` },
      ],
      warnings: [],
      needs: 'nothing',
    });
  });

  test('is none where an entry serves', () => {
    expect(changeOf(facts, suppliesOf())).toBeUndefined();
    expect(changeOf(facts, suppliesOf({ key }))).toBeUndefined();
  });

  test('mends what other tools have written', () => {
    const other = 'deb http://x stable main\n';
    const of = apt({
      sources: [
        list(`deb ${url} stable main\n`),
        list(`deb ${url}/ stable main\n`, '/etc/apt/sources.list.d/a.list'),
        list(`${other}deb ${url} stable main\ndeb ${url} beta main\n`, '/etc/apt/sources.list'),
        list(other, '/etc/apt/sources.list.d/x.list'),
      ],
    });
    const change = changeOf(of, suppliesOf({ key }));
    expect(change?.title).toBe(`mend ${url}`);
    expect(change?.actions).toEqual([
      { do: 'file', path: LIST_PATH, content: LINE, ...root },
      { do: 'delete', path: '/etc/apt/sources.list.d/a.list' },
      {
        do: 'file',
        path: '/etc/apt/sources.list',
        content: `${other}deb ${url} beta main\n`,
        ...root,
      },
      ...checked(LIST_PATH, '/etc/apt/sources.list.d/a.list', '/etc/apt/sources.list'),
    ]);
    expect(change?.diffs).toEqual([
      {
        path: LIST_PATH,
        kind: 'change',
        text: `@@ -1,1 +1,1 @@\n-deb ${url} stable main\n+${LINE.trim()}`,
      },
      {
        path: '/etc/apt/sources.list.d/a.list',
        kind: 'delete',
        text: `@@ -1,1 +0,0 @@\n-deb ${url}/ stable main`,
      },
      {
        path: '/etc/apt/sources.list',
        kind: 'change',
        text: `@@ -1,3 +1,2 @@\n deb http://x stable main\n-deb ${url} stable main\n deb ${url} beta main`,
      },
    ]);
  });

  test('writes the components and the architecture that are wanted', () => {
    const of = bareFactsOf(target, { os: { ...facts.os, arch: 'arm64' } });
    const change = changeOf(of, stocked(), { components: ['main', 'extra'], suite: 'beta' });
    expect(change?.actions).toContainEqual({
      do: 'file',
      path: LIST_PATH,
      content: `deb [arch=arm64 signed-by=${KEYRING_PATH}] ${url} beta main extra\n`,
      ...root,
    });
  });

  test('gives a key that is right its mode', () => {
    const change = changeOf(apt({ keyrings: [{ ...keyring, mode: '0600' }] }), suppliesOf({ key }));
    expect(change?.actions).toEqual([
      { do: 'mode', path: KEYRING_PATH, ...root },
      ...checked(KEYRING_PATH),
    ]);
    expect(change?.diffs).toEqual([
      { path: KEYRING_PATH, kind: 'mode', text: '@@ 0600 -> 0644 @@' },
    ]);
  });

  test.each<[string, Partial<KeyringFile>, 'change' | 'create']>([
    ['is another one', { content: Buffer.from('x') }, 'change'],
    ['cannot be read', { content: null }, 'change'],
    ['is a link', { kind: 'symlink' }, 'create'],
  ])('writes a key where what is there %s', (_, more, kind) => {
    const of = apt({ sources: [], keyrings: [{ ...keyring, ...more }] });
    expect(changeOf(of, suppliesOf({ key }))?.diffs[0]).toMatchObject({ path: KEYRING_PATH, kind });
  });

  test('writes the list alone where the key has to be fetched yet', () => {
    const change = changeOf(bareFactsOf(target), suppliesOf({ keyrings: new Map() }));
    expect(change?.actions).toEqual([
      { do: 'file', path: LIST_PATH, content: LINE, ...root },
      ...checked(LIST_PATH),
    ]);
    expect(change?.warnings).toEqual([]);
  });

  const held = keyringFacts(certificate({ expiresAt: NOW + 30 * DAY }));
  const fetched = (expiresAt: number | null) => ({
    armored: 'renewed',
    certificates: [certificate({ expiresAt })],
  });

  test.each<[string, number | null, boolean]>([
    ['later', NOW + 31 * DAY, true],
    ['never', null, true],
    ['at the same time', NOW + 30 * DAY, false],
    ['sooner', NOW + 29 * DAY, false],
  ])('renews a key that serves by one that expires %s: %s', (_, expiresAt, renews) => {
    const change = changeOf(facts, suppliesOf({ key: fetched(expiresAt), keyrings: held }));
    expect(change?.actions).toEqual(
      renews
        ? [
            directory,
            { do: 'file', path: KEYRING_PATH, content: 'renewed', ...root },
            ...checked('/etc/apt/keyrings', KEYRING_PATH),
          ]
        : undefined,
    );
  });

  test('renews no key that has no end', () => {
    const keyrings = keyringFacts(certificate({ expiresAt: null }));
    expect(changeOf(facts, suppliesOf({ key: fetched(NOW + DAY), keyrings }))).toBeUndefined();
  });

  test('warns when the key that it writes expires soon', () => {
    const soon = { ...key, certificates: [certificate({ expiresAt: NOW + 5 * DAY })] };
    expect(changeOf(bareFactsOf(target), stocked({ key: soon }))?.warnings).toEqual([
      { code: 'key.expires', params: { reason: 'soon', days: 5, date: '2026-11-28' } },
    ]);
  });

  test("renews somebody else's key in a file of our own", () => {
    const path = '/usr/share/keyrings/g.gpg';
    const entry = LINE.replace(KEYRING_PATH, path);
    const of = apt({
      sources: [list(entry, '/etc/apt/sources.list.d/g.list')],
      keyrings: [{ ...keyring, path }],
    });
    const keyrings = new Map([[path, held.get(KEYRING_PATH)!]]);
    const change = changeOf(of, suppliesOf({ key: fetched(NOW + 400 * DAY), keyrings }));
    expect(change?.actions).toEqual([
      directory,
      { do: 'file', path: KEYRING_PATH, content: 'renewed', ...root },
      { do: 'file', path: LIST_PATH, content: LINE, ...root },
      { do: 'delete', path: '/etc/apt/sources.list.d/g.list' },
      ...checked('/etc/apt/keyrings', KEYRING_PATH, LIST_PATH, '/etc/apt/sources.list.d/g.list'),
    ]);
  });
});

describe('a proxy', () => {
  const proxy = 'http://proxy:3128';
  const content =
    '// Written by alloyup: this repository alone goes through the proxy.\n' +
    `Acquire::http::Proxy::apt.grafana.com "${proxy}";\n` +
    `Acquire::https::Proxy::apt.grafana.com "${proxy}";\n`;
  const there = { ...facts, files: { ...facts.files, [PROXY_PATH]: fileOf(content) } };

  test('is written for this repository alone', () => {
    const change = changeOf(facts, suppliesOf(), { proxy });
    expect(change?.title).toBe(`mend ${url}`);
    expect(change?.actions).toEqual([
      { do: 'file', path: PROXY_PATH, content, ...root },
      ...checked(PROXY_PATH),
    ]);
    expect(change?.diffs).toMatchObject([{ path: PROXY_PATH, kind: 'create' }]);
  });

  test('that is there is left', () => {
    expect(changeOf(there, suppliesOf(), { proxy })).toBeUndefined();
  });

  test('that is no longer wanted goes', () => {
    const change = changeOf(there, suppliesOf());
    expect(change?.actions).toEqual([{ do: 'delete', path: PROXY_PATH }, ...checked(PROXY_PATH)]);
    expect(change?.diffs).toEqual([{ path: PROXY_PATH, kind: 'delete', text: null }]);
  });
});

describe('the key that serves', () => {
  const warned = (of: Facts, keyrings: StepInput['supplies']['keyrings'], planned = false) => {
    const change = changeOf(bareFactsOf(target), stocked())!;
    const earlier = planned ? [change, { ...change, step: 'config' as const }] : [];
    return repositoryStep.warnings?.(
      inputOf(target, of, { supplies: suppliesOf({ keyrings }), earlier }),
    );
  };
  const soon = keyringFacts(certificate({ expiresAt: NOW + 5 * DAY }));

  test('is warned about before it expires', () => {
    expect(warned(facts, soon)).toHaveLength(1);
    expect(warned(facts, suppliesOf().keyrings)).toEqual([]);
  });

  test('is not warned about twice, nor where it does not serve', () => {
    expect(warned(facts, soon, true)).toEqual([]);
    expect(warned(bareFactsOf(target), soon)).toEqual([]);
  });
});

test('a key without an end says so by saying nothing', () => {
  const endless = { ...key, certificates: [certificate({ expiresAt: null }), certificate()] };
  expect(changeOf(bareFactsOf(target), stocked({ key: endless }))?.diffs[0]?.text).toBe(
    `+${FINGERPRINT}\n+${FINGERPRINT} expires 2027-12-28`,
  );
});
