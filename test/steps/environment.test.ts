import { describe, expect, test } from 'vitest';
import { ENVIRONMENT_PATH } from '../../src/model/desired.ts';
import type { FileFact } from '../../src/model/facts.ts';
import { Secret } from '../../src/model/secret.ts';
import { environmentOf, environmentStep } from '../../src/steps/environment.ts';
import { renderEnvironment } from '../../src/steps/environment-file.ts';
import { absent, factsOf, fileOf, targetOf } from '../builders.ts';
import { inputOf } from './input.ts';

// a Secret has nothing that a comparison could see
expect.addEqualityTesters([
  (a, b) => (a instanceof Secret && b instanceof Secret ? a.reveal() === b.reveal() : undefined),
]);

const ARGUMENTS = '--server.http.listen-addr=127.0.0.1:12345';
const variables = (more: Record<string, string | Secret> = {}) =>
  new Map<string, string | Secret>([
    ['CONFIG_FILE', '/etc/alloy/config.alloy'],
    ['CUSTOM_ARGS', ARGUMENTS],
    ...Object.entries(more),
  ]);
const ours = { mode: '0600' };

const changeOf = (wanted: ReadonlyMap<string, string | Secret>, fact: FileFact | undefined) => {
  const target = targetOf({ environment: wanted });
  const files = fact ? { [ENVIRONMENT_PATH]: fact } : {};
  return environmentStep.diff(inputOf(target, { ...factsOf(target), files }));
};
const file = (content: ReadonlyMap<string, string | Secret>) => ({
  do: 'file',
  path: ENVIRONMENT_PATH,
  content: renderEnvironment(content),
  mode: '0600',
  user: 'root',
  group: 'root',
});
const rest = { step: 'environment', before: null, after: null, warnings: [] };

test('a new file shows the values that the inventory has in the open, and hides secrets', () => {
  const wanted = variables({ TOKEN: new Secret('hunter2'), REGION: 'west' });
  const expected = {
    ...rest,
    title: `write ${ENVIRONMENT_PATH}`,
    actions: [file(wanted), { do: 'check-environment' }],
    diffs: [
      {
        path: ENVIRONMENT_PATH,
        kind: 'create',
        text: `+CONFIG_FILE=/etc/alloy/config.alloy\n+CUSTOM_ARGS=${ARGUMENTS}\n+TOKEN=(hidden)\n+REGION=west`,
      },
    ],
    needs: 'restart',
  };
  expect(changeOf(wanted, absent)).toEqual(expected);
  expect(changeOf(wanted, undefined)).toEqual(expected);
});

test.each<[string, Record<string, string>, string | null, string]>([
  [
    'a value that changes',
    { CUSTOM_ARGS: `${ARGUMENTS} --old` },
    'restart',
    `-CUSTOM_ARGS=${ARGUMENTS} --old\n+CUSTOM_ARGS=${ARGUMENTS}`,
  ],
  ['a variable of others that goes', { LANG: 'C' }, 'restart', '-LANG=(hidden)'],
  [
    'what only the scripts of the package read',
    { RESTART_ON_UPGRADE: 'true', ALLOY_USER: 'a', ALLOY_GROUP: 'b' },
    'nothing',
    '-RESTART_ON_UPGRADE=true\n-ALLOY_USER=(hidden)\n-ALLOY_GROUP=(hidden)',
  ],
  [
    'that and something else',
    { RESTART_ON_UPGRADE: 'true', LANG: 'C' },
    'restart',
    '-RESTART_ON_UPGRADE=true\n-LANG=(hidden)',
  ],
  [
    'a password in our own variable',
    { CONFIG_FILE: 'https://me:hunter2@example.com/x' },
    'restart',
    '-CONFIG_FILE=https://(masked)@example.com/x\n+CONFIG_FILE=/etc/alloy/config.alloy',
  ],
])('%s', (_, before, needs, text) => {
  const there = new Secret(renderEnvironment(variables(before)));
  expect(changeOf(variables(), fileOf(there, ours))).toEqual({
    ...rest,
    title: `change ${ENVIRONMENT_PATH}`,
    actions: [file(variables()), { do: 'check-environment' }],
    diffs: [{ path: ENVIRONMENT_PATH, kind: 'change', text }],
    needs,
  });
});

test('a secret that changes is hidden on both sides', () => {
  const there = fileOf(renderEnvironment(variables({ CUSTOM_ARGS: 'x' })), ours);
  const change = changeOf(variables({ CUSTOM_ARGS: new Secret('hunter2') }), there);
  expect(change?.diffs[0]?.text).toBe('-CUSTOM_ARGS=x\n+CUSTOM_ARGS=(hidden)');
});

test('a secret that stays the same is no change', () => {
  const wanted = variables({ TOKEN: new Secret('hunter2') });
  expect(changeOf(wanted, fileOf(renderEnvironment(wanted), ours))).toBeUndefined();
});

describe('arguments that start the same Alloy', () => {
  const spelled = `--disable-reporting --stability.level generally-available`;
  const wanted = variables({ CUSTOM_ARGS: '--disable-reporting' });

  test('are no change', () => {
    const there = fileOf(renderEnvironment(variables({ CUSTOM_ARGS: spelled })), ours);
    expect(changeOf(wanted, there)).toBeUndefined();
  });

  test('stay as they are written when something else changes', () => {
    const there = renderEnvironment(variables({ CUSTOM_ARGS: spelled, LANG: 'C' }));
    const change = changeOf(wanted, fileOf(there, ours));
    expect(change?.actions[0]).toEqual(file(variables({ CUSTOM_ARGS: spelled })));
  });

  test('of a secret are not compared', () => {
    const there = fileOf(renderEnvironment(variables({ CUSTOM_ARGS: spelled })), ours);
    const secret = variables({ CUSTOM_ARGS: new Secret('--disable-reporting') });
    expect(changeOf(secret, there)?.diffs[0]?.text).toBe(
      `-CUSTOM_ARGS=${spelled}\n+CUSTOM_ARGS=(hidden)`,
    );
  });
});

describe('a file that could not be read', () => {
  const wanted = variables();

  test('is known by its hash', () => {
    const there = { ...fileOf(renderEnvironment(wanted), ours), content: null };
    expect(changeOf(wanted, there)).toBeUndefined();
  });

  test('and is another one is written anew', () => {
    const there = { ...fileOf('\0'), content: null };
    expect(changeOf(wanted, there)?.title).toBe(`write ${ENVIRONMENT_PATH}`);
  });
});

test('an empty file is no new file', () => {
  expect(changeOf(variables(), fileOf('', ours))).toMatchObject({
    title: `change ${ENVIRONMENT_PATH}`,
    diffs: [{ kind: 'change' }],
  });
});

test.each<[string, FileFact, boolean]>([
  ['0644', fileOf(renderEnvironment(variables())), true],
  ['another owner', fileOf(renderEnvironment(variables()), { ...ours, user: 'ops' }), true],
  ['another group', fileOf(renderEnvironment(variables()), { ...ours, group: 'ops' }), true],
  ['ours', fileOf(renderEnvironment(variables()), ours), false],
])('the right file with %s is given its mode: %s', (_, fact, changes) => {
  const { mode, user, group } = fact;
  const expected = {
    ...rest,
    title: `mode of ${ENVIRONMENT_PATH}`,
    actions: [{ do: 'mode', path: ENVIRONMENT_PATH, mode: '0600', user: 'root', group: 'root' }],
    diffs: [
      {
        path: ENVIRONMENT_PATH,
        kind: 'mode',
        text: `@@ ${mode} ${user}:${group} -> 0600 root:root @@`,
      },
    ],
    needs: 'nothing',
  };
  expect(changeOf(variables(), fact)).toEqual(changes ? expected : undefined);
});

test.each<[string, FileFact | undefined, readonly string[] | null]>([
  [
    'holds variables that nobody asked for',
    fileOf('RESTART_ON_UPGRADE=x\nLANG=C\nA=b\n'),
    ['LANG', 'A'],
  ],
  [
    'holds other values of ours',
    fileOf('CUSTOM_ARGS=--x\nCONFIG_FILE=/x\n'),
    ['CUSTOM_ARGS', 'CONFIG_FILE'],
  ],
  ['holds what was asked for', fileOf('CONFIG_FILE=/etc/alloy/config.alloy\nCUSTOM_ARGS=\n'), null],
  ['has been shipped', { ...fileOf('LANG=C\n'), md5: 'ccfea04564365fecee977e4e631a5376' }, null],
  ['was shipped by this package', fileOf('SHIPPED=1\n'), null],
  ['could not be read', { ...fileOf('LANG=C\n'), content: null, md5: null }, null],
  ['is no file', { ...absent, kind: 'symlink', content: 'LANG=C\n' }, null],
  ['is not there', undefined, null],
])('an environment that %s is foreign for %j', (_, fact, loses) => {
  const facts = factsOf(targetOf());
  const conffiles = { [ENVIRONMENT_PATH]: fileOf('SHIPPED=1\n').md5! };
  const found = environmentStep.foreignFiles?.(
    inputOf(targetOf(), {
      ...facts,
      package: { ...facts.package, conffiles },
      files: fact ? { [ENVIRONMENT_PATH]: fact } : {},
    }),
  );
  expect(found).toEqual(loses ? [{ path: ENVIRONMENT_PATH, loses }] : []);
});

test('what is not there has no variables', () => {
  expect(environmentOf(null)).toEqual(new Map());
  expect(environmentOf(new Secret('A=b'))).toEqual(new Map([['A', 'b']]));
});
