import { expect, test } from 'vitest';
import { heardText, toldText } from '../../../src/cli/queue/told-text.ts';
import { Secret } from '../../../src/model/secret.ts';
import { createMask } from '../../../src/report/redact.ts';

const config = (password: string, url = 'https://ops:hunter2@a.example.com'): string =>
  [
    'prometheus.remote_write "a" {',
    `  endpoint { url = "${url}" }`,
    `  basic_auth { password = "${password}" }`,
    '}',
    '',
  ].join('\n');
const unmasked = createMask([]);

test('what may be secret is told by its place in the configuration that everybody has', () => {
  const told = toldText(`// old\n${config('p4ss')}`, config('p4ss'), unmasked);
  expect(JSON.stringify(told)).not.toMatch(/p4ss|hunter2/);
  expect(heardText(told, config('p4ss'))).toBe(`// old\n${config('p4ss')}`);
});

test('what may be secret and is replaced is hidden, and differs from what replaces it', () => {
  const told = toldText(config('0ld'), config('n3w'), unmasked);
  expect(JSON.stringify(told)).not.toMatch(/0ld|n3w|hunter2/);
  expect(heardText(told, config('n3w'))).toBe(config('[secret]'));
});

test('secrets that the worker knows are hidden wherever they stand', () => {
  const mask = createMask([new Secret('example')]);
  const told = toldText('// of example\n', config('p4ss'), mask);
  expect(heardText(told, config('p4ss'))).toBe('// of [secret]\n');
});
