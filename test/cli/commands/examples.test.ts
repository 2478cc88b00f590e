import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { useAlloyup } from '../built.ts';

const { alloyup, put } = useAlloyup();
const text = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

test('the example inventory is short, and valid as it is', () => {
  const example = text('inventory.example.yaml');
  expect(example.split('\n').length).toBeLessThan(40);
  put('inventory.yaml', example);
  expect(alloyup(['validate'])).toEqual({
    code: 0,
    out: '4 hosts checked: no problems\n',
    err: '',
  });
});

test('the inventory with every key is valid with its files', () => {
  put('inventory.yaml', text('docs/inventory.full.yaml'));
  put('vars.yaml', '{}\n');
  put('ca.pem', 'certificate\n');
  put('nginx.alloy', 'local.file_match "nginx" {\n\tpath_targets = []\n}\n');
  put('password', 'hunter2\n', 0o600);
  const { code, err } = alloyup(['validate'], { env: { METRICS_PASSWORD: 'x' } });
  expect([code, err]).toEqual([0, expect.not.stringContaining('error[')]);
});
