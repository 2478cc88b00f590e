import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';
import { fileRefs, secretRefs, settingsOf, templateRef } from '../../src/inventory/settings.ts';
import { secretKey } from '../../src/model/secret-ref.ts';
import { withText } from '../../src/report/text-of.ts';
import { AT_ONCE } from '../builders.ts';

function parse(text: string) {
  const parsed = parseInventory(text, 'inventory.yaml');
  if (!parsed.ok)
    throw new Error(
      parsed.problems
        .map(withText)
        .map(({ message }) => message)
        .join('\n'),
    );
  return parsed.value;
}
const settings = (text: string, host: string) => settingsOf(parse(text), host);

test('a host without settings gets every default', () => {
  const { at, origins, ...rest } = settings('hosts:\n  web-01:\n', 'web-01');
  expect(at).toEqual({ file: 'inventory.yaml', line: 2, column: 3 });
  expect(origins.size).toBe(0);
  expect(rest).toEqual({
    name: 'web-01',
    groups: [],
    ssh: {
      address: 'web-01',
      port: null,
      user: null,
      identity: [],
      jump: [],
      transport: 'auto',
      hostKeys: 'strict',
      hostKey: null,
    },
    sudo: { kind: 'passwordless' },
    repository: {
      url: 'https://apt.grafana.com',
      suite: 'stable',
      components: ['main'],
      key: 'https://apt.grafana.com/gpg-full.key',
      fingerprints: ['B53AE77BADB630A683046005963FA27710458545'],
      proxy: null,
    },
    alloy: {
      version: { policy: 'present' },
      listen: { address: '127.0.0.1', port: 12345 },
      check: 'http',
      stability: 'generally-available',
      args: [],
      tolerate: [],
      environment: new Map(),
      memberOf: [],
      service: {},
      cluster: null,
    },
    config: {
      template: 'minimal',
      vars: {},
      inherited: [],
      fragments: [],
      files: [],
      readable: [],
    },
    rollout: { ...AT_ONCE, delivery: 'report' },
    rolloutGroup: '',
  });
});

test('a rollout is merged like everything else, and its group is who set any of it', () => {
  const text = `
defaults:
  rollout: { canary: 1, serial: [2, 10%], pause: 1min 30s }
groups:
  web: { hosts: [web-01], rollout: { maxFail: 5%, onFail: rollback, order: 1 } }
  all-of-them: { hosts: [web-01, db-01] }
hosts:
  odd: { rollout: { serial: 1 } }
`;
  const common = { canary: 1, serial: [{ hosts: 2 }, { percent: 10 }], pauseS: 90 };
  expect(settings(text, 'db-01')).toMatchObject({
    rollout: { ...common, maxFail: null, order: 0, onFail: 'stop' },
    rolloutGroup: '',
  });
  expect(settings(text, 'web-01')).toMatchObject({
    rollout: { ...common, maxFail: { percent: 5 }, order: 1, onFail: 'rollback' },
    rolloutGroup: 'web',
  });
  expect(settings(text, 'odd')).toMatchObject({
    rollout: { ...common, serial: [{ hosts: 1 }] },
    rolloutGroup: 'odd',
  });
});

test('whether data has to arrive concerns each host alone', () => {
  const text = `
defaults: { rollout: { delivery: require } }
groups: { web: { hosts: [web-01], rollout: { delivery: "off" } } }
hosts: { db-01: { rollout: { delivery: report, canary: 1 } }, db-02: }
`;
  const found = ['web-01', 'db-01', 'db-02'].map((name) => {
    const { rollout, rolloutGroup } = settings(text, name);
    return [rollout.delivery, rolloutGroup];
  });
  expect(found).toEqual([
    ['off', ''],
    ['report', 'db-01'],
    ['require', ''],
  ]);
});

test.each([
  ['5', 5],
  ['500ms', 0.5],
  ['2min', 120],
  ['1h 30min 5s', 5405],
  ['1d', 86_400],
])('a pause of %s', (pause, pauseS) => {
  expect(settings(`hosts: { a: { rollout: { pause: "${pause}" } } }`, 'a').rollout.pauseS).toBe(
    pauseS,
  );
});

const LAYERS = `
defaults:
  alloy: { version: 1.17.0, args: [--a, --b], environment: { A: d, B: d, C: d } }
  config:
    vars: { one: { x: 1, y: 1 }, two: [1, 2] }
    files: { /etc/alloy/a: { source: ./a, mode: "0600" } }
groups:
  web:
    hosts: [h]
    alloy: { environment: { B: g, C: g } }
    config: { vars: { one: { y: 2 }, two: [3] } }
hosts:
  h:
    alloy: { version: 1.18.1, args: [--c], environment: { C: { secret: env:C } } }
    config: { files: { /etc/alloy/a: { secret: env:A } } }
`;

describe('host > group > defaults', () => {
  const host = settings(LAYERS, 'h');

  test('maps merge, lists replace', () => {
    expect(host.config.vars).toEqual({ one: { x: 1, y: 2 }, two: [3] });
    expect(host.alloy.args).toEqual(['--c']);
    expect(host.alloy.version).toEqual({ policy: 'exact', version: '1.18.1-1' });
  });

  test('a variable is replaced as a whole, and keeps its place in the order', () => {
    expect([...host.alloy.environment]).toEqual([
      ['A', 'd'],
      ['B', 'g'],
      ['C', { kind: 'env', name: 'C', at: { file: 'inventory.yaml', line: 14, column: 62 } }],
    ]);
  });

  test('a file keeps its mode and changes its content', () => {
    expect(host.config.files).toMatchObject([
      {
        path: '/etc/alloy/a',
        mode: '0600',
        user: 'root',
        group: 'alloy',
        from: { secret: { name: 'A' } },
      },
    ]);
  });

  test('every value keeps its position', () => {
    const lines = [...host.origins].map(([key, at]) => `${key}:${at.line}`);
    expect(lines).toContain('alloy.version:14');
    expect(lines).toContain('alloy.environment.A:3');
    expect(lines).toContain('alloy.environment.B:10');
    expect(lines).toContain('config.vars.one.x:5');
    expect(lines).toContain('config.vars.one.y:11');
    expect(lines).toContain('config.files./etc/alloy/a.mode:6');
    expect(lines).toContain('config.files./etc/alloy/a.secret:15');
  });
});

test('groups come from both sides, in the order of the file', () => {
  const inventory = parse(
    'hosts:\n  b: { groups: [two, one] }\n  a:\ngroups:\n  one: { hosts: [a, c] }\n  two:\n',
  );
  expect([...inventory.hosts.keys()]).toEqual(['b', 'a', 'c']);
  expect([...inventory.groups]).toEqual([
    ['one', ['b', 'a', 'c']],
    ['two', ['b']],
  ]);
  expect(inventory.hosts.get('b')?.groups).toEqual(['one', 'two']);
});

test.each([
  ['passwordless', { kind: 'passwordless' }],
  ['none', { kind: 'none' }],
  ['ask', { kind: 'ask' }],
  [
    '{ password: { secret: file:./pw } }',
    { kind: 'password', password: { kind: 'file', path: './pw' } },
  ],
])('sudo: %s', (written, expected) => {
  expect(settings(`hosts: { h: { sudo: ${written} } }`, 'h').sudo).toMatchObject(expected);
});

test('root needs no sudo, unless the inventory says so', () => {
  expect(settings('hosts: { h: { ssh: { user: root } } }', 'h').sudo).toEqual({ kind: 'none' });
  expect(settings('hosts: { h: { ssh: { user: root }, sudo: ask } }', 'h').sudo).toEqual({
    kind: 'ask',
  });
});

test.each([
  ['1.18.1', '1.18.1-1'],
  ['1.18.1-1', '1.18.1-1'],
  ['1.18.1-2', '1.18.1-2'],
])('version %s is the package %s', (written, version) => {
  expect(settings(`hosts: { h: { alloy: { version: ${written} } } }`, 'h').alloy.version).toEqual({
    policy: 'exact',
    version,
  });
});

test.each([
  ['127.0.0.1:1', '127.0.0.1', 1],
  ['0.0.0.0:65535', '0.0.0.0', 65535],
  ['"[::]:12345"', '::', 12345],
  ['"[fe80::1%eth0]:12345"', 'fe80::1%eth0', 12345],
  ['localhost:9', 'localhost', 9],
])('listen: %s', (written, address, port) => {
  expect(settings(`hosts: { h: { alloy: { listen: ${written} } } }`, 'h').alloy.listen).toEqual({
    address,
    port,
  });
});

test('fingerprints may be written as gpg prints them', () => {
  const text =
    'hosts: { h: { repository: { url: "http://127.0.0.1:8080/", fingerprints: [b53a e77b adb6 30a6 8304  6005 963f a277 1045 8545] } } }';
  expect(settings(text, 'h').repository).toMatchObject({
    url: 'http://127.0.0.1:8080',
    fingerprints: ['B53AE77BADB630A683046005963FA27710458545'],
  });
});

test('the files and secrets to read are known in advance', () => {
  const host = settings(
    `hosts:
  h:
    sudo: { password: { secret: env:SUDO } }
    alloy: { environment: { A: plain, B: { secret: { exec: [op, read, "a b"] } } } }
    config:
      template: ./t.alloy
      files: { /etc/alloy/a: { source: ./a }, /etc/alloy/b: { secret: file:~/b } }
`,
    'h',
  );
  expect(secretRefs(host).map(secretKey)).toEqual([
    'env:SUDO',
    'exec:["op","read","a b"]',
    'file:~/b',
  ]);
  expect(fileRefs(host)).toEqual([
    { path: './a', at: { file: 'inventory.yaml', line: 7, column: 40 } },
  ]);
  expect(templateRef(host)).toEqual({
    kind: 'file',
    path: './t.alloy',
    at: { file: 'inventory.yaml', line: 6, column: 17 },
  });
});

test.each([
  ['minimal', 'builtin'],
  ['gateway', 'builtin'],
  ['gateway.alloy', 'file'],
  ['./gateway', 'file'],
  ['~/gateway', 'file'],
])('template %s is a %s', (written, kind) => {
  expect(
    templateRef(settings(`hosts: { h: { config: { template: ${written} } } }`, 'h')).kind,
  ).toBe(kind);
});

test('JSON is read as well, as executable inventories print it', () => {
  expect(settings(JSON.stringify({ hosts: { h: { ssh: { port: 2222 } } } }), 'h').ssh.port).toBe(
    2222,
  );
});

test('an anchor may be used more than once', () => {
  const text =
    'groups:\n  a: { config: { vars: &v { x: 1 } }, hosts: [h] }\n  b: { config: { vars: *v }, hosts: [i] }\n';
  expect(settings(text, 'i').config.vars).toEqual({ x: 1 });
});

test('hosts without settings of their own share objects', () => {
  const inventory = parse('groups: { g: { hosts: ["h[1:2]"], alloy: { args: [--x] } } }');
  expect(settingsOf(inventory, 'h1').alloy).toBe(settingsOf(inventory, 'h2').alloy);
});

test('hosts with other settings of their own share the configuration of their groups', () => {
  const inventory = parse(`groups: { g: { hosts: [h1, h2, h3], config: { vars: { a: 1 } } } }
hosts:
  h1: { ssh: { address: 10.0.0.1 } }
  h2: { ssh: { address: 10.0.0.2 }, alloy: { args: [--x] } }
  h3: { config: { vars: { b: 2 } } }
  h4: { ssh: { address: 10.0.0.4 } }
`);
  const [h1, h2, h3, h4] = ['h1', 'h2', 'h3', 'h4'].map((name) => settingsOf(inventory, name));
  expect(h2!.config).toBe(h1!.config);
  expect([h1, h3, h4].map((host) => ({ ...host!.config.vars }))).toEqual([
    { a: 1 },
    { a: 1, b: 2 },
    {},
  ]);
  expect(h2).toMatchObject({ ssh: { address: '10.0.0.2' }, alloy: { args: ['--x'] } });
  expect(h2!.origins.get('config.vars.a')).toEqual(h1!.origins.get('config.vars.a'));
});

test('probable mistakes are warnings', () => {
  const { warnings } = parse('groups:\n  h: { hosts: [] }\nhosts:\n  h:\n');
  expect(warnings.map(({ code, at }) => `${code}:${at?.line}`)).toEqual([
    'inventory.ambiguous:2',
    'inventory.unused:2',
  ]);
});

test('an excerpt around a mistake masks secrets written in plain text', () => {
  const text =
    'defaults:\n  alloy:\n    environment:\n      API_TOKEN: glsa_hunter2 # x\n      1x: a\nhosts: { h: }\n';
  const parsed = parseInventory(text, 'inventory.yaml');
  expect(parsed.ok).toBe(false);
  expect(JSON.stringify(parsed)).not.toContain('hunter2');
});

test('ten thousand hosts are read in a few seconds', () => {
  const hosts = Array.from(
    { length: 10_000 },
    (_, i) => `  h${i}: { ssh: { address: 10.${i >> 8}.${i & 255}.1 }, groups: [web] }`,
  );
  const text = `groups:\n  web: { config: { vars: { role: web } } }\nhosts:\n${hosts.join('\n')}\n`;
  const started = performance.now();
  const inventory = parse(text);
  for (const name of inventory.hosts.keys()) settingsOf(inventory, name);
  const took = performance.now() - started;
  expect(inventory.hosts.size).toBe(10_000);
  expect(took).toBeLessThan(20_000); // about 2 s on two idle cores
  console.info(`10,000 hosts: ${Math.round(took)} ms`);
});

test('the example is valid and has no warnings', () => {
  const text = readFileSync(new URL('../../docs/inventory.full.yaml', import.meta.url), 'utf8');
  const inventory = parse(text);
  expect(inventory.warnings).toEqual([]);
  expect(inventory.hosts.size).toBe(23);
});

test('an argument that the unit overrides is kept, with a warning', () => {
  const text = 'hosts:\n  h:\n    alloy: { args: [--disable-reporting, --storage.path=/data] }\n';
  const inventory = parse(text);
  expect(inventory.warnings).toEqual([
    {
      code: 'inventory.unused',
      params: { reason: 'overridden-argument', argument: '--storage.path' },
      at: { file: 'inventory.yaml', line: 3, column: 42 },
    },
  ]);
});

describe('config.readable', () => {
  const readableOf = (host: string, text: string) => settingsOf(parse(text), host).config.readable;

  test('lists of several sections add up, and null removes', () => {
    const text = `defaults: { config: { readable: [/var/log/b, /var/log/a] } }
groups:
  web: { hosts: [h], config: { readable: [/srv/web] } }
  db: { hosts: [h], config: { readable: { /srv/db: true, /srv/web: true } } }
hosts:
  h: { config: { readable: { /var/log/b: null } } }
  other:
`;
    expect(readableOf('h', text)).toEqual(['/srv/db', '/srv/web', '/var/log/a']);
    expect(readableOf('other', text)).toEqual(['/var/log/a', '/var/log/b']);
  });

  test('groups that disagree are told, unless the host decides', () => {
    const text = (host: string) => `groups:
  web: { hosts: [h], config: { readable: [/srv/web] } }
  db: { hosts: [h], config: { readable: { /srv/web: null } } }
hosts: { h: ${host} }
`;
    const said = parseInventory(text('{}'), 'inventory.yaml');
    expect(said.ok ? [] : said.problems.map(({ params }) => params)).toMatchObject([
      { reason: 'groups-disagree', setting: 'config.readable./srv/web' },
    ]);
    expect(readableOf('h', text('{ config: { readable: [/srv/web] } }'))).toEqual(['/srv/web']);
  });
});
