// SSH servers that answer as the host program does, or misbehave. A process of its own: what it costs
// to flood somebody must not be counted as time that the others had to wait.
//
// Reads one line of JSON from stdin: {hostKey, accepts, facts, hosts: [behavior, ...]}. Prints the port
// of each host as one line of JSON. Ends with its stdin.
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import ssh2 from 'ssh2';

const CHUNK = 32 * 1024;
/** A good host takes this long to report its facts, and for a run. */
const FACTS_MS = 1000;
const RUN_MS = 1200;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const FOREVER = new Promise(() => undefined);

/** Writes without filling this process's memory; resolves false once nobody reads any more. */
function write(stream, data) {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableEnded) return resolve(false);
    const gone = () => resolve(false);
    stream.once('close', gone);
    const done = () => {
      stream.removeListener('close', gone);
      resolve(true);
    };
    if (stream.write(data)) setImmediate(done);
    else stream.once('drain', done);
  });
}

async function repeat(stream, text, bytes = Number.POSITIVE_INFINITY) {
  const chunk = Buffer.from(text.repeat(Math.ceil(CHUNK / text.length)));
  for (let sent = 0; sent < bytes; sent += chunk.length)
    if (!(await write(stream, chunk))) return false;
  return true;
}

const recordOf = (nonce, record) => `${nonce} ${JSON.stringify(record)}\n`;
const named = (n) =>
  Array.from({ length: n }, (_, i) => [`prometheus.scrape.job_${i}`, 'healthy', '']);
const withComponents = (facts, n) => ({ ...facts, http: { ...facts.http, components: named(n) } });

/** As the program that reads facts prints them. */
async function report(stream, nonce, facts) {
  await pause(FACTS_MS);
  await write(stream, recordOf(nonce, { type: 'facts', facts }));
}

const CONFIGURATION = '/etc/alloy/config.alloy';

/** What a host reports once a run has written its configuration. */
function applied(facts, content) {
  const meta = facts.files[CONFIGURATION].slice(0, 5);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const receipt = JSON.parse(facts.own.receipt);
  return {
    ...facts,
    http: { ...facts.http, hash: sha256 },
    files: { ...facts.files, [CONFIGURATION]: [...meta, content.length, `t${content}`] },
    own: {
      ...facts.own,
      receipt: JSON.stringify({ ...receipt, files: { [CONFIGURATION]: sha256 } }),
    },
  };
}

/** As the program that runs: the launcher's word, and the log. */
async function carryOut(stream, { nonce, ...request }, facts) {
  const applies = request.do === 'apply';
  await write(stream, 'alloyup: started\n');
  await write(stream, recordOf(nonce, { type: 'begin', step: 'config' }));
  await pause(RUN_MS);
  await write(stream, recordOf(nonce, { type: applies ? 'end' : 'undone', step: 'config' }));
  await write(stream, recordOf(nonce, { type: 'result', result: applies ? 'ok' : 'rolled-back' }));
  const after = applies ? applied(facts, Object.values(request.content)[0]) : facts;
  await write(stream, recordOf(nonce, { type: 'facts', facts: after }));
  return after;
}

const started = (then) => async (at) => {
  await write(at.stream, 'alloyup: started\n');
  return then(at);
};
const problem = (detail) => ({
  type: 'problem',
  problem: { code: 'apply.stuck', params: { reason: 'service' }, detail },
});

// --- what hosts do in place of an answer; whoever returns true goes on as a good host does ------------

/** Told of each command for the facts. */
const READING = {
  'silent answer': () => FOREVER,
  'silent half': async ({ stream, nonce, facts }) => {
    await write(stream, recordOf(nonce, { type: 'facts', facts }).slice(0, 500));
    return FOREVER;
  },
  'closed half': async ({ stream, nonce, facts, client }) => {
    await write(stream, recordOf(nonce, { type: 'facts', facts }).slice(0, 500));
    client.end();
    return FOREVER;
  },
  'closed answer': ({ client }) => {
    client.end();
    return FOREVER;
  },
  'noise before': async ({ stream }) => {
    await write(stream, `${'x'.repeat(65_000)}\u001b]0;t\u0007 no newline`);
    return true;
  },
  'noise after': async ({ stream, nonce, facts }) => {
    await report(stream, nonce, facts);
    await repeat(stream, 'and another thing\n');
    return FOREVER;
  },
  'silent after': async ({ stream, nonce, facts }) => {
    await report(stream, nonce, facts);
    return FOREVER;
  },
  'endless lines': async ({ stream }) => {
    await repeat(stream, 'hello\n');
    return FOREVER;
  },
  'endless lines on stderr': async ({ stream }) => {
    await repeat(stream.stderr, 'hello\n');
    return FOREVER;
  },
  'endless half line': async ({ stream }) => {
    await repeat(stream, 'hello ');
    return FOREVER;
  },
  'single bytes': async ({ stream }) => {
    while (await write(stream, '\n'));
    return FOREVER;
  },
  'a line of 100 MB': async ({ stream }) => {
    await repeat(stream, 'x', 100 << 20);
    await write(stream, '\n');
    return true;
  },
  '16 MB of short lines': async ({ stream }) => {
    await repeat(stream, 'hi\n', 16 << 20);
    return true;
  },
  'an answer of 100 MB': async ({ stream, nonce }) => {
    await write(stream, `${nonce} {"type":"facts","facts":{"v":"`);
    await repeat(stream, 'x', 100 << 20);
    return FOREVER;
  },
  '40,000 components': async (at) => {
    await report(at.stream, at.nonce, withComponents(at.facts, 40_000));
  },
  '200,000 components': async (at) => {
    await report(at.stream, at.nonce, withComponents(at.facts, 200_000));
  },
  'a .sources file that explodes': async ({ stream, nonce, facts }) => {
    const words = (n, of) => Array.from({ length: n }, (_, i) => of(i)).join(' ');
    const text = [
      'Types: deb',
      `URIs: ${words(700, (i) => `https://apt.grafana.com${'/'.repeat(i % 9)}`)}`,
      `Suites: ${words(4000, (i) => i.toString(36))}`,
      `Components: ${words(4000, (i) => i.toString(36))}`,
    ].join('\n');
    const apt = { ...facts.apt, sources: [['/etc/apt/sources.list.d/x.sources', `${text}\n`]] };
    await report(stream, nonce, { ...facts, apt });
  },
  'a configuration of 32,000 passwords': async ({ stream, nonce, facts }) => {
    const path = CONFIGURATION;
    const files = { ...facts.files, [path]: [...facts.files[path]] };
    files[path][6] = `t${'password'.repeat(32_000)}\n`;
    await report(stream, nonce, { ...facts, files });
  },
  'deep JSON': async ({ stream, nonce }) => {
    await write(stream, `${nonce} {"type":"facts","facts":`);
    await repeat(stream, '[', 4 << 20);
    await write(stream, '\n');
  },
  'wide JSON': async ({ stream, nonce }) => {
    await write(stream, `${nonce} {"type":"facts","facts":[`);
    await repeat(stream, '[],', 7 << 20);
    await write(stream, '[]]}\n');
  },
};

/** Told of each run, and of each follower. */
const RUNNING = {
  'silent run': started(() => FOREVER),
  'closed run': started(({ client }) => {
    client.end();
    return FOREVER;
  }),
  'endless output of a run': started(async ({ stream }) => {
    await repeat(stream, 'x\n');
    return FOREVER;
  }),
  'an endless half line of a run': started(async ({ stream }) => {
    await repeat(stream, 'xxxxxxxxxxxxxxxx');
    return FOREVER;
  }),
  'endless problems of a run': started(async ({ stream, nonce }) => {
    await repeat(stream, recordOf(nonce, problem('d'.repeat(4000))));
    return FOREVER;
  }),
  'endless waiting of a run': started(async ({ stream, nonce }) => {
    await repeat(stream, recordOf(nonce, { type: 'wait', seconds: '1', what: 'for dpkg' }));
    return FOREVER;
  }),
  'deep JSON of a run': started(async ({ stream, nonce }) => {
    await write(
      stream,
      `${nonce} {"type":"problem","problem":{"code":"apply.stuck","params":{"x":`,
    );
    await write(stream, `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}}}\n`);
    return true;
  }),
  'noise after a run': async ({ stream, request, facts }) => {
    await carryOut(stream, request, facts);
    await repeat(stream, 'and another thing\n');
    return FOREVER;
  },
};

/** Before there is a command: `at` is what the host reaches. */
const CONNECTING = {
  'silent connection': (socket) => void socket,
  'silent greeting': (socket) => void socket.write('SSH-2.0-OpenSSH_9.2\r\n'),
  'closed connection': (socket) => socket.destroy(),
  'closed greeting': (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
  'endless greeting': (socket) => void repeat(socket, 'hello\r\n'),
  'not SSH': (socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
};

/** What a program is sent: its request stands behind it, a run's own at the very end; null: it was cut off. */
function requestOf(input) {
  try {
    return readRequest(input);
  } catch {
    return null;
  }
}

function readRequest(input) {
  const [line] = input.slice(input.indexOf('\n__END__\n') + 9).split('\n', 1);
  const request = JSON.parse(line);
  if (request.do !== 'launch') return request;
  return JSON.parse(input.slice(input.indexOf(line) + line.length + 1 + request.program));
}

function serve(behavior, { hostKey, accepts, facts: first }) {
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    // what a run has changed, its own login sees
    let facts = first;
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      if (behavior === 'silent login') return;
      if (behavior === 'closed login') return client.end();
      const key = context.method === 'publickey' ? context.key.data.toString('base64') : '';
      if (accepts === key) context.accept();
      else context.reject(['publickey']);
    });
    client.on('ready', () => {
      if (behavior === 'closed session') return client.end();
      client.on('session', (accept) => {
        if (behavior === 'silent session') return;
        accept().on('exec', (acceptExec) => {
          const stream = acceptExec();
          if (behavior === 'silent shell') return;
          // the command that we are sent begins with it
          stream.write('alloyup: shell\n');
          stream.on('error', () => undefined);
          let input = '';
          stream.setEncoding('utf8').on('data', (text) => {
            input += text;
          });
          stream.on('end', async () => {
            const request = requestOf(input);
            if (request === null) return stream.destroy();
            const at = { stream, client, request, nonce: request.nonce, facts };
            const reads = request.do === 'facts';
            const odd = (reads ? READING : RUNNING)[behavior];
            const goesOn = odd ? await odd(at) : true;
            if (goesOn && reads) await report(stream, request.nonce, facts);
            else if (goesOn) facts = await carryOut(stream, request, facts);
            if (stream.destroyed) return;
            stream.exit(0);
            stream.end();
          });
        });
      });
    });
  });
  const connecting = CONNECTING[behavior];
  const listener = createServer((socket) => {
    socket.on('error', () => undefined);
    if (connecting) connecting(socket);
    else server.injectSocket(socket);
  });
  return new Promise((resolve) => {
    listener.listen(0, '127.0.0.1', () => resolve(listener.address().port));
  });
}

const KNOWN = [
  'good',
  'silent shell',
  'silent login',
  'closed login',
  'silent session',
  'closed session',
];
let text = '';
process.stdin.setEncoding('utf8').on('data', async (part) => {
  text += part;
  if (!text.endsWith('\n')) return;
  const setup = JSON.parse(text);
  for (const behavior of setup.hosts)
    if (![READING, RUNNING, CONNECTING].some((of) => behavior in of) && !KNOWN.includes(behavior))
      throw new Error(`there is no behavior "${behavior}"`);
  const ports = await Promise.all(setup.hosts.map((behavior) => serve(behavior, setup)));
  process.stdout.write(`${JSON.stringify(ports)}\n`);
});
process.stdin.on('end', () => process.exit(0));
