import { expect, test } from 'vitest';
import { CONFIG_PATH, ENVIRONMENT_PATH } from '../../src/model/desired.ts';
import { Secret } from '../../src/model/secret.ts';
import { configuredPath, readExistingInstall } from '../../src/plan/existing-install.ts';
import { absent, bareFactsOf, factsOf, fileOf, targetOf } from '../builders.ts';

const facts = factsOf(targetOf());
const withFiles = (config: string, environment: string) => ({
  ...facts,
  files: {
    ...facts.files,
    [CONFIG_PATH]: fileOf(config),
    [ENVIRONMENT_PATH]: fileOf(new Secret(environment)),
  },
});

test('an existing installation is read as an inventory asks for one', () => {
  const read = readExistingInstall(
    withFiles(
      'a {\n  password = "hunter22"\n  token = sys.env("TOKEN")\n}\nb {\n  token = "a" + "b"\n  password = string.format("%s", "x")\n}\n',
      'CONFIG_FILE="/etc/alloy/config.alloy"\nCUSTOM_ARGS="--disable-reporting --server.http.listen-addr=:9000"\nRESTART_ON_UPGRADE=true\nTOKEN=canary\nREGION=west\nPASSWORD=\nPUSH="https://me:canary@example.com"\n',
    ),
  );
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const { environment, ...installed } = read.value;
  expect(installed).toEqual({
    config:
      'a {\n  password = sys.env("ALLOY_PASSWORD")\n  token = sys.env("TOKEN")\n}\nb {\n  token = sys.env("ALLOY_TOKEN") + sys.env("ALLOY_TOKEN_2")\n  password = string.format(sys.env("ALLOY_PASSWORD_2"), sys.env("ALLOY_PASSWORD_3"))\n}\n',
    secretLines: [],
    extracted: [
      'ALLOY_PASSWORD',
      'ALLOY_TOKEN',
      'ALLOY_TOKEN_2',
      'ALLOY_PASSWORD_2',
      'ALLOY_PASSWORD_3',
    ],
    listen: '[::]:9000',
    stability: 'generally-available',
    args: ['--disable-reporting'],
    memberOf: [],
    version: null,
  });
  // what looks like a secret, by its name or by its value, becomes one
  expect([...environment].map(([name, value]) => [name, value instanceof Secret])).toEqual([
    ['TOKEN', true],
    ['REGION', false],
    ['PASSWORD', false],
    ['PUSH', true],
    ...installed.extracted.map((name) => [name, true]),
  ]);
  expect(environment.get('REGION')).toBe('west');
});

test('arguments that the inventory has no keys for are kept as they are', () => {
  const read = readExistingInstall(
    withFiles('a {}\n', 'CUSTOM_ARGS="--storage.path=/data --disable-reporting --cluster.foo"\n'),
  );
  const args = ['--storage.path=/data', '--disable-reporting', '--cluster.foo'];
  expect(read).toMatchObject({ ok: true, value: { args } });
});

test('an installation without an environment runs as the package does', () => {
  const read = readExistingInstall({
    ...facts,
    files: { [CONFIG_PATH]: fileOf('a {}\n') },
  });
  expect(read).toMatchObject({ ok: true, value: { listen: '127.0.0.1:12345', args: [] } });
});

test.each([
  [
    { ...facts, package: { ...facts.package, status: 'absent' as const } },
    [{ reason: 'no-package' }],
  ],
  [
    { ...facts, package: { ...facts.package, status: 'config-files' as const } },
    [{ reason: 'no-package' }],
  ],
  [
    { ...facts, files: { ...facts.files, [CONFIG_PATH]: absent } },
    [{ reason: 'not-text', path: CONFIG_PATH }],
  ],
  [
    { ...bareFactsOf(targetOf()), files: {} },
    [{ reason: 'no-package' }, { reason: 'not-text', path: CONFIG_PATH }],
  ],
])('what cannot be imported is reported, all of it', (given, params) => {
  const read = readExistingInstall(given);
  expect(read).toEqual({
    ok: false,
    problems: params.map((one) => ({ code: 'host.file', host: 'web-01', params: one })),
  });
});

test.each([
  [true, '1.18.1-1'],
  [false, null],
])('a package that is held (%s) pins its version', (held, version) => {
  const read = readExistingInstall({ ...facts, package: { ...facts.package, held } });
  expect(read).toMatchObject({ ok: true, value: { version } });
});

test('groups that the package does not give are kept', () => {
  const groups = ['alloy', 'adm', 'systemd-journal', 'docker'];
  const read = readExistingInstall({ ...facts, account: { ...facts.account, groups } });
  expect(read).toMatchObject({ ok: true, value: { memberOf: ['docker'] } });
});

test('a directory is read as Alloy reads it: its files as one', () => {
  const given = withFiles('// shipped\n', 'CONFIG_FILE=/etc/alloy\n');
  expect(configuredPath(given)).toBe('/etc/alloy');
  expect(configuredPath(withFiles('', `CONFIG_FILE=${CONFIG_PATH}\n`))).toBeNull();
  expect(configuredPath(withFiles('', ''))).toBeNull();
  const parts = [
    { path: '/etc/alloy/a.alloy', content: 'a {}\n' },
    { path: '/etc/alloy/b.alloy', content: '\nb {}' },
  ];
  expect(readExistingInstall(given, parts)).toMatchObject({
    ok: true,
    value: { config: '// a.alloy\na {}\n\n// b.alloy\nb {}\n' },
  });
  expect(readExistingInstall(given, [{ path: '/opt/x', content: 'a {}' }])).toMatchObject({
    value: { config: 'a {}' },
  });
  expect(readExistingInstall(given, [{ path: '/opt/x', content: null }])).toMatchObject({
    problems: [{ params: { reason: 'not-text', path: '/opt/x' } }],
  });
  expect(readExistingInstall(given, [])).toMatchObject({ value: { config: '' } });
});

test('an older Alloy reads variables by the name that it knows', () => {
  const given = withFiles('a { token = "hunter22" }\n', '');
  const old = { ...given, package: { ...given.package, version: '1.3.1-1' } };
  expect(readExistingInstall(old)).toMatchObject({
    value: { config: 'a { token = env("ALLOY_TOKEN") }\n' },
  });
});
