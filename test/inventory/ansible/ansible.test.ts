import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  type AnsibleInventory,
  Vaulted,
} from '../../../src/inventory/ansible/ansible-inventory.ts';
import { parseAnsibleYaml } from '../../../src/inventory/ansible/ansible-yaml.ts';
import { parseAnsibleIni } from '../../../src/inventory/ansible/ini.ts';
import { inventoryText } from '../../../src/inventory/edit.ts';
import { openInventory } from '../../../src/inventory/open-inventory.ts';
import { parseInventory } from '../../../src/inventory/parse-inventory.ts';
import { settingsOf } from '../../../src/inventory/settings.ts';
import { withText } from '../../../src/report/text-of.ts';
import { expectedListing, listing, sorted } from './listing.ts';

const HERE = new URL('./', import.meta.url).pathname;
const cases = readdirSync(`${HERE}cases`).sort();
const nameOf = (file: string): string => file.replace(/\.\w+$/, '');

/** An executable inventory prints its text, the others are read. */
const textOf = (file: string): string =>
  file.endsWith('.sh')
    ? execFileSync('sh', [`${HERE}cases/${file}`], { encoding: 'utf8' })
    : readFileSync(`${HERE}cases/${file}`, 'utf8');

function parse(file: string): AnsibleInventory {
  const text = textOf(file);
  const kind = openInventory(text, '').kind;
  expect(kind).toBe(file.endsWith('.ini') ? 'ansible-ini' : 'ansible-yaml');
  const read = kind === 'ansible-ini' ? parseAnsibleIni(text, file) : parseAnsibleYaml(text, file);
  if (!read.ok) throw new Error(JSON.stringify(read.problems, null, 2));
  return read.value;
}

test('there are forty inventories, each with the answer of Ansible', () => {
  expect(cases.length).toBeGreaterThanOrEqual(40);
  expect(
    readdirSync(`${HERE}expected`)
      .filter((name) => name.endsWith('.gen.json'))
      .sort(),
  ).toEqual(cases.map((file) => `${nameOf(file)}.gen.json`));
});

test.each(cases)('%s yields what ansible-inventory --list prints', (file) => {
  expect(JSON.parse(JSON.stringify(listing(parse(file))))).toEqual(
    expectedListing(readFileSync(`${HERE}expected/${nameOf(file)}.gen.json`, 'utf8')),
  );
});

test.each(cases)('%s is converted to the expected inventory and warnings', async (file) => {
  const read = openInventory(textOf(file), file).read();
  const shown = read.ok
    ? `${inventoryText(read.value.input, file)}${read.value.warnings
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
  await expect(shown).toMatchFileSnapshot(`${HERE}converted/${nameOf(file)}.txt`);
});

test.each(cases)('%s converted and read again gives the same hosts', (file) => {
  const read = openInventory(textOf(file), file).read();
  if (!read.ok) return expect(read.problems.length).toBeGreaterThan(0);
  const again = parseInventory(inventoryText(read.value.input, file), 'inventory.yaml');
  if (!again.ok) throw new Error(JSON.stringify(again.problems, null, 2));
  const plain = (inventory: typeof read.value) =>
    [...inventory.hosts.keys()].sort().map((name) => {
      const { at: _, origins: __, ...settings } = settingsOf(inventory, name);
      // positions differ in the new file
      const text = JSON.stringify(settings, (key, value) => (key === 'at' ? undefined : value));
      return { ...JSON.parse(text), groups: sorted(settings.groups) };
    });
  expect(plain(again.value)).toEqual(plain(read.value));
});

test('a value keeps the line where it is set', () => {
  const read = openInventory(textOf('05-host-vars.ini'), 'hosts.ini').read();
  if (!read.ok) throw new Error('unread');
  const { origins, at } = settingsOf(read.value, 'web-02');
  expect(at).toEqual({ file: 'hosts.ini', line: 3, column: 1 });
  expect(origins.get('ssh.address')).toEqual({ file: 'hosts.ini', line: 3, column: 8 });
  expect(origins.get('ssh.identity')).toEqual({ file: 'hosts.ini', line: 3, column: 32 });
});

test('a value encrypted with Ansible Vault is never shown', () => {
  const text =
    'all:\n  hosts:\n    a:\n      ansible_become_password: !vault |\n        $ANSIBLE_VAULT;1.1;AES256\n        6162\n      other: !vault abc\n';
  const read = openInventory(text, 'f').read();
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  expect(JSON.stringify([read.value.input, read.value.warnings])).not.toMatch(/6162|abc/);
  expect(read.value.input.hosts?.a?.sudo).toBe('ask');
  expect(read.value.warnings.map(({ params }) => params)).toEqual([
    { reason: 'become-password', variable: 'ansible_become_password' },
    { reason: 'vault', variable: 'other' },
  ]);
  expect(new Vaulted()).toEqual({});
});

test.each([
  ['hosts: { a: {} }', 'alloyup'],
  ['defaults: {}\n', 'alloyup'],
  ['groups:\n  web: { hosts: [a] }\n', 'alloyup'],
  ['{"hosts": {"a": null}}', 'alloyup'],
  ['', 'alloyup'],
  ['webs:\n  - a\n', 'alloyup'],
  ['{"webs": ["a"]}', 'ansible-yaml'],
  ['host: { a: {} }', 'alloyup'],
  ['[web]\na\n', 'ansible-ini'],
  ['a ansible_host=b\n', 'ansible-ini'],
  ['a\nb\n', 'ansible-ini'],
  ['a[1:3] x="1 2"\n', 'ansible-ini'],
  ['2001:db8::1\n', 'ansible-ini'],
  ['hosts\n  a:\n', 'alloyup'],
  ['hosts: x=1\n', 'alloyup'],
  ['plugin: a\ngroups: { b: c }\n', 'ansible-yaml'],
  ['hosts: { hosts: { a: } }\n', 'ansible-yaml'],
  ['hosts: { hosts: { ssh: { port: 22 } } }\ngroups: { a: }\n', 'alloyup'],
  ['a: {}\nb: { hosts: { c: } }\nversion: 2\n', 'ansible-yaml'],
  ['all:\n  hosts:\n    a:\n', 'ansible-yaml'],
  ['{"_meta": {"hostvars": {}}, "web": ["a"]}', 'ansible-yaml'],
])('%j is read as %s', (text, kind) => {
  expect(openInventory(text, '').kind).toBe(kind);
});

test.each([
  ['[web]\na b\n', 2, { reason: 'ini-host-variable', written: 'b' }],
  ['[web:host]\n', 1, { reason: 'ini-section', written: '[web:host]' }],
  ['[a]\n[we b]\n', 2, { reason: 'ini-header', written: '[we b]' }],
  ['[web:vars]\na=1\n', 1, { reason: 'vars-of-undeclared-group', group: 'web' }],
  ['[a:children]\nb\n', 2, { reason: 'undeclared-group', group: 'b' }],
  ['[a:children]\nb c\n', 2, { reason: 'ini-child', written: 'b c' }],
  ['[a]\nx "y\n', 2, { reason: 'ini-quote' }],
  ['[a]\nx\n[a:vars]\nnothing\n', 4, { reason: 'ini-variable', written: 'nothing' }],
  ['[a]\nx\n[a:vars]\nansible_group_priority=x\n', 4, { reason: 'group-priority' }],
  ['[a:vars]\nansible_group_priority={1: {2: 3}}\n[a]\nx\n', 2, { reason: 'group-priority' }],
  ['[a:children]\nb\n[b:children]\na\n', 1, { reason: 'group-cycle', group: 'a' }],
  ['[a]\nx[3:1]\n', 2, { reason: 'backward-range', pattern: 'x[3:1]' }],
  ['[a]\nx ansible_host="{{ ip }}"\n', 2, { reason: 'ansible-template' }],
  ['all:\n  hosts: 5\n', 2, { reason: 'group-section-form', group: 'all', section: 'hosts' }],
  ['all:\n  children: 5\n', 2, { reason: 'group-section-form', section: 'children' }],
  ['all: { children: { a: 5 } }\n', 1, { reason: 'group-form', group: 'a' }],
])('%j is refused at its line', (text, line, params) => {
  const read = openInventory(text, 'hosts').read();
  expect(read.ok ? undefined : read.problems[0]).toMatchObject({ at: { line }, params });
});
