import { expect, test } from 'vitest';
import {
  CONFIG_PATH,
  type Desired,
  ENVIRONMENT_PATH,
  KEYRING_PATH,
  LIST_PATH,
  type Target,
} from '../../src/model/desired.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { PlanOptions, Supplies } from '../../src/model/plan.ts';
import { Secret } from '../../src/model/secret.ts';
import { planHost } from '../../src/plan/planner.ts';
import { withText } from '../../src/report/text-of.ts';
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
  planOf(...input)
    .problems.map(withText)
    .map(({ code, message }) => `${code}: ${message}`);

const env = (more: Record<string, string | Secret>): Desired['environment'] =>
  new Map([...targetOf().desired.environment, ...Object.entries(more)]);

test('a host that is as asked gets an empty plan', () => {
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
      message: 'Alloy 9.9.9-1 is not in https://apt.grafana.com for amd64',
      hint: 'set alloy.version to one of: 1.18.1-1, 1.17.0-1',
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
      folders: {
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
      folders: {
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
    'a wrong owner of the data is mended',
    {
      folders: {
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
    ['mend-dpkg', 'refresh', 'install'],
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

test.each<[string, (facts: Facts) => Partial<Facts>, string[]]>([
  [
    'no systemd',
    ({ os }) => ({ os: { ...os, systemd: false } }),
    ['host.unsupported: web-01 does not run systemd'],
  ],
  [
    'another distribution',
    ({ os }) => ({ os: { ...os, id: 'fedora', name: 'Fedora Linux 43' } }),
    ['host.unsupported: web-01 runs Fedora Linux 43'],
  ],
  [
    'an architecture without packages',
    ({ os }) => ({ os: { ...os, arch: 'i386' } }),
    ['host.unsupported: web-01 is i386, and there is no package of Alloy for it'],
  ],
  [
    'a masked unit',
    ({ unit }) => ({ unit: { ...unit, load: 'masked', enabled: 'masked' } }),
    ['host.unit: alloy.service is masked on web-01: somebody wants it never to run'],
  ],
  [
    'a port that somebody else has',
    ({ http, unit }) => ({
      unit: { ...unit, active: 'failed' },
      process: null,
      http: { ...http, portOwner: 'grafana-agent' },
    }),
    ['host.port: grafana-agent already listens on 127.0.0.1:12345 of web-01'],
  ],
  [
    'a symbolic link where a file belongs',
    ({ files }) => ({ files: { ...files, [CONFIG_PATH]: { ...absent, kind: 'symlink' } } }),
    ['host.file: /etc/alloy/config.alloy on web-01 is a symbolic link'],
  ],
  [
    'a configuration that alloyup never wrote',
    ({ files }) => ({ files: { ...files, [CONFIG_PATH]: fileOf('// by hand\n') } }),
    ['host.adopt: web-01 has what alloyup never wrote: /etc/alloy/config.alloy'],
  ],
])('%s keeps a host from being touched', (_, more, expected) => {
  const facts = factsOf(targetOf());
  expect(problems(targetOf(), { ...facts, ...more(facts) })).toEqual(expected);
});

test('a foreign configuration is taken over with --adopt, and said to be', () => {
  const facts = factsOf(targetOf());
  const foreign = { ...facts, files: { ...facts.files, [CONFIG_PATH]: fileOf('// by hand\n') } };
  const plan = planOf(targetOf(), foreign, suppliesOf(), { adopt: true });
  expect(plan.problems).toEqual([]);
  expect(plan.warnings.map(({ code }) => code)).toEqual(['host.adopt']);
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
  expect(plan.warnings.map(withText).map(({ message }) => message)).toEqual([
    "the repository's signing key expires in 30 days (2026-12-23)",
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
  const plan = planOf(target, { ...factsOf(before), receipt: receiptOf(before) });
  expect(plan.warnings.map(withText).map(({ message }) => message)).toEqual([
    expect.stringContaining('prometheus.remote_write.old'),
  ]);
});
