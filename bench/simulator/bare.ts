// What the least client costs that can read the facts of these hosts: the same ssh2 connects, starts the same command,
// sends the same program, takes the answer and leaves. Nothing is planned, checked or reported.
// Arguments: key file, port, forks, user; the addresses stand on stdin, one a line.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import process from 'node:process';
import ssh2 from 'ssh2';
import { factsScript } from '../../src/host/facts-request.ts';
import { PERL } from '../../src/host/run.ts';
import { CONFIG_PATH, ENVIRONMENT_PATH } from '../../src/model/desired.ts';
import { commandLine } from '../../src/transport/command-line.ts';

const [keyFile = '', port = '', forks = '', user = ''] = process.argv.slice(2);
const key = ssh2.utils.parseKey(readFileSync(keyFile)) as ssh2.ParsedKey;
const addresses = readFileSync(0, 'utf8').split('\n').filter(Boolean);
const SHELL = 'alloyup: shell\n';
const COMMAND = commandLine([
  'sh',
  '-c',
  'echo alloyup: shell; LC_ALL=C; export LC_ALL; exec "$@"',
  'sh',
  'sudo',
  '-n',
  ...PERL,
]);

const program = (): Uint8Array =>
  factsScript({
    nonce: `@@${randomBytes(16).toString('hex')}`,
    repository: { url: 'https://apt.grafana.com', proxy: null },
    files: [CONFIG_PATH, ENVIRONMENT_PATH].map((path) => ({ path, secret: false })),
    listen: { address: '127.0.0.1', port: 12345 },
    http: true,
    groups: [],
    reads: [],
    readable: [],
  });

/** Whether there was an answer. */
function ask(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const client = new ssh2.Client();
    let bytes = 0;
    client.on('ready', () =>
      client.exec(COMMAND, (error, stream) => {
        if (error) {
          client.end();
          return;
        }
        let isSent = false;
        stream.on('data', (data: Buffer) => {
          bytes += data.length;
          if (isSent) return;
          isSent = true;
          stream.end(program());
        });
        stream.stderr.resume();
        stream.on('close', () => client.end());
      }),
    );
    client.on('error', () => undefined);
    client.on('close', () => resolve(bytes > SHELL.length));
    client.connect({
      sock: connect({ host, port: Number(port), noDelay: true }),
      username: user,
      authHandler: ((_left: unknown, _partial: unknown, offer: (key: object) => void) =>
        offer({ type: 'publickey', username: user, key })) as never,
      hostVerifier: () => true,
      algorithms: { serverHostKey: ['ssh-ed25519'] },
      readyTimeout: 0,
    });
  });
}

let answered = 0;
let next = 0;
await Promise.all(
  Array.from({ length: Math.min(Number(forks), addresses.length) }, async () => {
    while (next < addresses.length) {
      next += 1;
      if (await ask(addresses[next - 1]!)) answered += 1;
    }
  }),
);
console.log(`${answered} of ${addresses.length}`);
