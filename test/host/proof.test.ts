import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Plan, Proof } from '../../src/model/plan.ts';
import { perlOn } from './perl.ts';
import { PrefixHost, planOf, RUN } from './prefix.ts';

let host: PrefixHost;
beforeEach(async () => {
  host = await PrefixHost.create();
  host.set('active', 'active');
  host.set('invocation', 'i1');
  host.installed('1.18.1-1');
});
afterEach(() => host.remove());

const reloading = (over: Partial<Proof> = {}): Plan =>
  planOf([{ do: 'reload' }], {
    step: 'service',
    proof: {
      ...planOf([]).proof,
      check: 'http',
      service: 'reload',
      components: { known: true, ids: host.components.map(({ id }) => id) },
      receiptFiles: ['/etc/alloy/config.alloy'],
      ...over,
    },
  });

const healthy = (...ids: readonly string[]) => ids.map((id) => ({ id, health: 'healthy' }));

describe('the proof of a run', () => {
  test('is a receipt of what the process has loaded', async () => {
    host.put('/etc/alloy/config.alloy', 'logging { }\n');
    host.put('/proc/4711/status', 'Name:\talloy\nGid:\t0\t0\t0\t0\nGroups:\t4 12345 \n');
    host.set('pid', '4711');
    host.components = healthy('loki.write.default');
    const ran = await host.apply(reloading());
    expect([ran.result, ran.problems]).toEqual(['ok', []]);
    expect(JSON.parse(host.read('/var/lib/alloyup/receipt.json')!)).toMatchObject({
      schema: 1,
      run: RUN,
      invocation: 'i1',
      files: { '/etc/alloy/config.alloy': expect.stringMatching(/^[0-9a-f]{64}$/) },
      groups: ['root', 'adm', '12345'],
    });
  });

  test('is a receipt of the process that was started', async () => {
    const ran = await host.apply({
      ...planOf([{ do: 'restart' }], { step: 'service' }),
      proof: { ...reloading().proof, service: 'restart' },
    });
    expect(ran.result).toBe('ok');
    const { invocation } = JSON.parse(host.read('/var/lib/alloyup/receipt.json')!);
    expect(invocation).toBe(host.state('invocation'));
    expect(invocation).not.toBe('i1');
  });

  test.each<[string, () => Plan, object]>([
    [
      'a component is missing',
      () => reloading({ components: { known: true, ids: ['a.b', 'c.d'] } }),
      { missing: ['c.d'], unexpected: [], unhealthy: [], young: [] },
    ],
    [
      'one runs that nobody asked for',
      () => reloading({ components: { known: true, ids: [] } }),
      { missing: [], unexpected: ['a.b'], unhealthy: [], young: [] },
    ],
  ])('fails when %s', async (_, plan, params) => {
    host.components = healthy('a.b');
    const ran = await host.apply(plan());
    expect(ran.problems[0]).toMatchObject({
      code: 'alloy.components',
      params: { reason: 'different', ...params },
    });
    expect(ran.result).toBe('rolled-back');
  });

  test('takes a set whose rest is made elsewhere', async () => {
    host.components = healthy('a.b', 'remote.x');
    const components = { known: false, ids: ['a.b'], because: 'remotecfg' } as const;
    expect((await host.apply(reloading({ components }))).result).toBe('ok');
  });

  test.each<[string, string, string, boolean]>([
    ['unhealthy', 'healthy', 'unhealthy', false],
    ['exited', 'healthy', 'exited', false],
    ['unhealthy, as it was before', 'unhealthy', 'unhealthy', true],
    ['exited, and was unhealthy before', 'unhealthy', 'exited', false],
    ['exited, as it was before', 'exited', 'exited', true],
  ])('judges a component that is %s', async (_, before, after, good) => {
    host.components = [{ id: 'a.b', health: before }];
    // what it becomes by the reload
    host.answers = {
      '/-/reload': {
        get status() {
          host.components = [{ id: 'a.b', health: after }];
          return 200;
        },
      },
    };
    const ran = await host.apply(reloading());
    if (good) expect([ran.result, ran.problems]).toEqual(['ok', []]);
    else
      expect(ran.problems[0]).toMatchObject({
        code: 'alloy.components',
        params: { unhealthy: [['a.b', after, `a.b is ${after}`]] },
      });
  });

  test('lets a component be that is tolerated', async () => {
    host.components = healthy('a.b');
    host.answers = {
      '/-/reload': {
        get status() {
          host.components = [{ id: 'a.b', health: 'unhealthy' }];
          return 200;
        },
      },
    };
    expect((await host.apply(reloading({ tolerate: ['a.b'] }))).result).toBe('ok');
  });

  test('asks systemd only before and after a reload: the process that was there is the one that answers', async () => {
    host.set('pid', '4711');
    await host.apply(reloading());
    expect(host.calls('systemctl').filter((call) => call.includes(' show '))).toHaveLength(2);
  });

  test('knows a process that systemd started in the middle', async () => {
    host.set('pid', '4711');
    host.answers = {
      '/-/reload': {
        get status() {
          rmSync(host.at('/proc/4711/fd/3'));
          host.set('pid', '4712');
          return 200;
        },
      },
    };
    expect((await host.apply(reloading())).result).toBe('ok');
  });

  test('fails when another version runs than is installed', async () => {
    host.version = '1.17.0';
    const ran = await host.apply(reloading());
    expect(ran.problems[0]).toEqual({
      code: 'alloy.version',
      params: { reason: 'different', running: '1.17.0', installed: '1.18.1-1' },
    });
    expect(ran.result).toBe('rolled-back');
  });

  test.each([
    ['1.18.1-1', '1.18.1'],
    // a revision with letters was stripped in two ways, and a good install was undone
    ['1.18.1-1ubuntu1', '1.18.1'],
    ['1:1.18.1-1+deb12u1', '1.18.1'],
    ['1.19.0~rc.1-1', '1.19.0-rc.1'],
    ['1.18.1', '1.18.1'],
  ])('knows package %s as version %s', async (installed, running) => {
    host.installed(installed);
    host.version = running;
    const ran = await host.apply(reloading());
    expect([ran.result, ran.problems]).toEqual(['ok', []]);
  });

  test('fails when Alloy refuses the configuration, and loads the old one again', async () => {
    host.components = healthy('a.b');
    let reloads = 0;
    host.answers = {
      '/-/reload': {
        get status() {
          reloads += 1;
          return reloads === 1 ? 400 : 200;
        },
        body: 'error during the initial load: 1:1 expected block',
      },
    };
    const ran = await host.apply(reloading());
    expect(ran.problems).toEqual([
      {
        code: 'alloy.reload',
        params: { reason: 'refused', status: '400' },
        detail: 'error during the initial load: 1:1 expected block',
      },
    ]);
    expect([ran.result, reloads]).toEqual(['rolled-back', 2]);
    expect(host.state('invocation')).toBe('i1');
  });

  test('restarts on the way back when the old configuration is refused too', async () => {
    host.answers = { '/-/reload': { status: 400, body: 'no' } };
    const ran = await host.apply(reloading());
    expect(ran.result).toBe('rolled-back');
    expect(host.state('invocation')).not.toBe('i1');
  });

  test('fails when a restarted service does not stay up', async () => {
    const ran = await host.apply(
      planOf([{ do: 'restart' }], {
        step: 'service',
        proof: { ...planOf([]).proof, check: 'http', service: 'restart', watchS: 2 },
      }),
      // it dies while it is watched
      { env: { TEST_DIES_AFTER: '3' } },
    );
    expect(ran.problems[0]).toMatchObject({
      code: 'alloy.start',
      params: { reason: 'died', seconds: '2' },
      detail: 'what Alloy said',
    });
  });

  test('fails at once for a service that does not start', async () => {
    host.set('broken', 'failed');
    const ran = await host.apply(
      planOf([{ do: 'restart' }], {
        step: 'service',
        proof: { ...planOf([]).proof, check: 'http', service: 'restart' },
      }),
    );
    expect(ran.problems[0]).toMatchObject({
      code: 'alloy.start',
      params: { reason: 'unit-failed', result: 'exit-code', status: '1' },
    });
  });

  const restarting = (): Plan => ({
    ...planOf([{ do: 'restart' }], { step: 'service' }),
    proof: { ...reloading().proof, service: 'restart' },
  });

  test('tells why the new process died: its error first, and nothing of the old one', async () => {
    const line = (message: unknown, invocation?: string): string =>
      JSON.stringify({ MESSAGE: message, _SYSTEMD_INVOCATION_ID: invocation });
    host.set(
      'journal',
      [
        line('level=error msg="shutting down, of course"', 'i1'),
        line('Stopped alloy.service'),
        line('level=info msg="starting"', 'i2'),
        line('level=warn msg="a warning"', 'i2'),
        line('level=error msg="failed to load"', 'i2'),
        line('Error: /etc/alloy/config.alloy:3:1: bad', 'i2'),
        line([...Buffer.from('level=info msg="é"')], 'i3'),
      ].join('\n'),
    );
    host.set('broken', 'failed');
    const ran = await host.apply(restarting());
    expect(ran.problems[0]).toMatchObject({
      code: 'alloy.start',
      detail: [
        'Error: /etc/alloy/config.alloy:3:1: bad',
        'level=error msg="failed to load"',
        'level=warn msg="a warning"',
        'level=info msg="starting"',
        'level=info msg="é"',
      ].join('\n'),
    });
  });

  test('fails when a drop-in starts Alloy with another configuration', async () => {
    host.set('pid', '4711');
    host.put('/proc/4711/cmdline', '/usr/bin/alloy\0run\0/srv/other.alloy\0');
    const ran = await host.apply(restarting());
    expect([ran.result, ran.problems[0]]).toMatchObject([
      'rolled-back',
      {
        code: 'alloy.start',
        params: {
          reason: 'other-configuration',
          command: '/usr/bin/alloy run /srv/other.alloy',
        },
      },
    ]);
    host.put('/proc/4711/cmdline', '/usr/bin/alloy\0run\0/etc/alloy/config.alloy\0');
    expect((await host.apply(restarting(), { run: '20261130T111500Z-0001' })).result).toBe('ok');
  });

  test('leaves things as they failed where no undo is wanted', async () => {
    host.version = '1.17.0';
    const ran = await host.apply(reloading(), { rollback: false });
    expect([ran.result, host.verdict()]).toEqual(['failed', 'failed']);
    expect(host.strays()).toEqual([]);
  });

  test('of the weaker kind asks for a unit that is active and a port that is open', async () => {
    host.answers = { '/-/ready': { status: 503 }, '/metrics': { status: 404 } };
    expect((await host.apply(reloading({ check: 'service' }))).result).toBe('ok');
  });
});

describe('who answers on the port', () => {
  const other = () => {
    host.put('/proc/net/tcp', host.read('/proc/net/tcp')!.replace('4711', '815'));
    host.link('/proc/99/fd/4', 'socket:[815]');
    host.put('/proc/99/comm', 'intruder\n');
  };

  test('must be the process of the service: another one proves nothing', async () => {
    other();
    // the service itself has died, as it does where the port is taken
    host.set('broken', 'failed');
    host.answers = { '/-/ready': { status: 200 } };
    const ran = await host.apply(
      planOf([{ do: 'restart' }], {
        step: 'service',
        proof: { ...planOf([]).proof, check: 'http', service: 'restart' },
      }),
    );
    expect(ran.problems[0]?.code).toBe('alloy.start');
    expect(ran.result).not.toBe('ok');
  });

  test.each([
    ['of another address', '0100000A', 'undef'],
    ['of every address', '00000000', '99'],
    ['of this one', '0100007F', '99'],
  ])('is known by the socket %s', (_, address, pid) => {
    other();
    const port = host.listen.port.toString(16).toUpperCase().padStart(4, '0');
    host.put('/proc/net/tcp', `sl\n 0: ${address}:${port} 00000000:0000 0A 0 0 0 0 0 815 1\n`);
    const code = `$in{listen} = { address => '127.0.0.1', port => ${host.listen.port} };`;
    const said = perlOn(
      host,
      `${code} print listener() // 'undef', ' ', other_listener(99) // 'its own'`,
    );
    expect(said).toBe(`${pid} ${pid === '99' ? 'its own' : 'another process'}`);
    expect(perlOn(host, `${code} print other_listener(1) // ''`)).toBe(
      pid === '99' ? 'intruder (pid 99)' : 'another process',
    );
  });
});

describe('the ports that listen', () => {
  const row = (port: number, state: string, socket: number): string =>
    `   0: 0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${socket} 1 0000000000000000 100 0 0 10 0\n`;
  const listening = (...rows: readonly string[]): void =>
    host.put('/proc/net/tcp', `  sl  local_address rem_address   st\n${rows.join('')}`);

  test('are read no further than the one that is wanted', () => {
    listening(row(22, '0A', 1), row(80, '0A', 2), row(443, '0A', 3));
    const code = 'find_listening(sub { print "@{$_[0]}\n"; return $_[0][1] == 80 });';
    expect(perlOn(host, code)).toBe('0100007F 22 socket:[1]\n0100007F 80 socket:[2]\n');
  });

  test('come before all connections', () => {
    listening(row(22, '0A', 1), row(22, '01', 2), row(443, '0A', 3));
    const code = 'find_listening(sub { print "$_[0][1]\n"; return 0 });';
    expect(perlOn(host, code)).toBe('22\n');
  });

  test('may be shared: each of the processes listens there', () => {
    const { port } = host.listen;
    listening(row(port, '0A', 1), row(port, '0A', 2));
    host.link('/proc/98/fd/3', 'socket:[1]');
    host.link('/proc/99/fd/3', 'socket:[2]');
    const code = `$in{listen} = { address => '127.0.0.1', port => ${port} };`;
    expect(perlOn(host, `${code} print other_listener($_) // 'its own' for 98, 99`)).toBe(
      'its ownits own',
    );
  });
});

test('a service that listened elsewhere before is put back without a wait for the port', async () => {
  host.put('/proc/net/tcp', '');
  host.set('pid', '4711');
  host.put('/proc/net/tcp', '');
  host.put('/proc/4711/cmdline', '/usr/bin/alloy\0run\0/etc/alloy/config.alloy\0');
  const elsewhere = host.listen;
  const closed = { ...elsewhere, port: 9 };
  host.listenOn(closed);
  const began = Date.now();
  const ran = await host.apply(
    planOf([{ do: 'restart' }, { do: 'install', version: '9.9-1' }], { step: 'service' }),
  );
  expect(ran.result).toBe('rolled-back');
  expect(Date.now() - began).toBeLessThan(30_000);
});
