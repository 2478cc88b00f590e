import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { AnsibleInventory } from '../../../src/inventory/ansible.ts';
import { parseAnsibleIni } from '../../../src/inventory/ansible-ini.ts';
import { readVariables } from '../../../src/inventory/ansible-variables.ts';
import { parseAnsibleYaml } from '../../../src/inventory/ansible-yaml.ts';
import { readInventory } from '../../../src/inventory/read.ts';
import { settingsOf } from '../../../src/inventory/settings.ts';
import { textOf } from '../../../src/report/text-of.ts';
import { readVariableFolders } from '../../../src/sources/variable-folders.ts';
import { expectedListing, listing } from './listing.ts';

const HERE = new URL('./', import.meta.url).pathname;
const cases = readdirSync(`${HERE}folders`).sort();

async function parse(name: string): Promise<AnsibleInventory> {
  const folder = `${HERE}folders/${name}`;
  const file = readdirSync(folder).find((one) => one.startsWith('hosts.'))!;
  const text = readFileSync(`${folder}/${file}`, 'utf8');
  const read = file.endsWith('.ini') ? parseAnsibleIni(text, file) : parseAnsibleYaml(text, file);
  if (!read.ok) throw new Error(JSON.stringify(read.problems, null, 2));
  const beside = readVariables(read.value, await readVariableFolders(folder));
  if (!beside.ok) throw new Error(JSON.stringify(beside.problems, null, 2));
  return { ...read.value, beside: beside.value };
}

test.each(cases)('%s says the same as ansible-inventory --list', async (name) => {
  expect(JSON.parse(JSON.stringify(listing(await parse(name))))).toEqual(
    expectedListing(readFileSync(`${HERE}expected-folders/${name}.gen.json`, 'utf8')),
  );
});

let folder: string | null = null;
afterEach(() => {
  if (folder !== null) rmSync(folder, { recursive: true });
  folder = null;
});

/** An inventory of one host in `web`, with these files beside it. */
async function withFiles(files: Readonly<Record<string, string>>) {
  folder = mkdtempSync(join(tmpdir(), 'alloyup-vars-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return readInventory('[web]\nweb-01\n', 'hosts.ini', await readVariableFolders(folder));
}

test('a value knows the file and line it was written in', async () => {
  const read = await withFiles({ 'group_vars/web.yml': '---\n# where\nansible_port: 2222\n' });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const at = settingsOf(read.value, 'web-01').origins.get('ssh.port')!;
  expect(at).toEqual({ file: `${folder}/group_vars/web.yml`, line: 3, column: 1 });
  expect(read.value.frame(at)).toContain('ansible_port: 2222');
});

test.each([
  [
    'a file that is a vault',
    { 'host_vars/web-01.yml': '$ANSIBLE_VAULT;1.1;AES256\n6162\n' },
    /web-01\.yml is encrypted by Ansible Vault/,
    /--ask-vault-pass/,
  ],
  [
    'a file that is no map',
    { 'group_vars/web/a.yml': '- one\n' },
    /a\.yml is no map/,
    /name: value/,
  ],
  ['a file that is no YAML', { 'group_vars/all': 'a: "b\n' }, /quote/, /close/],
  ['a file that is no text', { 'group_vars/all': '\0' }, /is not UTF-8 text/, /ansible-inventory/],
])('%s is refused, with its place and what to do', async (_, files, message, hint) => {
  const read = await withFiles(files);
  if (read.ok) throw new Error('was read');
  const [problem] = read.problems;
  expect(textOf(problem!).message).toMatch(message);
  expect(textOf(problem!).hint).toMatch(hint);
  expect(problem!.at?.file).toBe(`${folder}/${Object.keys(files)[0]}`);
});

test('what belongs to no group or host of the inventory is not even looked into', async () => {
  expect(
    (await withFiles({ 'group_vars/db.yml': '- "', 'host_vars/.web-01.yml.swp': '\0' })).ok,
  ).toBe(true);
});
