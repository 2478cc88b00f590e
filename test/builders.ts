import { createHash } from 'node:crypto';
import type { Desired, Target } from '../src/model/desired.ts';
import {
  CONFIG_PATH,
  DROP_IN_PATH,
  ENVIRONMENT_PATH,
  KEYRING_PATH,
  LIST_PATH,
} from '../src/model/desired.ts';
import type { Facts, FileFact } from '../src/model/facts.ts';
import type { Host } from '../src/model/host.ts';
import type { KeyringFacts, PlanOptions, Supplies } from '../src/model/plan.ts';
import type { Rollout } from '../src/model/rollout.ts';
import { Secret, sha256 } from '../src/model/secret.ts';
import { renderEnvironment } from '../src/steps/environment-file.ts';

export const NOW = Date.UTC(2026, 10, 23, 12);
export const FINGERPRINT = 'B53AE77BADB630A683046005963FA27710458545';
const KEY_TEXT = '-----BEGIN PGP PUBLIC KEY BLOCK-----\nours\n';

/** A host that is reached as ops, with sudo. */
export const hostOf = (more: Partial<Host> = {}): Host => ({
  name: 'web-01',
  transport: 'auto',
  address: 'web-01',
  port: null,
  user: 'ops',
  identity: [],
  jump: [],
  hostKeys: 'strict',
  hostKey: null,
  sudo: { kind: 'passwordless' },
  groups: [],
  at: { file: 'inventory.yaml', line: 3, column: 3 },
  ...more,
});

/** What applies where the inventory says nothing: all hosts at once, and no failure stops the others. */
export const AT_ONCE: Rollout = {
  canary: 0,
  serial: [{ percent: 100 }],
  maxFail: null,
  pauseS: 0,
  order: 0,
  onFail: 'stop',
  delivery: 'off',
};

/** What a small inventory asks of a host. */
export const targetOf = (more: Partial<Desired> = {}, host: Partial<Host> = {}): Target => ({
  host: hostOf(host),
  desired: {
    repository: {
      url: 'https://apt.grafana.com',
      suite: 'stable',
      components: ['main'],
      key: 'https://apt.grafana.com/gpg-full.key',
      fingerprints: [FINGERPRINT],
      proxy: null,
    },
    package: { policy: 'present' },
    environment: new Map<string, string | Secret>([
      ['CONFIG_FILE', CONFIG_PATH],
      ['CUSTOM_ARGS', '--server.http.listen-addr=127.0.0.1:12345'],
      ['RESTART_ON_UPGRADE', 'false'],
    ]),
    dropIn: null,
    memberOf: [],
    needs: [],
    reads: [],
    readable: [],
    config: 'logging {\n\tlevel = "info"\n}\n',
    configHoles: [],
    writtenAt: () => undefined,
    files: [],
    components: { known: true, ids: [] },
    deadlines: {},
    listen: { address: '127.0.0.1', port: 12345 },
    check: 'http',
    stability: 'generally-available',
    args: ['--server.http.listen-addr=127.0.0.1:12345'],
    tolerate: [],
    origins: new Map([['alloy.version', { file: 'inventory.yaml', line: 14, column: 14 }]]),
    ...more,
  },
  cluster: null,
  rollout: AT_ONCE,
  rolloutGroup: '',
});

const digest = (name: string, text: string): string => createHash(name).update(text).digest('hex');

/** A plain file of root's, changed an hour before the process of `factsOf` started. */
export const fileOf = (content: string | Secret, more: Partial<FileFact> = {}): FileFact => {
  const text = content instanceof Secret ? content.reveal() : content;
  return {
    kind: 'file',
    sha256: digest('sha256', text),
    md5: digest('md5', text),
    mode: '0644',
    user: 'root',
    group: 'root',
    ctimeMs: NOW - 7_200_000,
    content,
    size: text.length,
    ...more,
  };
};

export const absent: FileFact = {
  kind: 'absent',
  sha256: null,
  md5: null,
  mode: '',
  user: '',
  group: '',
  ctimeMs: 0,
  content: null,
  size: 0,
};

/** The facts of a host that is as `target` asks; a test changes the part that it is about. */
export function factsOf({ host, desired }: Target, more: Partial<Facts> = {}): Facts {
  const files: Record<string, FileFact> = {
    [CONFIG_PATH]: fileOf(desired.config, { mode: '0640', group: 'alloy' }),
    [ENVIRONMENT_PATH]: fileOf(renderEnvironment(desired.environment), { mode: '0600' }),
    [DROP_IN_PATH]: desired.dropIn === null ? absent : fileOf(desired.dropIn),
  };
  for (const { path, content, mode, user, group } of desired.files)
    files[path] = fileOf(content, { mode, user, group });
  return {
    host: host.name,
    takenAt: NOW,
    os: {
      id: 'debian',
      version: '12',
      codename: 'bookworm',
      name: 'Debian GNU/Linux 12 (bookworm)',
      arch: 'amd64',
      systemd: true,
      hostname: host.name,
      uptimeS: 86_400,
      bootId: 'b'.repeat(32),
    },
    sudoLog: null,
    missingTools: [],
    package: {
      status: 'installed',
      reinstRequired: false,
      version: desired.package.policy === 'exact' ? desired.package.version : '1.18.1-1',
      held: desired.package.policy === 'exact',
      conffiles: {},
    },
    dpkg: { broken: [], lockedBy: null, journal: false },
    apt: {
      sources: [
        {
          path: LIST_PATH,
          text: `deb [arch=amd64 signed-by=${KEYRING_PATH}] https://apt.grafana.com stable main\n`,
        },
      ],
      keyrings: [
        {
          path: KEYRING_PATH,
          sha256: digest('sha256', KEY_TEXT),
          mode: '0644',
          content: Buffer.from(KEY_TEXT),
          kind: 'file',
        },
      ],
      preferences: [],
      listed: true,
    },
    files,
    directories: {},
    unit: {
      load: 'loaded',
      active: 'active',
      sub: 'running',
      enabled: 'enabled',
      fragment: '/usr/lib/systemd/system/alloy.service',
      dropIns: desired.dropIn === null ? [] : [DROP_IN_PATH],
      settings: {},
      restarts: 0,
      invocation: 'a'.repeat(32),
      result: 'success',
      mainPid: 812,
      command: ['/usr/bin/alloy', 'run', '$CUSTOM_ARGS', '$CONFIG_FILE'],
      environmentFiles: [{ path: ENVIRONMENT_PATH, sets: ['CONFIG_FILE', 'CUSTOM_ARGS'] }],
      needsReload: false,
    },
    process: {
      pid: 812,
      startedAtMs: NOW - 3_600_000,
      exeDeleted: false,
      version: null,
      configHash: sha256(desired.config),
      argv: ['/usr/bin/alloy', 'run', ...desired.args, CONFIG_PATH],
      rssBytes: 80 << 20,
    },
    receipt: null,
    http: { ready: 200, healthy: 200, healthyBody: '', error: '', portOwner: null },
    components: desired.components.ids.map((id) => ({ id, health: 'healthy', message: '' })),
    delivery: null,
    cluster: null,
    account: {
      exists: true,
      uid: 996,
      home: '/var/lib/alloy',
      groupExists: true,
      groups: ['alloy', 'adm', 'systemd-journal', ...desired.memberOf],
      known: ['adm', 'systemd-journal', ...desired.memberOf],
    },
    freeBytes: { '/usr': 20 * 2 ** 30, '/var': 20 * 2 ** 30, '/etc': 20 * 2 ** 30 },
    freeInodes: { '/usr': 1e6, '/var': 1e6, '/etc': 1e6 },
    fixed: [],
    mounted: [],
    reads: {},
    readable: null,
    given: {},
    alloyup: { lockedBy: null, unfinished: null, runs: [] },
    ...more,
  };
}

/** A host on which nothing of Alloy has ever been. */
export const bareFactsOf = (target: Target, more: Partial<Facts> = {}): Facts => {
  const facts = factsOf(target);
  return {
    ...facts,
    package: { status: 'absent', reinstRequired: false, version: null, held: false, conffiles: {} },
    apt: { sources: [], keyrings: [], preferences: [], listed: false },
    files: Object.fromEntries(Object.keys(facts.files).map((path) => [path, absent])),
    unit: {
      ...facts.unit,
      load: 'not-found',
      active: 'inactive',
      sub: 'dead',
      enabled: '',
      fragment: '',
      invocation: '',
      mainPid: 0,
      command: [],
    },
    process: null,
    http: { ready: 0, healthy: 0, healthyBody: '', error: 'Connection refused', portOwner: null },
    components: null,
    delivery: null,
    cluster: null,
    account: {
      exists: false,
      uid: null,
      home: '',
      groupExists: false,
      groups: [],
      known: target.desired.memberOf,
    },
    ...more,
  };
};

export const keyringOf = (more: Partial<KeyringFacts> = {}): KeyringFacts => ({
  certificates: [{ fingerprint: FINGERPRINT, expiresAt: NOW + 400 * 86_400_000, revoked: false }],
  problem: null,
  ...more,
});

export const suppliesOf = (more: Partial<Supplies> = {}): Supplies => ({
  key: null,
  keyrings: new Map([[KEYRING_PATH, keyringOf()]]),
  versions: null,
  ...more,
});

/** With the key and the index at hand, as for a bare host. */
export const stocked = (more: Partial<Supplies> = {}): Supplies =>
  suppliesOf({
    key: { armored: KEY_TEXT, certificates: keyringOf().certificates },
    keyrings: new Map(),
    versions: ['1.18.1-1', '1.17.0-1', '1.16.3-1'],
    ...more,
  });

export const optionsOf = (more: Partial<PlanOptions> = {}): PlanOptions => ({
  adopt: false,
  watchS: 15,
  ...more,
});
