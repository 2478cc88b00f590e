import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ME, MY_GROUP, PrefixHost, planOf } from './prefix.ts';

// What answers on Alloy's port is whatever runs there: the host program reads it as root.

const PID = '4711';
const MB = 1 << 20;

let host: PrefixHost;
const open: { close(): unknown }[] = [];
const sockets = new Set<Socket>();

beforeEach(async () => {
  host = await PrefixHost.create();
  host.set('active', 'active');
  host.set('invocation', 'i1');
  host.installed('1.18.1-1');
  host.put(`/proc/${PID}/status`, 'VmRSS:\t1 kB\n');
});
afterEach(() => {
  host.remove();
  for (const socket of sockets) socket.destroy();
  for (const each of open.splice(0)) each.close();
});

type Answer = (socket: Socket, path: string) => void;

const http =
  (body: string, head = ''): Answer =>
  (socket) =>
    socket.end(`HTTP/1.1 200 OK\r\n${head}\r\n${body}`);

const READY: Answer = http('');

/** Something else than Alloy behind these paths; the others answer as Alloy does. */
async function fakeAlloy(answers: Readonly<Record<string, Answer>>): Promise<void> {
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (request) => {
      const [, path = ''] = request.toString().split(' ');
      (Object.hasOwn(answers, path) ? answers[path]! : READY)(socket, path);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(server);
  host.listenOn({ address: '127.0.0.1', port: (server.address() as AddressInfo).port });
  host.set('pid', PID);
}

/** Writes the same again and again for as long as somebody reads. */
const endless =
  (line: string): Answer =>
  (socket) => {
    const lines = line.repeat(Math.ceil(65_536 / line.length));
    const more = (): void => {
      while (!socket.destroyed && socket.write(lines));
    };
    socket.write('HTTP/1.1 200 OK\r\n');
    socket.on('drain', more);
    more();
  };

const list = (text: string): string => `[${text}]`;
const chunked = (body: string): Answer => http(body, 'Transfer-Encoding: chunked\r\n');

describe('the list of components', () => {
  const read = async (answer: Answer) => {
    await fakeAlloy({ '/api/v0/web/components': answer });
    const began = performance.now();
    const { components, http } = await host.facts();
    // every question has ten seconds; work without end would be found here
    expect(performance.now() - began).toBeLessThan(40_000);
    expect(http.ready).toBe(200);
    return components;
  };

  test.each<[string, Answer]>([
    ['deep lists', http('['.repeat(4 * MB))],
    ['deep maps', http('{"a":'.repeat(MB))],
    ['lists that are closed', http('['.repeat(MB) + ']'.repeat(MB))],
    ['more values than any Alloy has', http(list('{},'.repeat(2 * MB).slice(0, -1)))],
    ['a string that does not end', http(`["${'a\\"'.repeat(2 * MB)}`)],
    ['no list', http('{"localID":"a.b"}')],
    ['a list of something else', http('["a.b",null,7]')],
    ['names that are lists', http('[{"localID":["a.b"]}]')],
    ['a health that is a text', http('[{"localID":"a.b","health":"healthy"}]')],
    ['a message that is a map', http('[{"localID":"a.b","health":{"message":{}}}]')],
    ['half of the JSON', http('[{"localID":"a.b","heal')],
    ['endless headers', endless('content-length: 1\r\n')],
    ['headers in the body', endless('\r\n\r\ncontent-length: 99999999999\r\n')],
    ['an endless body', endless('\r\n\r\n[[[[[[[[[[[[[[[[[[')],
    ['no answer', () => undefined],
    ['half a header', (socket) => void socket.write('HTTP/1.1 200 OK\r\nConte')],
    ['no HTTP', (socket) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
    ['a connection that is closed', (socket) => void socket.destroy()],
    ['chunks without a size', chunked('zz\r\n[]\r\n')],
    ['a chunk larger than all memory', chunked('ffffffff\r\n[')],
    ['a chunk of a size that no number holds', chunked(`${'f'.repeat(40)}\r\n[`)],
    ['chunks of one byte', chunked(`${'1\r\n[\r\n'.repeat(MB)}0\r\n\r\n`)],
  ])(
    'is unknown for %s',
    async (_, answer) => {
      expect(await read(answer)).toBe(null);
    },
    60_000,
  );

  const one = '{"localID":"a.b","health":{"state":"healthy","message":"fine"}}';
  const told = [{ id: 'a.b', health: 'healthy', message: '' }];
  test.each<[string, Answer]>([
    ['in a piece', http(list(one))],
    [
      'in chunks',
      chunked(`1;x=y\r\n[\r\n${one.length.toString(16)}\r\n${one}\r\n1\r\n]\r\n0\r\n\r\n`),
    ],
    [
      'of a server that keeps the connection',
      (socket) =>
        void socket.write(
          `HTTP/1.1 200 OK\r\nContent-Length: ${one.length + 2}\r\n\r\n${list(one)}`,
        ),
    ],
    [
      'byte by byte',
      (socket) => {
        const bytes = [...`HTTP/1.1 200 OK\r\n\r\n${list(one)}`];
        const timer = setInterval(() => {
          const byte = bytes.shift();
          if (byte === undefined) {
            clearInterval(timer);
            socket.end();
          } else socket.write(byte);
        }, 2);
      },
    ],
    [
      'between unknown fields',
      http(list(one.replace('{', '{"a":[[{"b":"\\u00e9\\n"}]],"c":null,'))),
    ],
  ])('is read %s', async (_, answer) => {
    expect(await read(answer)).toEqual(told);
  });
});

describe('the metrics', () => {
  const build = 'alloy_build_info{branch="x",version="v1.18.1"} 1\n';
  const hash = `alloy_config_hash{sha256="${'a'.repeat(64)}"} 1\n`;

  test.each<[string, Answer, string | null]>([
    ['as Alloy writes them', http(build + hash), '1.18.1'],
    [
      'behind eight thousand chunks',
      chunked(
        `${'4\r\nx 1\n\r\n'.repeat(8000)}${build.length.toString(16)}\r\n${build}\r\n0\r\n\r\n`,
      ),
      '1.18.1',
    ],
    [
      'with a version of megabytes',
      http(`alloy_build_info{version="${'1'.repeat(4 * MB)}"} 1\n`),
      null,
    ],
    ['with a label that does not end', http(`alloy_build_info{${'version='.repeat(MB / 2)}`), null],
    ['of nothing but empty lines', http('\n'.repeat(7 * MB)), null],
  ])(
    '%s: what runs',
    async (_, answer, version) => {
      await fakeAlloy({ '/metrics': answer });
      expect((await host.facts()).process).toMatchObject({ version });
    },
    60_000,
  );

  test('of an Alloy that has millions of series are read up to two thousand lines', async () => {
    const sent = 'loki_write_sent_entries_total{host="a"} 7\n';
    await fakeAlloy({ '/metrics': http(sent.repeat(100_000) + 'x 1\n'.repeat(MB / 2)) });
    expect((await host.facts({ delivery: true })).delivery?.before).toHaveLength(2000);
  }, 60_000);
});

/** What /proc says of a process that really runs, below the prefix. */
function showProcess(pid: number, comm: string): void {
  host.put('/proc/net/tcp', readFileSync('/proc/net/tcp', 'utf8'));
  host.put('/proc/net/tcp6', readFileSync('/proc/net/tcp6', 'utf8'));
  host.put(`/proc/${pid}/comm`, `${comm}\n`);
  host.put(`/proc/${pid}/status`, 'VmRSS:\t1 kB\n');
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
    if (target.startsWith('socket:')) host.link(`/proc/${pid}/fd/${fd}`, target);
  }
}

/** Answers all that Alloy is asked, as Alloy would, in a process of its own. */
const INTRUDER = `
  require('node:http').createServer((request, response) => {
    if (request.url === '/api/v0/web/components') return response.end('[]');
    if (request.url === '/metrics') return response.end('alloy_build_info{version="v1.18.1"} 1\\n');
    response.end();
  }).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;

describe('another process that answers as Alloy does', () => {
  let intruder: number;
  beforeEach(async () => {
    const child = spawn(process.execPath, ['-e', INTRUDER], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    open.push({ close: () => child.kill() });
    const [port] = await once(child.stdout, 'data');
    host.listenOn({ address: '127.0.0.1', port: Number(`${port}`) });
    intruder = child.pid!;
    showProcess(intruder, 'intruder');
  });

  test('is named, and tells nothing of Alloy', async () => {
    host.put('/test/state/pid', PID);
    const { http, components, process } = await host.facts();
    expect(http).toMatchObject({
      ready: 0,
      error: `intruder (pid ${intruder}) answers there`,
      portOwner: `intruder (pid ${intruder})`,
    });
    expect(components).toBe(null);
    expect(process).toMatchObject({ version: null, configHash: null });
  });

  test('is named where Alloy does not run', async () => {
    host.set('active', 'inactive');
    expect((await host.facts()).http).toMatchObject({ ready: 0, portOwner: 'intruder' });
  });

  test('does not prove a run, and what was there is put back', async () => {
    host.put('/etc/alloy/config.alloy', 'old\n');
    host.set('broken', 'failed');
    const ran = await host.apply(
      planOf(
        [
          {
            do: 'file',
            path: '/etc/alloy/config.alloy',
            mode: '0644',
            user: ME,
            group: MY_GROUP,
            content: 'new\n',
          },
          { do: 'restart' },
        ],
        { step: 'service', proof: { ...planOf([]).proof, check: 'http', service: 'restart' } },
      ),
    );
    expect(ran.problems[0]?.code).toBe('alloy.start');
    expect([ran.result, host.read('/etc/alloy/config.alloy')]).toEqual(['rolled-back', 'old\n']);
  });

  test('counts where it is the service', async () => {
    host.put('/test/state/pid', `${intruder}`);
    const { http, components, process } = await host.facts();
    expect([http.ready, components, process?.version]).toEqual([200, [], '1.18.1']);
  });
});
