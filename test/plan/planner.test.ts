import { describe, expect, test } from 'vitest';
import {
  CONFIG_PATH,
  type Desired,
  DROP_IN_PATH,
  ENVIRONMENT_PATH,
  KEYRING_PATH,
  LIST_PATH,
  type Target,
} from '../../src/model/desired.ts';
import type { Facts, FileFact } from '../../src/model/facts.ts';
import type { PlanOptions, Supplies } from '../../src/model/plan.ts';
import { Secret } from '../../src/model/secret.ts';
import { planHost } from '../../src/plan/planner.ts';
import {
  absent,
  bareFactsOf,
  factsOf,
  fileOf,
  keyringOf,
  NOW,
  optionsOf,
  stocked,
  suppliesOf,
  targetOf,
} from '../builders.ts';

const planOf = (
  target: Target = targetOf(),
  facts: Facts = factsOf(target),
  supplies: Supplies = suppliesOf(),
  options: Partial<PlanOptions> = {},
) => planHost(target, facts, supplies, optionsOf(options));

/** "step: title" of each change. */
const steps = (...input: Parameters<typeof planOf>) =>
  planOf(...input).changes.map(({ step, title }) => `${step}: ${title}`);

const problems = (...input: Parameters<typeof planOf>) =>
  planOf(...input).problems.map(({ code, params }) => ({ code, ...params }));

const env = (more: Record<string, string | Secret>): Desired['environment'] =>
  new Map([...targetOf().desired.environment, ...Object.entries(more)]);

test('a host that is up to date gets an empty plan', () => {
  expect(steps()).toEqual([]);
  expect(planOf().problems).toEqual([]);
  expect(planOf().warnings).toEqual([]);
});

test('a bare host gets everything, in order, and one start', () => {
  const target = targetOf();
  expect(steps(target, bareFactsOf(target), stocked())).toEqual([
    'repository: add https://apt.grafana.com',
    'environment: write /etc/default/alloy',
    'package: install alloy 1.18.1-1',
    'config: create /etc/alloy/config.alloy',
    'service: enable and start alloy',
  ]);
});

test('the environment is written before the package, whose maintainer scripts read it', () => {
  const target = targetOf();
  const order = planOf(target, bareFactsOf(target), stocked()).changes.map(({ step }) => step);
  expect(order.indexOf('environment')).toBeLessThan(order.indexOf('package'));
});

test('a new pin installs, holds and restarts once', () => {
  const target = targetOf({ package: { policy: 'exact', version: '1.18.1-1' } });
  const facts = factsOf(target, {
    package: { ...factsOf(target).package, version: '1.17.0-1', held: true },
  });
  const plan = planOf(target, facts, suppliesOf({ versions: ['1.18.1-1', '1.17.0-1'] }));
  expect(plan.changes.map(({ title }) => title)).toEqual([
    'alloy 1.17.0-1 -> 1.18.1-1, held',
    'restart alloy',
  ]);
  const restarts = plan.changes.flatMap(({ actions }) =>
    actions.filter((one) => one.do === 'restart'),
  );
  expect(restarts).toHaveLength(1);
});

test('an upgrade with a changed environment and configuration restarts once', () => {
  const target = targetOf({
    package: { policy: 'exact', version: '1.18.1-1' },
    config: 'logging {\n\tlevel = "warn"\n}\n',
    environment: env({ ROLE: 'edge' }),
  });
  const before = factsOf(targetOf());
  const facts = { ...before, package: { ...before.package, version: '1.17.0-1', held: false } };
  const plan = planOf(target, facts, suppliesOf({ versions: ['1.18.1-1'] }), { adopt: true });
  const service = plan.changes.flatMap(({ actions }) =>
    actions.filter((one) => one.do === 'restart' || one.do === 'reload'),
  );
  expect(service).toEqual([{ do: 'restart' }]);
});

test('a version that the repository lacks names the line and what there is', () => {
  const target = targetOf({ package: { policy: 'exact', version: '9.9.9-1' } });
  const facts = factsOf(target, { package: { ...factsOf(targetOf()).package } });
  const plan = planOf(target, facts, suppliesOf({ versions: ['1.18.1-1', '1.17.0-1'] }));
  expect(plan.problems).toEqual([
    {
      code: 'repository.version',
      host: 'web-01',
      params: {
        reason: 'not-found',
        version: '9.9.9-1',
        url: 'https://apt.grafana.com',
        arch: 'amd64',
        available: ['1.18.1-1', '1.17.0-1'],
      },
      at: { file: 'inventory.yaml', line: 14, column: 14 },
    },
  ]);
});

test('a new configuration alone is reloaded, not restarted, and the plan shows the diff', () => {
  const target = targetOf({ config: 'logging {\n\tlevel = "warn"\n}\n' });
  const facts = {
    ...factsOf(targetOf()),
    receipt: receiptOf(targetOf()),
  };
  const plan = planOf(target, facts);
  expect(plan.changes.map(({ title }) => title)).toEqual([
    'change /etc/alloy/config.alloy',
    'reload alloy',
  ]);
  expect(plan.changes[0]!.diffs[0]!.text).toBe(
    '@@ -1,3 +1,3 @@\n logging {\n-\tlevel = "info"\n+\tlevel = "warn"\n }',
  );
});

const receiptOf = (target: Target, more: Partial<NonNullable<Facts['receipt']>> = {}) => ({
  schema: 1 as const,
  run: 'r1',
  invocation: 'a'.repeat(32),
  files: Object.fromEntries(
    Object.entries(factsOf(target).files).flatMap(([path, { sha256 }]) =>
      sha256 ? [[path, sha256]] : [],
    ),
  ),
  unhealthy: {},
  groups: ['alloy', 'adm', 'systemd-journal'],
  at: NOW,
  ...more,
});

test('without the HTTP check a configuration is loaded by a restart', () => {
  const target = targetOf({ check: 'service', config: 'logging {\n\tlevel = "warn"\n}\n' });
  const facts = { ...factsOf(targetOf()), receipt: receiptOf(targetOf()) };
  expect(steps(target, facts)).toEqual([
    'config: change /etc/alloy/config.alloy',
    'service: restart alloy',
  ]);
});

test.each<[string, Partial<Facts> | ((facts: Facts) => Partial<Facts>), string[]]>([
  [
    'a file written by another tool and never loaded is loaded',
    ({ files }) => ({
      files: { ...files, [CONFIG_PATH]: { ...files[CONFIG_PATH]!, ctimeMs: NOW - 60_000 } },
    }),
    ['service: reload alloy (/etc/alloy/config.alloy was not loaded since it changed)'],
  ],
  [
    'a file moved into the folder after the start counts as not loaded',
    {
      directories: {
        '/etc/alloy': {
          kind: 'directory',
          mode: '0770',
          user: 'root',
          group: 'alloy',
          ctimeMs: NOW - 60_000,
        },
      },
    },
    ['service: reload alloy (/etc/alloy/config.alloy was not loaded since it changed)'],
  ],
  [
    'what others put into /etc/default asks nothing of Alloy',
    {
      directories: {
        '/etc/default': {
          kind: 'directory',
          mode: '0755',
          user: 'root',
          group: 'root',
          ctimeMs: NOW - 60_000,
        },
      },
    },
    [],
  ],
  [
    'a receipt of this very process vouches for a file that is younger than it',
    ({ files }) => ({
      files: { ...files, [CONFIG_PATH]: { ...files[CONFIG_PATH]!, ctimeMs: NOW - 60_000 } },
      receipt: receiptOf(targetOf()),
    }),
    [],
  ],
  [
    'a receipt of an earlier process vouches for nothing',
    ({ files }) => ({
      files: { ...files, [CONFIG_PATH]: { ...files[CONFIG_PATH]!, ctimeMs: NOW - 60_000 } },
      receipt: receiptOf(targetOf(), { invocation: 'c'.repeat(32) }),
    }),
    ['service: reload alloy (/etc/alloy/config.alloy was not loaded since it changed)'],
  ],
  [
    'an environment younger than the process takes a restart',
    ({ files }) => ({
      files: {
        ...files,
        [ENVIRONMENT_PATH]: { ...files[ENVIRONMENT_PATH]!, ctimeMs: NOW - 60_000 },
      },
    }),
    ['service: restart alloy (/etc/default/alloy was not read since it changed)'],
  ],
  [
    'a script that wrote the environment and started Alloy at once was in time',
    ({ files, process }) => ({
      files: {
        ...files,
        [ENVIRONMENT_PATH]: {
          ...files[ENVIRONMENT_PATH]!,
          ctimeMs: process!.startedAtMs - 60,
        },
      },
    }),
    [],
  ],
  [
    'within a tick of the clock nobody knows, and the environment is read again',
    ({ files, process }) => ({
      files: {
        ...files,
        [ENVIRONMENT_PATH]: {
          ...files[ENVIRONMENT_PATH]!,
          ctimeMs: process!.startedAtMs - 10,
        },
      },
    }),
    ['service: restart alloy (/etc/default/alloy was not read since it changed)'],
  ],
  [
    'an old version that still runs is restarted',
    ({ process }) => ({ process: { ...process!, version: '1.17.0', exeDeleted: true } }),
    ['service: restart alloy (1.17.0 still runs)'],
  ],
  [
    'the old graph under a new file (a refused reload) is seen by its components',
    { components: [{ id: 'prometheus.scrape.old', health: 'healthy', message: '' }] },
    ['service: reload alloy (it runs more components than its configuration makes)'],
  ],
  [
    'a stopped service is started',
    ({ unit }) => ({
      unit: { ...unit, active: 'inactive' },
      process: null,
      http: { ready: 0, healthy: 0, healthyBody: '', error: '', portOwner: null },
    }),
    ['service: start alloy'],
  ],
  [
    'a disabled service is enabled and left running',
    ({ unit }) => ({ unit: { ...unit, enabled: 'disabled' } }),
    ['service: enable alloy'],
  ],
  [
    'a service that is up and not ready is restarted',
    { http: { ready: 0, healthy: 0, healthyBody: '', error: 'timeout', portOwner: null } },
    ['service: restart alloy (it is not ready)'],
  ],
  [
    'a wrong mode alone touches no service',
    ({ files }) => ({
      files: { ...files, [ENVIRONMENT_PATH]: { ...files[ENVIRONMENT_PATH]!, mode: '0644' } },
    }),
    ['environment: mode of /etc/default/alloy'],
  ],
  [
    'RESTART_ON_UPGRADE alone needs no restart',
    ({ files }) => ({
      files: {
        ...files,
        [ENVIRONMENT_PATH]: fileOf(
          'CONFIG_FILE="/etc/alloy/config.alloy"\nCUSTOM_ARGS="--server.http.listen-addr=127.0.0.1:12345"\nRESTART_ON_UPGRADE=true\n',
        ),
      },
    }),
    ['environment: change /etc/default/alloy'],
  ],
  [
    'another tool quotes the same values differently: only the mode is ours',
    ({ files }) => ({
      files: {
        ...files,
        [ENVIRONMENT_PATH]: fileOf(
          'RESTART_ON_UPGRADE=false\nCONFIG_FILE=/etc/alloy/config.alloy\nCUSTOM_ARGS="--server.http.listen-addr=127.0.0.1:12345"\n',
          { mode: '0600' },
        ),
      },
    }),
    [],
  ],
  [
    'a half-configured package is finished',
    ({ package: pkg }) => ({ package: { ...pkg, status: 'half-configured' } }),
    [
      'package: finish the installation of alloy 1.18.1-1 (half-configured)',
      'service: restart alloy',
    ],
  ],
  [
    'a wrong owner of the data is fixed',
    {
      directories: {
        '/var/lib/alloy': {
          kind: 'directory',
          mode: '0755',
          user: 'root',
          group: 'root',
          ctimeMs: 0,
        },
      },
    },
    ['access: /var/lib/alloy belongs to alloy', 'service: restart alloy'],
  ],
])('%s', (_, more, expected) => {
  const facts = factsOf(targetOf());
  const changed = { ...facts, ...(typeof more === 'function' ? more(facts) : more) };
  expect(steps(targetOf(), changed)).toEqual(expected);
});

test.each([
  [
    'cut off, and apt would refuse to work beside its journal',
    null,
    ['configure-dpkg', 'refresh', 'install'],
  ],
  ['at work, and is waited for', { pid: 7, command: 'apt' }, ['refresh', 'install']],
])('dpkg was %s', (_, lockedBy, expected) => {
  const target = targetOf({ package: { policy: 'exact', version: '1.18.1-1' } });
  const facts = factsOf(target);
  const plan = planOf(
    target,
    {
      ...facts,
      package: { ...facts.package, status: 'half-installed', reinstRequired: true },
      dpkg: { broken: [], journal: true, lockedBy },
    },
    suppliesOf({ versions: ['1.18.1-1'] }),
  );
  const change = plan.changes.find(({ step }) => step === 'package');
  expect(change?.title).toBe('install alloy 1.18.1-1 again (half-installed)');
  expect(change?.actions.map((action) => action.do)).toEqual([...expected, 'hold']);
});

test('a group that the package does not give is joined, and takes a restart', () => {
  const target = targetOf({ memberOf: ['docker', 'adm'] });
  const facts = factsOf(targetOf(), {
    account: {
      ...factsOf(targetOf()).account,
      exists: true,
      groupExists: true,
      groups: ['alloy', 'adm'],
      known: ['docker', 'adm'],
    },
  });
  expect(steps(target, facts)).toEqual(['access: alloy joins docker', 'service: restart alloy']);
});

test('a file beside the configuration is written with it and loaded', () => {
  const target = targetOf({
    files: [
      {
        path: '/etc/alloy/pw',
        content: new Secret('s3cret'),
        mode: '0640',
        user: 'root',
        group: 'alloy',
      },
    ],
  });
  const facts = {
    ...factsOf(targetOf()),
    files: { ...factsOf(targetOf()).files, '/etc/alloy/pw': absent },
    receipt: receiptOf(targetOf()),
  };
  const plan = planOf(target, facts);
  expect(plan.changes.map(({ title }) => title)).toEqual(['create /etc/alloy/pw', 'reload alloy']);
  expect(JSON.stringify(plan)).not.toContain('s3cret');
});

const unsupported = (params: object) => ({ code: 'host.unsupported', ...params });

test.each<[string, (facts: Facts) => Partial<Facts>, object]>([
  [
    'no systemd',
    ({ os }) => ({ os: { ...os, systemd: false } }),
    unsupported({ reason: 'no-systemd' }),
  ],
  [
    'another distribution',
    ({ os }) => ({ os: { ...os, id: 'fedora', name: 'Fedora Linux 43' } }),
    unsupported({ reason: 'system', name: 'Fedora Linux 43' }),
  ],
  [
    'a distribution without a name',
    ({ os }) => ({ os: { ...os, id: 'arch', name: '' } }),
    unsupported({ reason: 'system', name: 'arch' }),
  ],
  [
    'no os-release',
    ({ os }) => ({ os: { ...os, id: '', name: '' } }),
    unsupported({ reason: 'system', name: 'an unknown system' }),
  ],
  [
    'a Debian that is too old',
    ({ os }) => ({ os: { ...os, version: '10', name: 'Debian 10' } }),
    unsupported({ reason: 'too-old', name: 'Debian 10', oldest: 'Debian 11' }),
  ],
  [
    'an Ubuntu that is too old',
    ({ os }) => ({ os: { ...os, id: 'ubuntu', version: '18.04', name: 'Ubuntu 18.04' } }),
    unsupported({ reason: 'too-old', name: 'Ubuntu 18.04', oldest: 'Ubuntu 20.04' }),
  ],
  [
    'an architecture without packages',
    ({ os }) => ({ os: { ...os, arch: 'i386' } }),
    unsupported({
      reason: 'architecture',
      arch: 'i386',
      supported: ['amd64', 'arm64', 'ppc64el', 's390x'],
    }),
  ],
  [
    'a missing tool',
    () => ({ missingTools: ['usermod'] }),
    unsupported({ reason: 'missing-tools', tools: ['usermod'] }),
  ],
])('%s prevents every plan, even an empty one', (_, more, expected) => {
  const facts = factsOf(targetOf());
  expect(problems(targetOf(), { ...facts, ...more(facts) })).toContainEqual(expected);
});

test.each([
  ['debian', '11'],
  ['ubuntu', '20.04'],
  ['ubuntu', '22.04'],
])('%s %s is supported', (id, version) => {
  const facts = factsOf(targetOf());
  expect(problems(targetOf(), { ...facts, os: { ...facts.os, id, version } })).toEqual([]);
});

const FOREIGN = { code: 'host.adopt', reason: 'foreign' };

test.each<[string, (facts: Facts) => Partial<Facts>, object]>([
  [
    'a masked unit',
    ({ unit }) => ({ unit: { ...unit, load: 'masked', enabled: 'masked' } }),
    { code: 'host.unit', reason: 'masked' },
  ],
  [
    'a unit that was masked since it started',
    ({ unit }) => ({ unit: { ...unit, enabled: 'masked' } }),
    { code: 'host.unit', reason: 'masked' },
  ],
  [
    'a unit of somebody else',
    ({ unit }) => ({
      unit: { ...unit, fragment: '/etc/systemd/system/alloy.service', enabled: 'disabled' },
    }),
    { code: 'host.unit', reason: 'shadowed', path: '/etc/systemd/system/alloy.service' },
  ],
  [
    'a port that another program uses',
    ({ http, unit }) => ({
      unit: { ...unit, active: 'failed' },
      process: null,
      http: { ...http, portOwner: 'grafana-agent' },
    }),
    {
      code: 'host.port',
      reason: 'taken',
      owner: 'grafana-agent',
      address: '127.0.0.1',
      port: 12345,
    },
  ],
  [
    'a symbolic link instead of a file',
    ({ files }) => ({ files: { ...files, [CONFIG_PATH]: { ...absent, kind: 'symlink' } } }),
    { code: 'host.file', reason: 'kind', path: CONFIG_PATH, kind: 'symlink' },
  ],
  [
    'a configuration that alloyup never wrote',
    ({ files }) => ({ files: { ...files, [CONFIG_PATH]: fileOf('// by hand\n') } }),
    { ...FOREIGN, files: [{ path: CONFIG_PATH, loses: [] }] },
  ],
  [
    'variables that alloyup never wrote',
    ({ files }) => ({ files: { ...files, [ENVIRONMENT_PATH]: fileOf('PROXY=1\nLANG=C\n') } }),
    { ...FOREIGN, files: [{ path: ENVIRONMENT_PATH, loses: ['PROXY', 'LANG'] }] },
  ],
  [
    'a configuration that alloyup never wrote, in a directory of its own',
    ({ files }) => ({
      files: {
        ...files,
        [CONFIG_PATH]: absent,
        [ENVIRONMENT_PATH]: fileOf('CONFIG_FILE="/etc/alloy"\nCUSTOM_ARGS=""\nEMPTY=\n'),
      },
    }),
    { ...FOREIGN, files: [{ path: ENVIRONMENT_PATH, loses: ['CONFIG_FILE'] }] },
  ],
  [
    'arguments that alloyup never wrote',
    ({ files }) => ({
      files: {
        ...files,
        [ENVIRONMENT_PATH]: fileOf(
          'CONFIG_FILE="/etc/alloy/config.alloy"\nCUSTOM_ARGS="--cluster.enabled=true"\nRESTART_ON_UPGRADE=true\n',
        ),
      },
    }),
    { ...FOREIGN, files: [{ path: ENVIRONMENT_PATH, loses: ['CUSTOM_ARGS'] }] },
  ],
])('%s prevents a change', (_, more, expected) => {
  const facts = factsOf(targetOf());
  expect(problems(targetOf(), { ...facts, ...more(facts) })).toEqual([expected]);
});

test('what prevents a change does not matter where nothing changes', () => {
  const facts = factsOf(targetOf());
  const fragment = '/etc/systemd/system/alloy.service';
  expect(problems(targetOf(), { ...facts, unit: { ...facts.unit, fragment } })).toEqual([]);
});

test('a group that does not exist on the host prevents a change', () => {
  const target = targetOf({ memberOf: ['docker', 'alloy', 'adm'] });
  const account = { ...factsOf(target).account, groups: ['alloy'], known: ['adm'] };
  expect(problems(target, factsOf(target, { account }))).toEqual([
    { code: 'host.unsupported', reason: 'no-group', groups: ['docker'], by: [] },
  ]);
});

describe('an installation', () => {
  const target = targetOf();
  const MB = 1 << 20;
  const bare = (more: Partial<Facts>) => problems(target, bareFactsOf(target, more), stocked());

  test('needs a version', () => {
    const found = problems(target, bareFactsOf(target), stocked({ versions: [] }));
    expect(found).toEqual([
      {
        code: 'repository.version',
        reason: 'no-package',
        url: 'https://apt.grafana.com',
        arch: 'amd64',
      },
    ]);
  });

  test('needs a dpkg that was not interrupted', () => {
    const packages = [{ name: 'mc', status: 'half-configured' }];
    expect(bare({ dpkg: { broken: packages, lockedBy: null, journal: false } })).toEqual([
      { code: 'host.dpkg', reason: 'broken', packages },
    ]);
  });

  test('needs room', () => {
    expect(bare({ freeBytes: { '/usr': 450 * MB, '/var': 250 * MB } })).toEqual([]);
    expect(bare({ freeBytes: { '/tmp': 3 * MB } })).toEqual([
      { code: 'host.disk', reason: 'tmp-full', freeMb: 3, neededMb: 4 },
    ]);
    expect(bare({ freeBytes: { '/usr': 450 * MB - 1, '/var': 250 * MB } })).toEqual([
      { code: 'host.disk', reason: 'no-room', directory: '/usr', freeMb: 449, neededMb: 450 },
    ]);
  });

  test('alone needs all that', () => {
    const facts = factsOf(targetOf(), {
      dpkg: { broken: [{ name: 'mc', status: 'unpacked' }], lockedBy: null, journal: false },
      freeBytes: { '/usr': 0, '/var': 0 },
      receipt: receiptOf(targetOf()),
    });
    expect(problems(targetOf({ config: '// new\n' }), facts)).toEqual([]);
  });
});

test('a foreign configuration is taken over with --adopt, and said to be', () => {
  const facts = factsOf(targetOf());
  const foreign = { ...facts, files: { ...facts.files, [CONFIG_PATH]: fileOf('// by hand\n') } };
  const plan = planOf(targetOf(), foreign, suppliesOf(), { adopt: true });
  expect(plan.problems).toEqual([]);
  expect(plan.warnings).toEqual([
    {
      code: 'host.adopt',
      host: 'web-01',
      params: { reason: 'taken-over', path: CONFIG_PATH, loses: [] },
    },
  ]);
});

test('what a receipt vouches for is not foreign', () => {
  const facts = factsOf(targetOf(), { receipt: receiptOf(targetOf()) });
  const drifted = { ...facts, files: { ...facts.files, [CONFIG_PATH]: fileOf('// by hand\n') } };
  expect(problems(targetOf(), drifted)).toEqual([]);
  expect(planOf(targetOf(), drifted, suppliesOf(), { adopt: true }).warnings).toEqual([]);
});

test('the proof holds what was asked for', () => {
  const target = targetOf({
    components: { known: true, ids: ['prometheus.scrape.a'] },
    tolerate: ['loki.write.b'],
    files: [{ path: '/etc/alloy/pw', content: 'x', mode: '0640', user: 'root', group: 'alloy' }],
  });
  expect(planOf(target, bareFactsOf(target), stocked(), { watchS: 7 }).proof).toEqual({
    service: 'restart',
    check: 'http',
    listen: { address: '127.0.0.1', port: 12345 },
    components: { known: true, ids: ['prometheus.scrape.a'] },
    tolerate: ['loki.write.b'],
    version: '1.18.1-1',
    watchS: 7,
    receiptFiles: [CONFIG_PATH, ENVIRONMENT_PATH, DROP_IN_PATH, '/etc/alloy/pw'],
    delivery: { mode: 'off', seconds: 0 },
    cluster: null,
  });
});

describe('how Alloy is started', () => {
  const target = targetOf({
    args: ['--server.http.listen-addr=127.0.0.1:12345', '--cluster.enabled'],
  });
  const by = (command: string): Facts => {
    const facts = factsOf(target);
    const unit = { ...facts.unit, command: command.split(' '), dropIns: ['/etc/x.conf'] };
    return { ...facts, unit };
  };
  const unmet = (facts: Facts) => planOf(target, facts).problems.map(({ params }) => params.reason);

  test.each([
    'alloy run $CUSTOM_ARGS --storage.path=/data $CONFIG_FILE',
    'alloy run ${CUSTOM_ARGS} ${CONFIG_FILE}',
    'nice alloy run --cluster.enabled --server.http.listen-addr 127.0.0.1:12345 /etc/alloy/config.alloy',
  ])('%s is as the inventory says', (command) => {
    expect(unmet(by(command))).toEqual([]);
  });

  test.each([
    'alloy run $CUSTOM_ARGS /srv/other.alloy',
    'alloy run --cluster.enabled $CONFIG_FILE --server.http.listen-addr=0.0.0.0:12345',
    'alloy run $CUSTOM_ARGS --stability.level=experimental $CONFIG_FILE',
    'alloy run /etc/alloy/config.alloy',
  ])('%s is not, and that is refused', (command) => {
    expect(planOf(target, by(command)).problems).toEqual([
      {
        code: 'host.unit',
        host: 'web-01',
        params: { reason: 'other-command', command, paths: ['/etc/x.conf'] },
      },
    ]);
  });

  test('arguments that the environment does not hold are found on the process', () => {
    const facts = factsOf(target);
    const argv = ['/usr/bin/alloy', 'run', CONFIG_PATH];
    const process = { ...facts.process!, argv };
    expect(unmet({ ...facts, process })).toEqual(['other-process']);
    // a restart may be all that is needed
    expect(unmet({ ...facts, process, unit: { ...facts.unit, enabled: 'disabled' } })).toEqual([]);
    expect(unmet({ ...facts, process: { ...process, argv: [] } })).toEqual([]);
  });

  test('a configuration that was loaded and put back on the disk is loaded again', () => {
    const facts = factsOf(target, { receipt: receiptOf(target) });
    const process = { ...facts.process!, configHash: 'f'.repeat(64) };
    expect(planOf(target, { ...facts, process }).changes.map(({ title }) => title)).toEqual([
      `reload alloy (it has loaded something else than ${CONFIG_PATH})`,
    ]);
  });
});

describe('the drop-in', () => {
  const dropIn = '[Service]\nMemoryMax=1G\n';
  const actions = (target: Target, facts: Facts) =>
    planOf(target, { ...facts, receipt: receiptOf(target) }).changes.flatMap(({ actions: all }) =>
      all.map((action) => action.do),
    );

  test.each<[string, string | null, string | null]>([
    ['a new one', null, dropIn],
    ['a changed one', '[Service]\n', dropIn],
    ['one that is no longer wanted', dropIn, null],
  ])('%s is read again and restarts Alloy', (_, before, after) => {
    const expected = [after === null ? 'delete' : 'file', 'daemon-reload', 'restart'];
    const facts = factsOf(targetOf({ dropIn: before }));
    expect(actions(targetOf({ dropIn: after }), facts)).toEqual(expected);
  });

  describe('that systemd does not use', () => {
    const target = targetOf({ dropIn });
    const withUnit = (over: Partial<Facts['unit']>): Facts => {
      const facts = factsOf(target);
      const settings = { MemoryMax: 'infinity' };
      return { ...facts, unit: { ...facts.unit, settings, ...over } };
    };

    // 247 and 252 say that they need no reload for the first drop-in in a new directory
    test.each([
      ['since it has never read it', { dropIns: [] }],
      ['since it was changed later', { needsReload: true }],
    ])('%s, is read, and Alloy is restarted', (_, over) => {
      expect(actions(target, withUnit(over))).toEqual(['daemon-reload', 'restart']);
      expect(planOf(target, withUnit(over)).problems).toEqual([]);
    });

    test('since another drop-in overrides it, is refused', () => {
      const facts = withUnit({ dropIns: [DROP_IN_PATH, '/etc/x.conf'] });
      expect(planOf(target, facts).problems).toEqual([
        {
          code: 'host.unit',
          host: 'web-01',
          params: {
            reason: 'overridden',
            settings: [{ name: 'MemoryMax', wanted: '1G', found: 'infinity' }],
            paths: ['/etc/x.conf'],
          },
        },
      ]);
      const used = withUnit({ settings: { MemoryMax: '1073741824' } });
      expect(planOf(target, used).problems).toEqual([]);
    });
  });

  test('with another mode restarts nothing', () => {
    const target = targetOf({ dropIn });
    const facts = factsOf(target);
    const files = { ...facts.files, [DROP_IN_PATH]: fileOf(dropIn, { mode: '0600' }) };
    expect(actions(target, { ...facts, files })).toEqual(['mode', 'daemon-reload']);
  });
});

test('an upgrade makes systemd read the new unit before the restart', () => {
  const target = targetOf({ package: { policy: 'latest' } });
  const facts = factsOf(target, { package: { ...factsOf(target).package, version: '1.17.0-1' } });
  const plan = planOf(target, facts, suppliesOf({ versions: ['1.18.1-1'] }));
  const actions = plan.changes.flatMap(({ actions: all }) => all.map((action) => action.do));
  expect(actions).toEqual(['refresh', 'install', 'daemon-reload', 'restart']);
});

describe('warnings', () => {
  const target = targetOf();
  const warnings = (facts: Facts, of: Target = target, supplies?: Supplies) =>
    planOf(of, facts, supplies).warnings.map(({ code, host, params }) => ({
      code,
      host,
      ...params,
    }));
  const host = 'web-01';
  const unhealthy = [
    { id: 'a.b', health: 'unhealthy' as const, message: 'no route' },
    { id: 'a.c', health: 'unknown' as const, message: '' },
    { id: 'a.d', health: 'healthy' as const, message: '' },
  ];
  const components = { known: true, ids: ['a.b', 'a.c', 'a.d'] } as const;

  test('an unfinished run', () => {
    const alloyup = { lockedBy: null, unfinished: 'r0', runs: [] };
    expect(warnings(factsOf(target, { alloyup }))).toEqual([
      { code: 'run.unfinished', host, reason: 'cut-off', run: 'r0' },
    ]);
  });

  test('unhealthy components of a host that is up to date', () => {
    const of = targetOf({ components });
    const facts = factsOf(of, { components: unhealthy });
    expect(planOf(of, facts).warnings).toEqual([
      {
        code: 'alloy.components',
        host,
        params: {
          reason: 'unhealthy',
          components: [
            { id: 'a.b', health: 'unhealthy' },
            { id: 'a.c', health: 'unknown' },
          ],
        },
        detail: 'a.b: no route\na.c: ',
      },
    ]);
    expect(warnings(facts, targetOf({ components, tolerate: ['a.b', 'a.c'] }))).toEqual([]);
    // what was so when it was proven is no news; what has become worse is
    const receipt = receiptOf(of, { unhealthy: { 'a.b': 'unhealthy', 'a.c': 'exited' } });
    expect(warnings({ ...facts, receipt }, of)).toMatchObject([
      { components: [{ id: 'a.c', health: 'unknown' }] },
    ]);
    const disabled = { ...facts, unit: { ...facts.unit, enabled: 'disabled' } };
    expect(warnings(disabled, of)).toEqual([]);
  });

  test.each([
    [true, [{ code: 'sudo.log-input', host, reason: 'to-file', path: '/var/log/sudo-io' }]],
    [false, []],
  ])('a sudo that logs its input, if something is sent (%s)', (changes, expected) => {
    const facts = factsOf(target, { sudoLog: '/var/log/sudo-io' });
    const unit = { ...facts.unit, enabled: changes ? 'disabled' : 'enabled' };
    expect(warnings({ ...facts, unit })).toEqual(expected);
  });

  test('other drop-ins, if Alloy is restarted', () => {
    const facts = factsOf(target);
    const unit = { ...facts.unit, dropIns: [DROP_IN_PATH, '/etc/x.conf'] };
    expect(warnings({ ...facts, unit })).toEqual([]);
    expect(warnings({ ...facts, unit, process: null })).toEqual([
      { code: 'unit.drop-ins', host, reason: 'foreign', paths: ['/etc/x.conf'] },
    ]);
  });

  test('a dpkg lock, if it is waited for', () => {
    const dpkg = { broken: [], journal: false, lockedBy: { pid: 812, command: 'apt-get' } };
    expect(warnings(factsOf(target, { dpkg }))).toEqual([]);
    const expected = [
      { code: 'host.dpkg-lock', host, reason: 'held', pid: 812, command: 'apt-get' },
    ];
    expect(warnings(bareFactsOf(target, { dpkg }), target, stocked())).toEqual(expected);
    const held = factsOf(target, { dpkg, apt: { ...factsOf(target).apt, keyrings: [] } });
    expect(warnings(held, target, stocked())).toEqual(expected);
  });
});

test("the package's own pristine configuration needs no --adopt", () => {
  const target = targetOf();
  const facts = factsOf(target);
  const pristine = fileOf('logging { }\n');
  const fresh = {
    ...facts,
    package: { ...facts.package, conffiles: { [CONFIG_PATH]: pristine.md5! } },
    files: { ...facts.files, [CONFIG_PATH]: pristine },
  };
  expect(problems(target, fresh)).toEqual([]);
});

test('the plan expects what it was made from, file by file', () => {
  const target = targetOf({ config: 'logging {\n\tlevel = "warn"\n}\n' });
  const facts = { ...factsOf(targetOf()), receipt: receiptOf(targetOf()) };
  expect(planOf(target, facts).expect).toEqual([
    {
      of: 'file',
      path: CONFIG_PATH,
      sha256: facts.files[CONFIG_PATH]!.sha256,
      mode: '0640',
      owner: 'root:alloy',
    },
    { of: 'package', status: 'installed', version: '1.18.1-1', held: false },
    { of: 'invocation', id: 'a'.repeat(32) },
  ]);
});

test.each<[string, FileFact, object[]]>([
  ['is not there', absent, [{ of: 'file', path: CONFIG_PATH, sha256: null, mode: '', owner: '' }]],
  ['is a link', { ...absent, kind: 'symlink' }, []],
  ['is a link that was read all the same', { ...fileOf('x'), kind: 'symlink' }, []],
  ['could not be read', { ...fileOf('x'), sha256: null }, []],
])('a plan expects of a file that %s', (_, fact, expected) => {
  const target = targetOf();
  const facts = factsOf(target);
  const { expect: found } = planOf(target, {
    ...facts,
    files: { ...facts.files, [CONFIG_PATH]: fact },
  });
  expect(found.filter((one) => one.of === 'file')).toEqual(expected);
});

test('a plan that restarts Alloy does not care which process runs', () => {
  const target = targetOf();
  const facts = factsOf(target, { process: null });
  expect(planOf(target, facts).expect).toEqual([
    { of: 'package', status: 'installed', version: '1.18.1-1', held: false },
  ]);
});

test('a plan for a bare host expects no package, of no version', () => {
  const target = targetOf();
  const facts = bareFactsOf(target);
  const left = { ...facts.package, version: '1.0' };
  expect(planOf(target, { ...facts, package: left }, stocked()).expect).toContainEqual({
    of: 'package',
    status: 'absent',
    version: null,
    held: false,
  });
});

test('what is equal is not taken over, even where it is too large to be read', () => {
  const facts = factsOf(targetOf());
  const large = { ...facts.files[CONFIG_PATH]!, content: null };
  const of = { ...facts, files: { ...facts.files, [CONFIG_PATH]: large } };
  expect(planOf(targetOf(), of, suppliesOf(), { adopt: true }).warnings).toEqual([]);
  const disabled = { ...of, unit: { ...of.unit, enabled: 'disabled' } };
  expect(problems(targetOf(), disabled)).toEqual([]);
});

test('a key that expires within 90 days is warned about', () => {
  const soon = keyringOf({
    certificates: [{ ...keyringOf().certificates[0]!, expiresAt: NOW + 30 * 86_400_000 }],
  });
  const plan = planOf(
    targetOf(),
    factsOf(targetOf()),
    suppliesOf({ keyrings: new Map([[KEYRING_PATH, soon]]) }),
  );
  expect(plan.changes).toEqual([]);
  expect(plan.warnings.map(({ params }) => params)).toEqual([
    { reason: 'soon', days: 30, date: '2026-12-23' },
  ]);
});

test.each<[string, Partial<Facts['apt']>, string[]]>([
  [
    'an expired or missing key under our list is renewed',
    { keyrings: [] },
    [`create ${KEYRING_PATH}`],
  ],
  [
    'a list of the old documentation with a dearmored key that does not serve is replaced',
    {
      sources: [
        {
          path: LIST_PATH,
          text: 'deb [signed-by=/etc/apt/keyrings/grafana.gpg] https://apt.grafana.com stable main\n',
        },
      ],
      keyrings: [],
    },
    [`create ${KEYRING_PATH}`, `change ${LIST_PATH}`],
  ],
  [
    'a second source of the same repository goes: a Signed-By conflict stops all of apt',
    {
      sources: [
        {
          path: LIST_PATH,
          text: `deb [arch=amd64 signed-by=${KEYRING_PATH}] https://apt.grafana.com stable main\n`,
        },
        {
          path: '/etc/apt/sources.list.d/other.list',
          text: 'deb https://apt.grafana.com/ stable main\n',
        },
      ],
      keyrings: [],
    },
    [`create ${KEYRING_PATH}`, 'delete /etc/apt/sources.list.d/other.list'],
  ],
])('%s', (_, apt, expected) => {
  const facts = factsOf(targetOf());
  const plan = planOf(targetOf(), { ...facts, apt: { ...facts.apt, ...apt } }, stocked());
  const diffs = plan.changes.find(({ step }) => step === 'repository')!.diffs;
  expect(diffs.map(({ kind, path }) => `${kind} ${path}`)).toEqual(expected);
});

test('a keyring that is gone is a change for status, too, which fetches no key', () => {
  const facts = factsOf(targetOf());
  const plan = planOf(
    targetOf(),
    { ...facts, apt: { ...facts.apt, keyrings: [] } },
    suppliesOf({ keyrings: new Map() }),
  );
  expect(plan.changes.map(({ step, title, diffs }) => [step, title, diffs])).toEqual([
    [
      'repository',
      'mend https://apt.grafana.com',
      [{ path: KEYRING_PATH, kind: 'change', text: null }],
    ],
  ]);
});

test('a deb822 source with the pinned key in force is adopted as it is', () => {
  const facts = factsOf(targetOf());
  const path = '/etc/apt/sources.list.d/grafana.sources';
  const keyring = { ...facts.apt.keyrings[0]!, path: '/usr/share/keyrings/grafana.gpg' };
  const apt = {
    ...facts.apt,
    sources: [
      {
        path,
        text: `Types: deb\nURIs: https://apt.grafana.com/\nSuites: stable\nComponents: main\nSigned-By: ${keyring.path}\n`,
      },
    ],
    keyrings: [keyring],
  };
  const plan = planOf(
    targetOf(),
    { ...facts, apt },
    suppliesOf({ keyrings: new Map([[keyring.path, keyringOf()]]) }),
  );
  expect(plan.changes).toEqual([]);
  expect(plan.listPath).toBe(path);
});

test('a new label of a component that keeps data is warned about', () => {
  const write = (label: string) =>
    `prometheus.remote_write "${label}" {\n\tendpoint {\n\t\turl = "http://127.0.0.1:9/x"\n\t}\n}\n`;
  const before = targetOf({ config: write('old') });
  const target = targetOf({ config: write('new') });
  const facts = { ...factsOf(before), receipt: receiptOf(before) };
  expect(planOf(target, facts).warnings).toEqual([
    expect.objectContaining({
      params: expect.objectContaining({
        reason: 'diagnostic',
        said: expect.stringContaining('prometheus.remote_write.old'),
      }),
    }),
  ]);
  expect(planOf(before, facts).warnings).toEqual([]);
  expect(planOf(target, { ...facts, files: {} }).warnings).toEqual([]);
});

describe('the configuration in the version that will run', () => {
  const CONFIG =
    'loki.process "a" {\n\tforward_to = []\n\n\tstage.luhn {\n\t\tskip_regex = "a"\n\t}\n}\n';
  const REMOVED = 'otelcol.exporter.logging "a" { }\n';
  const at = (target: Target, version: string): Facts =>
    factsOf(target, { package: { ...factsOf(target).package, version } });
  const rules = (target: Target, facts: Facts, supplies?: Supplies) =>
    planOf(target, facts, supplies).warnings.map(({ code, at: place }) => `${code} ${place?.line}`);

  test('the one that is installed', () => {
    const target = targetOf({ config: CONFIG });
    expect(rules(target, at(target, '1.17.0-1'))).toEqual(['stability.version 5']);
    expect(planOf(target, at(target, '1.17.0-1')).warnings[0]?.params).toMatchObject({
      said: expect.stringContaining('the host runs 1.17.0-1'),
    });
    expect(rules(target, at(target, '1.19.0-1'))).toEqual([]);
  });

  test('the one that will be installed', () => {
    const target = targetOf({ config: CONFIG, package: { policy: 'latest' } });
    const supplies = suppliesOf({ versions: ['1.18.1-1', '1.17.0-1'] });
    const [warning] = planOf(target, at(target, '1.17.0-1'), supplies).warnings;
    expect(warning?.params).toMatchObject({
      said: expect.stringContaining('the host will run 1.18.1-1'),
    });
  });

  test('what it no longer has refuses the plan', () => {
    const target = targetOf({ config: REMOVED, stability: 'experimental' });
    const facts = at(target, '1.18.1-1');
    // it runs all the same, as far as anybody knows
    expect(planOf(target, facts).problems).toEqual([]);
    const stale = { ...facts, files: { ...facts.files, [CONFIG_PATH]: fileOf('old') } };
    const refused = (of: Facts) => planOf(target, of, undefined, { adopt: true }).problems;
    expect(refused(stale)).toMatchObject([
      { code: 'config.check', host: 'web-01', params: { rule: 'version.removed' } },
    ]);
    expect(refused({ ...stale, package: at(target, '1.4.0-1').package })).toEqual([]);
  });

  describe('shared by hosts that differ in strings', () => {
    const START =
      'loki.source.file "a" {\n\ttargets = [{ __path__ = "/var/log/a.log" }]\n' +
      '\tforward_to = [loki.process.a.receiver]\n}\n\nloki.process "a" {\n' +
      '\tforward_to = [loki.write.a.receiver]\n\n\tstage.static_labels {\n\t\tvalues = { team = "';
    const MIDDLE = '" }\n\t}\n\n\tstage.json {\n\t\texpressions = { x = "';
    const END =
      '" }\n\t}\n}\n\nloki.write "a" {\n\tendpoint {\n\t\turl = "https://logs.example.com"\n\t}\n}\n';
    const differing = (team: string, expression: string): Target => {
      const from = START.length;
      const then = from + team.length + MIDDLE.length;
      return targetOf({
        config: `${START}${team}${MIDDLE}${expression}${END}`,
        configHoles: [
          { start: from, end: from + team.length },
          { start: then, end: then + expression.length },
        ],
      });
    };
    const found = (target: Target) => rules(target, at(target, '1.10.0-1'));

    test('only what a check has asked about is asked again', () => {
      expect(found(differing('one', 'status'))).toEqual([]);
      expect(found(differing('another', 'status'))).toEqual([]);
      // JMESPath has arithmetic since Alloy 1.11
      expect(found(differing('third', 'a + b'))).toEqual(['value.jmespath 14']);
      expect(found(differing('a longer one', 'a + b'))).toEqual(['value.jmespath 14']);
      expect(found(differing('another', 'level'))).toEqual([]);
    });

    test('what differs elsewhere is checked', () => {
      expect(found(differing('one', 'status'))).toEqual([]);
      const { desired } = differing('one', 'status');
      // stage.luhn is experimental until 1.18
      const config = desired.config.replace(
        '\n}\n\nloki.write',
        '\n\n\tstage.luhn {\n\t\tskip_regex = "a"\n\t}\n}\n\nloki.write',
      );
      const rule = [expect.stringContaining('version')];
      expect(found(targetOf({ ...desired, config }))).toEqual(rule);
      expect(found(targetOf({ ...desired, config, configHoles: [] }))).toEqual(rule);
    });

    test('what nobody asked about is not looked at again', () => {
      expect(found(differing('one', 'status'))).toEqual([]);
      // no string could have this in it
      const hidden =
        '" }\n\t}\n\n\tstage.luhn {\n\t\tskip_regex = "a"\n\t}\n\n\tstage.static_labels {\n\t\tvalues = { b = "c';
      expect(found(differing(hidden, 'status'))).toEqual([]);
      const plain = targetOf({ ...differing(hidden, 'status').desired, configHoles: [] });
      expect(found(plain)).not.toEqual([]);
    });
  });

  test('what stands in a fragment is shown in its file', () => {
    const place = { at: { file: 'own.alloy', line: 2, column: 1 }, detail: 'lines of own.alloy' };
    const writtenAt = (offset: number) =>
      offset === CONFIG.indexOf('skip_regex') ? place : undefined;
    const target = targetOf({ config: CONFIG, writtenAt });
    expect(planOf(target, at(target, '1.17.0-1')).warnings).toMatchObject([place]);
    // hosts share what was found, but not where it was written
    const other = targetOf({ config: CONFIG });
    expect(rules(other, at(other, '1.17.0-1'))).toEqual(['stability.version 5']);
  });

  test('one that a fragment cannot use refuses the plan, and names the fragment', () => {
    const by = { of: 'fragment', name: 'docker' } as const;
    const where = { file: 'inventory.yaml', line: 7, column: 3 };
    const target = targetOf({ needs: [{ by, at: where, memberOf: [], alloy: '1.18' }] });
    const stale = { [CONFIG_PATH]: fileOf('old') };
    const refused = (version: string, more: Partial<Target['desired']> = {}) => {
      const facts = at(target, version);
      const one = targetOf({ ...target.desired, ...more });
      const supplies = suppliesOf({ versions: ['1.17.9-1'] });
      return planOf(one, { ...facts, files: { ...facts.files, ...stale } }, supplies, {
        adopt: true,
      }).problems;
    };
    const params = { reason: 'alloy', by, oldest: '1.18' };
    expect(refused('1.17.0-1')).toEqual([
      {
        code: 'template.needs',
        host: 'web-01',
        params: { ...params, version: '1.17.0-1', versionIs: 'running' },
        at: where,
      },
    ]);
    expect(refused('1.17.0-1', { package: { policy: 'latest' } })).toMatchObject([
      { params: { ...params, version: '1.17.9-1', versionIs: 'coming' } },
    ]);
    expect(refused('1.18.0-1')).toEqual([]);
    expect(refused('1.17.0-1', { package: { policy: 'exact', version: '1.17.9-1' } })).toEqual([]);
  });

  test('a pinned one was checked before', () => {
    const target = targetOf({ config: CONFIG, package: { policy: 'exact', version: '1.17.0-1' } });
    expect(rules(target, factsOf(target))).toEqual([]);
  });
});

describe('an upgrade of the package', () => {
  const CONFIG = 'otelcol.processor.batch "a" {\n\toutput { }\n}\n';
  const codes = (target: Target, version: string) => {
    const facts = factsOf(target, { package: { ...factsOf(target).package, version } });
    const supplies = suppliesOf({ versions: ['1.18.1-1', '1.17.0-1', '1.10.0-1'] });
    return planOf(target, facts, supplies).warnings.map(({ code }) => code);
  };

  test('shows what it changes for the configuration', () => {
    const pinned = targetOf({ config: CONFIG, package: { policy: 'exact', version: '1.18.1-1' } });
    expect(codes(pinned, '1.10.0-1')).toEqual(['upgrade.default']);
    expect(codes(pinned, '1.17.0-1')).toEqual([]);
    const latest = targetOf({ config: CONFIG, package: { policy: 'latest' } });
    expect(codes(latest, '1.10.0-1')).toEqual(['upgrade.default']);
  });

  test('shows what stands in a fragment in its file', () => {
    const place = { at: { file: 'own.alloy', line: 2, column: 1 }, detail: 'lines of own.alloy' };
    const target = targetOf({
      config: CONFIG,
      writtenAt: () => place,
      package: { policy: 'exact', version: '1.18.1-1' },
    });
    const before = { ...factsOf(target).package, version: '1.10.0-1' };
    expect(planOf(target, factsOf(target, { package: before })).warnings).toMatchObject([place]);
  });

  test('is none where the version stays', () => {
    const target = targetOf({ config: CONFIG });
    expect(codes(target, '1.10.0-1')).toEqual([]);
  });
});
