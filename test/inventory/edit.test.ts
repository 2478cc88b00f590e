import { expect, test } from 'vitest';
import { editInventory } from '../../src/inventory/edit.ts';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';

const EDIT = {
  defaults: [
    [['ssh', 'user'], 'ops'],
    [['alloy', 'environment', 'METRICS_PASSWORD'], { secret: 'env:TOKEN' }],
    [['config', 'template'], 'linux-host'],
    [['config', 'vars', 'metrics_url'], 'https://metrics.example.com/write'],
  ],
  hosts: [
    { name: 'web-[01:03]', settings: [] },
    { name: '10.0.0.7', settings: [[['ssh', 'port'], 2222]] },
  ],
} as const;

test('a new inventory has the settings of the edit, and is valid', () => {
  const text = editInventory(null, EDIT);
  expect(text).toBe(`# Created by alloyup init. All settings: docs/inventory.md

defaults:
  ssh:
    user: ops
  alloy:
    environment:
      METRICS_PASSWORD: { secret: env:TOKEN }
  config:
    template: linux-host
    vars:
      metrics_url: https://metrics.example.com/write

hosts:
  web-[01:03]:
  10.0.0.7:
    ssh:
      port: 2222
`);
  const parsed = parseInventory(text, 'inventory.yaml');
  expect(parsed.ok && [...parsed.value.hosts.keys()]).toEqual([
    'web-01',
    'web-02',
    'web-03',
    '10.0.0.7',
  ]);
});

const OLD = `# The fleet of the shop.
defaults:
  ssh: { user: root } # until the new image
  config:
    # gateways only
    template: otlp-gateway
    vars:
      traces_url: https://tempo.example.com:4318

groups: # by place
  west: { hosts: [web-09] }
hosts:
  # the oldest
  web-09: {}
`;

test('an existing inventory keeps its comments, its order and all other settings', () => {
  const text = editInventory(OLD, {
    defaults: [[['ssh', 'user'], 'ops']],
    hosts: [{ name: 'web-10', settings: [] }],
  });
  // the library decides on line breaks in lists and on the place of a comment after a key
  const loose = (one: string): string => one.replace(/[ \n]+/g, '').replaceAll('-', ' - ');
  expect(loose(text)).toBe(loose(`${OLD.replace('user: root', 'user: ops')}  web-10:\n`));
});

test('changing the template removes the variables of the old one', () => {
  const text = editInventory(OLD, {
    defaults: [[['config', 'template'], 'minimal']],
    hosts: [],
  });
  expect(text).not.toContain('traces_url');
  expect(text).toContain('# gateways only\n    template: minimal\n');
});

test('settings can be added below a key without a value', () => {
  const text = editInventory('defaults:\nhosts:\n  db:\n', EDIT);
  const parsed = parseInventory(text, 'inventory.yaml');
  expect(parsed.ok && parsed.value.hosts.size).toBe(5);
});
