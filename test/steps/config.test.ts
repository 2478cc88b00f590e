import { expect, test } from 'vitest';
import { CONFIG_PATH, type DesiredFile } from '../../src/model/desired.ts';
import type { FileFact } from '../../src/model/facts.ts';
import { Secret } from '../../src/model/secret.ts';
import { configStep } from '../../src/steps/config.ts';
import { absent, factsOf, fileOf, targetOf } from '../builders.ts';
import { inputOf } from './input.ts';

const beside = (name: string, content: string | Secret): DesiredFile => ({
  path: `/etc/alloy/${name}`,
  content,
  mode: '0640',
  user: 'root',
  group: 'alloy',
});
const ours = { mode: '0640', group: 'alloy' };

/** What is planned on a host that is up to date but for these files. */
const changeOf = (files: Record<string, FileFact>, beside: readonly DesiredFile[] = []) => {
  const target = targetOf({
    config: 'logging { }\n',
    files: beside,
    args: ['--stability.level=experimental', '--disable-reporting', '--config.format=alloy'],
  });
  const facts = factsOf(target);
  return configStep.diff(inputOf(target, { ...facts, files: { ...facts.files, ...files } }));
};

test('a new configuration is judged by the host before it is written, and loaded', () => {
  expect(changeOf({ [CONFIG_PATH]: fileOf('old { }\n', ours) })).toEqual({
    step: 'config',
    title: `change ${CONFIG_PATH}`,
    before: null,
    after: null,
    actions: [
      {
        do: 'validate',
        content: 'logging { }\n',
        flags: ['--stability.level=experimental', '--config.format=alloy'],
      },
      {
        do: 'file',
        path: CONFIG_PATH,
        content: 'logging { }\n',
        mode: '0640',
        user: 'root',
        group: 'alloy',
      },
    ],
    diffs: [{ path: CONFIG_PATH, kind: 'change', text: '@@ -1,1 +1,1 @@\n-old { }\n+logging { }' }],
    warnings: [],
    needs: 'reload',
  });
});

test('alloy validate is given every flag that it knows, and no other', () => {
  const args = [
    '--stability.level=experimental',
    '--feature.community-components.enabled',
    '--config.format=alloy',
    '--config.bypass-conversion-errors',
    '--config.extra-args=-x',
    '--storage.path=/x',
    '--config.formats',
  ];
  const target = targetOf({ args });
  const change = configStep.diff(inputOf(target, { ...factsOf(target), files: {} }));
  expect(change?.actions[0]).toMatchObject({ do: 'validate', flags: args.slice(0, 5) });
});

test('another mode is mended, and nothing is loaded', () => {
  expect(
    changeOf({ [CONFIG_PATH]: fileOf('logging { }\n', { mode: '0644', group: 'ops' }) }),
  ).toEqual(
    expect.objectContaining({
      title: `mode of ${CONFIG_PATH}`,
      actions: [{ do: 'mode', path: CONFIG_PATH, mode: '0640', user: 'root', group: 'alloy' }],
      diffs: [{ path: CONFIG_PATH, kind: 'mode', text: '@@ 0644 root:ops -> 0640 root:alloy @@' }],
      needs: 'nothing',
    }),
  );
});

test.each<[string, Partial<FileFact>, boolean]>([
  ["the package's own", { mode: '0644' }, false],
  ['a mode of nobody', { mode: '0600' }, true],
  ['another user', { mode: '0644', user: 'ops' }, true],
  ['another group', { mode: '0644', group: 'ops' }, true],
  ['ours', ours, false],
])('the right configuration with %s: %s', (_, more, changes) => {
  expect(changeOf({ [CONFIG_PATH]: fileOf('logging { }\n', more) }) !== undefined).toBe(changes);
});

test("the package's mode is right for no other file", () => {
  const files = { '/etc/alloy/a': fileOf('a') };
  expect(changeOf(files, [beside('a', 'a')])?.title).toBe('mode of /etc/alloy/a');
});

const right = fileOf('x', ours);
const wrong = fileOf('y', ours);
const mode = fileOf('x');
test.each<[string, Record<string, FileFact>, string]>([
  ['created', { a: absent, b: absent, c: right }, 'create /etc/alloy/a, /etc/alloy/b'],
  ['changed', { a: wrong, b: wrong, c: wrong }, 'change /etc/alloy/a, /etc/alloy/b, /etc/alloy/c'],
  ['created and changed', { a: absent, b: wrong }, 'change /etc/alloy/a, /etc/alloy/b'],
  ['changed and given a mode', { a: wrong, b: mode }, 'change /etc/alloy/a, /etc/alloy/b'],
  ['given a mode', { a: mode, b: mode }, 'mode of /etc/alloy/a, /etc/alloy/b'],
  ['created, many', { a: absent, b: absent, c: absent, d: absent }, 'create 4 files'],
])('files that are %s are named', (_, facts, title) => {
  const files = Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [`/etc/alloy/${name}`, fact]),
  );
  const change = changeOf(
    files,
    Object.keys(facts).map((name) => beside(name, 'x')),
  );
  expect(change?.title).toBe(title);
  expect(change?.actions.map((action) => action.do)).not.toContain('validate');
  expect(change?.needs).toBe(title.startsWith('mode') ? 'nothing' : 'reload');
});

test.each<[string, string | Secret | null, string | Secret]>([
  ['that is to be written', 'x', new Secret('hunter2')],
  ['that is there', new Secret('hunter2'), 'x'],
  ['that could not be read', null, 'x'],
])('no diff shows a file %s as a secret or not at all', (_, before, after) => {
  const fact = { ...fileOf('y', ours), content: before };
  const change = changeOf({ '/etc/alloy/a': fact }, [beside('a', after)]);
  expect(change?.diffs).toEqual([{ path: '/etc/alloy/a', kind: 'change', text: null }]);
});

test('a configuration that could not be read is known by its hash', () => {
  expect(changeOf({ [CONFIG_PATH]: { ...fileOf('logging { }\n', ours), content: null } })).toBe(
    undefined,
  );
});

test('what is as it shall be is left', () => expect(changeOf({})).toBeUndefined());

test.each<[string, FileFact | undefined, boolean]>([
  ['written by hand', fileOf('// by hand\n'), true],
  ['unreadable', { ...fileOf('x'), content: null, md5: null }, true],
  ['empty', fileOf(''), false],
  ['the wanted one', fileOf(targetOf().desired.config), false],
  ['shipped by the installed package', fileOf('shipped { }\n'), false],
  ['shipped until 1.3', { ...fileOf('x'), md5: '036f33820e4e308864b391f24ba821b0' }, false],
  ['shipped since 1.4', { ...fileOf('x'), md5: 'e54dfb3181e3bc3bf6499b46a4548be6' }, false],
  ['not there', absent, false],
  ['not asked for', undefined, false],
])('a configuration that is %s is foreign: %s', (_, fact, foreign) => {
  const facts = factsOf(targetOf());
  const conffiles = { [CONFIG_PATH]: fileOf('shipped { }\n').md5! };
  const found = configStep.foreignFiles?.(
    inputOf(targetOf(), {
      ...facts,
      package: { ...facts.package, conffiles },
      files: fact ? { [CONFIG_PATH]: fact } : {},
    }),
  );
  expect(found).toEqual(foreign ? [{ path: CONFIG_PATH, loses: [] }] : []);
});
