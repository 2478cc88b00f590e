import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { AnsibleInventory } from '../../../src/inventory/ansible/ansible-inventory.ts';
import { parseAnsibleYaml } from '../../../src/inventory/ansible/ansible-yaml.ts';
import { parseAnsibleIni } from '../../../src/inventory/ansible/ini.ts';
import { readVariables } from '../../../src/inventory/ansible/variable-files.ts';
import { openInventory } from '../../../src/inventory/open-inventory.ts';
import { settingsOf } from '../../../src/inventory/settings.ts';
import { readVariableDirectories } from '../../../src/sources/group-vars.ts';
import { expectedListing, listing } from './listing.ts';

const HERE = new URL('./', import.meta.url).pathname;
const cases = readdirSync(`${HERE}variable-files`).sort();

async function parse(name: string): Promise<AnsibleInventory> {
  const directory = `${HERE}variable-files/${name}`;
  const file = readdirSync(directory).find((one) => one.startsWith('hosts.'))!;
  const text = readFileSync(`${directory}/${file}`, 'utf8');
  const read = file.endsWith('.ini') ? parseAnsibleIni(text, file) : parseAnsibleYaml(text, file);
  if (!read.ok) throw new Error(JSON.stringify(read.problems, null, 2));
  const beside = readVariables(read.value, await readVariableDirectories(directory));
  if (!beside.ok) throw new Error(JSON.stringify(beside.problems, null, 2));
  return { ...read.value, beside: beside.value };
}

test.each(cases)('%s yields what ansible-inventory --list prints', async (name) => {
  expect(JSON.parse(JSON.stringify(listing(await parse(name))))).toEqual(
    expectedListing(readFileSync(`${HERE}expected-variable-files/${name}.gen.json`, 'utf8')),
  );
});

let directory: string | null = null;
afterEach(() => {
  if (directory !== null) rmSync(directory, { recursive: true });
  directory = null;
});

/** An inventory of one host in `web`, with these files beside it. */
async function withFiles(files: Readonly<Record<string, string>>) {
  directory = mkdtempSync(join(tmpdir(), 'alloyup-vars-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return openInventory('[web]\nweb-01\n', 'hosts.ini').read({
    beside: await readVariableDirectories(directory),
    directory,
    fromInventory: (path) => path,
  });
}

test('a value keeps the file and line where it is set', async () => {
  const read = await withFiles({ 'group_vars/web.yml': '---\n# where\nansible_port: 2222\n' });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const at = settingsOf(read.value, 'web-01').origins.get('ssh.port')!;
  expect(at).toEqual({ file: `${directory}/group_vars/web.yml`, line: 3, column: 1 });
  expect(read.value.frame(at)).toContain('ansible_port: 2222');
});

test.each([
  [
    'an encrypted file',
    { 'host_vars/web-01.yml': '$ANSIBLE_VAULT;1.1;AES256\n6162\n' },
    'variables-encrypted',
  ],
  ['a file that is not a map', { 'group_vars/web/a.yml': '- one\n' }, 'variables-form'],
  ['a file that is not YAML', { 'group_vars/all': 'a: "b\n' }, 'unclosed-quote'],
  ['a file that is not text', { 'group_vars/all': '\0' }, 'variables-unreadable'],
])('%s is refused, with its name', async (_, files, reason) => {
  const read = await withFiles(files);
  expect(read.ok ? [] : read.problems).toMatchObject([
    { params: { reason }, at: { file: `${directory}/${Object.keys(files)[0]}` } },
  ]);
});

test('files for groups and hosts outside the inventory are not read', async () => {
  expect(
    (await withFiles({ 'group_vars/db.yml': '- "', 'host_vars/.web-01.yml.swp': '\0' })).ok,
  ).toBe(true);
});
