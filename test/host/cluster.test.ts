import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RUN_PROGRAM } from '../../src/host/program.ts';
import type { Plan, Proof } from '../../src/model/plan.ts';
import { perlOn } from './perl.ts';
import { PrefixHost, planOf } from './prefix.ts';

let host: PrefixHost;
const servers: Server[] = [];
beforeEach(async () => {
  host = await PrefixHost.create();
  host.set('active', 'active');
  host.set('invocation', 'i1');
  host.installed('1.18.1-1');
});
afterEach(() => {
  host.remove();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** "h1* h2 h3=terminating": as /api/v0/web/peers lists them; the star is itself. */
const peersOf = (peers: string): string =>
  JSON.stringify(
    peers.split(' ').map((word) => {
      const [, name, star, state = 'participant'] = /^(\w+)(\*?)(?:=(\w+))?$/.exec(word)!;
      return { name, addr: '10.0.0.1:12345', isSelf: star === '*', state };
    }),
  );
const metricsOf = (cluster: string | null): string =>
  `alloy_build_info{version="v1.18.1"} 1\n${cluster === null ? '' : `cluster_node_peers{cluster_name="${cluster}",state="participant"} 1\n`}`;

/** Another member; what it says is asked for each time. */
async function member(said: { readonly peers: string; readonly cluster?: string | null }) {
  const server = createServer((request, response) => {
    response.end(
      request.url === '/metrics'
        ? metricsOf(said.cluster === undefined ? 'edge' : said.cluster)
        : peersOf(said.peers),
    );
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port };
}

/** What this host says. */
function says(peers: string, cluster: string | null = 'edge'): void {
  host.answers = {
    '/api/v0/web/peers': { body: peersOf(peers) },
    '/metrics': { body: metricsOf(cluster) },
  };
}

const GONE = { port: 1 };

function reloading(others: readonly { readonly port: number }[], known: readonly string[]): Plan {
  const members = [host.listen, ...others].map(({ port }, i) => ({
    name: `h${i + 1}`,
    address: '127.0.0.1',
    port,
  }));
  const proof: Partial<Proof> = {
    service: 'reload',
    check: 'http',
    listen: host.listen,
    cluster: { name: 'edge', self: 'h1', members, known },
  };
  const plan = planOf([{ do: 'reload' }], { step: 'service' });
  return { ...plan, proof: { ...plan.proof, ...proof } };
}

describe('a run ends well', () => {
  test.each([
    ['when all see all', 'h1* h2 h3', ['h1 h2* h3', 'h1 h2 h3*'], ['h1', 'h2', 'h3']],
    ['when it is the first of its cluster', 'h1*', [], []],
    ['when others are not members yet', 'h1*', [null], []],
    ['with a node that is not in the inventory', 'h1* h2 guest', ['h1 h2* guest'], ['h1', 'h2']],
    ['when others run under names of their own', 'h1* web2', ['h1 web2*'], ['h1', 'h2']],
  ] as const)('%s', async (_, own, others, known) => {
    says(own);
    const members = [];
    for (const peers of others)
      members.push(await member(peers === null ? { peers: 'h2*', cluster: null } : { peers }));
    const ran = await host.apply(reloading([...members, GONE], known));
    expect([ran.result, ran.problems]).toEqual(['ok', []]);
  });

  test('as soon as the last one sees the name again', async () => {
    says('h1* h2');
    let asked = 0;
    const other = await member({
      get peers() {
        asked += 1;
        return asked > 5 ? 'h1 h2*' : 'h1=terminating h2*';
      },
    });
    const ran = await host.apply(reloading([other], ['h1', 'h2']));
    expect([ran.result, ran.problems]).toEqual(['ok', []]);
    expect(JSON.stringify(ran)).toContain('for the members of the cluster to see each other');
  });

  test('over metrics of another cluster: it is not asked to see that', async () => {
    says('h1*');
    const other = await member({ peers: 'h2*', cluster: 'other' });
    expect((await host.apply(reloading([other], ['h1']))).result).toBe('ok');
  });
});

const VIEWS = `
  sub views { my %of = @_; return { map { my ($self, @names) = split / /, $of{$_}; ($_ => { self => $self, names => \\@names }) } keys %of } }
  print join "; ", map { join " ", grep { length } @$_ } cluster_faults(views(@ARGV_VIEWS), @KNOWN);`;

test.each([
  ['all see all', { h1: 'h1 h1 h2', h2: 'h2 h1 h2' }, [], ''],
  ['alone', { h1: 'h1 h1' }, ['h1'], ''],
  ['two clusters', { h1: 'h1 h1', h2: 'h2 h2' }, [], 'h1 misses h2; h2 misses h1'],
  ['one way', { h1: 'h1 h1 h2', h2: 'h2 h2' }, [], 'h2 misses h1'],
  ['known and silent', { h1: 'h1 h1' }, ['h1', 'h2'], 'h2 gone'],
  ['a ghost that one still sees', { h1: 'h1 h1 h2 h3', h2: 'h2 h1 h2' }, [], 'h2 misses h3'],
  ['one name for two', { h1: 'h1 h1 h2', h2: 'h2 h1 h2', h3: 'h2 h1 h2' }, [], 'h2, h3 double h2'],
] as const)('faults of a cluster: %s', (_, views, known, expected) => {
  const list = (words: readonly string[]) => `(${words.map((word) => `'${word}'`).join(', ')})`;
  const code = VIEWS.replace('@ARGV_VIEWS', list(Object.entries(views).flat())).replace(
    '@KNOWN',
    list(known),
  );
  expect(perlOn(host, code)).toBe(expected);
});

/** `wait_cluster`, with deadlines of a second; the faults before are those of `before`. */
async function waited(
  members: readonly object[],
  known: readonly string[],
  before = '',
): Promise<string> {
  const program = '/run/alloyup/x/program';
  const perl = (value: unknown): string =>
    JSON.stringify(value).replaceAll(':', '=>').replaceAll('=>//', '://');
  const { address, port } = host.listen;
  host.put(
    program,
    RUN_PROGRAM.replace(
      'exit unit_main(@ARGV);\n',
      `our ($DIR, %in, $CLUSTER_WAIT, $OLD_FAULTS_WAIT); prepare_environment();
      ($CLUSTER_WAIT, $OLD_FAULTS_WAIT) = (2, 1);
      %in = (run => 'x', nonce => '@@x', listen => { address => '${address}', port => ${port} });
      my $ok = eval { wait_cluster({ name => 'edge', self => 'h1', members => ${perl(members)}, known => ${perl(known)} }, { ${before} }); 1 };
      print 'ok' if $ok;`,
    ),
  );
  const child = spawn('perl', [host.at(program)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = await text(child.stdout);
  const [, problem] = /^@@x (.*"alloy\.cluster".*)$/m.exec(said) ?? [];
  if (problem === undefined) return said.replace(/^.*"wait".*\n/gm, '').trim();
  const { faults } = JSON.parse(problem).problem.params as { faults: readonly string[][] };
  return faults.map((fault) => fault.filter(Boolean).join(' ')).join('; ');
}

describe('what was wrong before', () => {
  const of = (port: number, name: string) => ({ name, address: '127.0.0.1', port });

  test('fails nobody else', async () => {
    says('h1* h2 h3');
    const [two, three] = [await member({ peers: 'h1 h2* h3' }), await member({ peers: 'h1 h3*' })];
    const members = [of(host.listen.port, 'h1'), of(two.port, 'h2'), of(three.port, 'h3')];
    expect(await waited(members, ['h2', 'h3'], `"h3\\tmisses\\th2" => 1`)).toBe('ok');
    expect(await waited(members, ['h2', 'h3'])).toBe('h3 misses h2');
  });

  test('fails the host that it is about', async () => {
    says('h1*');
    const two = await member({ peers: 'h2*' });
    const members = [of(host.listen.port, 'h1'), of(two.port, 'h2')];
    const before = `"h1\\tmisses\\th2" => 1, "h2\\tmisses\\th1" => 1`;
    expect(await waited(members, ['h1', 'h2'], before)).toBe('h1 misses h2; h2 misses h1');
  });

  test('a doubled name is mended by the host that took it', async () => {
    says('h1* h3');
    const two = await member({ peers: 'h1* h3' });
    const members = [of(host.listen.port, 'h1'), of(two.port, 'h2')];
    expect(await waited(members, [], `"h1, h2\\tdouble\\th1" => 1, "h1\\tmisses\\th3" => 1`)).toBe(
      'ok',
    );
  });

  test('a host that is no member itself fails', async () => {
    says('h1*', null);
    expect(await waited([of(host.listen.port, 'h1')], [])).toBe('h1 gone');
  });
});

test('facts: the peers that Alloy sees, and its cluster', async () => {
  host.set('pid', '4711');
  host.put('/proc/4711/status', 'VmRSS:\t1 kB\n');
  says('h1* h2');
  const facts = await host.facts({ http: true, cluster: true });
  expect(facts.cluster).toEqual({
    name: 'edge',
    ready: true,
    peers: [
      { name: 'h1', address: '10.0.0.1:12345', isSelf: true, state: 'participant' },
      { name: 'h2', address: '10.0.0.1:12345', isSelf: false, state: 'participant' },
    ],
  });
  says('h1*', null);
  expect((await host.facts({ http: true, cluster: true })).cluster!.name).toBeNull();
  expect((await host.facts({ http: true })).cluster).toBeNull();
});
