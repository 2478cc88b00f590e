import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type AnsibleInventory, Vaulted } from '../../../src/inventory/ansible.ts';
import { parseAnsibleIni } from '../../../src/inventory/ansible-ini.ts';
import { parseAnsibleYaml } from '../../../src/inventory/ansible-yaml.ts';
import { parseInventory } from '../../../src/inventory/parse.ts';
import { inventoryText } from '../../../src/inventory/print.ts';
import { kindOfInventory, readInventory } from '../../../src/inventory/read.ts';
import { settingsOf } from '../../../src/inventory/settings.ts';
import { withText } from '../../../src/report/text-of.ts';
import { expectedListing, listing, sorted } from './listing.ts';

const HERE = new URL('./', import.meta.url).pathname;
const cases = readdirSync(`${HERE}cases`).sort();
const nameOf = (file: string): string => file.replace(/\.\w+$/, '');

/** An executable prints; all others are read. */
const textOf = (file: string): string =>
  file.endsWith('.sh')
    ? execFileSync('sh', [`${HERE}cases/${file}`], { encoding: 'utf8' })
    : readFileSync(`${HERE}cases/${file}`, 'utf8');

function parse(file: string): AnsibleInventory {
  const text = textOf(file);
  const kind = kindOfInventory(text);
  expect(kind).toBe(file.endsWith('.ini') ? 'ansible-ini' : 'ansible-yaml');
  const read = kind === 'ansible-ini' ? parseAnsibleIni(text, file) : parseAnsibleYaml(text, file);
  if (!read.ok) throw new Error(JSON.stringify(read.problems, null, 2));
  return read.value;
}

test('there are forty inventories, each with what Ansible says of it', () => {
  expect(cases.length).toBeGreaterThanOrEqual(40);
  expect(
    readdirSync(`${HERE}expected`)
      .filter((name) => name.endsWith('.gen.json'))
      .sort(),
  ).toEqual(cases.map((file) => `${nameOf(file)}.gen.json`));
});

test.each(cases)('%s says the same as ansible-inventory --list', (file) => {
  expect(JSON.parse(JSON.stringify(listing(parse(file))))).toEqual(
    expectedListing(readFileSync(`${HERE}expected/${nameOf(file)}.gen.json`, 'utf8')),
  );
});

test.each(cases)('%s becomes this inventory of ours, and these warnings', async (file) => {
  const read = await readInventory(textOf(file), file);
  const shown = read.ok
    ? `${inventoryText(read.value.written, file)}${read.value.warnings
        .map(withText)
        .map(
          ({ code, message, hint, at }) =>
            `# ${code} ${at?.line}:${at?.column} ${message}\n#   ${hint}\n`,
        )
        .join('')}`
    : read.problems
        .map(withText)
        .map(
          ({ code, message, hint, at }) =>
            `${code} ${at?.line}:${at?.column} ${message}\n  ${hint}\n`,
        )
        .join('');
  await expect(shown).toMatchFileSnapshot(`${HERE}ours/${nameOf(file)}.txt`);
});

test.each(cases)('what is printed of %s reads as the same hosts', async (file) => {
  const read = await readInventory(textOf(file), file);
  if (!read.ok) return expect(read.problems.length).toBeGreaterThan(0);
  const again = parseInventory(inventoryText(read.value.written, file), 'inventory.yaml');
  if (!again.ok) throw new Error(JSON.stringify(again.problems, null, 2));
  const plain = (inventory: typeof read.value) =>
    [...inventory.hosts.keys()].sort().map((name) => {
      const { at: _, origins: __, ...settings } = settingsOf(inventory, name);
      // where a value was written is another place now
      const text = JSON.stringify(settings, (key, value) => (key === 'at' ? undefined : value));
      return { ...JSON.parse(text), groups: sorted(settings.groups) };
    });
  expect(plain(again.value)).toEqual(plain(read.value));
});

test('every value knows the line it was written in', async () => {
  const read = await readInventory(textOf('05-host-vars.ini'), 'hosts.ini');
  if (!read.ok) throw new Error('unread');
  const { origins, at } = settingsOf(read.value, 'web-02');
  expect(at).toEqual({ file: 'hosts.ini', line: 3, column: 1 });
  expect(origins.get('ssh.address')).toEqual({ file: 'hosts.ini', line: 3, column: 8 });
  expect(origins.get('ssh.identity')).toEqual({ file: 'hosts.ini', line: 3, column: 32 });
});

test('a vaulted value is never shown', async () => {
  const text =
    'all:\n  hosts:\n    a:\n      ansible_become_password: !vault |\n        $ANSIBLE_VAULT;1.1;AES256\n        6162\n      other: !vault abc\n';
  const read = await readInventory(text, 'f');
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  expect(JSON.stringify([read.value.written, read.value.warnings])).not.toMatch(/6162|abc/);
  expect(read.value.written.hosts?.a?.sudo).toBe('ask');
  expect(read.value.warnings.map(withText).map(({ message }) => message)).toEqual([
    'ansible_become_password is a secret, and is not read from here',
    'other is encrypted by Ansible Vault',
  ]);
  expect(new Vaulted()).toEqual({});
});

test.each([
  ['hosts: { a: {} }', 'ours'],
  ['defaults: {}\n', 'ours'],
  ['groups:\n  web: { hosts: [a] }\n', 'ours'],
  ['{"hosts": {"a": null}}', 'ours'],
  ['', 'ours'],
  ['webs:\n  - a\n', 'ansible-yaml'],
  ['host: { a: {} }', 'ours'],
  ['[web]\na\n', 'ansible-ini'],
  ['a ansible_host=b\n', 'ansible-ini'],
  ['a\nb\n', 'ansible-ini'],
  ['all:\n  hosts:\n    a:\n', 'ansible-yaml'],
  ['{"_meta": {"hostvars": {}}, "web": ["a"]}', 'ansible-yaml'],
])('%j is taken for one of %s', (text, kind) => {
  expect(kindOfInventory(text)).toBe(kind);
});

test.each([
  ['[web]\na b\n', 2, '"b" is no variable'],
  ['[web:host]\n', 1, 'the section [web:host] is none of Ansible'],
  ['[web:vars]\na=1\n', 1, '[web:vars] is for a group that is not there'],
  ['[a:children]\nb\n', 2, 'there is no group "b"'],
  ['[a]\nx "y\n', 2, 'a quote in this line is not closed'],
  ['[a]\nx\n[a:vars]\nnothing\n', 4, '"nothing" is no variable'],
  ['[a:children]\nb\n[b:children]\na\n', 1, 'is a child of its own'],
  ['[a]\nx[3:1]\n', 2, 'runs backwards'],
  ['[a]\nx ansible_host="{{ ip }}"\n', 2, 'ansible_host is a template'],
])('%j is refused at its line', async (text, line, message) => {
  const read = await readInventory(text, 'hosts');
  expect(read.ok).toBe(false);
  if (!read.ok)
    expect(
      read.problems.map((one) => `${one.at?.line} ${withText(one).message}`).join('\n'),
    ).toMatch(new RegExp(`^${line} .*${message.replace(/[[\]()]/g, '\\$&')}`, 'm'));
});
