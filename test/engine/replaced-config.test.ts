import { expect, test } from 'vitest';
import { replacedConfig } from '../../src/engine/replaced-config.ts';
import { CONFIG_PATH } from '../../src/model/desired.ts';
import { Secret } from '../../src/model/secret.ts';
import { absent, factsOf, fileOf, targetOf } from '../builders.ts';

test.each<[string, string | Secret | null, string | null]>([
  ['it is another', '// old\n', '// old\n'],
  ['it stays', '// new\n', null],
  ['there was none', null, null],
  ['there was an empty one', '\n', null],
  ['it was a secret', new Secret('x'), null],
])('what is replaced where %s', (_, before, replaced) => {
  const target = targetOf({ config: '// new\n' });
  const file = before === null ? absent : fileOf(before);
  const facts = factsOf(target, { files: { ...factsOf(target).files, [CONFIG_PATH]: file } });
  expect(replacedConfig(target.desired, facts)).toBe(replaced);
});
