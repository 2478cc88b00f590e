import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../lab/free-port.ts';
import { programOf } from '../../lab/stand-in/package.ts';
import { CASES, type Case } from './fixtures/cases.ts';
import { PACKAGED, PROGRAM, type StandIn, startStandIn, validate } from './stand-in-process.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A case moved down by some comment lines, its labels renamed: no table of answers could know it. */
function variant(c: Case): Case {
  const lines = 7;
  const labels = [...c.text.matchAll(/^[\w.]+ "(\w+)" \{/gm)].map((m) => m[1] ?? '');
  // names of the same length, so that columns stay
  const rotated = (label: string): string =>
    label.replace(/[a-z]/g, (c) => String.fromCharCode(((c.charCodeAt(0) - 84) % 26) + 97));
  const pattern = new RegExp(`(^|["./ ])(${labels.join('|')})(?=["./ ,:]|$)`, 'gm');
  const renamed = (text: string): string =>
    labels.length === 0
      ? text
      : text.replaceAll(pattern, (_, before, label) => before + rotated(label));
  const moved = (text: string): string =>
    text.replace(/(^|FILE:|^!)(\d+):(\d+)/gm, (_, a, l, col) => `${a}${Number(l) + lines}:${col}`);
  const change = (text: string): string => moved(renamed(text));
  return {
    name: `${c.name}, elsewhere and under other names`,
    text: '// moved\n'.repeat(lines) + renamed(c.text),
    validate: c.validate.map(change),
    reload: { ...c.reload, body: change(c.reload.body) },
    states:
      c.states === 'old'
        ? 'old'
        : Object.fromEntries(Object.entries(c.states).map(([id, s]) => [renamed(id), s])),
  };
}

/** `LINE:COLUMN message` of each diagnostic, `!` in front of warnings. */
const diagnostics = (stderr: string, file: string): readonly string[] =>
  [...stderr.matchAll(/^(Error|Warning): (\S+?):(\d+:\d+: .*)$/gm)]
    .filter((m) => m[2] === file)
    .map((m) => (m[1] === 'Warning' ? '!' : '') + (m[3] ?? '').replace(': ', ' '));

const all = [...CASES, ...CASES.map(variant)];

describe('validate', () => {
  test.each(all)('$name', async (c) => {
    const { exitCode, stdout, stderr } = await validate({ 'x.alloy': c.text });
    const said = c.validate.map((line) => line.replaceAll('FILE', 'x.alloy'));
    expect(diagnostics(stderr, 'x.alloy')).toEqual(said);
    expect(exitCode).toBe(said.length === 0 ? 0 : 1);
    expect(stdout).toBe(said.length === 0 ? '' : '\n');
    if (said.length > 0)
      expect(stderr).toMatch(/Error: validation failed\n\d{4}\/.*: validation failed\n$/);
  });

  test('shows the lines around a fault, over one line and over several', async () => {
    const text =
      'loki.write "w" {\n\tendpoint {\n\t\turl = "http://h"\n\t}\n\n\ttls {\n\t}\n\tx = 1\n}\n';
    const { stderr } = await validate({ 'x.alloy': text });
    expect(stderr).toContain(`
5 |   
6 |       tls {
  |  _____^^^^^
7 | |     }
  | |_____^
8 |       x = 1
`);
    expect(stderr).toContain('\n7 |     }\n8 |     x = 1\n  |     ^^^^^\n9 | }\n');
  });

  test.each([
    [['--storage.path=/tmp', 'x.alloy'], 'unknown flag: --storage.path'],
    [
      ['--stability.level=beta', 'x.alloy'],
      'invalid argument "beta" for "--stability.level" flag: invalid stability level "beta"',
    ],
    [['x.alloy', 'y.alloy'], 'accepts 1 arg(s), received 2'],
    [['-'], 'stat -: no such file or directory'],
    [['gone.alloy'], 'stat gone.alloy: no such file or directory'],
  ])('%j', async (args, message) => {
    const { exitCode, stderr } = await validate({ 'x.alloy': '', 'y.alloy': '' }, args);
    expect(exitCode).toBe(1);
    expect(stderr.split('\n')[0]).toBe(`Error: ${message}`);
  });

  test('a folder is its *.alloy files, not those of folders in it', async () => {
    const { stderr } = await validate(
      {
        'd/a.alloy': 'logging { }\n',
        'd/b.alloy': 'logging { }\n',
        'd/c.alloy.off': 'nonsense\n',
        'd/e/f.alloy': 'nonsense\n',
      },
      ['d'],
    );
    expect(diagnostics(stderr, 'd/b.alloy')).toEqual([
      '1:1 block logging already declared at d/a.alloy:1:1',
    ]);
    expect(stderr).not.toContain('nonsense');
  });

  test('says so where it cannot judge', async () => {
    const { exitCode, stderr } = await validate({
      'x.alloy': 'prometheus.exporter.redis "r" { }\n',
    });
    expect([exitCode, stderr]).toEqual([
      1,
      'stand-in: not supported: the component prometheus.exporter.redis\n',
    ]);
  });
});

describe('reload', () => {
  let alloy: StandIn;
  beforeAll(async () => {
    alloy = await startStandIn();
    expect(await alloy.up()).toBe('up');
  });
  afterAll(() => alloy.stop());

  const OLD = {
    'prometheus.exporter.unix.default': 'healthy',
    'prometheus.scrape.default': 'healthy',
  };

  test.each(all)('$name', async (c) => {
    await alloy.write(PACKAGED);
    expect(await alloy.reload()).toEqual({ status: 200, body: 'config reloaded\n' });
    expect(await alloy.states()).toEqual(OLD);

    await alloy.write(c.text);
    const body = c.reload.body.replaceAll('FILE', alloy.file);
    expect(await alloy.reload()).toEqual({ status: c.reload.status, body });
    expect(await alloy.states()).toEqual(c.states === 'old' ? OLD : c.states);

    // the hash metric shows the file that was tried last, whatever became of it
    expect(await alloy.metric('alloy_config_hash')).toContain(sha256(c.text));
    const parsed = !body.startsWith('reading config path');
    expect(await alloy.metric('alloy_config_last_load_successful')).toMatch(parsed ? / 1$/ : / 0$/);
    const bad = c.states !== 'old' && Object.values(c.states).includes('unhealthy');
    expect((await alloy.ask('/-/healthy')).status).toBe(bad ? 500 : 200);
    expect(await alloy.ask('/-/ready')).toEqual({ status: 200, body: 'Alloy is ready.\n' });
  });

  test('methods: GET and POST alone', async () => {
    await alloy.write(PACKAGED);
    expect((await alloy.ask('/-/reload')).status).toBe(200);
    for (const method of ['PUT', 'DELETE', 'HEAD']) {
      expect((await alloy.ask('/-/reload', { method })).status).toBe(404);
    }
  });

  test('SIGHUP reloads', async () => {
    const text = 'prometheus.exporter.self "hup" { }\n';
    await alloy.write(text);
    alloy.child.kill('SIGHUP');
    await expect.poll(alloy.states).toEqual({ 'prometheus.exporter.self.hup': 'healthy' });
  });

  test('keeps a connection, sends long answers in chunks, and asks for a Host', async () => {
    await alloy.write(
      Array.from({ length: 20 }, (_, i) => `prometheus.exporter.self "x${i}" { }\n`).join(''),
    );
    expect((await alloy.reload()).status).toBe(200);
    const path = '/api/v0/web/components';
    const said = await raw(
      alloy.port,
      `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\nGET /-/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(said).toContain('Transfer-Encoding: chunked');
    expect(said).toMatch(/\r\n0\r\n\r\nHTTP\/1\.1 200 OK[\s\S]*Content-Length: 16\r\n/);
    expect(await raw(alloy.port, 'GET /-/ready HTTP/1.1\r\n\r\n')).toContain(
      '400 Bad Request: missing required Host header',
    );
    const old = await raw(alloy.port, `GET ${path} HTTP/1.0\r\n\r\n`);
    expect(old).not.toMatch(/chunked|Content-Length/);
    expect(JSON.parse(old.split('\r\n\r\n')[1] ?? '')).toHaveLength(20);
  });
});

/** What the server sends until it closes. */
const raw = (port: number, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let all = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (data) => {
      all += data.toString('latin1');
    });
    socket.on('close', () => resolve(all));
    socket.on('error', reject);
  });

/** Starts one for the length of a test. */
async function withStandIn(
  options: Parameters<typeof startStandIn>[0],
  use: (alloy: StandIn) => Promise<void>,
) {
  const alloy = await startStandIn(options);
  try {
    await use(alloy);
  } finally {
    await alloy.stop();
  }
}

describe('start', () => {
  test.each(all)('$name', async (c) => {
    const runs = c.reload.status === 200;
    await withStandIn({ text: c.text }, async (alloy) => {
      expect(await alloy.up()).toBe(runs ? 'up' : 'ended');
      if (runs) return;
      const { exitCode, stderr } = await alloy.ended;
      expect(exitCode).toBe(1);
      // the first fault in the words of a reload, without what says how many there are
      const first = c.reload.body
        .replaceAll('FILE', alloy.file)
        .replace(/^(?:reading config path "[^"]*"|error during the initial load): /, '')
        .replace(/(?: \(and \d+ more diagnostics\))?\n$/, '');
      expect(stderr).toContain(`Error: ${first}\n`);
      expect(stderr).toMatch(/Error: could not perform the initial load successfully\n\d{4}\/.*$/);
    });
  });

  test('SIGTERM ends it with 0', () =>
    withStandIn({}, async (alloy) => {
      expect(await alloy.up()).toBe('up');
      alloy.child.kill('SIGTERM');
      expect((await alloy.ended).exitCode).toBe(0);
    }));

  test('a taken port ends it with 1 and one line', () =>
    withStandIn({}, async (first) => {
      await first.up();
      await withStandIn({ port: first.port }, async (second) => {
        const { exitCode, stderr } = await second.ended;
        expect(exitCode).toBe(1);
        expect(stderr).toMatch(
          new RegExp(
            `^ts=\\S+ level=error msg="failed to listen on 127.0.0.1:${first.port}" service=http err="listen tcp 127.0.0.1:${first.port}: bind: address already in use"$`,
          ),
        );
      });
    }));

  test.each([
    [['--no-such-flag=1'], 'Error: unknown flag: --no-such-flag'],
    [['--stability.level=beta'], 'Error: invalid argument "beta" for "--stability.level" flag'],
  ])('%j ends it with 1', (args, message) =>
    withStandIn({ args }, async (alloy) => {
      const { exitCode, stderr } = await alloy.ended;
      expect([exitCode, stderr.startsWith(message)]).toEqual([1, true]);
    }),
  );

  test('flags: the last storage path wins, the prefix moves the web routes alone', () =>
    withStandIn(
      { args: ['--server.http.ui-path-prefix=/a', '--storage.path=/nonexistent/never'] },
      async (alloy) => {
        expect(await alloy.up()).toBe('up');
        expect((await alloy.ask('/api/v0/web/components')).status).toBe(404);
        expect((await alloy.ask('/a/api/v0/web/components')).status).toBe(200);
        expect((await alloy.ask('/a/-/ready')).status).toBe(404);
      },
    ));

  test('an experimental component runs where the level allows it', () =>
    withStandIn(
      { text: 'otelcol.exporter.debug "d" { }\n', args: ['--stability.level=experimental'] },
      async (alloy) => {
        expect(await alloy.up()).toBe('up');
        expect(await alloy.states()).toEqual({ 'otelcol.exporter.debug.d': 'healthy' });
      },
    ));

  test('reads the environment it was started with', () =>
    withStandIn(
      {
        text: 'prometheus.remote_write "r" {\n\tendpoint {\n\t\turl = sys.env("TARGET")\n\t}\n}\n',
        env: { TARGET: 'http://192.0.2.9/push' },
      },
      async (alloy) => {
        await alloy.up();
        const { body } = await alloy.ask('/api/v0/web/components/prometheus.remote_write.r');
        expect(body).toContain('"value":"http://192.0.2.9/push"');
      },
    ));

  test('a link to a folder means nothing at all, with a slash it means the folder', async () => {
    const alloy = await startStandIn({ text: 'prometheus.exporter.self "x" { }\n' });
    try {
      await alloy.up();
      await execa('ln', ['-s', alloy.folder, `${alloy.folder}/link`]);
      for (const [path, ids] of [
        ['link', []],
        ['link/', ['prometheus.exporter.self.x']],
      ] as const) {
        const port = await freePort();
        const other = execa(
          'perl',
          [
            PROGRAM,
            'run',
            `--server.http.listen-addr=127.0.0.1:${port}`,
            '--storage.path=other',
            path,
          ],
          { cwd: alloy.folder, reject: false },
        );
        const text = async () =>
          (await fetch(`http://127.0.0.1:${port}/api/v0/web/components`)).json();
        await expect.poll(() => text().catch(() => 'closed')).toHaveLength(ids.length);
        const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        expect(metrics.includes(`sha256="${'0'.repeat(64)}"`)).toBe(ids.length === 0);
        other.kill();
        await other;
      }
    } finally {
      await alloy.stop();
    }
  });
});

describe('lock-outs', () => {
  test('http auth: 401 without, 200 with; outside of the paths free', () =>
    withStandIn(
      {
        text: `http {
	auth {
		basic {
			username = "probe"
			password = "s3cret: with colon"
		}

		filter {
			paths = ["/metrics", "/-/reload"]
		}
	}
}
`,
      },
      async (alloy) => {
        await alloy.up();
        expect(await alloy.ask('/metrics')).toEqual({ status: 401, body: '' });
        expect((await alloy.ask('/-/ready')).status).toBe(200);
        const authorization = `Basic ${Buffer.from('probe:s3cret: with colon').toString('base64')}`;
        expect((await alloy.ask('/metrics', { headers: { authorization } })).status).toBe(200);
      },
    ));

  test('http tls: the reload that brings it answers 200, then plain HTTP gets 400', () =>
    withStandIn({}, async (alloy) => {
      await alloy.up();
      await alloy.write(
        'http {\n\ttls {\n\t\tcert_file = "/none"\n\t\tkey_file = "/none"\n\t}\n}\n',
      );
      expect((await alloy.reload()).status).toBe(200);
      expect(await raw(alloy.port, 'GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n')).toBe(
        'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n',
      );
      expect((await raw(alloy.port, '\x16\x03\x01')).charCodeAt(0)).toBe(0x15);
    }));

  test('a port that is taken: the receiver exits, healthy does not see it', () =>
    withStandIn({}, async (alloy) => {
      await alloy.up();
      await alloy.write(`otelcol.receiver.otlp "in" {
	http {
		endpoint = "127.0.0.1:${alloy.port}"
	}

	output {
		logs = [otelcol.exporter.otlphttp.out.input]
	}
}

otelcol.exporter.otlphttp "out" {
	client {
		endpoint = "http://192.0.2.1:4318"
	}
}
`);
      expect((await alloy.reload()).status).toBe(200);
      expect(await alloy.states()).toEqual({
        'otelcol.exporter.otlphttp.out': 'healthy',
        'otelcol.receiver.otlp.in': 'exited',
      });
      expect((await alloy.ask('/-/healthy')).status).toBe(200);
    }));
});

describe('switches', () => {
  const OTHER = 'prometheus.exporter.self "other" { }\n';

  test('reload-refused: 400, the old graph, the new hash', () =>
    withStandIn({ faults: 'reload-refused\n' }, async (alloy) => {
      await alloy.up();
      await alloy.write(OTHER);
      expect((await alloy.reload()).status).toBe(400);
      expect(Object.keys(await alloy.states())).toHaveLength(2);
      expect(await alloy.metric('alloy_config_hash')).toContain(sha256(OTHER));
      // the old file back is no new fault
      await alloy.write(PACKAGED);
      expect((await alloy.reload()).status).toBe(200);
      await alloy.faults('reload-refused always\n');
      expect((await alloy.reload()).status).toBe(400);
    }));

  test('reload-partial: 400 and the new graph with an unhealthy component', () =>
    withStandIn({ faults: 'reload-partial first\n' }, async (alloy) => {
      await alloy.up();
      await alloy.write(`${OTHER}prometheus.exporter.self "fine" { }\n`);
      expect((await alloy.reload()).status).toBe(400);
      expect(await alloy.states()).toEqual({
        'prometheus.exporter.self.other': 'unhealthy',
        'prometheus.exporter.self.fine': 'healthy',
      });
      await alloy.write(PACKAGED);
      expect((await alloy.reload()).status).toBe(200);
    }));

  test('reload-blocks: reload and healthy wait, ready and metrics answer', () =>
    withStandIn({ faults: 'reload-blocks 1\n' }, async (alloy) => {
      await alloy.up();
      await alloy.write(OTHER);
      const order: string[] = [];
      const began = Date.now();
      const note = (name: string) => (answer: Answerish) => {
        order.push(`${name} ${answer.status}`);
      };
      const reload = alloy.reload().then(note('reload'));
      await new Promise((resolve) => setTimeout(resolve, 200));
      const healthy = alloy.ask('/-/healthy').then(note('healthy'));
      note('ready')(await alloy.ask('/-/ready'));
      note('metrics')(await alloy.ask('/metrics'));
      await Promise.all([reload, healthy]);
      expect(order.slice(0, 2)).toEqual(['ready 200', 'metrics 200']);
      expect([...order].sort()).toEqual(['healthy 200', 'metrics 200', 'ready 200', 'reload 200']);
      expect(Date.now() - began).toBeGreaterThan(900);
    }));

  test('unknown: the reload answers 200 at once, new components start later', () =>
    withStandIn({ faults: 'unknown 1\n' }, async (alloy) => {
      await alloy.up();
      await alloy.write(OTHER);
      expect((await alloy.reload()).status).toBe(200);
      expect(await alloy.states()).toEqual({ 'prometheus.exporter.self.other': 'unknown' });
      expect((await alloy.ask('/-/healthy')).status).toBe(200);
      await expect
        .poll(alloy.states, { timeout: 5000 })
        .toEqual({ 'prometheus.exporter.self.other': 'healthy' });
    }));

  test('a switch that a version has built in is switched off by the file', async () => {
    const program = programOf({ version: '1.17.91-1', faults: ['never-ready'] });
    await withStandIn({ program, faults: 'never-ready off\n' }, async (alloy) => {
      expect(await alloy.up()).toBe('up');
      expect(await alloy.metric('alloy_build_info')).toContain('version="v1.17.91"');
    });
  });

  test('exited and unhealthy: set while it runs', () =>
    withStandIn({}, async (alloy) => {
      await alloy.up();
      await alloy.faults('exited prometheus.scrape.default\n');
      expect(await alloy.states()).toMatchObject({ 'prometheus.scrape.default': 'exited' });
      expect((await alloy.ask('/-/healthy')).status).toBe(200);
      await alloy.faults('unhealthy prometheus.scrape.default\n');
      expect(await alloy.ask('/-/healthy')).toEqual({
        status: 500,
        body: 'unhealthy components: prometheus.scrape\n',
      });
    }));

  test('delivers: the counters of the senders move as told', () =>
    withStandIn({ text: CASES[1]?.text ?? '', faults: 'delivers rejected\n' }, async (alloy) => {
      await alloy.up();
      const failed = () => alloy.metric('prometheus_remote_storage_samples_failed_total');
      expect(await failed()).toMatch(/component_id="prometheus.remote_write.central".* \d+$/);
      await expect.poll(failed, { timeout: 5000 }).toMatch(/ 10$/);
      await alloy.faults('');
      expect(await failed()).toMatch(/ 0$/);
    }));

  test('stop-takes, crash-after, never-ready, slow-start', async () => {
    await Promise.all([
      withStandIn({ faults: 'stop-takes 1\n' }, async (alloy) => {
        await alloy.up();
        const began = Date.now();
        alloy.child.kill('SIGTERM');
        expect((await alloy.ended).exitCode).toBe(0);
        expect(Date.now() - began).toBeGreaterThan(900);
      }),
      withStandIn({ faults: 'crash-after 1\n' }, async (alloy) => {
        expect(await alloy.up()).toBe('up');
        expect((await alloy.ended).exitCode).toBe(2);
      }),
      withStandIn({ faults: 'never-ready\n' }, async (alloy) => {
        const first = await Promise.race([
          alloy.up(),
          new Promise((resolve) => setTimeout(resolve, 1500, 'silent')),
        ]);
        expect(first).toBe('silent');
        alloy.child.kill('SIGTERM');
        expect((await alloy.ended).exitCode).toBe(0);
      }),
      withStandIn({ faults: 'slow-start 1\n' }, async (alloy) => {
        const began = Date.now();
        expect(await alloy.up()).toBe('up');
        expect(Date.now() - began).toBeGreaterThan(900);
      }),
    ]);
  });
});

type Answerish = { readonly status: number };

test('says what it is', async () => {
  const { stdout } = await execa('perl', [PROGRAM, '--version']);
  expect(stdout.split('\n')[0]).toBe('alloy, version v1.18.1 (branch: HEAD, revision: stand-in)');
});

test('needs no module that perl-base lacks', async () => {
  const { stdout } = await execa('perl', ['-ne', 'print "$1\\n" if /^use (\\w+)/', PROGRAM]);
  expect(stdout.split('\n').sort()).toEqual([
    'Errno',
    'Fcntl',
    'POSIX',
    'Socket',
    'strict',
    'warnings',
  ]);
});
