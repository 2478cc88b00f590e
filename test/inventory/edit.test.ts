import { expect, test } from 'vitest';
import { composeInventory } from '../../src/inventory/edit.ts';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';

const WISH = {
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

test('a new inventory says what is wished, and is one', () => {
  const text = composeInventory(null, WISH);
  expect(
    text,
  ).toBe(`# yaml-language-server: $schema=https://unpkg.com/alloyup/schema/inventory.schema.json
# Written by alloyup init. What else may stand here: docs/inventory.md

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

test('an existing one keeps its comments, its order and what is not spoken of', () => {
  const text = composeInventory(OLD, {
    defaults: [[['ssh', 'user'], 'ops']],
    hosts: [{ name: 'web-10', settings: [] }],
  });
  // how wide lists are set, and where a comment behind a key of a map stands, is the library's
  const loose = (one: string): string => one.replace(/[ \n]+/g, '').replaceAll('-', ' - ');
  expect(loose(text)).toBe(loose(`${OLD.replace('user: root', 'user: ops')}  web-10:\n`));
});

test('another template takes the variables of the old one with it', () => {
  const text = composeInventory(OLD, {
    defaults: [[['config', 'template'], 'minimal']],
    hosts: [],
  });
  expect(text).not.toContain('traces_url');
  expect(text).toContain('# gateways only\n    template: minimal\n');
});

test('a key that holds nothing is no obstacle', () => {
  const text = composeInventory('defaults:\nhosts:\n  db:\n', WISH);
  const parsed = parseInventory(text, 'inventory.yaml');
  expect(parsed.ok && parsed.value.hosts.size).toBe(5);
});
