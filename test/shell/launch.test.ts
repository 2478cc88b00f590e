import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import follow from '../../src/shell/follow.pl';
import launch from '../../src/shell/launch.pl';

/** Each list of lines that it writes for systemd, by the name of its file. */
const writtenTexts = (): Readonly<Record<string, string>> => {
  const spills = launch.slice(
    launch.indexOf('my $start = '),
    launch.indexOf("$SIG{$_} = 'DEFAULT'"),
  );
  const program = `sub spill { my ($path, @lines) = @_; print join("\\n", $path, @lines), "\\0"; 1 } my $d = ''; ${spills}`;
  const { stdout } = spawnSync('perl', ['-e', program], { encoding: 'utf8' });
  const files = stdout.split('\0').filter(Boolean);
  return Object.fromEntries(
    files.map((file) => [file.slice(1, file.indexOf('\n')), file.slice(file.indexOf('\n') + 1)]),
  );
};

test('the launcher and the follower behind it are one program to perl', () => {
  const { status, stderr } = spawnSync('perl', ['-c', '-'], { input: `${launch}${follow}` });
  expect([status, stderr.toString()]).toEqual([0, '- syntax OK\n']);
});

describe('what it writes for systemd', () => {
  const { stop, again, ...more } = writtenTexts();

  test.each(['dash', 'bash'])('undoes in words of %s', (shell) => {
    expect(spawnSync(shell, ['-n'], { input: stop! }).stderr.toString()).toBe('');
  });

  test('goes there when perl is started once more', () => {
    const { status, stderr } = spawnSync('perl', ['-c', '-'], { input: again! });
    expect([status, stderr.toString()]).toEqual([0, '- syntax OK\n']);
    expect(again).toBe("exec '/bin/sh', '/stop', '', 'guard'");
  });

  test('is no more than that', () => {
    expect(more).toEqual({});
  });
});

/**
 * systemd's socket, as far as it is asked; gives what the launcher made of it, and what it was sent over the
 * last connection. `before`: perl that comes first.
 */
async function startedBy(answer: (socket: Socket, call: Buffer) => void, before = '') {
  const folder = mkdtempSync(join(tmpdir(), 'alloyup-launch-'));
  const path = join(folder, 'private');
  let sent = Buffer.alloc(0);
  let connections = 0;
  const server = createServer((socket) => {
    sent = Buffer.alloc(0);
    connections += 1;
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      sent = Buffer.concat([sent, bytes]);
      const begins = sent.indexOf('BEGIN\r\n');
      if (begins < 0 && sent[0] !== 'l'.charCodeAt(0)) return;
      const call = begins < 0 ? sent : sent.subarray(begins + 7);
      if (call.length < 16) return;
      const whole = 16 + call.readUInt32LE(4) + align(call.readUInt32LE(12), 8);
      if (call.length >= whole) answer(socket, call);
    });
  }).listen(path);
  await once(server, 'listening');
  const subs = launch.slice(
    launch.indexOf('sub pad '),
    launch.indexOf('if (!$start || !start_unit()'),
  );
  const program = [
    'use strict; my ($run, $d) = qw(R /run/alloyup/R); our $bus;',
    "my @job = ('/usr/bin/perl', '/run/alloyup/R/script', 'x y'); my @stop = ('/bin/sh', 'stop');",
    before.replace('PATH', path),
    subs.replace('/run/systemd/private', path),
    'print start_unit() ? "yes" : "no";',
  ].join('\n');
  const perl = spawn('perl', ['-e', program]);
  const said = await text(perl.stdout);
  server.close();
  rmSync(folder, { recursive: true });
  return { said, sent, connections };
}
const align = (at: number, to: number): number => at + ((to - (at % to)) % to);

/** A message without anything in it. */
function message(type: number, fields = Buffer.alloc(0), body = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(16);
  head.write('l');
  head.set([type, 0, 1], 1);
  head.writeUInt32LE(body.length, 4);
  head.writeUInt32LE(1, 8);
  head.writeUInt32LE(fields.length, 12);
  return Buffer.concat([head, fields, Buffer.alloc(align(fields.length, 8) - fields.length), body]);
}
const HELLO = Buffer.from('OK 0123456789abcdef0123456789abcdef\r\n');
const NOISE = message(
  4,
  Buffer.from('some fields, eleven more'),
  Buffer.from('\x03\x02\x00l\x02 body'),
);

describe('the unit is asked for at systemd’s own socket', () => {
  test.each<[string, string, (socket: Socket) => void]>([
    ['taken in', 'yes', (socket) => socket.end(Buffer.concat([HELLO, NOISE, NOISE, message(2)]))],
    ['refused', 'no', (socket) => socket.end(Buffer.concat([HELLO, NOISE, message(3)]))],
    ['nobody may log in', 'no', (socket) => socket.end('REJECTED EXTERNAL\r\n')],
    ['it may have been taken in', 'yes', (socket) => socket.end(Buffer.concat([HELLO, NOISE]))],
    [
      'taken in, told in small pieces',
      'yes',
      async (socket) => {
        for (const byte of Buffer.concat([HELLO, NOISE, message(2)])) {
          socket.write(Buffer.from([byte]));
          await new Promise((resolve) => setImmediate(resolve));
        }
        socket.end();
      },
    ],
  ])('%s', async (_, said, answer) => {
    expect((await startedBy(answer)).said).toBe(said);
  });

  test('in words that it reads as they are meant', async () => {
    const { sent } = await startedBy((socket, call) => {
      const body = call.readUInt32LE(4);
      const rest = call.length - 16 - align(call.readUInt32LE(12), 8) - body;
      expect([call.toString('latin1', 0, 2), rest]).toEqual(['l\x01', 0]);
      socket.end(Buffer.concat([HELLO, message(2)]));
    });
    const words = sent.toString('latin1').split(/[^ -~]+/);
    for (const word of ['alloyup-R.service', 'fail', 'StartTransientUnit', 'inactive-or-failed'])
      expect(words).toContain(word);
    for (const word of ['on-failure', 'a(sasb)', '/run/alloyup/R/script', 'x y', 'stop'])
      expect(words).toContain(word);
    // RestartUSec, a minute, at a multiple of eight
    const call = sent.subarray(sent.indexOf('BEGIN\r\n') + 7);
    const at = call.indexOf('RestartUSec');
    expect(call.readBigUInt64LE(align(at + 'RestartUSec'.length + 1 + 3, 8))).toBe(60_000_000n);
  });

  const OPEN = `socket our $bus, 1, 1, 0; connect $bus, pack 'S a*', 1, "PATH\\0" or die;`;

  test('over the connection that is there', async () => {
    const { said, sent, connections } = await startedBy(
      (socket) => socket.end(Buffer.concat([NOISE, message(2)])),
      OPEN,
    );
    expect([said, connections, sent.includes('AUTH')]).toEqual(['yes', 1, false]);
  });

  test('over another one when systemd has closed that', async () => {
    const { said, sent, connections } = await startedBy(
      (socket) => socket.end(Buffer.concat([HELLO, message(2)])),
      `${OPEN} shutdown $bus, 2;`,
    );
    expect([said, connections, sent.includes('AUTH')]).toEqual(['yes', 2, true]);
  });
});

describe.each([
  ['the kernel tells it', follow],
  ['it looks by itself', follow.replace('/proc/self/exe', '/nowhere')],
])('the follower, where %s', (_, source) => {
  test('sends what is written to the log, from a byte on, and ends with the run', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'alloyup-follow-'));
    const run = join(folder, 'R');
    mkdirSync(run);
    writeFileSync(join(run, 'log'), 'seen\nnew\n');
    const perl = spawn('perl', ['-e', source.replaceAll('/run/alloyup', folder), 'R', '5']);
    const ended = once(perl, 'exit');
    const line = async () => String((await once(perl.stdout, 'data'))[0]);
    expect(await line()).toBe('new\n');
    appendFileSync(join(run, 'log'), 'newer\n');
    expect(await line()).toBe('newer\n');
    appendFileSync(join(run, 'log'), 'last\n');
    writeFileSync(join(run, 'done'), '');
    expect(await text(perl.stdout)).toBe('last\n');
    expect(await ended).toEqual([0, null]);
    rmSync(folder, { recursive: true });
  });
});

test.skipIf(process.getuid?.() !== 0).each([
  ['without its last line', 'first\nsecond\n'],
  ['cut in its last line', 'first\nsecond\n#end R'],
])('a script %s is not kept, nor started', (_, script) => {
  const folder = mkdtempSync(join(tmpdir(), 'alloyup-cut-'));
  const source = launch
    .replaceAll('/run/alloyup', join(folder, 'all'))
    .replace('/run/systemd/system', folder);
  const { status, stdout } = spawnSync('perl', ['-e', source, 'R'], { input: script });
  expect([status, stdout.toString()]).toEqual([73, 'alloyup: cut\n']);
  expect(readdirSync(join(folder, 'all'))).toEqual([]);
  rmSync(folder, { recursive: true });
});

test.skipIf(process.getuid?.() !== 0)(
  'whose last line is long in coming keeps no connection to systemd',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'alloyup-long-'));
    const source = launch
      .replaceAll('/run/alloyup', join(folder, 'all'))
      .replace('/run/systemd/system', folder);
    const asked =
      'socketpair our $bus, my $systemd, 1, 1, 0; if (!fork) { undef $bus; sysread $systemd, my $any, 1; print "closed\\n"; exit }';
    const perl = spawn('perl', ['-e', `${asked} undef $systemd; ${source}`, 'R']);
    perl.stdin.write('first\n');
    expect(String((await once(perl.stdout, 'data'))[0])).toBe('closed\n');
    perl.stdin.end('second\n');
    expect(await text(perl.stdout)).toBe('alloyup: cut\n');
    rmSync(folder, { recursive: true });
  },
  20_000,
);
