import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createContextScanner } from '../../../src/alloy/context.ts';
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

test('secrets go to their own files, and the inventory refers to them', () => {
  const { settings, files } = importedSettings('web-01', {
    config: 'logging { }\n',
    secretLines: [],
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
