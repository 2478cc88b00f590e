import { describe, expect, test } from 'vitest';
import { openInventory } from '../../src/inventory/open-inventory.ts';
import { rebased } from '../../src/inventory/rebase.ts';
import { settingsOf } from '../../src/inventory/settings.ts';
import { type InventoryPart, mergeInventories } from '../../src/inventory/several.ts';
import { varsFilesOf, withVarsFiles } from '../../src/inventory/vars-files.ts';
import { textOf } from '../../src/report/text-of.ts';

function partOf(text: string, file: string, vars: Readonly<Record<string, string>> = {}) {
  const part = openInventory(text, file).part();
  if (!part.ok) throw new Error(JSON.stringify(part.problems));
  const read = Object.entries(vars).map(
    ([path, own]) => [path, { file: path.replace('./', ''), text: own }] as const,
  );
  return read.length === 0 ? part.value : withVarsFiles(part.value, new Map(read));
}

function merge(...parts: readonly InventoryPart[]) {
  const merged = mergeInventories(parts);
  if (merged.ok) return { inventory: merged.value, problems: [] };
  const problems = merged.problems.map((one) => {
    const { message, hint } = textOf(one);
    const { file, line } = one.at ?? {};
    return `${file}:${line} ${message} -> ${hint}`;
  });
  return { inventory: undefined, problems, details: merged.problems.map(({ detail }) => detail) };
}

const inventoryOf = (...parts: readonly InventoryPart[]) => {
  const { inventory, problems } = merge(...parts);
  expect(problems).toEqual([]);
  return inventory!;
};

const GENERATED = `hosts:
  web-01: { groups: [web], ssh: { port: 2222 } }
  web-02: { groups: [web] }
groups:
  web: { hosts: [web-04] }
`;
const SETTINGS = `defaults: { alloy: { version: 1.18.1 } }
groups:
  web:
    hosts: [web-03]
    config: { template: linux-host }
hosts:
  web-01:
    ssh: { user: ops }
  web-02:
`;

describe('several files', () => {
  test('are one inventory, each value with its own file and line', () => {
    const inventory = inventoryOf(partOf(GENERATED, 'a.yaml'), partOf(SETTINGS, 'b.yaml'));
    expect([...inventory.hosts.keys()]).toEqual(['web-01', 'web-02', 'web-04', 'web-03']);
    expect(inventory.groups.get('web')).toHaveLength(4);
    const { ssh, origins, at } = settingsOf(inventory, 'web-01');
    expect(ssh).toMatchObject({ port: 2222, user: 'ops' });
    expect(at).toMatchObject({ file: 'a.yaml', line: 2 });
    expect(origins.get('ssh.port')).toMatchObject({ file: 'a.yaml', line: 2 });
    expect(origins.get('ssh.user')).toMatchObject({ file: 'b.yaml', line: 8 });
    expect(origins.get('alloy.version')).toMatchObject({ file: 'b.yaml', line: 1 });
    // members stand where each file lists them
    expect(inventory.hosts.get('web-04')!.at).toMatchObject({ file: 'a.yaml', line: 5 });
    expect(inventory.hosts.get('web-03')!.at).toMatchObject({ file: 'b.yaml', line: 4 });
    expect(inventory.frame({ file: 'b.yaml', line: 4, column: 1 })).toContain('web-03');
    expect(inventory.files).toEqual(['a.yaml', 'b.yaml']);
  });

  test('may be alloyup files and Ansible files', () => {
    const ini = partOf('[web]\nweb-09 ansible_user=root\n', 'hosts.ini');
    const inventory = inventoryOf(ini, partOf(SETTINGS, 'b.yaml'));
    expect(settingsOf(inventory, 'web-09')).toMatchObject({
      ssh: { user: 'root' },
      groups: ['web'],
      config: { template: 'linux-host' },
    });
  });

  test('must not disagree, and say so with both places', () => {
    const { problems, details } = merge(
      partOf(
        'defaults:\n  alloy: { version: 1.17.0 }\nhosts: { h: { ssh: { port: 1 } } }\n',
        'a.yaml',
      ),
      partOf(
        'defaults:\n\n  alloy: { version: 1.18.1 }\nhosts: { h: { ssh: { port: 1 } } }\n',
        'b.yaml',
      ),
    );
    expect(problems).toEqual([
      'b.yaml:3 a.yaml:2 and b.yaml:3 set different values of defaults.alloy.version -> Remove one of the two',
    ]);
    expect(details![0]).toContain('1.18.1');
  });

  test.each<[string, string, string, RegExp]>([
    [
      'a value and a map',
      'hosts: { h: { sudo: none } }',
      'hosts: { h: { sudo: { password: { secret: "env:P" } } } }',
      /hosts\.h\.sudo/,
    ],
    [
      'a secret and a text',
      'hosts: { h: { alloy: { environment: { A: x } } } }',
      'hosts: { h: { alloy: { environment: { A: { secret: "env:A" } } } } }',
      /environment\.A/,
    ],
    [
      'lists that are no members',
      'hosts: { h: { alloy: { tolerate: [a] } } }',
      'hosts: { h: { alloy: { tolerate: [b] } } }',
      /tolerate/,
    ],
    [
      'a removed fragment',
      'defaults: { config: { fragments: { x: redis } } }\nhosts: { h: }',
      'defaults: { config: { fragments: { x: null } } }',
      /fragments\.x/,
    ],
  ])('%s disagree', (_, one, other, expected) => {
    const { problems } = merge(partOf(one, 'a.yaml'), partOf(other, 'b.yaml'));
    expect(problems[0]).toMatch(expected);
    expect(problems[0]).toMatch(/^b\.yaml:1 a\.yaml:1 and b\.yaml:1/);
  });

  test('name the other file in problems of two places', () => {
    const twice = merge(
      partOf('hosts: { "web-[1:2]": { ssh: { port: 1 } } }\n', 'a.yaml'),
      partOf('hosts:\n  web-1: { ssh: { user: u } }\n', 'b.yaml'),
    );
    expect(twice.problems).toEqual([
      expect.stringMatching(/^b\.yaml:2 the host "web-1" is already defined at a\.yaml:1/),
    ]);
    const groups = merge(
      partOf('groups: { a: { hosts: [h], ssh: { port: 1 } } }\n', 'a.yaml'),
      partOf('groups:\n  b: { hosts: [h], ssh: { port: 2 } }\n', 'b.yaml'),
    );
    expect(groups.problems[0]).toMatch(
      /^b\.yaml:2 the groups "a" \(a\.yaml:1\) and "b" \(b\.yaml:2\)/,
    );
  });

  test('report the mistakes of each file, in the order of the files', () => {
    const { problems } = merge(
      partOf('hosts:\n\n  h: { shh: { port: 1 } }\n', 'z.yaml'),
      partOf('defaults: { ssh: { port: none } }\n', 'a.yaml'),
    );
    expect(problems.map((one) => one.split(' ')[0])).toEqual(['z.yaml:3', 'a.yaml:1']);
  });

  test('that stand elsewhere keep their paths', () => {
    const value = {
      defaults: {
        ssh: { identity: ['./key', '~/.ssh/id', '/abs'] },
        sudo: { password: { secret: 'file:pw' } },
        repository: { key: 'https://x/key', url: './no-path' },
        alloy: {
          environment: { A: 'file:text', B: { secret: 'file:./b' }, C: { secret: 'env:C' } },
        },
        config: {
          template: './t.alloy',
          vars: { template: './stays' },
          fragments: {
            a: './a.alloy',
            b: { template: 'redis' },
            c: { template: 'c.alloy' },
            d: null,
          },
          files: { '/etc/alloy/x': { source: 'x' }, '/etc/alloy/y': { secret: 'file:y' } },
        },
      },
      groups: { g: { hosts: ['h'], repository: { key: 'key.asc' } } },
      hosts: { h: { ssh: { identity: 'key' } }, i: null },
    };
    const plain = JSON.parse(JSON.stringify(rebased(value, (path) => `M/${path}`)));
    expect(plain).toEqual({
      defaults: {
        ssh: { identity: ['M/./key', '~/.ssh/id', '/abs'] },
        sudo: { password: { secret: 'file:M/pw' } },
        repository: { key: 'https://x/key', url: './no-path' },
        alloy: {
          environment: { A: 'file:text', B: { secret: 'file:M/./b' }, C: { secret: 'env:C' } },
        },
        config: {
          template: 'M/./t.alloy',
          vars: { template: './stays' },
          fragments: {
            a: 'M/./a.alloy',
            b: { template: 'redis' },
            c: { template: 'M/c.alloy' },
            d: null,
          },
          files: { '/etc/alloy/x': { source: 'M/x' }, '/etc/alloy/y': { secret: 'file:M/y' } },
        },
      },
      groups: { g: { hosts: ['h'], repository: { key: 'M/key.asc' } } },
      hosts: { h: { ssh: { identity: 'M/key' } }, i: null },
    });
  });
});

describe('files of variables', () => {
  const TEXT = `defaults:
  config: { varsFile: ./all.yaml, vars: { a: 1 } }
groups:
  web: { hosts: [h], config: { varsFile: ./web.yaml } }
`;

  test('are below the variables of their section, and keep their places', () => {
    const part = partOf(TEXT, 'inv.yaml', {
      './all.yaml': 'a: 0\nb: 2\nc: 3\n',
      './web.yaml': '{"c": 4}',
    });
    const { config, origins } = settingsOf(inventoryOf(part), 'h');
    expect({ ...config.vars }).toEqual({ a: 1, b: 2, c: 4 });
    expect(origins.get('config.vars.a')).toMatchObject({ file: 'inv.yaml', line: 2 });
    expect(origins.get('config.vars.b')).toMatchObject({ file: 'all.yaml', line: 2 });
    expect(origins.get('config.vars.c')).toMatchObject({ file: 'web.yaml', line: 1 });
  });

  test('are found with the sections that name them', () => {
    expect(varsFilesOf(partOf(TEXT, 'inv.yaml').value)).toEqual([
      { section: ['defaults'], path: './all.yaml' },
      { section: ['groups', 'web'], path: './web.yaml' },
    ]);
    expect(varsFilesOf({ defaults: { config: { varsFile: 3 } }, groups: ['x'] })).toEqual([]);
  });

  test.each<[string, string, RegExp]>([
    ['no YAML', 'a: [1', /^all\.yaml:1/],
    ['no map', '- a\n', /^all\.yaml:1 \.\/all\.yaml is not a map of variables/],
    ['a value that no template takes', 'x: 1\nb: null\n', /^all\.yaml:2 /],
    ['a secret', 'x: 1\nb: { secret: "env:B" }\n', /^all\.yaml:2 .*secret/],
  ])('of %s are refused in their own lines', (_, text, expected) => {
    const { problems } = merge(
      partOf(TEXT, 'inv.yaml', { './all.yaml': text, './web.yaml': '{}' }),
    );
    expect(problems[0]).toMatch(expected);
  });
});
