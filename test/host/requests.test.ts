import { describe, expect, test } from 'vitest';
import {
  type FactsRequest,
  factsOf,
  factsScript,
  indexName,
} from '../../src/host/facts-request.ts';
import { factsProgram, followProgram, launchProgram, RUN_PROGRAM } from '../../src/host/program.ts';
import {
  applyRequest,
  followInput,
  LAUNCHED,
  launchInput,
  PERL,
  rollbackRequest,
  settleRequest,
} from '../../src/host/run.ts';
import { KEYRING_PATH } from '../../src/model/desired.ts';
import type { Change, Plan } from '../../src/model/plan.ts';
import { Secret, sha256 } from '../../src/model/secret.ts';

const asked: FactsRequest = {
  repository: { url: 'https://apt.grafana.com/a/b', proxy: null },
  files: [
    { path: '/a', secret: false },
    { path: '/s', secret: true },
  ],
  listen: { address: '127.0.0.1', port: 12345 },
  http: true,
  groups: ['docker'],
  reads: [],
  readable: [],
};
const known = {
  repository: 'apt.grafana.com',
  keyring: KEYRING_PATH,
  http: true,
  sealed: false,
  files: ['/a', '/s'],
  secret: ['/s'],
  groups: ['docker'],
  tools: [
    'sh',
    'perl',
    'apt-get',
    'dpkg',
    'dpkg-query',
    'dpkg-deb',
    'sha256sum',
    'stat',
    'sync',
    'systemctl',
    'systemd-run',
    'journalctl',
    'usermod',
    'userdel',
    'groupdel',
  ],
};

describe('facts', () => {
  /** The request behind the program. */
  const sent = (script: string) => JSON.parse(script.split('\n__END__\n')[1]!);

  test('are asked for with all that a plan depends on', () => {
    const request = { do: 'facts', nonce: '@@n', listen: asked.listen, facts: known };
    expect(sent(factsScript({ ...asked, nonce: '@@n' }).toString())).toEqual({
      ...request,
      root: '',
    });
    expect(sent(factsScript({ ...asked, nonce: '@@n', root: '/x' }).toString())).toEqual({
      ...request,
      root: '/x',
    });
  });

  test.each<[Partial<FactsRequest>, object]>([
    [{ sealed: true }, { sealed: true }],
    [{ sealed: false, extras: false, packages: false }, {}],
    [{ packages: true }, { index: 'apt.grafana.com_a_b' }],
    [{ software: true }, { software: true }],
    [{ extras: true }, { extras: ['apt.grafana.com', '443'] }],
  ])('with %j, more is asked', (more, expected) => {
    expect(factsOf({ ...asked, ...more })).toEqual({ ...known, ...expected });
  });

  test.each([
    ['https://a.b/x', null, ['a.b', '443']],
    ['http://a.b', null, ['a.b', '80']],
    ['https://a.b:8443', null, ['a.b', '8443']],
    ['https://a.b', 'http://p:3128', ['p', '3128']],
    ['https://a.b', 'http://p', ['p', '80']],
    ['http://[::1]:8080/x', null, ['::1', '8080']],
  ])('apt reaches %s through %s at %j', (url, proxy, extras) => {
    const repository = { url, proxy };
    expect(factsOf({ ...asked, repository, extras: true })).toMatchObject({ extras });
  });

  test.each([
    ['https://apt.grafana.com', 'apt.grafana.com'],
    ['http://a.b:80/c/d', 'a.b:80_c_d'],
    ['a+http://x', 'a+http:__x'],
  ])('apt calls the lists of %s %s', (url, name) => expect(indexName(url)).toBe(name));
});

describe('a run', () => {
  const change = (step: Change['step'], ...actions: Change['actions']): Change => ({
    step,
    title: '',
    before: null,
    after: null,
    diffs: [],
    warnings: [],
    needs: 'nothing',
    actions,
  });
  const owner = { mode: '0600', user: 'root', group: 'root' };
  const plan: Plan = {
    host: 'web-01',
    changes: [
      change('environment', { do: 'file', path: '/s', content: new Secret('hun"ter2'), ...owner }),
      change(
        'config',
        { do: 'validate', content: 'a "b"', flags: ['--x'] },
        { do: 'file', path: '/c', content: 'a "b"', ...owner },
      ),
      change('service', { do: 'restart' }),
    ],
    warnings: [],
    problems: [],
    expect: [{ of: 'package', status: 'installed', version: '1', held: false }],
    listPath: '/list',
    proof: {
      service: 'restart',
      check: 'http',
      listen: asked.listen,
      components: { known: true, ids: ['a'] },
      tolerate: ['b'],
      version: '1',
      cluster: null,
      watchS: 15,
      receiptFiles: ['/c'],
      delivery: { mode: 'off', seconds: 0 },
    },
  };
  const input = { run: 'r1', nonce: '@@n', who: 'ops', lockWaitS: 300, facts: asked };
  const common = {
    run: 'r1',
    nonce: '@@n',
    who: 'ops',
    lockWait: 300,
    listen: asked.listen,
    index: 'apt.grafana.com_a_b',
    facts: known,
  };
  const apply = (of: Plan = plan) => applyRequest({ ...input, plan: of, rollback: true });

  test('is one line of JSON, with contents apart from actions', () => {
    const text = apply().reveal();
    expect(text.endsWith('}}\n')).toBe(true);
    expect(JSON.parse(text)).toEqual({
      ...common,
      do: 'apply',
      rollback: true,
      list: '/list',
      packaged: false,
      check: 'http',
      actions: [
        {
          n: '1',
          step: 'environment',
          do: 'file',
          path: '/s',
          ...owner,
          sha256: sha256('hun"ter2'),
        },
        { n: '2', step: 'config', do: 'validate', flags: ['--x'], sha256: sha256('a "b"') },
        { n: '3', step: 'config', do: 'file', path: '/c', ...owner, sha256: sha256('a "b"') },
        { n: '4', step: 'service', do: 'restart' },
      ],
      expect: plan.expect,
      proof: {
        check: 'http',
        service: 'restart',
        components: { known: true, ids: ['a'] },
        tolerate: ['b'],
        watch: 15,
        receipt: ['/c'],
      },
      content: { 1: 'hun"ter2', 2: 'a "b"', 3: 'a "b"' },
    });
    expect(JSON.stringify(apply())).not.toContain('hun');
  });

  test('without contents is one line of JSON, too', () => {
    const changes = [change('service', { do: 'reload' })];
    expect(JSON.parse(apply({ ...plan, changes }).reveal())).toMatchObject({ content: {} });
  });

  test.each([
    [{ do: 'install', version: '1' } as const, true],
    [{ do: 'uninstall', purge: false } as const, true],
    [{ do: 'hold', held: true } as const, false],
  ])('with %j touches the package: %s', (action, packaged) => {
    const changes = [change('package', { do: 'refresh' }, action)];
    expect(JSON.parse(apply({ ...plan, changes }).reveal())).toMatchObject({ packaged });
  });

  test('may only settle, or roll back', () => {
    const settled = settleRequest(input).reveal();
    expect(settled.endsWith('\n')).toBe(true);
    expect(JSON.parse(settled)).toEqual({ ...common, do: 'settle', check: 'none' });
    const back = rollbackRequest({ ...input, toRun: 'r0' }).reveal();
    expect(back.endsWith('\n')).toBe(true);
    expect(JSON.parse(back)).toEqual({ ...common, do: 'rollback', check: 'none', toRun: 'r0' });
  });

  test('is started with its program and its request on stdin', () => {
    expect(PERL).toEqual(['perl', '-']);
    const [, behind = ''] = launchInput('r1', new Secret('ü\n'), { program: 'é' })
      .reveal()
      .split('\n__END__\n');
    const [line = '', ...rest] = behind.split('\n');
    expect(JSON.parse(line)).toEqual({ do: 'launch', run: 'r1', root: '', program: 2, request: 3 });
    expect(rest.join('\n')).toBe('éü\n');
    expect(launchInput('r1', new Secret('x')).reveal()).toContain(`\n${RUN_PROGRAM}x`);
    expect(LAUNCHED).toBe('alloyup: started\n');
  });

  test('is followed from a byte on', () => {
    const sent = (word: 'ok' | null) =>
      JSON.parse(followInput({ run: 'r1', from: 7, word }).split('\n__END__\n')[1]!);
    expect(sent(null)).toEqual({ do: 'follow', run: 'r1', from: 7 });
    expect(sent('ok')).toEqual({ do: 'follow', run: 'r1', from: 7, word: 'ok' });
  });
});

test('a program that was cut does nothing: only its last line does something', () => {
  expect(RUN_PROGRAM).toMatch(/\nexit unit_main\(@ARGV\);\n$/);
  const end = /\nexit main\(\);\n__END__\n\{"a":1\}\n$/;
  expect(launchProgram({ a: 1 })).toMatch(end);
  expect(factsProgram({ a: 1 }).toString()).toMatch(end);
  expect(followProgram({ a: 1 })).toMatch(end);
  expect(factsProgram({ b: 2 }).subarray(0, -8)).toEqual(factsProgram({ a: 1 }).subarray(0, -8));
  expect(factsProgram({}, { peers: true }).toString()).toMatch(
    /\nsub print_facts .*\nsub cluster/s,
  );
  expect(factsProgram({}).toString()).not.toMatch(/\nsub cluster/);
  expect(factsProgram({}).toString()).toMatch(/\nsub print_facts .*\nsub main /s);
  expect(followProgram({})).toMatch(/\nsub follow .*\nsub main /s);
});
