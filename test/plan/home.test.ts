import { describe, expect, test } from 'vitest';
import { CONFIG_PATH, ENVIRONMENT_PATH } from '../../src/model/desired.ts';
import { Secret } from '../../src/model/secret.ts';
import { homeOf } from '../../src/plan/home.ts';
import { withText } from '../../src/report/text-of.ts';
import { absent, factsOf, fileOf, targetOf } from '../builders.ts';

const facts = factsOf(targetOf());
const withFiles = (config: string, environment: string) => ({
  ...facts,
  files: {
    ...facts.files,
    [CONFIG_PATH]: fileOf(config),
    [ENVIRONMENT_PATH]: fileOf(new Secret(environment)),
  },
});

describe('a hand-made host', () => {
  const read = homeOf(
    withFiles(
      'a {\n  password = "hunter22"\n  token = sys.env("TOKEN")\n}\n',
      'CONFIG_FILE="/etc/alloy/config.alloy"\nCUSTOM_ARGS="--disable-reporting --server.http.listen-addr=:9000"\nTOKEN=canary\nREGION=west\nPUSH="https://me:canary@example.com"\n',
    ),
  );
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const home = read.value;

  test('gives its arguments in the words of an inventory', () => {
    expect(home).toMatchObject({
      listen: '[::]:9000',
      stability: 'generally-available',
      args: ['--disable-reporting'],
    });
  });

  test('keeps apart what looks like a secret, by name or by shape', () => {
    expect([...home.environment.keys()]).toEqual(['TOKEN', 'REGION', 'PUSH']);
    expect(home.environment.get('REGION')).toBe('west');
    for (const name of ['TOKEN', 'PUSH']) expect(home.environment.get(name)).toBeInstanceOf(Secret);
  });

  test('names the lines of its configuration that hold secrets themselves', () => {
    expect(home.secretLines).toEqual([2]);
  });
});

test.each([
  [
    'no package',
    { ...facts, package: { ...facts.package, status: 'absent' as const } },
    /no package/,
  ],
  ['another place', withFiles('a {}\n', 'CONFIG_FILE=/opt/alloy\n'), /from \/opt\/alloy/],
  ['no text', { ...facts, files: { ...facts.files, [CONFIG_PATH]: absent } }, /cannot be read/],
])('%s cannot be brought home', (_, given, said) => {
  const read = homeOf(given);
  expect(
    read.ok
      ? ''
      : read.problems
          .map(withText)
          .map(({ message }) => message)
          .join(),
  ).toMatch(said);
});
