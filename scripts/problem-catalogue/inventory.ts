import type {
  InventoryProblems,
  InventoryWarnings,
  RangeMistake,
} from '../../src/model/problems/inventory-problems.ts';
import type { Catalogue } from './catalogue.ts';

const ranges: Catalogue<{ range: RangeMistake }>['range']['examples'] = {
  'unclosed-bracket': { pattern: 'web-[01:20' },
  'not-a-range': { pattern: 'web-[1]', range: '1' },
  'mixed-range': { pattern: 'web-[1:c]', range: '1:c' },
  'backward-range': { pattern: 'web-[20:01]', begin: '20', end: '01' },
  'uneven-range': { pattern: 'web-[01:100]', begin: '01', end: '100' },
  'too-many-names': { pattern: 'web-[1:2000000]', count: 2_000_000, limit: 20_000 },
};

const group = 'web';
const program = '/srv/fleet/hosts.py';
const host = 'web-01.example.com';
const file = 'group_vars/web.yml';

export const inventoryCatalogue: Catalogue<InventoryProblems> = {
  'inventory.syntax': {
    means: 'The inventory is not valid YAML, or not a valid Ansible inventory.',
    examples: {
      ...ranges,
      yaml: { error: 'TAB_AS_INDENT', said: 'Tabs are not allowed as indentation' },
      'unclosed-quote': {},
      'nested-too-deeply': {},
      'alias-bomb': {},
      'complex-key': {},
      'unknown-tag': { tag: '!vault' },
      'recursive-alias': { anchor: 'all' },
      'unknown-anchor': { anchor: 'all' },
      'reserved-key': { key: '<<' },
      'duplicate-key': { key: 'version', line: 3 },
      'ini-section': { written: '[web:host]' },
      'ini-header': { written: '[web servers]' },
      'ini-child': { written: 'a b' },
      'ini-variable': { written: 'ansible_user' },
      'ini-host-variable': { written: 'ansible_user' },
      'ini-quote': {},
      'group-priority': {},
      'undeclared-group': { group },
      'vars-of-undeclared-group': { group },
      'group-cycle': { group },
      'group-form': { group },
      'group-section-form': { group, section: 'hosts' },
      'group-list-form': { group, section: 'hosts' },
      'host-form': { host },
      'ungrouped-child': { group },
      'reserved-host': { name: 'all' },
      'host-with-user': { user: 'ops', host },
      'not-groups': {},
      'meta-form': {},
      'plugin-config': { plugin: 'amazon.aws.aws_ec2', file: 'aws_ec2.yml' },
      'variables-form': { file },
    },
  },
  'inventory.schema': {
    means:
      'A key or value in the inventory is not one that alloyup knows. [The reference](inventory.md) lists every key.',
    examples: {
      ...ranges,
      'unknown-key': { setting: 'defaults.alloy', key: 'Version', known: [], near: 'version' },
      'planned-key': { setting: 'defaults.alloy', key: 'cluster' },
      'not-allowed': {
        setting: 'defaults.alloy.check',
        written: 'https',
        allowed: ['http', 'service'],
        near: 'http',
      },
      value: {
        setting: 'defaults.alloy.listen',
        expected: 'listen-address',
        found: 'string',
        written: ':12345',
      },
      'too-small': { setting: 'defaults.ssh.port', of: 'number', limit: 1 },
      'too-large': { setting: 'defaults.ssh.port', of: 'number', limit: 65_535 },
      empty: {},
      'host-name': { name: 'ops@web-02.example.com' },
      'bracketed-address': { address: 'fe80::1' },
      'list-item': { item: '@web-01' },
      'duplicate-list-item': { item: 'web-01' },
    },
  },
  'inventory.rule': {
    means: 'Each value in the inventory is valid, but together they make no sense.',
    examples: {
      'environment-value': { variable: 'GREETING', fault: { kind: 'too-long' } },
      'no-hosts': {},
      'shared-address': {},
      'duplicate-host': { host, line: 2 },
      'too-many-hosts': { count: 120_000, limit: 100_000 },
      'reserved-group': { group: 'all' },
      'unknown-group': { group: 'wbe', near: 'web' },
      'groups-disagree': {
        host,
        setting: 'alloy.version',
        groups: [
          { name: 'web', line: 4 },
          { name: 'canary', line: 8 },
        ],
      },
      'same-machine': { hosts: [host, 'web-02.example.com'], machine: '10.0.0.1' },
      'reserved-variable': { variable: 'CONFIG_FILE' },
      'zero-byte': { variable: 'TOKEN' },
      'reserved-argument': { argument: '--storage.path' },
      'duplicate-argument': { argument: '--disable-reporting' },
      'secret-in-vars': { setting: 'defaults.config.vars.password', variable: 'PASSWORD' },
      'foreign-file': { path: '/etc/alloy/config.alloy', owner: 'configuration' },
      'two-contents': { path: '/etc/alloy/ca.pem' },
      'no-content': { path: '/etc/alloy/ca.pem', host },
      'readable-secret': { path: '/etc/alloy/key.pem', mode: '0644' },
      'moved-api': { host },
      'ansible-template': { variable: 'ansible_host', host, file: 'hosts.ini' },
      'ansible-vault': { variable: 'ansible_user', host, file: 'hosts.ini' },
      'ansible-value': { variable: 'ansible_port', found: '{"ssh":2222}' },
      'ssh-argument': { variable: 'ansible_ssh_common_args', argument: '-F ssh.cfg' },
      'jump-key': { variable: 'ansible_ssh_common_args', key: '~/.ssh/gate' },
      'all-left-out': { host: 'switch-01', connection: 'network_cli', more: 3 },
    },
  },
  'inventory.file': {
    means: 'The inventory, or a file beside it, cannot be read.',
    examples: {
      'variables-unreadable': { file, failure: { kind: 'not-text' } },
      'endless-stdin': {},
      'stdin-not-text': {},
      'empty-stdin': {},
      'unreadable-inventory': {
        path: 'inventory.yaml',
        failure: { kind: 'missing' },
        meant: 'inventory.yml',
      },
      'unreadable-file': { path: 'files/ca.pem', failure: { kind: 'missing' } },
      program: { path: program },
      'not-executable': { path: program },
      'world-writable': { path: program },
      'program-failed': { path: program, failure: { kind: 'exit', exitCode: 1 } },
      'program-silent': { path: program },
      'variables-encrypted': { file },
      'program-not-json': { path: program },
      'program-without-meta': { path: program },
      toml: { path: 'hosts.toml' },
    },
  },
  'inventory.limit': {
    means: '`--limit` does not select any hosts of the inventory.',
    examples: {
      empty: { limit: '' },
      'no-hosts-left': { limit: 'web:!web' },
      'empty-part': {},
      'index-out-of-range': { part: 'web[7]', name: group, count: 3 },
      'open-range': { part: 'web[:]', name: group },
      'unknown-name': { name: 'wbe', near: 'web', groups: [group] },
      'regular-expression': { part: '~[', said: 'Unterminated character class' },
      'no-match': { part: 'xyz*' },
    },
  },
};

const variable = 'ansible_become';

export const inventoryWarningCatalogue: Catalogue<InventoryWarnings> = {
  'inventory.ambiguous': {
    means: 'A name in the inventory has two meanings.',
    examples: { 'host-and-group': { name: group } },
  },
  'inventory.unused': {
    means: 'A part of the inventory has no effect.',
    examples: {
      'empty-group': { group },
      variable: { variable: 'metrics_ulr' },
      'tolerated-component': { component: 'loki.source.file.nginx' },
    },
  },
  'ansible.left': {
    means: 'A host in an Ansible inventory is left out because alloyup cannot connect to it.',
    examples: { connection: { host, connection: 'docker' } },
  },
  'ansible.ignored': {
    means: 'A part of an Ansible inventory has no effect on alloyup.',
    examples: {
      'group-key': { key: 'tags', group },
      'not-a-group': { group: 'version' },
      'ungrouped-host': { host: 'db-01' },
      'later-port': { host: 'db-01', port: 2222 },
      'older-name': { variable: 'ansible_ssh_host', current: 'ansible_host' },
      vault: { variable },
      template: { variable },
      'become-off': { variable },
      'become-password': { variable: 'ansible_become_password' },
      'host-key-checking-off': { variable: 'ansible_host_key_checking' },
      'alloy-version': { variable: 'alloy_version' },
      'own-variable': { variable: 'region', moreLines: [3, 4] },
      'no-counterpart': { variable: 'ansible_python_interpreter' },
      'become-user': { variable: 'ansible_become_user', value: 'grafana' },
      'become-method': { variable: 'ansible_become_method', value: 'doas' },
      'ssh-arguments': { variable: 'ansible_ssh_common_args', args: ['-o Compression=yes'] },
    },
  },
};
