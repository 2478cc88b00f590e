import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { programOf } from '../../../lab/stand-in/package.ts';
import { OPTIONS } from '../../../src/cli/args/option-table.ts';
import { runProgram } from '../../../src/cli/dispatch.ts';
import { createExact } from '../../../src/cli/files/exact.ts';
import { ToolError } from '../../../src/model/problem.ts';
import { makeDeb } from '../../sources/fake-package.ts';
import {
  makeIndex,
  makeKey,
  type Site,
  serve,
  type TestKey,
} from '../../sources/fake-repository.ts';
import { useFolder } from '../folder.ts';
import { memoryTerminal } from '../terminal.ts';

// the stand-in is a perl program, and packages are made with tar
const canRun =
  process.platform === 'linux' &&
  ['x64', 'arm64'].includes(process.arch) &&
  spawnSync('perl', ['-v']).status === 0;

const standIn = (version: string): Uint8Array =>
  makeDeb({ 'usr/bin/alloy': programOf({ version, faults: [] }) });
const script = (lines: string): Uint8Array => makeDeb({ 'usr/bin/alloy': `#!/bin/sh\n${lines}\n` });

const FINE = `prometheus.remote_write "central" {
	endpoint {
		url = "https://metrics.example.com/api/v1/write"
	}
}

prometheus.scrape "self" {
	targets    = [{"__address__" = "127.0.0.1:12345"}]
	forward_to = [prometheus.remote_write.central.receiver]
}
`;
const UNDEFINED = FINE.replace('central.receiver', 'centre.receiver');

/** Versions that only these tests have. */
const ODD: Readonly<Record<string, Uint8Array>> = {
  // grafana/alloy crashes on a declare whose argument begins with _
  '1.90.1-1': script('echo "panic: runtime error: index out of range" >&2; exit 2'),
  '1.90.2-1': script('echo "Error: unknown flag: --x" >&2; exit 1'),
  '1.90.3-1': script('kill -9 $$'),
  '1.90.4-1': script('env; ip -o link 2>/dev/null; cat /proc/net/dev; exit 1'),
  // a formatter that knows one text; the stand-in formats nothing
  '1.90.5-1': script(
    `if grep -q '= $' "$2"; then echo "$2:2:11: expected expression, got }" >&2; exit 1; fi
printf 'logging {\\n\\tlevel = "info"\\n}\\n'`,
  ),
  '1.8.3-1': script('exit 0'),
};

describe.skipIf(!canRun)('with --exact', () => {
  let key: TestKey;
  let packages: Record<string, Uint8Array>;
  let site: Site;
  const { path, put } = useFolder();

  beforeAll(async () => {
    vi.stubEnv('no_proxy', '*');
    key = await makeKey(400);
    packages = { ...ODD, '1.17.0-1': standIn('1.17.0-1'), '1.18.1-1': standIn('1.18.1-1') };
  });
  beforeEach(async () => {
    site = await serve(await makeIndex(key, { versions: Object.keys(packages), packages }));
    site.files.set('/gpg.key', Buffer.from(key.armored));
  });
  afterEach(() => site.close().catch(() => undefined));

  /** Writes an inventory of one host per version; returns its path. */
  const inventory = (versions: readonly string[], text = FINE): string => {
    put('web.alloy', text);
    const hosts = versions.map(
      (version, i) => `  web-0${i + 1}: { alloy: { version: ${version} } }`,
    );
    return put(
      'inventory.yaml',
      `defaults:
  repository:
    url: ${site.url}
    key: ${site.url}/gpg.key
    fingerprints: [${key.fingerprint}]
  config: { template: ./web.alloy }
hosts:
${hosts.join('\n')}
`,
    );
  };

  async function run(...args: readonly string[]) {
    const terminal = memoryTerminal({ env: { XDG_CACHE_HOME: path('cache') } });
    const code = await runProgram(args, terminal);
    const { out, err } = terminal.printed();
    return { code, out, err };
  }

  test('a good configuration: fetched once, and the version is named', async () => {
    const file = inventory(['1.18.1']);
    const first = await run('validate', '--exact', '-i', file);
    expect(first).toMatchObject({
      code: 0,
      out: '1 host checked with alloy 1.18.1: no problems\n',
      err: expect.stringMatching(/^Fetching alloy 1\.18\.1-1 \(\d+ MB\), once \.\.\.\n$/),
    });
    await site.close();
    expect(await run('validate', '--exact', '-i', file)).toEqual({ ...first, err: '' });
  });

  test('a bad one is one finding of both, at the line of the template', async () => {
    const { code, err } = await run(
      'validate',
      '--exact',
      '-q',
      '-i',
      inventory(['1.18.1'], UNDEFINED),
    );
    expect(code).toBe(64);
    expect(err.match(/^error/gm)).toHaveLength(1);
    expect(err.replace(/\s+/g, ' ')).toContain(
      'does not exist or is out of scope (reference.undefined) [alloyup, alloy 1.18.1]',
    );
    expect(err).toMatch(/ --> .*web\.alloy:9:16\n/);
  });

  test('each host is judged by its own version, equal texts once', async () => {
    const file = inventory(['1.17.0', '1.18.1', '1.18.1', '1.18.1'], UNDEFINED);
    const { err } = await run('validate', '--exact', '-i', file);
    expect(err.replace(/\s+/g, ' ')).toContain('[alloyup, alloy 1.17.0, alloy 1.18.1]');
    expect(err.match(/^error/gm)).toHaveLength(1);
    expect(err.match(/^Fetching/gm)).toHaveLength(2);
  });

  test('files are judged by the first host of -i, several as one where a directory is named', async () => {
    const file = inventory(['1.18.1']);
    put('dir/a.alloy', FINE.slice(0, FINE.indexOf('prometheus.scrape')));
    put('dir/b.alloy', FINE.slice(FINE.indexOf('prometheus.scrape')));
    expect(await run('validate', '--exact', '-i', file, path('dir'))).toMatchObject({
      code: 0,
      out: '1 file checked with alloy 1.18.1: no problems\n',
    });
    const alone = await run(
      'validate',
      '--exact',
      '-i',
      file,
      path('dir/a.alloy'),
      path('dir/b.alloy'),
    );
    expect(alone.code).toBe(64);
    expect(alone.err.replace(/\s+/g, ' ')).toContain('[alloyup, alloy 1.18.1]');
    expect(alone.err).toContain('dir/b.alloy:3:16');
  });

  test('a crash of Alloy is its own fault, not that of the configuration', async () => {
    const { code, err } = await run(
      'validate',
      '--exact',
      '-q',
      '-i',
      inventory(['1.90.1']),
      '--output',
      'json',
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const shown = await run('validate', '--exact', '-i', inventory(['1.90.1']));
    expect(shown.code).toBe(0);
    expect(shown.err).toContain('warning[alloy.crashed]');
    expect(shown.err.replace(/\s+/g, ' ')).toContain('runtime error: index out of range');
  });

  test.each([
    ['1.90.2', /exact\.failed[\s\S]*without naming a place[\s\S]*unknown flag: --x/],
    ['1.90.3', /exact\.failed[\s\S]*killed by SIGKILL/],
    ['1.8.3', /exact\.unsupported[\s\S]*1\.9\.0/],
    ['1.99.9', /repository\.version/],
  ])(
    'version %s gives no answer: an error, and our own findings as well',
    async (version, said) => {
      const { code, err } = await run(
        'validate',
        '--exact',
        '-q',
        '-i',
        inventory([version], UNDEFINED),
      );
      expect(code).toBe(64);
      expect(err.replace(/\s+/g, ' ')).toMatch(said);
      expect(err.replace(/\s+/g, ' ')).toContain('(reference.undefined) [alloyup]');
    },
  );

  test('Alloy gets neither our environment nor, where the system allows it, a network', async () => {
    vi.stubEnv('SECRET_OF_OURS', 'hunter2');
    vi.stubEnv('HTTPS_PROXY', 'http://proxy.example.com:3128');
    const file = inventory(['1.90.4'], UNDEFINED);
    put('print.sh', '');
    const json = await run('validate', '--exact', '-q', '--output', 'json', '-i', file);
    expect(json.out).not.toMatch(/hunter2|proxy\.example/);
    const allowed = spawnSync('unshare', ['-r', '-n', 'true']).status === 0;
    const seen = spawnSync('sh', ['-c', 'cat /proc/net/dev'], { encoding: 'utf8' }).stdout;
    if (allowed && /eth0|ens/.test(seen)) expect(json.out).not.toMatch(/eth0|ens\d/);
    vi.unstubAllEnvs();
    vi.stubEnv('no_proxy', '*');
  });

  test('exits 1 where only Alloy could not be asked', async () => {
    const file = inventory(['1.18.1']);
    await site.close();
    const { code, err } = await run('validate', '--exact', '-i', file);
    expect(code).toBe(1);
    expect(err).toMatch(/^error\[repository\.unreachable\]/);
    expect(err.match(/^error/gm)).toHaveLength(1);
  });

  test('fmt gives the text of Alloy, says where ours differs, and names the errors of both', async () => {
    const file = inventory(['1.90.5']);
    const text = 'logging {\n\tlevel = "info"\n}\n';
    const ugly = put('ugly.alloy', 'logging {\nlevel="info"\n}\n');
    expect(await run('fmt', '--exact', '-q', '-i', file, ugly)).toEqual({
      code: 0,
      out: text,
      err: '',
    });
    expect(await run('fmt', '--exact', '-w', '-i', file, ugly)).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(ugly, 'utf8')).toBe(text);
    expect(await run('fmt', '--exact', '-t', '-i', file, ugly)).toMatchObject({ code: 0, out: '' });

    const other = await run('fmt', '--exact', '-i', file, put('other.alloy', 'http { }\n'));
    expect(other).toMatchObject({ code: 0, out: text });
    expect(other.err).toContain('warning[fmt.differs]');

    const broken = put('broken.alloy', 'logging {\n  level = \n}\n');
    const refused = await run('fmt', '--exact', '-i', file, broken);
    expect(refused).toMatchObject({ code: 64, out: '' });
    expect(refused.err).toMatch(/broken\.alloy:[23]:\d+/);
    expect(refused.err).toContain('alloy 1.90.5]');
  });
});

test.each([
  ['darwin', 'arm64'],
  ['win32', 'x64'],
  ['linux', 'riscv64'],
])('on %s on %s it is refused before anything is fetched', (platform, arch) => {
  const options = Object.fromEntries(
    Object.entries(OPTIONS).map(([name, { defaultValue }]) => [name, defaultValue]),
  ) as never;
  const make = (): unknown =>
    createExact({ options, terminal: memoryTerminal() }, { platform, arch });
  expect(make).toThrow(ToolError);
  expect(make).toThrow('exact.unsupported');
});
