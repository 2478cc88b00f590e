import { describe, expect, test } from 'vitest';
import {
  CONFIG_PATH,
  DROP_IN_PATH,
  ENVIRONMENT_PATH,
  KEYRING_PATH,
  LIST_PATH,
  PROXY_PATH,
} from '../../src/model/desired.ts';
import type { Facts, PackageFact } from '../../src/model/facts.ts';
import { sha256 } from '../../src/model/secret.ts';
import { planRemoval } from '../../src/plan/removal.ts';
import { bareFactsOf, factsOf, fileOf, targetOf } from '../builders.ts';

const target = targetOf({ dropIn: '[Service]\n' });
const facts = factsOf(target);
const DATA = '/var/lib/alloy';
const directories = {
  [DATA]: { kind: 'directory', mode: '0755', user: 'alloy', group: 'alloy', ctimeMs: 0 },
} as const;

const removal = (of: Facts, { purge = false, others = [] as readonly string[] } = {}) =>
  planRemoval(target, of, { purge, othersInstalled: others });
const changeOf = (step: string, of: Facts, purge = false) =>
  removal(of, { purge }).changes.find((change) => change.step === step);
const actionsOf = (...input: Parameters<typeof changeOf>) => changeOf(...input)?.actions ?? [];
const REST = { before: null, after: null, diffs: [], warnings: [], needs: 'nothing' };
const reload = { do: 'daemon-reload', ifNeeded: true };
const forget = { do: 'forget-runs' };

test('a removal takes away everything but configuration, data and user', () => {
  expect(removal({ ...facts, directories })).toEqual({
    host: 'web-01',
    changes: [
      {
        ...REST,
        step: 'service',
        title: 'stop and disable alloy',
        before: 'running',
        after: 'stopped',
        actions: [{ do: 'stop' }, { do: 'disable' }],
      },
      {
        ...REST,
        step: 'unit',
        title: `delete ${DROP_IN_PATH}`,
        actions: [{ do: 'delete', path: DROP_IN_PATH }, { do: 'daemon-reload' }],
        diffs: [{ path: DROP_IN_PATH, kind: 'delete', text: null }],
      },
      {
        ...REST,
        step: 'package',
        title: 'remove alloy 1.18.1-1',
        before: '1.18.1-1',
        actions: [{ do: 'uninstall', purge: false }, reload],
      },
      {
        ...REST,
        step: 'repository',
        title: 'forget https://apt.grafana.com',
        actions: [
          { do: 'delete', path: LIST_PATH },
          { do: 'delete', path: KEYRING_PATH },
          {
            do: 'check-sources',
            paths: [LIST_PATH, KEYRING_PATH],
            url: 'https://apt.grafana.com',
          },
        ],
        diffs: [
          {
            path: LIST_PATH,
            kind: 'delete',
            text: `@@ -1,1 +0,0 @@\n-${facts.apt.sources[0]?.text.trim()}`,
          },
          { path: KEYRING_PATH, kind: 'delete', text: null },
        ],
      },
    ],
    warnings: [],
    problems: [],
    expect: [
      {
        of: 'file',
        path: DROP_IN_PATH,
        sha256: facts.files[DROP_IN_PATH]?.sha256,
        mode: '0644',
        owner: 'root:root',
      },
      {
        of: 'file',
        path: LIST_PATH,
        sha256: sha256(facts.apt.sources[0]!.text),
        mode: '',
        owner: '',
      },
      { of: 'package', status: 'installed', version: '1.18.1-1', held: false },
    ],
    listPath: LIST_PATH,
    proof: {
      service: 'nothing',
      check: 'none',
      listen: { address: '127.0.0.1', port: 12345 },
      components: { known: true, ids: [] },
      tolerate: [],
      version: null,
      watchS: 0,
      receiptFiles: [],
      delivery: { mode: 'off', seconds: 0 },
      cluster: null,
    },
  });
});

test('a bare host needs nothing', () => {
  expect(removal(bareFactsOf(target)).changes).toEqual([]);
  expect(removal(bareFactsOf(target), { purge: true }).changes).toEqual([]);
});

describe('the service', () => {
  test.each<[string, boolean, string, string | undefined]>([
    ['runs and is enabled', true, 'enabled', 'stop and disable alloy'],
    ['runs', true, 'disabled', 'stop alloy'],
    ['is enabled', false, 'enabled', 'disable alloy'],
    ['does neither', false, 'disabled', undefined],
  ])('that %s', (_, runs, enabled, title) => {
    const of = {
      ...facts,
      unit: { ...facts.unit, enabled },
      process: runs ? facts.process : null,
    };
    expect(changeOf('service', of)?.title).toBe(title);
    expect(changeOf('service', of)?.before).toBe(title && (runs ? 'running' : 'stopped'));
  });
});

describe('the package', () => {
  const withPackage = (pkg: Partial<PackageFact>): Facts => ({
    ...facts,
    package: { ...facts.package, ...pkg },
    account: { ...facts.account, exists: false, groupExists: false },
  });
  const uninstall = (purge: boolean) => [
    { do: 'uninstall', purge },
    reload,
    ...(purge ? [forget] : []),
  ];

  test.each<[Partial<PackageFact>, boolean, object[], string | undefined]>([
    [{}, false, uninstall(false), 'remove alloy 1.18.1-1'],
    [{}, true, uninstall(true), 'purge alloy 1.18.1-1'],
    [{ status: 'unpacked' }, false, uninstall(false), 'remove alloy 1.18.1-1'],
    [{ status: 'config-files' }, false, [], undefined],
    [{ status: 'config-files' }, true, uninstall(true), 'purge alloy 1.18.1-1'],
    [{ status: 'absent', version: null }, false, [], undefined],
    [
      { held: true },
      false,
      [{ do: 'hold', held: false }, ...uninstall(false)],
      'remove alloy 1.18.1-1',
    ],
  ])('%j, purge: %s', (pkg, purge, actions, title) => {
    expect(actionsOf('package', withPackage(pkg), purge)).toEqual(actions);
    expect(changeOf('package', withPackage(pkg), purge)?.title).toBe(title);
  });

  const leavings = (more: Partial<Facts>): Facts => ({ ...bareFactsOf(target), ...more });
  const files = { [CONFIG_PATH]: fileOf('x'), [ENVIRONMENT_PATH]: fileOf('y') };
  const account = (exists: boolean, groupExists: boolean) => ({
    account: { ...facts.account, exists, groupExists },
  });

  test.each<[string, Facts, object[]]>([
    [
      'files of no package',
      leavings({ files }),
      [
        { do: 'delete', path: CONFIG_PATH },
        { do: 'delete', path: ENVIRONMENT_PATH },
      ],
    ],
    ['data', leavings({ directories }), [{ do: 'delete-tree', path: DATA }]],
    [
      'a link instead of data',
      leavings({ directories: { [DATA]: { ...directories[DATA], kind: 'symlink' } } }),
      [],
    ],
    ['the user', leavings(account(true, false)), [{ do: 'delete-account' }]],
    ['the group', leavings(account(false, true)), [{ do: 'delete-account' }]],
  ])('a purge of a removed package takes %s', (_, of, actions) => {
    expect(actionsOf('package', of, true)).toEqual(
      actions.length > 0 ? [...actions, reload, forget] : [],
    );
    expect(actionsOf('package', of, false)).toEqual([]);
  });

  test('a purge leaves the files of a package to dpkg, and warns that data are lost', () => {
    const change = changeOf('package', { ...withPackage({}), directories }, true);
    expect(change?.actions).toEqual([
      { do: 'uninstall', purge: true },
      { do: 'delete-tree', path: DATA },
      reload,
      forget,
    ]);
    expect(change?.warnings).toEqual([{ code: 'data.lost', params: { reason: 'purge' } }]);
    expect(changeOf('package', leavings({ directories }), true)?.title).toBe('purge alloy');
  });
});

describe('the repository', () => {
  const other = 'deb http://x stable main\n';

  test('stays where other packages come from it, and that is said', () => {
    const plan = removal(facts, { others: ['loki', 'tempo'] });
    expect(plan.changes.map(({ step }) => step)).toEqual(['service', 'unit', 'package']);
    expect(plan.warnings).toEqual([
      {
        code: 'repository.kept',
        host: 'web-01',
        params: { reason: 'in-use', packages: ['loki', 'tempo'] },
      },
    ]);
  });

  test('leaves the entries and keyrings of others', () => {
    const [ring] = facts.apt.keyrings;
    const mixed = `${other}deb [signed-by=/k/grafana.gpg] https://apt.grafana.com stable main\n`;
    const apt = {
      ...facts.apt,
      sources: [
        { path: '/etc/apt/sources.list', text: mixed },
        { path: '/etc/apt/sources.list.d/x.list', text: other },
      ],
      keyrings: [
        { ...ring!, path: '/k/grafana.gpg' },
        { ...ring!, path: '/x.gpg' },
      ],
    };
    const root = { mode: '0644', user: 'root', group: 'root' };
    expect(actionsOf('repository', { ...facts, apt })).toEqual([
      { do: 'file', path: '/etc/apt/sources.list', content: other, ...root },
      { do: 'delete', path: '/k/grafana.gpg' },
      {
        do: 'check-sources',
        paths: ['/etc/apt/sources.list', '/k/grafana.gpg'],
        url: 'https://apt.grafana.com',
      },
    ]);
    const gone = {
      ...apt,
      keyrings: [{ ...ring!, path: '/k/grafana.gpg', kind: 'absent' as const }],
    };
    expect(actionsOf('repository', { ...facts, apt: gone })).toHaveLength(2);
  });

  test('takes the proxy along', () => {
    const files = { ...facts.files, [PROXY_PATH]: fileOf('x') };
    expect(actionsOf('repository', { ...facts, files }).at(-2)).toEqual({
      do: 'delete',
      path: PROXY_PATH,
    });
  });
});

const repositoryActions = (apt: Partial<Facts['apt']>): readonly string[] =>
  removal({ ...facts, apt: { ...facts.apt, ...apt } })
    .changes.find(({ step }) => step === 'repository')!
    .actions.flatMap((action) => ('path' in action ? [`${action.do} ${action.path}`] : action.do));

const list = (path: string, ...lines: readonly string[]) => ({
  path,
  text: `${lines.join('\n')}\n`,
});
const keyring = (path: string) => ({ ...facts.apt.keyrings[0]!, path });
const line = (suite: string, key: string): string =>
  `deb [signed-by=${key}] https://apt.grafana.com ${suite} main`;

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
  expect(removal({ ...facts, apt: { ...facts.apt, sources: [source] } }).expect).toContainEqual({
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
        directories,
      },
      { purge: true, othersInstalled: [] },
    );
    const { actions, warnings } = plan.changes.find(({ step }) => step === 'package')!;
    return [actions.map((action) => action.do), warnings.map(({ code }) => code)];
  };
  const removed = ['uninstall', 'delete-tree', 'delete-account', 'daemon-reload', 'forget-runs'];

  test("removes the package's user and its data", () => {
    expect(purge({})).toEqual([removed, ['data.lost']]);
    expect(purge({ exists: false, uid: null, home: '' })).toEqual([removed, ['data.lost']]);
  });

  test.each<[string, Partial<Facts['account']>, readonly string[]]>([
    [
      'of a person',
      { uid: 1500, home: '/home/alloy' },
      ['uninstall', 'delete-tree', 'daemon-reload', 'forget-runs'],
    ],
    [
      'of another service',
      { home: '/srv/alloy' },
      ['uninstall', 'delete-tree', 'daemon-reload', 'forget-runs'],
    ],
    [
      'whose home is the data directory',
      { uid: 1500 },
      ['uninstall', 'daemon-reload', 'forget-runs'],
    ],
  ])('keeps the account alloy %s, and says so', (_, account, actions) => {
    expect(purge(account)).toEqual([actions, ['data.lost', 'account.kept']]);
  });

  const purgeOf = (of: Facts) => planRemoval(target, of, { purge: true, othersInstalled: [] });

  test('keeps data that are on a disk of their own, and says so', () => {
    const { changes } = purgeOf({ ...facts, directories, mounted: [DATA] });
    const { actions, warnings } = changes.find(({ step }) => step === 'package')!;
    expect(actions.map((action) => action.do)).not.toContain('delete-tree');
    expect(warnings).toContainEqual({
      code: 'data.kept',
      params: { reason: 'mounted', path: DATA },
    });
  });

  test('takes what is kept of runs where that is all that is left, and then there is nothing to do', () => {
    const gone = leftWith({});
    expect(purgeOf(gone).changes).toEqual([]);
    const kept = leftWith({ alloyup: { ...gone.alloyup, runs: [{ run: 'r1', verdict: 'ok' }] } });
    expect(purgeOf(kept).changes.map(({ actions }) => actions)).toEqual([[forget]]);
  });

  const leftWith = (more: Partial<Facts>): Facts => ({ ...bareFactsOf(target), ...more });

  test('is refused where something cannot be deleted', () => {
    const { problems } = purgeOf({ ...facts, fixed: ['/usr/bin/alloy', '/opt/x'] });
    expect(problems).toEqual([
      {
        code: 'host.disk',
        host: 'web-01',
        params: { reason: 'read-only', paths: ['/usr/bin/alloy'] },
      },
    ]);
  });
});
