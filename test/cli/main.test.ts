import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testUnless } from '../missing.ts';
import { builtCommand, useAlloyup } from './built.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const { alloyup, path, put, read } = useAlloyup();

/** A port of this machine where nobody listens: logins fail immediately. */
const NOBODY = 'hosts: { web-01: { ssh: { address: 127.0.0.1, port: 9, user: ops } } }\n';

test('--version and -V print the version of the package, and nothing else', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  for (const flag of ['--version', '-V'])
    expect(alloyup([flag])).toEqual({ code: 0, out: `${version}\n`, err: '' });
});

test('--version is answered without loading dist', () => {
  const alone = path('alone');
  for (const part of ['bin', 'package.json'])
    cpSync(join(ROOT, part), join(alone, part), { recursive: true });
  const ended = spawnSync(process.execPath, [join(alone, 'bin/alloyup.js'), '-V'], {
    encoding: 'utf8',
  });
  expect(ended).toMatchObject({ status: 0, stderr: '' });
});

testUnless('enableCompileCache' in module ? undefined : 'needs Node 22.8 or later')(
  'compiled code is kept in the cache directory of the user',
  () => {
    alloyup(['fmt', '-'], { input: '' });
    expect(readdirSync(path('.cache/alloyup/compiled'))).toHaveLength(1);
    alloyup(['fmt', '-'], { input: '', env: { XDG_CACHE_HOME: path('xdg') } });
    expect(readdirSync(path('xdg/alloyup/compiled'))).toHaveLength(1);
    alloyup(['fmt', '-'], { input: '', env: { NODE_COMPILE_CACHE: path('own') } });
    expect(readdirSync(path('own'))).toHaveLength(1);
  },
);

testUnless(process.versions.node.startsWith('20.') ? undefined : 'needs Node 20')(
  'V8 optimizes little of what runs for less than a second',
  () => {
    const block = 'a.b "c" {\n\td = [{"e" = "f"}]\n\tg = []\n}\n';
    const { stdout } = spawnSync(process.execPath, ['--trace-opt', builtCommand(), 'fmt', '-'], {
      encoding: 'utf8',
      input: block.repeat(400),
    });
    // about 20 if nobody asks V8 to wait
    expect(stdout.split('completed optimizing').length - 1).toBeLessThan(10);
  },
);

test('fmt reads stdin', () => {
  expect(alloyup(['fmt', '-'], { input: 'logging {\nlevel="info"\n}\n' })).toEqual({
    code: 0,
    out: 'logging {\n\tlevel = "info"\n}\n',
    err: '',
  });
  expect(alloyup(['fmt', '-t', '-'], { input: 'x=1' })).toMatchObject({
    code: 1,
    out: '<stdin>\n',
  });
  expect(alloyup(['fmt', '-'], { input: 'x=' }).code).toBe(64);
});

test('the inventory comes from stdin, a list, or a file', () => {
  expect(alloyup(['hosts', '-i', '-'], { input: NOBODY }).out).toBe('web-01  ops@127.0.0.1:9\n');
  expect(alloyup(['hosts', '-i', 'web-[01:02],']).out).toBe('web-01\nweb-02\n');
  put('inventory.yaml', NOBODY);
  expect(alloyup(['hosts']).out).toBe('web-01  ops@127.0.0.1:9\n');
  expect(alloyup(['hosts'], { env: { ALLOYUP_INVENTORY: 'a,' } }).out).toBe('a\n');
  expect(alloyup(['hosts', '--user', 'root'])).toMatchObject({ code: 64, out: '' });
});

test('validate without files checks the inventory, without its secrets', () => {
  put(
    'inventory.yaml',
    `${NOBODY}defaults: { alloy: { environment: { TOKEN: { secret: { exec: [touch, ran] } } } } }\n`,
  );
  expect(alloyup(['validate'])).toMatchObject({ code: 0, out: '1 host checked: no problems\n' });
  expect(readdirSync(path())).not.toContain('ran');
  put('inventory.yaml', 'hosts: { web-01: { alloy: { verison: 1.18.1 } } }\n');
  const { code, err } = alloyup(['validate']);
  expect(code).toBe(64);
  expect(err).toMatch(/ --> inventory\.yaml:1:29\n/);
  expect(err).toContain('version');
});

test('a plan of unreachable hosts exits 1, and its log is private', () => {
  put('inventory.yaml', NOBODY);
  const { code, out } = alloyup(['plan', '--junit', 'report.xml', '--connect-timeout', '2']);
  expect(code).toBe(1);
  expect(out).toContain('error[ssh.');
  expect(out).toContain('Plan: 1 host not planned.');
  const runs = path('.local/state/alloyup/runs');
  const [log] = readdirSync(runs);
  expect(log).toMatch(/^\d{8}T\d{6}Z-[0-9a-f]{4}\.ndjson$/);
  expect(statSync(join(runs, log!)).mode & 0o777).toBe(0o600);
  expect(statSync(runs).mode & 0o777).toBe(0o700);
  const events = readFileSync(join(runs, log!), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
  expect(events[0].type).toBe('run.started');
  expect(events.at(-1)).toMatchObject({ type: 'run.finished', exitCode: 1 });
  expect(read('report.xml')).toContain('failures="1"');
});

test('--output ndjson prints the log, --output json one report', () => {
  put('inventory.yaml', NOBODY);
  const lines = alloyup(['plan', '--output', 'ndjson', '--log', 'run.ndjson']);
  expect(lines.out).toBe(read('run.ndjson'));
  const { out, code } = alloyup(['plan', '--output', 'json']);
  expect(JSON.parse(out)).toMatchObject({
    schema: 1,
    exitCode: code,
    hosts: { 'web-01': { outcome: expect.any(String) } },
  });
});

test.each([
  [['plan', '--junit', 'none/report.xml'], 'none/report.xml cannot be written'],
  [['plan', '--log', 'none/run.ndjson'], 'none/run.ndjson cannot be written'],
  [['plan', '--junit', '.'], '. cannot be written: it is a directory'],
  [['apply'], 'changes need confirmation'],
  [['plan', '-i', 'none.yaml'], 'none.yaml'],
  [['plan', '-l', 'db'], 'there is no host or group named "db"'],
  [['plan', '-l', '@none.txt'], 'none.txt'],
])('%j is refused before anything happens: %s', (args, message) => {
  put('inventory.yaml', NOBODY);
  const { code, out, err } = alloyup(args);
  expect({ code, out }).toEqual({ code: 64, out: '' });
  expect(err).toContain(message);
  // Node 22.8 and later keeps compiled code in .cache
  expect(readdirSync(path()).filter((name) => name !== '.cache')).toEqual(['inventory.yaml']);
});

test('with --output json, an error is printed on stdout as well', () => {
  const { code, out } = alloyup(['plan', '--output', 'json']);
  expect(code).toBe(64);
  expect(JSON.parse(out)).toMatchObject({
    schema: 1,
    exitCode: 64,
    problems: [{ code: 'inventory.file' }],
  });
});

test('no copy of a configuration is kept, whose passwords may stand in it', () => {
  put(
    'site.alloy',
    'prometheus.remote_write "m" {\n\tendpoint {\n\t\turl = "http://m.example.com"\n\t\tbasic_auth {\n\t\t\tusername = "me"\n\t\t\tpassword = "correct-horse"\n\t\t}\n\t}\n}\n',
  );
  put('inventory.yaml', `defaults: { config: { template: ./site.alloy } }\n${NOBODY}`);
  for (const args of [['validate'], ['render', 'web-01'], ['hosts']])
    expect(alloyup(args).code).toBe(0);
  expect(alloyup(['plan']).code).toBe(1);
  const written = readdirSync(path(), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('/compiled'))
    .map((entry) => join(entry.parentPath, entry.name));
  const holding = written.filter((file) => readFileSync(file, 'utf8').includes('correct-horse'));
  expect(holding).toEqual([path('site.alloy')]);
});

test('a closed stdout does not end the run', async () => {
  put('inventory.yaml', NOBODY);
  const child = spawn(
    process.execPath,
    [builtCommand(), 'plan', '--output', 'ndjson', '--log', 'run.ndjson'],
    {
      cwd: path(),
      env: { PATH: process.env.PATH, HOME: path() },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  child.stdout.destroy();
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code).toBe(1);
  expect(read('run.ndjson')).toContain('"run.finished"');
});

test('a run works without a state directory', () => {
  put('inventory.yaml', NOBODY);
  put('state', '');
  const { code, err } = alloyup(['plan'], { env: { XDG_STATE_HOME: path('state') } });
  expect(code).toBe(1);
  expect(err).toContain('this run is not logged');
});

test('the newest 50 logs are kept, and other files are left alone', () => {
  put('inventory.yaml', NOBODY);
  const runs = path('.local/state/alloyup/runs');
  mkdirSync(runs, { recursive: true });
  for (let i = 0; i < 60; i += 1)
    writeFileSync(join(runs, `20250101T0000${String(i).padStart(2, '0')}Z-0000.ndjson`), '');
  writeFileSync(join(runs, 'notes.txt'), '');
  alloyup(['plan']);
  const names = readdirSync(runs);
  expect(names).toHaveLength(51);
  expect(names).toContain('notes.txt');
  expect(names).not.toContain('20250101T000010Z-0000.ndjson');
});

test('a saved run is listed and can be printed again', () => {
  put('inventory.yaml', NOBODY);
  const { out } = alloyup(['plan', '--junit', 'report.xml']);
  const [, id] = alloyup(['runs']).out.split('\n');
  expect(id).toMatch(/^\d{8}T\d{6}Z-[0-9a-f]{4} {2}plan +1 {2}1$/);
  const run = id!.slice(17, 21);
  expect(out).toContain(alloyup(['runs', 'show', run]).out);
  expect(alloyup(['report', run, '--format', 'junit']).out).toBe(read('report.xml'));
  expect(JSON.parse(alloyup(['report', run, '--format', 'json']).out)).toMatchObject({
    exitCode: 1,
  });
  expect(alloyup(['report', 'none'])).toMatchObject({ code: 64, out: '' });
});

test('a log that was cut off is read up to there', () => {
  put('inventory.yaml', NOBODY);
  alloyup(['plan', '--log', 'run.ndjson']);
  put('cut.ndjson', read('run.ndjson').slice(0, -60));
  const { code, out } = alloyup(['report', 'cut.ndjson']);
  expect(code).toBe(0);
  expect(out).toContain('The log ends here');
});
