import { expect, test } from 'vitest';
import { clusterMaker, namesToResolve, openCluster } from '../../src/desired/cluster.ts';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';
import { settingsOf } from '../../src/inventory/settings.ts';

function read(text: string) {
  const parsed = parseInventory(text, 'inventory.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

function clustered(text: string, host: string, addresses: Readonly<Record<string, string>> = {}) {
  const inventory = read(text);
  const make = clusterMaker(inventory, new Map(Object.entries(addresses)));
  return make(settingsOf(inventory, host));
}

const EDGE = `
groups:
  edge: { hosts: ["h[1:3]", six, nat], alloy: { cluster: { name: edge } } }
hosts:
  h1: { ssh: { address: 10.0.0.1 }, alloy: { args: [--disable-reporting] } }
  h2: { ssh: { address: 10.0.0.2 }, alloy: { listen: "0.0.0.0:4444" } }
  h3: { ssh: { address: gate.example.com }, alloy: { listen: "10.0.0.3:12345" } }
  six: { ssh: { address: "fd00::6" }, alloy: { cluster: { waitForSize: 2 } } }
  nat: { alloy: { cluster: { advertise: 10.0.0.9 } } }
  alone: { alloy: { cluster: { name: solo }, args: [--a] }, ssh: { address: 10.1.1.1 } }
  other: {}
`;

test('a member listens where the others reach it, and is told of all of them', () => {
  const { settings, cluster } = clustered(EDGE, 'h1');
  expect(settings.alloy.listen).toEqual({ address: '10.0.0.1', port: 12345 });
  expect(settings.alloy.args).toEqual([
    '--cluster.enabled=true',
    '--cluster.name=edge',
    '--cluster.node-name=h1',
    '--cluster.advertise-address=10.0.0.1:12345',
    '--cluster.join-addresses=10.0.0.2:4444,10.0.0.3:12345,[fd00::6]:12345,10.0.0.9:12345',
    '--disable-reporting',
  ]);
  expect(cluster!.members.map(({ name }) => name)).toEqual(['h1', 'h2', 'h3', 'six', 'nat']);
});

test.each([
  // every interface: only the address that is advertised is computed
  ['h2', { address: '0.0.0.0', port: 4444 }, '10.0.0.2:4444'],
  // a host listens only there, wherever alloyup logs in
  ['h3', { address: '10.0.0.3', port: 12345 }, '10.0.0.3:12345'],
  ['six', { address: 'fd00::6', port: 12345 }, '[fd00::6]:12345'],
  ['nat', { address: '10.0.0.9', port: 12345 }, '10.0.0.9:12345'],
])('%s', (host, listen, advertised) => {
  const { settings } = clustered(EDGE, host);
  expect(settings.alloy.listen).toEqual(listen);
  expect(settings.alloy.args).toContain(`--cluster.advertise-address=${advertised}`);
  expect(settings.alloy.args.includes('--cluster.wait-for-size=2')).toBe(host === 'six');
});

test('a cluster of one joins nobody, and a host without a cluster is left as it is', () => {
  expect(clustered(EDGE, 'alone').settings.alloy.args.join(' ')).not.toContain('join');
  const inventory = read(EDGE);
  const other = settingsOf(inventory, 'other');
  expect(clusterMaker(inventory, new Map())(other)).toEqual({ settings: other, cluster: null });
});

test('names are resolved: of all members of the clusters that were chosen', () => {
  const text = `
defaults: { alloy: { cluster: { name: edge } } }
hosts: { web-01.example.com: , web-02.example.com: , "10.0.0.3": , out: { alloy: { cluster: { name: two } } } }
`;
  const inventory = read(text);
  const names = namesToResolve(inventory, [settingsOf(inventory, '10.0.0.3')]);
  expect([...names.keys()]).toEqual(['web-01.example.com', 'web-02.example.com']);
  const { settings } = clustered(text, '10.0.0.3', {
    'web-01.example.com': '10.0.0.1',
    'web-02.example.com': '2001:db8::2',
  });
  expect(settings.alloy.args).toContain(
    '--cluster.join-addresses=10.0.0.1:12345,[2001:db8::2]:12345',
  );
});

test.each([
  ['10.0.0.1', '', '', false],
  ['100.64.0.1', '', '', false],
  ['172.31.0.1', '', '', false],
  ['fd00::1', '', '', false],
  ['172.32.0.1', '', '', true],
  ['198.51.100.1', '', '', true],
  ['2001:db8::1', '', '', true],
  ['10.0.0.1', '0.0.0.0:12345', '', true],
  ['10.0.0.1', '"[::]:12345"', '', true],
  ['10.0.0.1', '0.0.0.0:12345', '--cluster.enable-tls=true', false],
  ['10.0.0.1', '0.0.0.0:12345', '--cluster.enable-tls=false', true],
])('on %s, %s %s: open to everybody: %s', (address, listen, args, open) => {
  const text = `
hosts:
  h:
    ssh: { address: "${address}" }
    alloy:
      cluster: { name: edge }
      args: [${args}]
      ${listen === '' ? '' : `listen: ${listen}`}
`;
  const found = openCluster(clustered(text, 'h'));
  expect(found.map(({ code, at }) => [code, at!.line])).toEqual(
    open ? [['cluster.open', listen === '' ? 6 : 8]] : [],
  );
});

test('arguments of a cluster that alloyup does not know are a warning, once', () => {
  const text = (cluster: string) =>
    read(`
defaults: { alloy: { args: [--disable-reporting, --cluster.rejoin-interval=30s] ${cluster} } }
hosts: { a: { ssh: { address: 10.0.0.1 } }, b: { ssh: { address: 10.0.0.2 } } }
`).warnings;
  expect(text('')).toEqual([
    {
      code: 'cluster.unmanaged',
      params: { reason: 'arguments', argument: '--cluster.rejoin-interval' },
      at: { file: 'inventory.yaml', line: 2, column: 28 },
    },
  ]);
  expect(text(', cluster: { name: edge }')).toEqual([]);
});
