import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { useAlloyup } from '../built.ts';

const { alloyup, path, put, read } = useAlloyup();

const INI = '[web]\nweb-[01:02] ansible_port=2222 ansible_python_interpreter=/usr/bin/python3\n';

test('inventory import prints the inventory or writes it, and replaces a file only with --force', () => {
  put('hosts', INI);
  const printed = alloyup(['inventory', 'import', 'hosts']);
  expect(printed.code).toBe(0);
  expect(printed.err).toContain('ansible_python_interpreter has no counterpart in');
  expect(alloyup(['hosts', '-i', '-'], { input: printed.out }).out).toContain('web-02:2222');
  expect(alloyup(['inventory', 'import', 'hosts', '-o', 'new.yaml'])).toMatchObject({
    code: 0,
    out: '',
  });
  expect(read('new.yaml')).toBe(printed.out);
  expect(statSync(path('new.yaml')).mode & 0o777).toBe(0o644);
  put('new.yaml', 'mine\n');
  expect(alloyup(['inventory', 'import', 'hosts', '-o', 'new.yaml'])).toMatchObject({ code: 64 });
  expect(read('new.yaml')).toBe('mine\n');
  expect(alloyup(['inventory', 'import', 'hosts', '-o', 'new.yaml', '--force']).code).toBe(0);
  expect(read('new.yaml')).toBe(printed.out);
});

test('host names on stdin become an inventory', () => {
  const { out, code } = alloyup(['inventory', 'import', '-'], {
    input: 'web-01\n# no host\nops@web-02:2222\n',
  });
  expect(code).toBe(0);
  expect(alloyup(['hosts', '-i', '-'], { input: out }).out).toBe(
    'web-01\nweb-02  ops@web-02:2222\n',
  );
});
