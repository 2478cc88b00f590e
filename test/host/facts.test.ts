import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfigurations, readFacts } from '../../src/host/facts.ts';
import { factsScript } from '../../src/host/facts-request.ts';
import { readRecord } from '../../src/host/records.ts';
import { Secret, sha256 } from '../../src/model/secret.ts';
import { MISSING, testUnless } from '../missing.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'alloyup-probe-'));
  put('/var/lib/dpkg/status', status(['dpkg', 'install ok installed', 'Architecture: amd64\n']));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (path: string, content: string | Uint8Array, mode = 0o644): void => {
  mkdirSync(dirname(root + path), { recursive: true });
  writeFileSync(root + path, content);
  chmodSync(root + path, mode);
};

/** dpkg's status file: name, state, further fields. */
const status = (...packages: readonly (readonly [string, string, string?])[]): string =>
  packages
    .map(([name, state, more = '']) => `Package: ${name}\nStatus: ${state}\n${more}\n`)
    .join('');

type Input = Parameters<typeof factsScript>[0];

const inputOf = (over: Partial<Input> = {}): Input => ({
  nonce: '@@n1',
  repository: { url: 'https://apt.grafana.com', proxy: null },
  files: [],
  listen: { address: '127.0.0.1', port: 12345 },
  http: false,
  groups: [],
  reads: [],
  readable: [],
  root,
  ...over,
});

const run = (over: Partial<Input> = {}): string => {
  const {
    stdout,
    stderr,
    status: code,
  } = spawnSync('perl', ['-'], {
    input: factsScript(inputOf(over)),
    timeout: 30_000,
  });
  expect(stderr.toString()).toBe('');
  expect(code).toBe(0);
  return stdout.toString();
};
/** The facts in what the program printed. */
const reported = (out: string): unknown => {
  const record = readRecord(out.replace(/\n$/, ''), '@@n1');
  return record?.type === 'facts' ? record.facts : undefined;
};
const factsOf = (over: Partial<Input> = {}) => readFacts('web-01', reported(run(over)));
const plain = (path: string) => ({ path, secret: false });

describe('the script', () => {
  test('perl finds nothing to warn about', () => {
    const { stderr } = spawnSync('perl', ['-cw', '-'], { input: factsScript(inputOf()) });
    // each part declares what it uses of the others
    const warnings = stderr
      .toString()
      .split('\n')
      .filter((line) => !/ redeclared at /.test(line));
    expect(warnings).toEqual(['- syntax OK', '']);
  });

  test('loads no module', () => {
    expect(
      factsScript(inputOf())
        .toString()
        .match(/^(?:use (?!strict;)|require ).*/gm),
    ).toBeNull();
  });

  test('cut anywhere, it says nothing that could be read as facts', () => {
    const script = factsScript(inputOf()).toString();
    for (let at = 0; at < script.length - 3; at += 997) {
      const { stdout } = spawnSync('perl', ['-'], { input: script.slice(0, at) });
      expect(stdout.toString()).toBe('');
    }
  });

  test('prints one line, with the nonce first', () => {
    expect(run()).toMatch(/^@@n1 \{[ -~]*\}\n$/);
  });

  test('takes every name as it is', () => {
    const odd = '/etc/it\'s \\ $HOME "@x" {}';
    put(odd, 'x\n');
    expect(factsOf({ files: [plain(odd)] }).files[odd]?.content).toBe('x\n');
  });
});

describe('files', () => {
  test('come with content, hashes, mode and owner', () => {
    put('/etc/alloy/config.alloy', 'logging { }\n', 0o640);
    const file = factsOf({ files: [plain('/etc/alloy/config.alloy')] }).files[
      '/etc/alloy/config.alloy'
    ];
    expect(file).toMatchObject({
      kind: 'file',
      mode: '0640',
      content: 'logging { }\n',
      sha256: sha256('logging { }\n'),
      size: 12,
    });
    expect(file?.md5).toBe(
      execFileSync('md5sum', [`${root}/etc/alloy/config.alloy`])
        .toString()
        .slice(0, 32),
    );
    expect(Math.abs(file!.ctimeMs - Date.now())).toBeLessThan(10_000);
  });

  test('whose content is secret arrive as Secrets, with their hash', () => {
    put('/etc/default/alloy', 'TOKEN=hunter2\n', 0o600);
    const facts = factsOf({ files: [{ path: '/etc/default/alloy', secret: true }] });
    const file = facts.files['/etc/default/alloy'];
    expect(file?.content).toBeInstanceOf(Secret);
    expect(file?.sha256).toBe(sha256('TOKEN=hunter2\n'));
    expect(JSON.stringify(facts)).not.toContain('hunter2');
  });

  test('that are anything but plain are named and not read', () => {
    mkdirSync(`${root}/etc/alloy`, { recursive: true });
    execFileSync('mkfifo', [`${root}/etc/alloy/fifo`]);
    symlinkSync('/etc/hostname', `${root}/etc/alloy/link`);
    symlinkSync('/nowhere', `${root}/etc/alloy/dangling`);
    mkdirSync(`${root}/etc/alloy/folder`);
    const names = ['fifo', 'link', 'dangling', 'folder', 'absent', 'no/such/folder'];
    const { files } = factsOf({ files: names.map((name) => plain(`/etc/alloy/${name}`)) });
    const kinds = names.map((name) => files[`/etc/alloy/${name}`]);
    expect(kinds.map((file) => file?.kind)).toEqual([
      'other',
      'symlink',
      'symlink',
      'directory',
      'absent',
      'absent',
    ]);
    expect(kinds.map((file) => file?.content)).toEqual(names.map(() => null));
  });

  test('over 256 KiB are hashed on the host, and not sent', () => {
    put('/etc/alloy/big', '');
    truncateSync(`${root}/etc/alloy/big`, 300_000);
    const line = run({ files: [plain('/etc/alloy/big')] });
    expect(line.length).toBeLessThan(10_000);
    expect(readFacts('h', reported(line)).files['/etc/alloy/big']).toMatchObject({
      kind: 'file',
      size: 300_000,
      content: null,
      sha256: sha256(new Uint8Array(300_000)),
    });
  });

  test('of any bytes arrive as they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.uint8Array({ maxLength: 3000 }), fc.string({ unit: 'grapheme' })), {
          minLength: 1,
          maxLength: 8,
        }),
        (contents) => {
          contents.forEach((content, n) => {
            put(`/etc/alloy/f${n}`, content);
          });
          const { files } = factsOf({ files: contents.map((_, n) => plain(`/etc/alloy/f${n}`)) });
          contents.forEach((content, n) => {
            const file = files[`/etc/alloy/f${n}`];
            expect(file?.sha256).toBe(sha256(content));
            if (typeof content === 'string' && !/\0|\p{Surrogate}/u.test(content))
              expect(file?.content).toBe(content);
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  test('bring their folders, since a rename changes only those', () => {
    put('/etc/alloy/config.alloy', '');
    const { directories } = factsOf({
      files: [plain('/etc/alloy/config.alloy'), plain('/srv/x/y')],
    });
    expect(directories['/etc/alloy']).toMatchObject({ kind: 'directory', mode: '0755' });
    expect(directories['/srv/x']?.kind).toBe('absent');
    expect(Object.keys(directories).sort()).toEqual([
      '/etc/alloy',
      '/srv/x',
      '/var/lib/alloy',
      '/var/lib/alloy/data',
      '/var/lib/alloyup',
    ]);
  });
});

describe('packages', () => {
  const conffiles = `Conffiles:
 /etc/alloy/config.alloy e54dfb3181e3bc3bf6499b46a4548be6
 /etc/default/alloy ccfea04564365fecee977e4e631a5376
Description: words
 Status: install ok unpacked
`;
  test.each([
    ['install ok installed', 'Version: 1.18.1-1\n', 'installed', '1.18.1-1', false, false],
    ['hold ok installed', 'Version: 1.17.0-1\n', 'installed', '1.17.0-1', true, false],
    [
      'deinstall ok config-files',
      'Config-Version: 1.16.0-1\n',
      'config-files',
      '1.16.0-1',
      false,
      false,
    ],
    [
      'install reinstreq half-configured',
      'Version: 1.18.1-1\n',
      'half-configured',
      '1.18.1-1',
      false,
      true,
    ],
    ['install ok unpacked', 'Version: 1:2.0~rc1-1\n', 'unpacked', '1:2.0~rc1-1', false, false],
    ['unknown ok not-installed', '', 'absent', null, false, false],
  ])('alloy: %s', (state, fields, expected, version, held, reinstRequired) => {
    put(
      '/var/lib/dpkg/status',
      status(
        ['dpkg', 'install ok installed', 'Architecture: arm64\n'],
        ['alloy', state, `${fields}${conffiles}`],
        ['alloy-doc', 'install ok installed', 'Version: 9\n'],
      ),
    );
    const facts = factsOf();
    expect(facts.package).toMatchObject({ status: expected, version, held, reinstRequired });
    expect(facts.os.arch).toBe('arm64');
    expect(facts.dpkg.broken).toEqual([]);
    if (expected !== 'absent')
      expect(facts.package.conffiles).toEqual({
        '/etc/alloy/config.alloy': 'e54dfb3181e3bc3bf6499b46a4548be6',
        '/etc/default/alloy': 'ccfea04564365fecee977e4e631a5376',
      });
  });

  test('a host without alloy', () => {
    expect(factsOf().package).toEqual({
      status: 'absent',
      reinstRequired: false,
      version: null,
      held: false,
      conffiles: {},
    });
  });

  test('others that are half done are named, and that dpkg is at work', () => {
    put(
      '/var/lib/dpkg/status',
      status(
        ['a', 'install ok half-configured'],
        ['b', 'deinstall ok config-files'],
        ['c', 'install reinstreq half-installed'],
        ['alloy', 'install ok half-configured', 'Version: 1\n'],
        ['d', 'install ok triggers-pending'],
      ),
    );
    put('/var/lib/dpkg/updates/0001', '');
    const { dpkg } = factsOf();
    expect(dpkg.broken).toEqual([
      { name: 'a', status: 'half-configured' },
      { name: 'c', status: 'reinstreq half-installed' },
      { name: 'd', status: 'triggers-pending' },
    ]);
    expect(dpkg.journal).toBe(true);
  });

  test('what dpkg was cut off in is read from its journal, the newest word last', () => {
    const amd64 = 'Architecture: amd64\n';
    const i386 = 'Architecture: i386\n';
    put(
      '/var/lib/dpkg/status',
      status(
        ['dpkg', 'install ok installed', amd64],
        ['alloy', 'hold ok installed', `${amd64}Version: 1.17.0-1\n`],
        ['lib', 'install ok installed', i386],
        ['lib', 'install ok installed', amd64],
      ),
    );
    const state = (flags: string) => status(['alloy', flags, `${amd64}Version: 1.17.0-1\n`]);
    put('/var/lib/dpkg/updates/0000', state('hold reinstreq half-configured'));
    put('/var/lib/dpkg/updates/0001', state('hold reinstreq half-installed'));
    put('/var/lib/dpkg/updates/0002', `${status(['lib', 'install ok unpacked', amd64])}#padding\n`);
    put('/var/lib/dpkg/updates/0003', status(['new', 'install reinstreq half-installed', amd64]));
    put('/var/lib/dpkg/updates/tmp.i', '#padding\n');
    const facts = factsOf();
    expect(facts.package).toMatchObject({
      status: 'half-installed',
      version: '1.17.0-1',
      held: true,
      reinstRequired: true,
    });
    expect(facts.dpkg).toEqual({
      broken: [
        { name: 'lib', status: 'unpacked' },
        { name: 'new', status: 'reinstreq half-installed' },
      ],
      journal: true,
      lockedBy: null,
    });
  });

  test('whoever holds a lock of dpkg is named', async () => {
    put('/var/lib/dpkg/lock-frontend', '');
    const child = spawn('perl', [
      '-e',
      '$|=1; open F,"+<",$ARGV[0] or die; $l=pack "s s x4 q q i x4",1,0,0,0,0; fcntl F,6,$l or die; print "held\n"; sleep 60',
      `${root}/var/lib/dpkg/lock-frontend`,
    ]);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    try {
      symlinkSync('/proc', `${root}/proc`);
      expect(factsOf().dpkg.lockedBy).toEqual({ pid: child.pid, command: 'perl' });
    } finally {
      child.kill('SIGKILL');
    }
  });

  test.each([
    ['cut', 'Package: a\nStatus: install ok inst', 'dpkg status is cut'],
    ['missing', null, 'no dpkg status'],
  ])('a status file that is %s is reported, not guessed at', (_, content, why) => {
    rmSync(`${root}/var/lib/dpkg/status`);
    if (content !== null) put('/var/lib/dpkg/status', content);
    expect(() => factsOf()).toThrow(
      expect.objectContaining({
        problem: {
          code: 'host.probe',
          host: 'web-01',
          params: { reason: 'unreadable', part: 'dpkg', why },
        },
      }),
    );
  });
});

describe('apt', () => {
  test('sources that name the repository, the keyrings they point to, and preferences', () => {
    const list =
      'deb [arch=amd64 signed-by=/etc/apt/keyrings/old.gpg] https://apt.grafana.com stable main\n';
    put('/etc/apt/sources.list', 'deb http://deb.debian.org/debian bookworm main\n');
    put('/etc/apt/sources.list.d/grafana.list', list);
    put(
      '/etc/apt/sources.list.d/g.sources',
      'Types: deb\nURIs: https://apt.grafana.com\nSigned-By: /usr/share/keyrings/g.asc\n',
    );
    put('/etc/apt/sources.list.d/ignored.list.save', list);
    put('/etc/apt/keyrings/old.gpg', Uint8Array.of(0x99, 1, 0, 255, 254, 10, 13, 0), 0o644);
    put('/etc/apt/keyrings/grafana.asc', '-----BEGIN PGP PUBLIC KEY BLOCK-----\n');
    put('/etc/apt/preferences.d/pin', 'Package: alloy\nPin: version 1.*\nPin-Priority: 900\n');
    put('/etc/apt/preferences.d/other', 'Package: nginx\n');
    put('/var/lib/apt/lists/apt.grafana.com_dists_stable_InRelease', '');
    const { apt } = factsOf();
    expect(apt.sources.map(({ path }) => path)).toEqual([
      '/etc/apt/sources.list.d/g.sources',
      '/etc/apt/sources.list.d/grafana.list',
    ]);
    expect(apt.sources[1]?.text).toBe(list);
    expect(apt.preferences.map(({ path }) => path)).toEqual(['/etc/apt/preferences.d/pin']);
    expect(apt.listed).toBe(true);
    const rings = Object.fromEntries(apt.keyrings.map((ring) => [ring.path, ring]));
    expect(Object.keys(rings).sort()).toEqual([
      '/etc/apt/keyrings/grafana.asc',
      '/etc/apt/keyrings/old.gpg',
      '/usr/share/keyrings/g.asc',
    ]);
    expect([...rings['/etc/apt/keyrings/old.gpg']!.content!]).toEqual([
      0x99, 1, 0, 255, 254, 10, 13, 0,
    ]);
    expect(rings['/usr/share/keyrings/g.asc']).toMatchObject({ kind: 'absent', content: null });
  });

  test('a long file whole, and one of megabytes by its name', () => {
    const list = `deb https://apt.grafana.com stable main\n${'# a comment\n'.repeat(20_000)}`;
    put('/etc/apt/sources.list', list);
    expect(factsOf().apt.sources[0]?.text).toBe(list);
    put('/etc/apt/sources.list', list.repeat(5));
    expect(() => factsOf()).toThrow(
      expect.objectContaining({
        problem: {
          code: 'host.probe',
          host: 'web-01',
          params: {
            reason: 'unreadable',
            part: 'apt',
            why: '/etc/apt/sources.list is larger than 1 MB',
          },
        },
      }),
    );
  });
});

describe('the rest', () => {
  test('the system, its users and what of ours goes on', () => {
    put(
      '/etc/os-release',
      'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n',
    );
    put('/proc/sys/kernel/hostname', 'web-01\n');
    put('/proc/sys/kernel/random/boot_id', 'b-1\n');
    put('/proc/uptime', '1234.56 2000.00\n');
    put(
      '/etc/passwd',
      'root:x:0:0::/root:/bin/sh\nalloy:x:998:997::/var/lib/alloy:/sbin/nologin\n',
    );
    put(
      '/etc/group',
      'root:x:0:\nadm:x:4:syslog,alloy\nalloy:x:997:\nmalloy:x:5:malloy\ndocker:x:6:\n',
    );
    put('/var/lib/alloyup/armed', '20261123T071500-ab12');
    put('/var/lib/alloyup/runs/20261122T071500-0001/verdict', 'ok\n');
    put('/var/lib/alloyup/runs/20261123T071500-ab12/journal', '');
    put(
      '/var/lib/alloyup/receipt.json',
      '{"schema":1,"run":"r","invocation":"i","files":{"/a":"f"},"groups":["adm"],"at":5}\n',
    );
    const facts = factsOf({ groups: ['adm', 'docker', 'nope'] });
    expect(facts.os).toMatchObject({
      id: 'debian',
      version: '12',
      codename: 'bookworm',
      name: 'Debian GNU/Linux 12 (bookworm)',
      arch: 'amd64',
      systemd: false,
      hostname: 'web-01',
      bootId: 'b-1',
      uptimeS: 1234,
    });
    expect(facts.account).toEqual({
      exists: true,
      uid: 998,
      home: '/var/lib/alloy',
      groupExists: true,
      groups: ['adm', 'alloy'],
      known: ['adm', 'docker'],
    });
    expect(facts.alloyup).toEqual({
      lockedBy: null,
      unfinished: '20261123T071500-ab12',
      runs: [
        { run: '20261123T071500-ab12', verdict: '' },
        { run: '20261122T071500-0001', verdict: 'ok' },
      ],
    });
    expect(facts.receipt).toEqual({
      schema: 1,
      run: 'r',
      invocation: 'i',
      files: { '/a': 'f' },
      unhealthy: {},
      groups: ['adm'],
      at: 5,
    });
    expect(facts.unit).toMatchObject({ load: 'not-found', active: 'inactive', enabled: '' });
    expect([facts.process, facts.components, facts.http.ready]).toEqual([null, null, null]);
    expect(facts.missingTools).toContain('apt-get');
    expect(Math.abs(facts.takenAt - Date.now())).toBeLessThan(10_000);
  });

  test('configurations at another place: a file, or all files of a directory', () => {
    put('/etc/alloy/b.alloy', 'b {}\n');
    put('/etc/alloy/a.alloy', 'a {}\n');
    put('/etc/alloy/a.alloy.bak', '');
    put('/etc/alloy/deep/c.alloy', '');
    const at = (configurations: string) => readConfigurations(reported(run({ configurations })));
    const [a, b] = [
      { path: '/etc/alloy/a.alloy', content: 'a {}\n' },
      { path: '/etc/alloy/b.alloy', content: 'b {}\n' },
    ];
    expect(at('/etc/alloy')).toEqual([a, b]);
    expect(at('/etc/alloy/')).toEqual([a, b]);
    expect(at('/etc/alloy/b.alloy')).toEqual([b]);
    expect(at('/opt/none')).toEqual([{ path: '/opt/none', content: null }]);
  });

  test('what is mounted, and how many inodes are left', () => {
    put('/etc/alloy/config.alloy', '');
    put(
      '/proc/self/mountinfo',
      '1 0 8:1 / / rw - ext4 x rw\n2 1 8:1 /x /etc/alloy rw - ext4 x rw\n3 1 8:2 / /mnt/a\\040b rw - ext4 x rw\n',
    );
    const facts = factsOf({ files: [plain('/mnt/a b/c')] });
    expect(facts.mounted.toSorted()).toEqual(['/etc/alloy', '/mnt/a b']);
    expect(facts.freeInodes['/etc']).toBeGreaterThan(0);
  });

  testUnless(MISSING.chattr)('what not even root can write', () => {
    put('/etc/alloy/config.alloy', '');
    put('/etc/default/alloy', '');
    const fixed = [`${root}/etc/alloy/config.alloy`, `${root}/etc/default`];
    try {
      execFileSync('chattr', ['+i', ...fixed]);
      const files = ['/etc/alloy/config.alloy', '/etc/default/alloy'].map(plain);
      const facts = factsOf({ files });
      expect(facts.fixed.toSorted()).toEqual(['/etc/alloy/config.alloy', '/etc/default']);
      expect(Math.abs(facts.files['/etc/default/alloy']!.ctimeMs - Date.now())).toBeLessThan(
        10_000,
      );
    } finally {
      execFileSync('chattr', ['-i', ...fixed]);
    }
  });

  test('a lock that is held, by whom and since when', async () => {
    put('/var/lib/alloyup/lock', 'run-7 4711 1795418205 ops from 10.0.0.1\n');
    expect(factsOf().alloyup.lockedBy).toBeNull();
    const child = spawn(
      'flock',
      [`${root}/var/lib/alloyup/lock`, 'sh', '-c', 'echo held; sleep 60'],
      {
        detached: true,
      },
    );
    await new Promise((resolve) => child.stdout.once('data', resolve));
    try {
      expect(factsOf().alloyup.lockedBy).toEqual({
        run: 'run-7',
        who: 'ops from 10.0.0.1',
        since: 1_795_418_205_000,
      });
    } finally {
      process.kill(-child.pid!, 'SIGKILL');
    }
  });

  testUnless(MISSING.root)('this very machine', () => {
    const facts = factsOf({ root: '', http: true, files: [plain('/etc/hostname')] });
    expect(facts.os.hostname).toBe(execFileSync('hostname').toString().trim());
    expect(facts.os.arch).toBe(execFileSync('dpkg', ['--print-architecture']).toString().trim());
    expect(facts.freeBytes['/usr']).toBeGreaterThan(0);
    expect(facts.files['/etc/hostname']?.user).toBe('root');
  });

  testUnless(MISSING.root)('who is not root is told so', () => {
    const { stdout } = spawnSync('perl', ['-'], {
      input: factsScript(inputOf({ root: '' })),
      uid: 65534,
      gid: 65534,
    });
    expect(() => readFacts('h', reported(stdout.toString()))).toThrow(
      expect.objectContaining({
        problem: { code: 'sudo.refused', host: 'h', params: { reason: 'not-root' } },
      }),
    );
  });
});
