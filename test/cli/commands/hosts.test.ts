import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { useAlloyup } from '../built.ts';

const { alloyup: run, put, path } = useAlloyup();
const alloyup = (...args: readonly string[]) => run(args);
const json = (...args: readonly string[]) =>
  JSON.parse(alloyup('hosts', '--output', 'json', ...args).out).hosts;
test('hosts prints the warnings of the inventory, and which hosts are left out and why', () => {
  put('hosts.ini', '[web]\nn1 tier=gold\nw1 ansible_connection=winrm\n');
  const { code, out, err } = alloyup('hosts', '-i', 'hosts.ini');
  expect([code, out]).toEqual([0, 'n1    web\n']);
  expect(err).toContain('w1 is left out: Ansible connects to it with "winrm"');
  expect(err).toContain('tier is a variable of your own');
  expect(err).toContain('1 host\n');
  expect(alloyup('hosts', '-i', 'hosts.ini', '-q').err).toBe('');
});

test('the JSON says how each host is reached and how it becomes root', () => {
  put(
    'hosts.ini',
    "n1 ansible_become_password=x ansible_ssh_common_args='-J me@gate,last -i /k/a -i /k/b'\nhere ansible_connection=local\n",
  );
  expect(json('-i', 'hosts.ini')).toMatchObject([
    {
      name: 'n1',
      transport: 'auto',
      jump: ['me@gate', 'last'],
      identity: ['/k/a', '/k/b'],
      sudo: 'ask',
    },
    { name: 'here', transport: 'local', jump: [], identity: [], sudo: 'passwordless' },
  ]);
});

test('paths of keys in an Ansible inventory are relative to the caller, and inventory_dir to the inventory', () => {
  put(
    'fleet/hosts.ini',
    'n1 ansible_ssh_private_key_file=keys/a\nn2 ansible_ssh_private_key_file="{{ inventory_dir }}/b"\nn3 ansible_ssh_private_key_file=~/.ssh/c\nn4 ansible_ssh_private_key_file=/k/d\n',
  );
  const keys = (file: string) =>
    json('-i', file).flatMap(({ identity }: { identity: readonly string[] }) => identity);
  // alloyup's own paths are relative to the inventory
  expect(keys('fleet/hosts.ini')).toEqual(['../keys/a', './b', '~/.ssh/c', '/k/d']);
  expect(keys(path('fleet/hosts.ini'))).toEqual(keys('fleet/hosts.ini'));
  mkdirSync(path('new'));
  expect(alloyup('inventory', 'import', 'fleet/hosts.ini', '-o', 'new/inventory.yaml').code).toBe(
    0,
  );
  expect(keys('new/inventory.yaml')).toEqual(['../keys/a', '../fleet/b', '~/.ssh/c', '/k/d']);
  expect(alloyup('inventory', 'import', 'fleet/hosts.ini').out).toContain('identity: fleet/b');
});

test('a program must print JSON with _meta, or an inventory of alloyup', () => {
  put('plain.sh', '#!/bin/sh\necho n1\n', 0o755);
  put('bare.sh', '#!/bin/sh\necho \'{"web": ["n1"]}\'\n', 0o755);
  put('own.sh', '#!/bin/sh\necho "hosts: { n1: {} }"\n', 0o755);
  expect(alloyup('hosts', '-i', 'plain.sh')).toMatchObject({ code: 64, out: '' });
  expect(alloyup('hosts', '-i', 'plain.sh').err).toMatch(/not\s+JSON/);
  expect(alloyup('inventory', 'import', 'plain.sh').code).toBe(64);
  expect(alloyup('hosts', '-i', 'bare.sh').err).toMatch(/prints\s+no\s+"_meta"/);
  expect(alloyup('hosts', '-i', 'own.sh')).toMatchObject({ code: 0, out: 'n1\n' });
});

test('the configuration of an inventory plugin names the way to run it', () => {
  put('aws_ec2.yml', 'plugin: amazon.aws.aws_ec2\nkeyed_groups:\n  - { key: tags, prefix: tag }\n');
  const { code, err } = alloyup('hosts', '-i', 'aws_ec2.yml');
  expect(code).toBe(64);
  expect(err.replace(/\s+/g, ' ')).toContain(
    'ansible-inventory -i aws_ec2.yml --list | alloyup inventory import - -o inventory.yaml',
  );
});

test('a slice, a host named like its group and a file of patterns select as in Ansible', () => {
  put('hosts.ini', '[web]\nn2\nn1\nweb\n');
  put('some.txt', '# today\nn1\n!n2\n');
  const names = (limit: string) => alloyup('hosts', '-i', 'hosts.ini', '-l', limit).out.trim();
  expect(names('web[0]')).toMatch(/^n2 /);
  expect(names('web')).toMatch(/^web /);
  expect(names('@some.txt')).toMatch(/^n1 /);
});

test('a file of names may have users and ports, as inventory import takes them', () => {
  put('hosts.txt', '# mine\nweb-01\nops@web-02:2222 # the second\n\nops@10.0.0.7\n');
  expect(alloyup('hosts', '-i', 'hosts.txt').out).toBe(
    'web-01\nweb-02    ops@web-02:2222\n10.0.0.7  ops@10.0.0.7\n',
  );
});

test.each(['hosts', 'children'])('%s of an Ansible group as a list of maps is refused', (key) => {
  put('list.yaml', `all:\n  ${key}:\n    - web: {}\n    - null\n`);
  const { code, err } = alloyup('hosts', '-i', 'list.yaml');
  expect(code).toBe(64);
  expect(err).toContain('list.yaml:2:3');
});

test('an inventory in TOML is named as one', () => {
  put('hosts.toml', '[web.hosts]\nweb-01 = {}\n');
  const { code, err } = alloyup('hosts', '-i', 'hosts.toml');
  expect(code).toBe(64);
  expect(err.replace(/\s+/g, ' ')).toContain(
    'is an inventory in TOML, which alloyup does not read',
  );
});
