import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { limitHosts } from '../../../src/inventory/limit.ts';
import { openInventory } from '../../../src/inventory/open-inventory.ts';
import { settingsOf } from '../../../src/inventory/settings.ts';
import { withText } from '../../../src/report/text-of.ts';
import { mutate } from '../../fuzz/mutate.ts';
import { ANSWERS } from './answers.ts';

/** What inventories are made of, the unusual more often than in real ones. */
const WORDS: readonly string[] = [
  ...['c1', 'c2', 'cache', 'edge', 'all', 'ungrouped', 'c[1:3]', 'c1:2200', '[2001:db8::1]:22'],
  ...['2001:db8::2', 'hosts', 'vars', 'children', 'plugin', '_meta', 'localhost', 'east'],
  ...['ansible_host', 'ansible_ssh_host', 'ansible_port', 'ansible_ssh_port', 'ansible_user'],
  ...['ansible_ssh_user', 'ansible_connection', 'ansible_ssh_common_args', 'ansible_ssh_args'],
  ...['ansible_ssh_extra_args', 'ansible_ssh_private_key_file', 'ansible_private_key_file'],
  ...['ansible_group_priority', 'ansible_become', 'ansible_become_password', 'alloy_version'],
  ...[
    '192.0.2.7',
    '10.0',
    '0x10',
    '1e3',
    'yes',
    'True',
    'None',
    '~',
    'null',
    '""',
    "''",
    '[]',
    '{}',
  ],
  ...['2222', '02000', '22.0', '[a, b]', '{a: {b: 1}}', "['a']", '!vault x', '&a', '*a', '<<'],
  ...['constructor', '__proto__', 'toString', '[{a: b}]', '[null]'],
  ...['ssh', 'local', 'ansible.builtin.local', 'smart', 'docker', 'paramiko'],
  ...[
    '"{{ ip }}"',
    '"{{ inventory_hostname }}"',
    '"{{ inventory_dir }}"',
    '#',
    ';',
    '"',
    "'",
    '\\',
  ],
  ...["'-o ProxyJump=me@gate'", "'-J a,b:22'", "'-p 2201 -l me'", "'-o User=u -o Port=2300'"],
  ...['\'-o ProxyCommand="ssh -W %h:%p g"\'', "'-F x'", "'-o HostName=h'", "'-i k'", "'-Cqp22'"],
];

const LINES: readonly string[] = [
  ...['[cache]', '[edge:children]', '[cache:vars]', '[all:vars]', '[east]', 'cache', 'c1', 'c2'],
  ...['c[01:03] ansible_user=me', 'ansible_user=me', 'ansible_port=2222', 'ansible_host=192.0.2.8'],
  ...['all:', '  hosts:', '    c1:', '      ansible_host: 192.0.2.9', '  vars:', '  children:'],
  ...['    cache:', '      hosts:', '        c2: {ansible_port: 2200}', '- c1', '---', '...'],
  ...[
    '      - c1: {}',
    '  hosts: [{c1: {}}, null]',
    '  children: [{cache: null}]',
    'constructor:',
    '__proto__:',
  ],
];

/** The project's own inventories, as text. */
const SEEDS: readonly string[] = ['answers', 'cases'].flatMap((directory) => {
  const path = join(ANSWERS, '..', directory);
  return readdirSync(path)
    .filter((name) => /\.(ini|ya?ml|json)$/.test(name) && name !== 'ansible.gen.json')
    .sort()
    .map((name) => readFileSync(join(path, name), 'utf8'));
});

/** Another inventory, made from one or two of the project's by a few changes. */
export const mutated = (random: () => number): string =>
  mutate({ seeds: SEEDS, words: WORDS, lines: LINES, between: ['=', ': '] }, random);

const PATTERNS = [
  'all[0]',
  'c*[1]',
  '~(?i)C',
  '!cache',
  'cache:&edge',
  '[',
  'c[1-2]',
  '@x,c1',
  '*',
];

/**
 * Reads a text as `alloyup hosts` does. Throws what would be exit 70, and where a refusal lacks
 * something. Returns whether it was accepted.
 */
export function readAny(text: string, random: () => number): boolean {
  const file = 'hosts';
  const read = openInventory(text, file).read();
  if (!read.ok) {
    if (read.problems.length === 0) throw new Error('refused without a problem');
    for (const { at, message, hint } of read.problems.map(withText))
      if (at?.file !== file || message === '' || hint === '')
        throw new Error(`incomplete: ${JSON.stringify({ at, message, hint })}`);
    return false;
  }
  const { hosts, groups, mentioned, warnings } = read.value;
  warnings.map(withText);
  for (const name of hosts.keys()) settingsOf(read.value, name);
  const pattern = PATTERNS[Math.floor(random() * PATTERNS.length)]!;
  limitHosts({ hosts: [...hosts.keys()], groups, mentioned }, pattern);
  return hosts.size > 0;
}
