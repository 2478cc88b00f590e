import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { probeScript, readFacts } from '../../src/shell/probe.ts';

/** Runs perl on the probe's own functions, with `main` replaced by `body`. */
async function perl(port: number, body: string): Promise<string> {
  const script = probeScript({
    nonce: 'n',
    repositoryHost: 'x',
    files: [],
    listen: { address: '127.0.0.1', port },
    http: true,
    groups: [],
    root: '/nonexistent',
  }).replace(
    /\nmain\(\) unless caller;\n$/,
    `\n$SIG{ALRM}=sub{die "deadline\\n"};$SIG{PIPE}='IGNORE';\n${body}\n`,
  );
  const child = spawn('perl', ['-']);
  child.stdin.end(script);
  const out: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => out.push(bytes));
  await once(child, 'close');
  return Buffer.concat(out).toString();
}

/** Asks for three paths; what came, and what stopped it. */
async function ask(onData: (socket: Socket) => unknown): Promise<unknown> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => void onData(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const out = await perl(
    port,
    `my @got; my $r = try(2, sub { ask(\\@got, '/a', '/b', '/c') }); print json([\\@got, ref $r ? $r->{error} : ''])`,
  );
  server.close();
  return JSON.parse(out);
}

const answer = (text: string, status = '200 OK'): string =>
  `HTTP/1.1 ${status}\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
const chunked = (...parts: readonly string[]): string =>
  `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`;
const ALL = [
  [
    ['200', 'a'],
    ['200', 'b'],
    ['200', 'c'],
  ],
  '',
];

describe('three questions over one connection', () => {
  test('answered at once', async () => {
    expect(await ask((socket) => socket.end(answer('a') + answer('b') + answer('c')))).toEqual(ALL);
  });
  test('in chunks, with an empty line in the text', async () => {
    expect(
      await ask((socket) =>
        socket.end(chunked('a') + answer('b\r\n\r\n') + chunked('c', 'd'.repeat(3000))),
      ),
    ).toEqual([
      [
        ['200', 'a'],
        ['200', 'b\r\n\r\n'],
        ['200', `c${'d'.repeat(3000)}`],
      ],
      '',
    ]);
  });
  test('byte by byte', async () => {
    expect(
      await ask(async (socket) => {
        for (const byte of answer('a') + chunked('b') + answer('c')) {
          socket.write(byte);
          await new Promise((resolve) => setImmediate(resolve));
        }
        socket.end();
      }),
    ).toEqual(ALL);
  });
  test('by a server that hangs up after each', async () => {
    const words = ['a', 'b', 'c'];
    expect(await ask((socket) => socket.end(answer(words.shift() ?? '?')))).toEqual(ALL);
  });
  test('without a length, to the end', async () => {
    const words = ['a', 'b', 'c'];
    expect(await ask((socket) => socket.end(`HTTP/1.0 200 OK\r\n\r\n${words.shift()}`))).toEqual(
      ALL,
    );
  });
  test('the last of which never comes: what came stays', async () => {
    expect(await ask((socket) => void socket.write(answer('a') + answer('b', '500 X')))).toEqual([
      [
        ['200', 'a'],
        ['500', 'b'],
      ],
      'deadline',
    ]);
  });
  test('by what is no HTTP server', async () => {
    expect(await ask((socket) => socket.end('hello\r\n\r\n'))).toEqual([[], 'no HTTP']);
  });
  test('by one that hangs up', async () => {
    const said = (await ask((socket) => socket.destroy())) as [unknown, string];
    expect(said).toEqual([[], 'no answer']);
  });
  test('by one that never stops', async () => {
    const flood = Buffer.alloc(1 << 20, 'x');
    expect(
      await ask((socket) => {
        for (let n = 0; n < 8; n += 1) socket.write(flood);
      }),
    ).toEqual([[], 'too long']);
  });
});

describe('components', () => {
  const read = async (components: unknown, text = JSON.stringify(components)) => {
    const quoted = text.replace(/[\\']/g, '\\$&');
    const out = await perl(1, `print json(components('${quoted}'))`);
    const raw = { v: '1', http: { ready: '200', components: JSON.parse(out) } };
    return readFacts('h', JSON.stringify(raw)).components;
  };
  const health = (state: string, message = 'm') => ({ state, message, updatedTime: 't' });
  const list = [
    { name: 'a', localID: 'a.b', label: 'b', referencesTo: ['x"y'], health: health('healthy') },
    { name: 'c', localID: 'c.d', moduleID: '', health: health('unhealthy', 'bad: "x" \\ é\n') },
    { name: 'e', localID: 'e.f', health: health('exited') },
    { name: 'g', localID: 'g.h', health: health('odd') },
  ];
  const facts = [
    { id: 'a.b', health: 'healthy', message: '' },
    { id: 'c.d', health: 'unhealthy', message: 'bad: "x" \\ é\n' },
    { id: 'e.f', health: 'exited', message: 'm' },
    { id: 'g.h', health: 'unknown', message: 'm' },
  ];

  test('as Alloy writes them', async () => {
    expect(await read(list)).toEqual(facts);
  });
  test('with other spacing', async () => {
    expect(await read(list, JSON.stringify(list, null, 2))).toEqual(facts);
  });
  test('with the health before the name', async () => {
    const turned = list.map((one) => ({
      health: one.health,
      name: one.name,
      localID: one.localID,
    }));
    expect(await read(turned)).toEqual(facts);
  });
  test('none', async () => {
    expect(await read([])).toEqual([]);
  });
  test('what is no list of components', async () => {
    expect(await read({ localID: 1 })).toBeNull();
    expect(await read(null, '<html>')).toBeNull();
  });
});
