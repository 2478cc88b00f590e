import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { useAlloyup } from '../built.ts';

const { alloyup, path, put } = useAlloyup();

const INI = '[web]\nweb-[01:02] ansible_port=2222 ansible_python_interpreter=/usr/bin/python3\n';

test('an Ansible inventory is read directly, and what does not apply is reported', () => {
  put('hosts', INI);
  expect(alloyup(['hosts', '-i', 'hosts']).out).toBe(
    'web-01  web-01:2222  web\nweb-02  web-02:2222  web\n',
  );
  expect(alloyup(['validate', '-i', 'hosts']).err).toContain('hosts:2:31');
  put(
    'inventory.sh',
    '#!/bin/sh\n[ "$1" = --list ] && echo \'{"web": ["web-01"], "_meta": {"hostvars": {}}}\'\n',
    0o755,
  );
  expect(alloyup(['hosts', '-i', 'inventory.sh']).out).toBe('web-01    web\n');
});

test('variable directories next to an Ansible inventory are read, also by an import', () => {
  put('hosts', '[web]\nweb-01\n');
  mkdirSync(path('group_vars'));
  put('group_vars/web.yml', 'ansible_port: 2200\n');
  expect(alloyup(['hosts', '-i', 'hosts']).out).toBe('web-01  web-01:2200  web\n');
  expect(alloyup(['inventory', 'import', 'hosts']).out).toContain('port: 2200');
});
