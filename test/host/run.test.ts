import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { factsProgram, followProgram, launchProgram, RUN_PROGRAM } from '../../src/host/program.ts';
import { HOST_CODES } from '../../src/host/records.ts';
import { applyRequest, followInput, launchInput, PERL } from '../../src/host/run.ts';
import type { Action, Expectation } from '../../src/model/plan.ts';
import { Secret, sha256 } from '../../src/model/secret.ts';
import { ME, MY_GROUP, NONCE, PrefixHost, planOf, RUN } from './prefix.ts';

let host: PrefixHost;
beforeEach(async () => {
  host = await PrefixHost.create();
});
afterEach(() => host.remove());

const owner = { user: ME, group: MY_GROUP };
const file = (path: string, content: string | Secret, mode = '0644'): Action => ({
  do: 'file',
  path,
  content,
  mode,
  ...owner,
});
const LATER = '20261130T111500Z-0001';

describe('the program', () => {
  test('is understood by perl without a warning, and loads no module', () => {
    const { stderr } = spawnSync('perl', ['-cw', '-'], { input: RUN_PROGRAM });
    const warnings = stderr
      .toString()
      .split('\n')
      .filter((line) => !/ redeclared at |main::DATA/.test(line));
    expect(warnings).toEqual(['- syntax OK', '']);
    expect(RUN_PROGRAM.match(/^\s*(?:use (?!strict;)|require )/m)).toBeNull();
  });

  test('reports problems of the codes that its output is read for', () => {
    const codes = [...RUN_PROGRAM.matchAll(/\b(?:problem|fail)\('([a-z.-]+)'/g)].map(
      ([, code]) => code,
    );
    expect([...new Set(codes)].sort()).toEqual([...HOST_CODES].sort());
    expect(RUN_PROGRAM).not.toMatch(/^\s*(?:problem|fail)\((?!['@])/m);
  });

  test('never evaluates text', () => {
    for (const text of [
      RUN_PROGRAM,
      factsProgram({}).toString(),
      followProgram({}),
      launchProgram({}),
    ])
      expect(text.match(/\beval\b(?!\s*\{)|\bdo\s+["'$]/)).toBeNull();
  });

  test('does nothing when it is cut short, wherever that is', () => {
    const lines = RUN_PROGRAM.split('\n');
    for (let cut = 1; cut < lines.length - 1; cut += 61) {
      const path = host.at('/run/alloyup/cut/program');
      mkdirSync(host.at('/run/alloyup/cut'), { recursive: true });
      writeFileSync(path, lines.slice(0, cut).join('\n'));
      const { stdout } = spawnSync('perl', [path, 'run']);
      expect(stdout.toString()).toBe('');
      expect(existsSync(host.at('/var/lib/alloyup'))).toBe(false);
    }
  });

  test('reads every text as it is', async () => {
    const char = fc.constantFrom(...'\'"\\$@%{}\0\r\n\t\u007f é€😀\u2028', 'a', ' ');
    const odd = fc.string({ unit: char, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(odd, odd, async (content, secret) => {
        const plan = planOf([file('/etc/odd', content), file('/etc/secret', new Secret(secret))]);
        const { root } = host;
        rmSync(`${root}/var/lib/alloyup`, { recursive: true, force: true });
        rmSync(`${root}/run/alloyup`, { recursive: true, force: true });
        expect((await host.apply(plan)).result).toBe('ok');
        expect(readFileSync(host.at('/etc/odd'))).toEqual(Buffer.from(content));
        expect(readFileSync(host.at('/etc/secret'))).toEqual(Buffer.from(secret));
      }),
      { numRuns: 15 },
    );
  });

  test('keeps no content of a file once the run is over', async () => {
    await host.apply(planOf([file('/etc/secret', new Secret('hunter2'), '0600')]));
    const found = spawnSync('grep', ['-rl', 'hunter2', host.root]).stdout.toString();
    expect(found.split('\n').filter(Boolean)).toEqual([host.at('/etc/secret')]);
  });
});

describe('a plan that is no longer true is not carried out', () => {
  const text = 'as planned\n';
  const there: Expectation = {
    of: 'file',
    path: '/etc/alloy/config.alloy',
    sha256: sha256(text),
    mode: '0644',
    owner: `${ME}:${MY_GROUP}`,
  };
  const absent: Expectation = { ...there, sha256: null, mode: '', owner: '' };

  test.each<[string, Expectation, (host: PrefixHost) => void, object]>([
    [
      'a file was changed',
      there,
      (h) => h.put('/etc/alloy/config.alloy', 'other\n'),
      { reason: 'file-changed', path: '/etc/alloy/config.alloy' },
    ],
    [
      'a file of the same size was changed',
      there,
      (h) => h.put('/etc/alloy/config.alloy', 'As planned\n'),
      { reason: 'file-changed', path: '/etc/alloy/config.alloy' },
    ],
    ['a file is gone', there, () => {}, { reason: 'file-gone', path: '/etc/alloy/config.alloy' }],
    [
      'a link stands in its place',
      there,
      (h) => h.link('/etc/alloy/config.alloy', '/etc/passwd'),
      { reason: 'file-gone', path: '/etc/alloy/config.alloy' },
    ],
    [
      'a file was changed whose mode does not matter',
      { ...there, mode: '', owner: '' },
      (h) => h.put('/etc/alloy/config.alloy', 'other\n', 0o600),
      { reason: 'file-changed', path: '/etc/alloy/config.alloy' },
    ],
    [
      'its mode was changed',
      there,
      (h) => h.put('/etc/alloy/config.alloy', text, 0o600),
      { reason: 'owner-changed', path: '/etc/alloy/config.alloy' },
    ],
    [
      'a file has appeared',
      absent,
      (h) => h.put('/etc/alloy/config.alloy', text),
      { reason: 'file-appeared', path: '/etc/alloy/config.alloy' },
    ],
    [
      'the package is another one',
      { of: 'package', status: 'installed', version: '1.17.0-1', held: false },
      (h) => h.installed('1.18.1-1'),
      { reason: 'package-changed', status: 'installed', version: '1.18.1-1' },
    ],
    [
      'the package is held now',
      { of: 'package', status: 'installed', version: '1.18.1-1', held: false },
      (h) => h.installed('1.18.1-1', 'hold'),
      { reason: 'package-changed', status: 'installed', version: '1.18.1-1' },
    ],
    [
      'the service was restarted',
      { of: 'invocation', id: 'i1' },
      (h) => h.set('invocation', 'i2'),
      { reason: 'service-restarted' },
    ],
  ])('%s', async (_, expectation, change, params) => {
    change(host);
    const before = host.snapshot();
    const ran = await host.apply(planOf([file('/etc/new', 'x')], { expect: [expectation] }));
    expect(ran.problems).toEqual([{ code: 'apply.stale', params }]);
    expect(ran.result).toBe('stale');
    expect(host.snapshot()).toEqual(before);
    expect(host.strays()).toEqual([]);
  });

  test('and one that is true is', async () => {
    host.put('/etc/alloy/config.alloy', text);
    host.installed('1.18.1-1');
    host.set('invocation', 'i1');
    const expect_: readonly Expectation[] = [
      there,
      { ...absent, path: '/etc/none' },
      { of: 'package', status: 'installed', version: '1.18.1-1', held: false },
      { of: 'invocation', id: 'i1' },
    ];
    const ran = await host.apply(planOf([file('/etc/new', 'x')], { expect: expect_ }));
    expect([ran.result, ran.problems]).toEqual(['ok', []]);
  });
});

describe('what a path must not be', () => {
  test.each<[string, Action]>([
    ['a file', file('/etc/alloy/it', 'x')],
    ['a file that is deleted', { do: 'delete', path: '/etc/alloy/it' }],
    ['a mode', { do: 'mode', path: '/etc/alloy/it', mode: '0600', ...owner }],
    ['a directory', { do: 'directory', path: '/etc/alloy/it', mode: '0700', ...owner }],
    ['a tree that is deleted', { do: 'delete-tree', path: '/etc/alloy/it' }],
    ['the owner of a tree', { do: 'own-tree', path: '/etc/alloy/it', ...owner }],
  ])('a symbolic link: %s', async (_, action) => {
    host.put('/etc/shadow-of-somebody', 'secret\n', 0o600);
    host.link('/etc/alloy/it', host.at('/etc/shadow-of-somebody'));
    const before = host.snapshot();
    const ran = await host.apply(planOf([action]));
    expect(ran.problems).toEqual([
      { code: 'host.file', params: { reason: 'symlink', path: '/etc/alloy/it' } },
    ]);
    expect(ran.result).toBe('rolled-back');
    expect(host.snapshot()).toEqual(before);
    expect(host.strays()).toEqual([]);
  });

  test('a directory where a file is to be', async () => {
    mkdirSync(host.at('/etc/alloy/it'), { recursive: true });
    const ran = await host.apply(planOf([file('/etc/alloy/it', 'x')]));
    expect(ran.problems[0]?.params).toEqual({ reason: 'not-a-file', path: '/etc/alloy/it' });
  });
});

describe('checks that change nothing', () => {
  test('a configuration that the host’s Alloy refuses', async () => {
    const ran = await host.apply(
      planOf([{ do: 'validate', content: '// refuse me\n', flags: [] }, file('/etc/new', 'x')]),
    );
    expect(ran.problems).toEqual([
      {
        code: 'alloy.validate',
        params: { reason: 'refused' },
        detail: 'Error: refused in /etc/alloy/config.alloy',
      },
    ]);
    expect([ran.result, host.read('/etc/new')]).toEqual(['rolled-back', null]);
  });

  test('a crash of the host’s Alloy is its bug, and no reason to refuse the configuration', async () => {
    const ran = await host.apply(
      planOf([{ do: 'validate', content: '// crash on me\n', flags: [] }, file('/etc/new', 'x')]),
    );
    expect([ran.result, ran.problems, host.read('/etc/new')]).toEqual(['ok', [], 'x']);
    expect(ran.out).toMatch(
      /"alloy\.crashed".*runtime error: index out of range|index out of range.*"alloy\.crashed"/,
    );
  });

  test('an environment that sh cannot read: its line, and nothing of its value', async () => {
    host.put('/etc/default/alloy', 'A=1\nTOKEN=hunter2 and more\n');
    const ran = await host.apply(planOf([{ do: 'check-environment' }]));
    expect(ran.problems).toEqual([
      {
        code: 'host.file',
        params: { reason: 'not-for-sh', path: '/etc/default/alloy', line: '2' },
      },
    ]);
    expect(ran.out).not.toContain('hunter2');
  });
});

describe('a run that fails', () => {
  test('reports the step, what failed in it, and that all is as it was', async () => {
    const before = host.snapshot();
    const ran = await host.apply(
      planOf([file('/etc/first', 'x'), { do: 'install', version: '9.9-1' }]),
    );
    expect(ran.records.map(({ type }) => type)).toEqual([
      'begin',
      'fail',
      'undone',
      'result',
      'facts',
    ]);
    expect(ran.out).toContain("E: Version '9.9-1' for 'alloy' was not found\n");
    expect(ran.records[1]).toEqual({ type: 'fail', step: 'config', exit: 100 });
    expect(ran.result).toBe('rolled-back');
    expect(host.snapshot()).toEqual(before);
  });

  test('is stuck when an undo fails, and says where', async () => {
    host.put('/etc/first', 'old\n');
    const ran = await host.apply(
      planOf([file('/etc/first', 'x'), { do: 'install', version: '9.9-1' }]),
      { env: { TEST_LOSE_KEPT: '1' } },
    );
    expect(ran.result).toBe('stuck');
    expect(ran.problems.at(-1)).toMatchObject({
      code: 'apply.stuck',
      params: { reason: 'action', step: 'config', action: 'file', path: '/etc/first' },
    });
    expect(host.verdict()).toBe('stuck');
  });

  test('is undone when somebody stops its unit', async () => {
    const before = host.snapshot();
    const ran = await host.apply(planOf([file('/etc/first', 'x'), { do: 'stop' }]), {
      env: { TEST_SIGNAL_ON: 'stop' },
    });
    expect(ran.result).toBe('rolled-back');
    expect(host.snapshot()).toEqual(before);
  });

  test('has its undo left to the boot when the machine goes down', async () => {
    const before = host.snapshot();
    host.set('system', 'stopping');
    const ran = await host.apply(
      planOf([file('/etc/first', 'x'), { do: 'install', version: '9.9-1' }]),
      { follow: false },
    );
    expect([ran.result, host.read('/etc/first')]).toEqual([null, 'x']);
    const generator = host.read('/etc/systemd/system-generators/alloyup-undo')!;
    expect(generator).toContain(
      `ExecStart=/usr/bin/perl /var/lib/alloyup/runs/${RUN}/program undo boot`,
    );
    expect(spawnSync('sh', ['-n'], { input: generator }).stderr.toString()).toBe('');
    host.set('system', 'initializing');
    expect(host.undo('boot').status).toBe(0);
    expect(host.snapshot()).toEqual(before);
    expect(host.strays()).toEqual([]);
    expect(host.verdict()).toBe('rolled-back');
  });

  test('whose undo was killed too is undone by its second start', async () => {
    const before = host.snapshot();
    await host.apply(planOf([file('/etc/first', 'x'), { do: 'install', version: '9.9-1' }]), {
      killAt: 25,
      env: { TEST_NO_STOP_POST: '1', TEST_KILL_BEFORE: 'note write_file move_to copy run_program' },
      follow: false,
    });
    expect(host.read('/var/lib/alloyup/armed')).toBe(RUN);
    expect(host.start('run').status).toBe(0);
    expect(host.snapshot()).toEqual(before);
    expect(host.strays()).toEqual([]);
  });
});

test.each([
  [
    '/etc/apt/sources.list.d/a.sources',
    'E: Malformed stanza 1 in source list /etc/apt/sources.list.d/a.sources (type)',
  ],
  [
    '/etc/apt/sources.list.d/a.list',
    'E: Conflicting values set for option Signed-By regarding source https://apt.grafana.com/ stable: /a != /b',
  ],
])('a change to %s that apt refuses is undone', async (path, said) => {
  host.put(path, 'as it was\n');
  host.set('apt-says', `${said}\nE: The list of sources could not be read.\n`);
  const before = host.snapshot();
  const ran = await host.apply(
    planOf([
      { do: 'file', path, content: 'half a key\n', mode: '0644', ...owner },
      { do: 'check-sources', paths: [path], url: 'https://apt.grafana.com' },
    ]),
  );
  expect(ran.problems[0]).toMatchObject({
    code: 'apply.failed',
    params: { reason: 'apt-refuses', paths: [path] },
    detail: expect.stringContaining(said),
  });
  expect(ran.result).toBe('rolled-back');
  expect(host.snapshot()).toEqual(before);
});

test.each([
  ['no', []],
  ['yes', ['systemctl daemon-reload']],
])('systemd is reloaded if that is needed: %s', async (needed, calls) => {
  host.set('reload-needed', needed);
  await host.apply(planOf([{ do: 'daemon-reload', ifNeeded: true }]));
  expect(host.calls('systemctl').filter((call) => call.includes('reload'))).toEqual(calls);
});

test('ends by itself: no ExecStopPost is needed for a run that came to its end', async () => {
  host.put('/etc/first', 'old\n');
  const env = { TEST_NO_STOP_POST: '1' };
  expect((await host.apply(planOf([file('/etc/first', 'x')]), { env })).result).toBe('ok');
  const failing = planOf([file('/etc/first', 'y'), { do: 'install', version: '9.9-1' }]);
  expect((await host.apply(failing, { env, run: LATER })).result).toBe('rolled-back');
  expect([host.read('/etc/first'), host.strays()]).toEqual(['x', []]);
});

test('waits for the dpkg lock as long as --lock-timeout says', async () => {
  const before = host.snapshot();
  const holder = spawn('perl', [
    '-e',
    'open F, "+<", $ARGV[0] or die; $l = pack "s s x4 q q i x4", 1, 0, 0, 0, 0; fcntl F, 6, $l or die; $| = 1; print "held\n"; sleep 60',
    host.at('/var/lib/dpkg/lock-frontend'),
  ]);
  await once(holder.stdout, 'data');
  try {
    const ran = await host.apply(planOf([{ do: 'configure-dpkg' }]));
    expect(ran.problems).toMatchObject([
      { code: 'apply.locked', params: { reason: 'dpkg', pid: `${holder.pid}`, seconds: '5' } },
    ]);
    expect(ran.result).toBe('rolled-back');
  } finally {
    holder.kill();
    await once(holder, 'exit');
  }
  expect(host.snapshot()).toEqual(before);
}, 20_000);

describe('an unfinished run', () => {
  const unfinished = async (): Promise<ReturnType<PrefixHost['snapshot']>> => {
    const before = host.snapshot();
    await host.apply(planOf([file('/etc/first', 'x'), file('/etc/second', 'y')]), {
      killAt: 2,
      env: { TEST_NO_STOP_POST: '1', TEST_KILL_FROM: '2' },
      follow: false,
    });
    expect(host.read('/etc/first')).toBe('x');
    return before;
  };

  test('is undone first of all by the next one, which then is stale', async () => {
    const before = await unfinished();
    const ran = await host.apply(planOf([file('/etc/third', 'z')]), { run: LATER });
    expect(ran.records.filter(({ type }) => type === 'earlier')).toEqual([
      { type: 'earlier', run: RUN },
    ]);
    expect([ran.result, ran.problems]).toEqual([
      'stale',
      [{ code: 'apply.stale', params: { reason: 'unfinished-run' } }],
    ]);
    expect(host.snapshot()).toEqual(before);
    expect(host.strays()).toEqual([]);
  });

  test('is settled on request', async () => {
    const before = await unfinished();
    const ran = await host.settle({ run: LATER });
    expect([ran.result, host.verdict()]).toEqual(['ok', 'rolled-back']);
    expect(host.snapshot()).toEqual(before);
  });

  test('stays for the run that goes on', async () => {
    await unfinished();
    const holder = spawn(
      'flock',
      [host.at('/var/lib/alloyup/lock'), 'sh', '-c', 'echo held; sleep 60'],
      {
        detached: true,
      },
    );
    await once(holder.stdout, 'data');
    try {
      writeFileSync(host.at('/var/lib/alloyup/lock'), `${RUN} 1 1 ops@laptop\n`);
      const ran = await host.settle({ run: LATER });
      expect(ran.result).toBe('locked');
      expect(ran.problems[0]).toMatchObject({
        code: 'apply.locked',
        params: { reason: 'run', run: RUN, who: 'ops@laptop' },
      });
      expect(ran.records[0]).toMatchObject({ type: 'wait', what: `for run ${RUN} of ops@laptop` });
    } finally {
      process.kill(-holder.pid!, 'SIGKILL');
    }
  });
});

describe('a rollback', () => {
  const first = '20261130T090000Z-0001';
  const second = '20261130T100000Z-0002';

  const twoRuns = async () => {
    const empty = host.snapshot();
    await host.apply(planOf([file('/etc/a', '1'), file('/etc/x', 'x')]), { run: first });
    const between = host.snapshot();
    await host.apply(planOf([file('/etc/a', '2'), { do: 'delete', path: '/etc/x' }]), {
      run: second,
    });
    return { empty, between };
  };

  test('takes the newest run alone', async () => {
    const { between } = await twoRuns();
    const ran = await host.rollback(null, { run: LATER });
    expect([ran.result, ran.problems]).toEqual(['rolled-back', []]);
    expect(host.snapshot()).toEqual(between);
    expect([host.verdict(first), host.verdict(second)]).toEqual(['ok', 'rolled-back']);
  });

  test('goes down to a run and includes it', async () => {
    const { empty } = await twoRuns();
    const ran = await host.rollback(first, { run: LATER });
    expect(ran.result).toBe('rolled-back');
    expect(host.snapshot()).toEqual(empty);
    expect(host.strays()).toEqual([]);
  });

  test.each<[string, string, () => void]>([
    ['was changed', '/etc/a', () => host.put('/etc/a', 'mine')],
    ['was made anew', '/etc/x', () => host.put('/etc/x', 'mine')],
  ])('touches nothing when a file %s since', async (_, path, change) => {
    await twoRuns();
    change();
    const before = host.snapshot();
    const ran = await host.rollback(null, { run: LATER });
    expect([ran.result, ran.problems]).toEqual([
      'stale',
      [{ code: 'apply.stale', params: { reason: 'file-changed-since', path, run: second } }],
    ]);
    expect(host.snapshot()).toEqual(before);
  });

  test('has nothing to do on a host without runs', async () => {
    const ran = await host.rollback(null, { run: LATER });
    expect([ran.result, ran.problems]).toEqual([
      'failed',
      [{ code: 'run.missing', params: { reason: 'none' } }],
    ]);
  });

  test('that is killed in the middle of an undo is ended by systemd, which reports it', async () => {
    const { between } = await twoRuns();
    const ran = await host.rollback(null, {
      run: LATER,
      killAt: 3,
      env: { TEST_KILL_VERB: 'undo' },
    });
    expect(ran.result).toBe('rolled-back');
    expect(host.snapshot()).toEqual(between);
    expect(host.strays()).toEqual([]);
  });

  test.each([1, 4, 8])('that is killed at moment %i is ended by systemd', async (killAt) => {
    const { between } = await twoRuns();
    await host.rollback(null, { run: LATER, killAt, env: { TEST_KILL_FROM: '' } });
    const state = host.snapshot();
    if (host.verdict(second) === 'rolled-back') expect(state).toEqual(between);
    else expect([host.verdict(second), host.read('/etc/a')]).toEqual(['ok', '2']);
    expect(host.strays()).toEqual([]);
  });
});

describe('follow', () => {
  const follow = (run: string, from = 0) => {
    const [program, ...args] = PERL;
    const input = followInput({ run, from, word: null }).replace(
      '{"do"',
      `{"root":${JSON.stringify(host.root)},"do"`,
    );
    const { stdout, status } = spawnSync(program, args, { input, timeout: 30_000 });
    return { out: stdout.toString(), status };
  };

  test('picks a log up at any byte', async () => {
    const whole = (await host.apply(planOf([file('/etc/a', 'x')]))).out.replace(
      'alloyup: started\n',
      '',
    );
    expect(follow(RUN)).toEqual({ out: whole, status: 0 });
    expect(follow(RUN, 17)).toEqual({ out: whole.slice(17), status: 0 });
  });

  test('knows nothing of a run that never began, and keeps it from beginning later', async () => {
    expect(follow(RUN)).toEqual({ out: '', status: 72 });
    const late = await host.apply(planOf([file('/etc/a', 'x')]));
    expect([late.out, host.read('/etc/a')]).toEqual(['alloyup: no room in /run\n', null]);
  });

  test('gives the verdict after a reboot', async () => {
    await host.apply(planOf([file('/etc/a', 'x')]));
    rmSync(host.at('/run/alloyup'), { recursive: true });
    expect(follow(RUN)).toEqual({ out: 'alloyup: verdict ok\n', status: 76 });
  });
});

describe('the launch', () => {
  const request = applyRequest({
    run: RUN,
    nonce: NONCE,
    who: 'x',
    lockWaitS: 1,
    facts: {
      repository: { url: 'https://apt.grafana.com', proxy: null },
      files: [],
      listen: { address: '127.0.0.1', port: 1 },
      http: false,
      groups: [],
      reads: [],
      readable: [],
    },
    plan: planOf([file('/etc/a', 'x')]),
    rollback: true,
  });
  const launch = (): string => launchInput(RUN, request, { root: host.root }).reveal();

  test.each([1, 1000, request.reveal().length, RUN_PROGRAM.length])(
    'starts nothing when the last %i bytes are missing',
    (missing) => {
      const input = launch().slice(0, -missing);
      const { stdout, status } = spawnSync('perl', ['-'], { input });
      expect([stdout.toString(), status]).toEqual(['alloyup: cut\n', 73]);
      expect(existsSync(host.at(`/run/alloyup/${RUN}`))).toBe(false);
    },
  );

  test('does nothing when it is cut short itself, wherever that is', () => {
    const whole = launch();
    for (let cut = 0; cut < whole.indexOf('__END__'); cut += 487) {
      const { stdout } = spawnSync('perl', ['-'], { input: whole.slice(0, cut) });
      expect(stdout.toString()).toBe('');
      expect(existsSync(host.at('/run/alloyup'))).toBe(false);
    }
  });

  test('refuses a host without systemd, and leaves nothing there', async () => {
    rmSync(host.at('/run/systemd'), { recursive: true });
    const ran = await host.apply(planOf([file('/etc/a', 'x')]));
    expect(ran.out).toBe('alloyup: no systemd\n');
    expect(existsSync(host.at(`/run/alloyup/${RUN}`))).toBe(false);
  });
});
