import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createContextScanner } from '../../../src/alloy/context.ts';
import { targetsOf } from '../../../src/cli/init/draft-inventory.ts';
import { importedSettings, templateText } from '../../../src/cli/init/import-host.ts';
import { renderTemplate } from '../../../src/config/render.ts';
import { Secret } from '../../../src/model/secret.ts';

const rendered = (text: string): string | undefined => {
  const result = renderTemplate(
    { name: 'web-01', file: 'web-01.alloy', text: templateText(text), parameters: null },
    { vars: {}, host: { name: 'h', address: 'h', groups: [] }, locate: () => ({}) },
    createContextScanner,
  );
  return result.ok ? result.value.text : undefined;
};

test('a configuration renders to itself, whatever it looks like to Liquid', () => {
  const piece = fc.constantFrom(
    '{{',
    '}}',
    '{%',
    '%}',
    ' endraw ',
    '{% endraw %}',
    '{%- raw -%}',
    'a "b" {\n',
    '\t',
    '}',
    '\n',
    'é',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      expect(rendered(pieces.join(''))).toBe(pieces.join(''));
    }),
  );
});

test('an imported template is checked before it is written', async () => {
  const inventory = 'hosts:\n  web-01: { config: { template: ./web-01.alloy } }\n';
  const draft = (text: string) =>
    new Map([['./web-01.alloy', { file: 'web-01.alloy', text, declarations: null }]]);
  const file = '/nonexistent/inventory.yaml';
  const { targets } = await targetsOf(inventory, file, draft('logging { }\n'));
  expect(targets.map(({ desired }) => desired.config)).toEqual([
    expect.stringContaining('logging { }'),
  ]);
  await expect(targetsOf(inventory, file, draft('logging {\n'))).rejects.toMatchObject({
    problem: { code: 'config.syntax', at: { file: expect.stringMatching(/^web-01\.alloy/) } },
  });
});

test('secrets go to their own files, and the inventory refers to them', () => {
  const { settings, files } = importedSettings('web-01', {
    config: 'logging { }\n',
    secretLines: [],
    extracted: [],
    listen: '127.0.0.1:12345',
    stability: 'generally-available',
    args: ['--disable-reporting'],
    environment: new Map<string, string | Secret>([
      ['REGION', 'west'],
      ['TOKEN', new Secret('canary')],
    ]),
    memberOf: ['docker'],
    version: '1.18.1-1',
  });
  expect(JSON.stringify(settings)).not.toContain('canary');
  expect(settings).toContainEqual([
    ['alloy', 'environment', 'TOKEN'],
    { secret: 'file:./secrets/web-01-TOKEN' },
  ]);
  expect(settings).toContainEqual([['alloy', 'version'], '1.18.1']);
  expect(files.map(({ path, mode }) => [path, mode])).toEqual([
    ['./secrets/web-01-TOKEN', 0o600],
    ['./web-01.alloy', 0o644],
  ]);
});
