import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Action, Plan } from '../../src/model/plan.ts';
import { Secret } from '../../src/model/secret.ts';
import { MISSING, testUnless } from '../missing.ts';
import { ME, MY_GROUP, PrefixHost, planOf } from './prefix.ts';

const owner = { user: ME, group: MY_GROUP };

/** Builds a small package of this version where apt finds what it has fetched. */
function fetched(host: PrefixHost, version: string): string {
  const source = host.at(`/test/alloy_${version}`);
  mkdirSync(join(source, 'DEBIAN'), { recursive: true });
  chmodSync(join(source, 'DEBIAN'), 0o755);
  const put = (path: string, content: string, mode = 0o644): void => {
    mkdirSync(join(source, path, '..'), { recursive: true });
    writeFileSync(join(source, path), content);
    chmodSync(join(source, path), mode);
  };
  put(
    'DEBIAN/control',
    `Package: alloy\nVersion: ${version}\nArchitecture: all\nMaintainer: nobody <nobody@example.com>\nDescription: a test\n`,
  );
  put('DEBIAN/conffiles', '/etc/alloy/config.alloy\n/etc/default/alloy\n');
  put('etc/alloy/config.alloy', `// as shipped with ${version}\n`);
  put('etc/default/alloy', `# as shipped with ${version}\n`);
  put('usr/bin/alloy', `alloy ${version}\n`, 0o755);
  put('lib/systemd/system/alloy.service', `[Service]\n# ${version}\n`);
  // what the real package's postinst does, as far as the undo has to know of it
  put(
    'DEBIAN/postinst',
    `#!/bin/sh
set -e
cd "$DPKG_ROOT/etc"
mkdir -p ../var/lib/alloy
if ! grep -q '^alloy:' passwd; then
  for file in passwd group shadow gshadow; do cp $file $file-; done
  echo 'alloy:x:998:997::/var/lib/alloy:/usr/sbin/nologin' >>passwd
  echo 'alloy:!:1::::::' >>shadow
  echo 'alloy:x:997:' >>group
  echo 'alloy:!::' >>gshadow
  sed -i 's/^adm:x:4:syslog$/adm:x:4:syslog,alloy/' group
fi
`,
    0o755,
  );
  const deb = host.at(`/var/cache/apt/archives/alloy_${version}_all.deb`);
  execFileSync('dpkg-deb', ['--build', '--root-owner-group', source, deb], { stdio: 'ignore' });
  return deb;
}

/** The host has this version installed, running, with a configuration of its own. */
function installed(host: PrefixHost, version: string): void {
  host.dpkg('-i', fetched(host, version));
  host.put('/etc/alloy/config.alloy', '// written by hand\n', 0o640);
  host.set('active', 'active');
  host.set('invocation', 'i1');
}

const withAccount = (host: PrefixHost): void => {
  for (const [file, line] of [
    ['passwd', 'alloy:x:998:997::/var/lib/alloy:/usr/sbin/nologin\n'],
    ['shadow', 'alloy:!:1::::::\n'],
    ['group', 'alloy:x:997:\ndocker:x:120:carol\n'],
    ['gshadow', 'alloy:!::\n'],
  ] as const) {
    const before = host.read(`/etc/${file}`)!;
    host.put(`/etc/${file}-`, before);
    host.put(`/etc/${file}`, before + line);
  }
};

/** Files of somebody else, one with an ACL whose mask takes away from what it gives. */
function tree(host: PrefixHost): void {
  host.put('/srv/closed/app/deep/a.log', 'a\n', 0o600);
  host.put('/srv/closed/app/b.log', 'b\n', 0o640);
  chmodSync(host.at('/srv/closed'), 0o700);
  chmodSync(host.at('/srv/closed/app'), 0o2750);
  execFileSync('setfacl', ['-m', 'u:4711:rwx,m::r--', host.at('/srv/closed/app/b.log')]);
  host.link('/srv/closed/app/link', '/etc/passwd');
}

/** The lines of one file in what getfacl says. */
const entriesOf = (acls: string, path: string): readonly string[] =>
  acls
    .split('\n\n')
    .find((one) => one.startsWith(`# file: ${path}\n`))
    ?.split('\n') ?? [];

interface Row {
  readonly action: Action;
  readonly before?: (host: PrefixHost) => void;
  /** What the action has done. */
  readonly after: (host: PrefixHost) => void;
  /** A rollback cannot bring it back: it went when the run was proven. */
  readonly final?: boolean;
  /** Nothing is kept of it: the audit log alone says that it stands. */
  readonly forgets?: true;
  /** It sets ACLs. */
  readonly acl?: boolean;
  /** It works with dpkg's own books. */
  readonly dpkg?: boolean;
}

const wants = '/etc/systemd/system/multi-user.target.wants/alloy.service';

/** Each kind of action; the compiler holds the table to the type. */
const ROWS = {
  directory: [
    {
      action: { do: 'directory', path: '/etc/apt/keyrings/deep/er', mode: '0750', ...owner },
      after: (host) => expect(host.mode('/etc/apt/keyrings/deep/er')).toBe('750'),
    },
    {
      action: { do: 'directory', path: '/etc/alloy', mode: '0750', ...owner },
      before: (host) => mkdirSync(host.at('/etc/alloy')),
      after: (host) => expect(host.mode('/etc/alloy')).toBe('750'),
    },
  ],
  file: [
    {
      action: {
        do: 'file',
        path: '/etc/alloy/config.alloy',
        content: 'new "\\ \u00e9\r\n',
        mode: '0640',
        ...owner,
      },
      before: (host) => host.put('/etc/alloy/config.alloy', 'old\n', 0o600),
      after: (host) => {
        expect(host.read('/etc/alloy/config.alloy')).toBe('new "\\ \u00e9\r\n');
        expect(host.mode('/etc/alloy/config.alloy')).toBe('640');
      },
    },
    {
      action: {
        do: 'file',
        path: '/etc/alloy/new/password',
        content: new Secret('hunter2'),
        mode: '0600',
        ...owner,
      },
      after: (host) => expect(host.read('/etc/alloy/new/password')).toBe('hunter2'),
    },
  ],
  mode: [
    {
      action: { do: 'mode', path: '/etc/default/alloy', mode: '0600', ...owner },
      before: (host) => host.put('/etc/default/alloy', 'X=1\n'),
      after: (host) => expect(host.mode('/etc/default/alloy')).toBe('600'),
    },
  ],
  delete: [
    {
      action: { do: 'delete', path: '/etc/apt/sources.list.d/old.list' },
      before: (host) => host.put('/etc/apt/sources.list.d/old.list', 'deb x\n', 0o640),
      after: (host) => expect(host.read('/etc/apt/sources.list.d/old.list')).toBeNull(),
    },
  ],
  'delete-tree': [
    {
      action: { do: 'delete-tree', path: '/var/lib/alloy' },
      before: (host) => {
        host.put('/var/lib/alloy/data/wal/0001', 'samples', 0o600);
        host.link('/var/lib/alloy/data/link', '/etc/passwd');
      },
      after: (host) => {
        expect(existsSync(host.at('/var/lib/alloy'))).toBe(false);
        expect(host.read('/etc/passwd')).toContain('root:');
      },
      final: true,
    },
  ],
  'check-sources': [
    {
      action: { do: 'check-sources', paths: ['/etc/apt/sources.list.d/grafana.list'], url: 'x' },
      // what another source has been for long
      before: (host) =>
        host.set('apt-says', 'E: Malformed entry 1 in list file /etc/apt/other.list\n'),
      after: (host) => expect(host.calls('apt-get')).toEqual(['apt-get -q indextargets']),
    },
  ],
  'check-environment': [
    {
      action: { do: 'check-environment' },
      before: (host) => host.put('/etc/default/alloy', "CONFIG_FILE='/etc/alloy/config.alloy'\n"),
      after: () => {},
    },
  ],
  validate: [
    {
      action: { do: 'validate', content: 'logging { }\n', flags: ['--stability.level=x'] },
      after: (host) => expect(host.calls('alloy')).toHaveLength(1),
    },
  ],
  'configure-dpkg': [
    {
      action: { do: 'configure-dpkg' },
      after: (host) => expect(host.calls('dpkg').at(-1)).toMatch(/--configure -a$/),
    },
  ],
  refresh: [
    {
      action: { do: 'refresh' },
      before: (host) =>
        host.put('/var/lib/apt/lists/apt.grafana.com_dists_stable_InRelease', 'yesterday\n'),
      after: (host) => {
        const lists = '/var/lib/apt/lists/apt.grafana.com_dists_stable';
        expect(host.read(`${lists}_InRelease`)).not.toBe('yesterday\n');
        expect(host.read(`${lists}_main_binary-amd64_Packages`)).not.toBeNull();
      },
    },
  ],
  install: [
    {
      action: { do: 'install', version: '1.18.1-1' },
      before: (host) => void fetched(host, '1.18.1-1'),
      after: (host) => expect(host.package()).toBe('installed 1.18.1-1 install'),
      dpkg: true,
    },
    {
      action: { do: 'install', version: '1.18.1-1ubuntu1' },
      before: (host) => {
        installed(host, '1.17.0-1');
        fetched(host, '1.18.1-1ubuntu1');
      },
      after: (host) => {
        expect(host.package()).toBe('installed 1.18.1-1ubuntu1 install');
        expect(host.read('/etc/alloy/config.alloy')).toBe('// written by hand\n');
      },
      dpkg: true,
    },
    {
      action: { do: 'install', version: '1.18.1-1' },
      before: (host) => {
        installed(host, '1.17.0-1');
        host.dpkg('--remove', 'alloy');
        host.set('active', 'inactive');
        fetched(host, '1.18.1-1');
      },
      after: (host) => expect(host.package()).toBe('installed 1.18.1-1 install'),
      dpkg: true,
    },
  ],
  uninstall: [
    {
      action: { do: 'uninstall', purge: false },
      before: (host) => installed(host, '1.17.0-1'),
      after: (host) => expect(host.package()).toBe('config-files 1.17.0-1 deinstall'),
      dpkg: true,
    },
    {
      action: { do: 'uninstall', purge: true },
      before: (host) => installed(host, '1.17.0-1'),
      after: (host) => expect(host.package()).toBe('absent'),
      dpkg: true,
    },
  ],
  hold: [
    {
      action: { do: 'hold', held: true },
      before: (host) => installed(host, '1.17.0-1'),
      after: (host) => expect(host.package()).toBe('installed 1.17.0-1 hold'),
      dpkg: true,
    },
  ],
  'join-groups': [
    {
      action: { do: 'join-groups', groups: ['adm', 'docker'] },
      before: withAccount,
      after: (host) => {
        expect(host.read('/etc/group')).toContain('adm:x:4:syslog,alloy\n');
        expect(host.read('/etc/group')).toContain('docker:x:120:carol,alloy\n');
      },
    },
  ],
  'delete-account': [
    {
      action: { do: 'delete-account' },
      before: withAccount,
      after: (host) => {
        for (const file of ['passwd', 'shadow', 'group', 'gshadow'])
          expect(host.read(`/etc/${file}`)).not.toMatch(/^alloy:/m);
      },
    },
  ],
  'forget-runs': [
    {
      action: { do: 'forget-runs' },
      before: (host) => host.put('/var/lib/alloyup/runs/20261101T000000Z-0001/verdict', 'ok\n'),
      after: (host) =>
        expect(readdirSync(host.at('/var/lib/alloyup')).sort()).toEqual(['audit.log', 'lock']),
      final: true,
      forgets: true,
    },
  ],
  'own-tree': [
    {
      action: { do: 'own-tree', path: '/var/lib/alloy', ...owner },
      before: (host) => host.put('/var/lib/alloy/data/wal', 'x'),
      after: (host) => expect(host.read('/var/lib/alloy/data/wal')).toBe('x'),
    },
  ],
  acl: [
    {
      action: { do: 'acl', path: '/srv/closed/app', gives: true, search: ['/srv/closed'] },
      before: (host) => {
        withAccount(host);
        tree(host);
      },
      after: (host) => {
        const acls = host.acls('/srv');
        expect(entriesOf(acls, '/srv/closed')).toContain('user:998:--x');
        for (const directory of ['/srv/closed/app', '/srv/closed/app/deep'])
          expect(entriesOf(acls, directory)).toEqual(
            expect.arrayContaining(['user:998:r-x', 'default:user:998:r-x']),
          );
        expect(entriesOf(acls, '/srv/closed/app/deep/a.log')).toContain('user:998:r--');
        expect(JSON.parse(host.read('/var/lib/alloyup/readable.json')!)).toEqual({
          '/srv/closed/app': { uid: '998', search: ['/srv/closed'] },
        });
      },
      acl: true,
    },
    {
      action: { do: 'acl', path: '/srv/closed/app', gives: false, search: ['/srv/closed'] },
      before: (host) => {
        withAccount(host);
        tree(host);
        execFileSync('setfacl', ['-m', 'u:998:--x', host.at('/srv/closed')]);
        execFileSync(
          'setfacl',
          ['-R', '-m', 'u:998:rX,d:u:998:rX', host.at('/srv/closed/app/deep')],
          {
            stdio: 'ignore',
          },
        );
      },
      after: (host) => expect(host.acls('/srv')).not.toContain(':998:'),
      acl: true,
    },
  ],
  'daemon-reload': [
    {
      action: { do: 'daemon-reload' },
      // systemd 247 and 252 say that the first drop-in in a new directory needs none
      after: (host) => expect(host.calls('systemctl')).toContain('systemctl daemon-reload'),
    },
  ],
  enable: [
    {
      action: { do: 'enable' },
      after: (host) => expect(host.linked(wants)).toBe(true),
    },
  ],
  disable: [
    {
      action: { do: 'disable' },
      before: (host) => host.link(wants, '/lib/systemd/system/alloy.service'),
      after: (host) => expect(host.linked(wants)).toBe(false),
    },
  ],
  unmask: [
    {
      action: { do: 'unmask' },
      before: (host) => host.link('/etc/systemd/system/alloy.service', '/dev/null'),
      after: (host) => expect(host.linked('/etc/systemd/system/alloy.service')).toBe(false),
    },
  ],
  restart: [
    {
      action: { do: 'restart' },
      before: (host) => {
        host.set('active', 'active');
        host.set('invocation', 'i1');
      },
      after: (host) => {
        expect(host.state('active')).toBe('active');
        expect(host.state('invocation')).not.toBe('i1');
      },
    },
  ],
  stop: [
    {
      action: { do: 'stop' },
      before: (host) => host.set('active', 'active'),
      after: (host) => expect(host.state('active')).toBe('inactive'),
    },
  ],
  reload: [
    {
      action: { do: 'reload' },
      before: (host) => {
        host.set('active', 'active');
        host.set('invocation', 'i1');
      },
      after: (host) => {
        expect(host.requests).toContain('POST /-/reload');
        expect(host.state('invocation')).toBe('i1');
      },
    },
  ],
} satisfies Record<Action['do'], readonly Row[]>;

const TABLE = Object.entries(ROWS).flatMap(([, rows]) =>
  (rows as readonly Row[]).map((row) => [nameOf(row.action), row] as const),
);

function nameOf(action: Action): string {
  const { do: verb, ...more } = action;
  return `${verb} ${JSON.stringify(more)}`.slice(0, 70);
}

/** Two things one after the other: what comes last must not hide that the first was undone. */
const planFor = (row: Row): Plan =>
  planOf([
    { do: 'file', path: '/etc/first', content: 'first\n', mode: '0644', ...owner },
    row.action,
  ]);

async function onHost(row: Row, work: (host: PrefixHost) => Promise<void>): Promise<void> {
  const host = await PrefixHost.create();
  try {
    row.before?.(host);
    await work(host);
  } finally {
    host.remove();
  }
}

/** Kills the run of a row at its so many-th moment; true when it has no such moment any more. */
async function survives(
  row: Row,
  killAt: number,
  env: Record<string, string> = {},
): Promise<boolean> {
  let alive = false;
  await onHost(row, async (host) => {
    const before = host.snapshot();
    const ran = await host.apply(planFor(row), { killAt, env });
    alive = host.state('killed') === '';
    const at = `killed at moment ${killAt}`;
    expect(`${at}: ${ran.err}`).toBe(`${at}: `);
    // what is no longer armed stands; everything else is undone
    const stands = row.forgets
      ? host.read('/var/lib/alloyup/audit.log')?.endsWith(' ok\n') === true
      : host.verdict() === 'ok';
    // what it forgets last may stay until the next purge
    if (stands) {
      if (row.forgets !== true || alive) row.after(host);
    } else expect({ at, ...host.snapshot() }).toEqual({ at, ...before });
    expect([at, host.strays()]).toEqual([at, []]);
  });
  return alive;
}

describe.concurrent.each(TABLE)('%s', (_, row) => {
  const missing = row.dpkg === true ? MISSING.dpkg : row.acl === true ? MISSING.acl : undefined;

  testUnless(missing)('is done', () =>
    onHost(row, async (host) => {
      const ran = await host.apply(planFor(row));
      expect([ran.result, ran.err, ran.problems]).toEqual(['ok', '', []]);
      row.after(host);
      expect(host.read('/etc/first')).toBe('first\n');
      expect(host.strays()).toEqual([]);
    }),
  );

  if (row.final !== true)
    testUnless(missing)('is undone by a rollback', () =>
      onHost(row, async (host) => {
        const before = host.snapshot();
        await host.apply(planFor(row));
        const ran = await host.rollback(null, { run: '20261130T111500Z-0001' });
        expect([ran.result, ran.err, ran.problems]).toEqual(['rolled-back', '', []]);
        expect(host.snapshot()).toEqual(before);
        expect(host.strays()).toEqual([]);
      }),
    );

  testUnless(missing)(
    'leaves the host as it was, wherever the run is killed',
    async () => {
      // a moment of dpkg's takes long: there only what the run notes and starts counts
      const before = row.dpkg ? 'note must must_read' : undefined;
      let killAt = 1;
      while (
        !(await survives(row, killAt, {
          TEST_KILL_FROM: '2',
          ...(before && { TEST_KILL_BEFORE: before }),
        }))
      )
        killAt += 1;
      expect(killAt).toBeGreaterThan(2);
    },
    300_000,
  );
});

test('a run that is killed anywhere, from its first moment to its last, is undone or stands', async () => {
  const row: Row = ROWS.file[0]!;
  for (let killAt = 1; !(await survives(row, killAt)); killAt += 1);
}, 300_000);
