import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { knownConfigurations } from '../../src/cli/configurations.ts';
import { builtinTemplate } from '../../src/config/builtins.ts';
import { renderedFile } from '../../src/config/template-model.ts';
import { type Configuration, configurationOf } from '../../src/desired/configuration.ts';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';
import { settingsOf } from '../../src/inventory/settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alloyup-known-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const TEMPLATE = builtinTemplate('minimal');
const MADE: Configuration = {
  text: 'logging { }\n',
  components: { known: true, ids: ['a.b'] },
  warnings: [],
};

const host = (text: string, name = 'h1') => {
  const parsed = parseInventory(text, 'inventory.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return settingsOf(parsed.value, name);
};
const PLAIN = 'hosts: { h1: , h2: }';

async function keep(text: string, made = MADE, name = 'h1'): Promise<void> {
  const known = await knownConfigurations(folder, 'build', '/inventory.yaml');
  known.keep(host(text, name), TEMPLATE, made);
  await known.save();
}

test('what was made is known to the next run, and only to the same build and inventory', async () => {
  await keep(PLAIN);
  const recall = async (build: string, inventory: string) =>
    (await knownConfigurations(folder, build, inventory)).recall(host(PLAIN), TEMPLATE);
  expect(await recall('build', '/inventory.yaml')).toEqual(MADE);
  expect(await recall('another', '/inventory.yaml')).toBeUndefined();
  expect(await recall('build', '/other.yaml')).toBeUndefined();
});

test.each([
  ['a variable', 'hosts: { h1: { config: { vars: { a: 1 } } } }'],
  ['the address', 'hosts: { h1: { ssh: { address: 10.0.0.1 } } }'],
  ['a group', 'groups: { g: { hosts: [h1] } }\nhosts: { h1: }'],
  ['the version', 'hosts: { h1: { alloy: { version: 1.18.1 } } }'],
  ['the listener', 'hosts: { h1: { alloy: { listen: "127.0.0.1:1" } } }'],
  ['the check', 'hosts: { h1: { alloy: { check: service } } }'],
  ['the stability', 'hosts: { h1: { alloy: { stability: experimental } } }'],
  ['an argument', 'hosts: { h1: { alloy: { args: [--disable-reporting] } } }'],
  ['the name of a variable', 'hosts: { h1: { alloy: { environment: { A: b } } } }'],
])('%s that changed makes it unknown', async (_, text) => {
  await keep(PLAIN);
  const known = await knownConfigurations(folder, 'build', '/inventory.yaml');
  expect(known.recall(host(text), TEMPLATE)).toBeUndefined();
});

test('so does the template', async () => {
  await keep(PLAIN);
  const known = await knownConfigurations(folder, 'build', '/inventory.yaml');
  const changed = { ...TEMPLATE, text: `${TEMPLATE.text}\n` };
  expect(known.recall(host(PLAIN), changed)).toBeUndefined();
});

test('a run over some hosts leaves what is known of the others', async () => {
  await keep(PLAIN);
  await keep(PLAIN, { ...MADE, text: 'other\n' }, 'h2');
  const known = await knownConfigurations(folder, 'build', '/inventory.yaml');
  expect(known.recall(host(PLAIN), TEMPLATE)?.text).toBe(MADE.text);
  expect(known.recall(host(PLAIN, 'h2'), TEMPLATE)?.text).toBe('other\n');
});

const warningAt = (file?: string): Configuration => ({
  ...MADE,
  warnings: [
    {
      code: 'x',
      message: 'm',
      hint: 'h',
      ...(file === undefined ? {} : { at: { file, line: 1, column: 1 } }),
    },
  ],
});

test.each([
  ['no place', undefined],
  ['a place of the template', TEMPLATE.file],
  ['a place of what it became', renderedFile(TEMPLATE, 'h1')],
])('a warning with %s is told again by the next run', async (_, file) => {
  await keep(PLAIN, warningAt(file));
  await keep(PLAIN, MADE, 'h2');
  const known = await knownConfigurations(folder, 'build', '/inventory.yaml');
  expect(known.recall(host(PLAIN), TEMPLATE)).toEqual(warningAt(file));
  expect(known.recall(host(PLAIN, 'h2'), TEMPLATE)).toEqual(MADE);
});

test('what a built-in template is warned of is kept', async () => {
  const template = builtinTemplate('otlp-gateway');
  const settings = host(
    'hosts: { h1: { config: { template: otlp-gateway, vars: { otlp_url: "http://h/otlp" } } } }',
  );
  const checked = { strict: false, frame: () => '', checked: new Map() };
  const made = configurationOf(settings, template, checked);
  if (!made.ok) throw new Error(JSON.stringify(made.problems));
  expect(made.value.warnings).not.toEqual([]);
  const known = await knownConfigurations(folder, 'build', '/inventory.yaml');
  known.keep(settings, template, made.value);
  await known.save();
  const next = await knownConfigurations(folder, 'build', '/inventory.yaml');
  expect(next.recall(settings, template)).toEqual(made.value);
});

test('one at a place of the inventory is found anew, since its lines may have moved', async () => {
  await keep(PLAIN, warningAt('inventory.yaml'));
  expect(readdirSync(folder)).toEqual([]);
});

test('a damaged entry is no configuration', async () => {
  await keep(PLAIN);
  const kept = join(folder, 'configurations');
  const [name] = readdirSync(kept);
  writeFileSync(join(kept, name!), 'logging { }\n');
  const known = await knownConfigurations(folder, 'build', '/inventory.yaml');
  expect(known.recall(host(PLAIN), TEMPLATE)).toBeUndefined();
});
