import { execa } from 'execa';
import { breakPackage, maskUnit } from '../../../lab/faults.ts';
import { labFolder } from '../../../lab/state.ts';
import { pipeline } from '../helpers.ts';
import { goOn, here, SCRIPT, slay, slowRestart, slowUnpack, unslow } from './moments.ts';
import type { Row, Scene } from './row.ts';
import { EARLIER, TARGET } from './wanted.ts';

const CONVERGES = { says: 'changed', exit: 0, ends: 'converged' } as const;
const GOES_BACK = { says: 'rolled-back (alloy.start)', exit: 1, ends: 'before' } as const;
const refused = (code: string) =>
  ({ says: `failed (${code})`, exit: 1, ends: 'before', moment: 'from the start' }) as const;

/** Passes every check before it runs, and does not start. */
const DOES_NOT_START = {
  config: pipeline().replace('"30s"', '"30s"\n\tscrape_timeout  = "60s"'),
} as const;

const deb = (version: string): string => `/var/cache/apt/archives/alloy_${version}-1_amd64.deb`;

/** The package's postinst has failed. */
const HALF_CONFIGURED = `mv /usr/sbin/usermod /root/; ln -s /bin/false /usr/sbin/usermod; ! dpkg --force-hold -i ${deb('1.17.0')}; mv /root/usermod /usr/sbin/usermod; dpkg -s alloy | grep half-configured`;

/** A .deb of the lab's own, laid on the host; as a repackaged one it has a version that no repository has. */
async function bring({ lab, host }: Scene, version: string, as = version): Promise<string> {
  const folder = `${labFolder(lab.name)}/debs`;
  const work = `${labFolder(lab.name)}/repacked-${host.name}`;
  const there = `/root/alloy_${as}.deb`;
  await execa('dpkg-deb', ['-R', `${folder}/alloy_${version}-1_amd64.deb`, work]);
  await execa('sed', ['-i', `s/^Version: .*/Version: ${as}-1/`, `${work}/DEBIAN/control`]);
  await execa('dpkg-deb', ['--root-owner-group', '-Zgzip', '-b', work, host.path(there)]);
  await execa('rm', ['-rf', work]);
  return there;
}

/** As somebody who follows the documentation would: their key, their list, the newest, their configuration. */
async function byTheBook(
  scene: Scene,
  key: 'dearmored' | 'armored',
  more: { readonly config?: string; readonly list?: string } = {},
): Promise<void> {
  const { host, lab } = scene;
  const armored = `${lab.repository.folder}/gpg.key`;
  const path = `/etc/apt/keyrings/grafana.${key === 'dearmored' ? 'gpg' : 'asc'}`;
  await host.root('mkdir -p /etc/apt/keyrings');
  await execa('gpg', [
    ...['--batch', '--yes', '--output', host.path(path)],
    ...(key === 'dearmored' ? ['--dearmor', armored] : ['--enarmor', armored]),
  ]);
  if (key === 'armored') await execa('cp', [armored, host.path(path)]);
  await host.root(`chmod 0644 ${path}`);
  host.write(
    `/etc/apt/sources.list.d/${more.list ?? 'grafana.list'}`,
    `deb [signed-by=${path}] https://apt.grafana.com stable main\n`,
  );
  await host.root(
    'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y alloy=1.17.0-1',
  );
  if (more.config !== undefined)
    await host.root('cat >/etc/alloy/config.alloy', { input: more.config });
  await host.root('systemctl enable --now alloy');
}

/** As the widespread Ansible role does: a .deb from elsewhere, variables and a configuration of its own. */
async function byTheRole(scene: Scene, as = '1.16.9'): Promise<void> {
  const { host } = scene;
  const path = await bring(scene, '1.16.3', as);
  await host.root(`dpkg -i ${path} && rm ${path}`);
  await host.root('cat >/etc/default/alloy', {
    input:
      '## Ansible managed\nCONFIG_FILE="/etc/alloy/config.alloy"\nCUSTOM_ARGS="--disable-reporting"\nGCLOUD_USER="12345"\n',
  });
  await host.root('cat >/etc/alloy/config.alloy', { input: pipeline({ name: 'theirs' }) });
  await host.root('systemctl enable alloy; systemctl restart alloy; apt-mark hold alloy');
}

const earlier =
  (then: string): Row['start'] =>
  async (scene) => {
    await scene.settle(EARLIER);
    await scene.host.root(then);
  };

/** What Alloy itself writes when it runs for the first time; no undo may throw data away. */
const ITS_DATA = /^\/var\/lib\/alloy\/data\//;

/** Sources that serve, and arguments that start the same Alloy, stay as somebody else wrote them. */
const THEIRS = /^\/etc\/(default\/alloy|apt\/(keyrings|sources\.list\.d)(\/.*)?)$/;

const STARTS_UNDONE: readonly Row[] = [
  {
    fault: 'a configuration that does not start',
    moment: 'of a bare host',
    start: 'bare',
    wanted: DOES_NOT_START,
    ...GOES_BACK,
  },
  {
    fault: 'a configuration that does not start',
    moment: 'the package was removed, its conffiles are there',
    start: earlier(
      'systemctl stop alloy; dpkg --force-hold --remove alloy; systemctl reset-failed alloy; systemctl daemon-reload',
    ),
    wanted: DOES_NOT_START,
    ...GOES_BACK,
  },
  {
    fault: 'a configuration that does not start',
    moment: 'installed from a .deb of no repository, held, configured by hand',
    start: byTheRole,
    wanted: DOES_NOT_START,
    args: ['--adopt'],
    nextArgs: ['--adopt'],
    ...GOES_BACK,
  },
  {
    fault: 'a configuration that does not start',
    moment: 'installed from a .deb of no repository, never started',
    start: async (scene) => {
      const path = await bring(scene, '1.16.3', '1.16.8');
      await scene.host.root(`dpkg -i ${path}`);
    },
    wanted: DOES_NOT_START,
    ...GOES_BACK,
    except: ITS_DATA,
    besides: THEIRS,
  },
  {
    fault: 'a configuration that does not start',
    moment: 'converged before',
    start: 'converged',
    wanted: DOES_NOT_START,
    ...GOES_BACK,
  },
  {
    fault: 'a configuration that does not start, and the package is downgraded',
    moment: 'converged before',
    start: 'converged',
    wanted: { ...DOES_NOT_START, alloy: { version: '1.16.3' } },
    ...GOES_BACK,
  },
];

export const STARTS: readonly Row[] = [
  { fault: 'none', moment: 'a bare host', start: 'bare', ...CONVERGES },
  { fault: 'none', moment: 'brought by alloyup, older', start: 'converged', ...CONVERGES },
  {
    fault: 'none',
    moment: 'nothing to do',
    start: (scene) => scene.settle(TARGET),
    says: 'unchanged',
    exit: 0,
    ends: 'converged',
  },
  ...STARTS_UNDONE,
  {
    fault: "made by the documentation's commands",
    moment: 'a .list and a dearmored key',
    start: (scene) => byTheBook(scene, 'dearmored'),
    ...CONVERGES,
    except: THEIRS,
    besides: THEIRS,
  },
  {
    fault: "made by the documentation's commands",
    moment: 'a .list and an armored key',
    start: (scene) => byTheBook(scene, 'armored'),
    ...CONVERGES,
    except: THEIRS,
    besides: THEIRS,
  },
  {
    fault: 'a configuration of their own, no --adopt',
    start: (scene) => byTheBook(scene, 'armored', { config: pipeline({ name: 'theirs' }) }),
    ...refused('host.adopt'),
    moment: "made by the documentation's commands",
    nextArgs: ['--adopt'],
    besides: THEIRS,
  },
  {
    fault: 'variables and a .deb of their own, no --adopt',
    start: byTheRole,
    ...refused('host.adopt'),
    nextArgs: ['--adopt'],
  },
  {
    fault: 'a directory of their own configurations, no --adopt',
    start: async (scene) => {
      await byTheBook(scene, 'armored');
      await scene.host.root(
        'mv /etc/alloy/config.alloy /etc/alloy/main.alloy && cat >/etc/alloy/more.alloy && sed -i "s#^CONFIG_FILE=.*#CONFIG_FILE=/etc/alloy#" /etc/default/alloy && systemctl restart alloy',
        { input: pipeline({ name: 'theirs' }) },
      );
    },
    ...refused('host.adopt'),
    nextArgs: ['--adopt'],
    besides: /^\/etc\/(alloy\/(main|more)\.alloy|default\/alloy|apt\/.*)$/,
  },
  {
    fault: 'variables and a .deb of their own, --adopt',
    moment: "made by the Ansible role's way",
    start: byTheRole,
    args: ['--adopt'],
    ...CONVERGES,
  },
  {
    fault: 'the repository stands in two lists',
    moment: 'from the start',
    start: async (scene) => {
      await scene.settle(EARLIER);
      await scene.host.root(
        'cd /etc/apt/sources.list.d && cp grafana.list other.list && printf "Types: deb\\nURIs: https://apt.grafana.com/\\nSuites: stable\\nComponents: main\\nSigned-By: /etc/apt/keyrings/grafana.asc\\n" >third.sources',
      );
    },
    ...CONVERGES,
  },
  {
    fault: 'two lists name different keys: apt refuses both',
    moment: 'from the start',
    start: async (scene) => {
      await scene.settle(EARLIER);
      await scene.host.root(
        'cp /etc/apt/keyrings/grafana.asc /usr/share/keyrings/other.asc; echo "deb [signed-by=/usr/share/keyrings/other.asc] https://apt.grafana.com stable main" >/etc/apt/sources.list.d/other.list; ! apt-get update',
      );
    },
    ...CONVERGES,
  },
  {
    fault: "a .sources file with an embedded key, another suite and somebody else's repository",
    moment: 'from the start',
    start: async (scene) => {
      await scene.settle(EARLIER);
      await scene.host.root(
        'cd /etc/apt/sources.list.d && rm grafana.list && { printf "Types: deb\\nURIs: https://apt.grafana.com https://pkgs.example.com/deb\\nSuites: stable beta\\nComponents: main\\nSigned-By:\\n"; sed "s/^/ /" ../keyrings/grafana.asc; } >third.sources && grep -qx " " third.sources && apt-get indextargets',
      );
    },
    ...CONVERGES,
    except: /third\.sources/,
    besides: /third\.sources/,
    mend: async ({ host }) => {
      await host.root(
        'apt-get indextargets && cd /etc/apt/sources.list.d && grep -x "URIs: https://pkgs.example.com/deb" third.sources && grep -x "Suites: beta" third.sources && ! grep -x "Suites: stable" third.sources && rm third.sources',
      );
    },
  },
  {
    fault: 'the keyring is gone',
    moment: 'from the start',
    start: earlier('rm /etc/apt/keyrings/grafana.asc'),
    ...CONVERGES,
  },
  {
    fault: 'the keyring cannot be read by apt',
    moment: 'from the start',
    start: earlier('chmod 0600 /etc/apt/keyrings/grafana.asc'),
    ...CONVERGES,
  },
  {
    fault: "alloy's configuration by dpkg had failed",
    moment: 'half-configured',
    start: earlier(HALF_CONFIGURED),
    ...CONVERGES,
  },
  {
    fault: "alloy's configuration by dpkg had failed",
    moment: 'half-configured, present',
    start: earlier(HALF_CONFIGURED),
    wanted: { alloy: { version: 'present', environment: { ROLE: 'stress' } } },
    ...CONVERGES,
    // the version that is there is finished, and no other is installed
    except: /^(packages\/alloy$|\/usr\/)/,
    mend: async ({ host }) => {
      await host.root(
        "dpkg -s alloy | grep -x 'Version: 1.17.0-1' && dpkg -s alloy | grep ' ok installed'",
      );
    },
  },
  {
    fault: 'alloy was unpacked and never configured',
    moment: 'unpacked, a bare host',
    start: async (scene) => {
      const path = await bring(scene, '1.18.1');
      await scene.host.root(`dpkg --unpack ${path}`);
    },
    ...CONVERGES,
  },
  {
    fault: 'dpkg was killed while it unpacked alloy',
    moment: 'half-installed',
    start: async (scene) => {
      const { host } = scene;
      await scene.settle(EARLIER);
      const path = await bring(scene, '1.18.1');
      await slowUnpack(host);
      await host.root(`systemd-run -q --unit lab-dpkg dpkg --force-hold -i ${path}`);
      await here(host);
      await slay(host, /^(\S*\/)?dpkg(-deb)? |dpkg-deb --fsys/);
      await unslow(host);
      await host.root(
        `until ! systemctl is-active -q lab-dpkg; do sleep 0.1; done; systemctl reset-failed lab-dpkg; rm -f /run/lab-* ${path}; dpkg -s alloy | grep half-installed`,
      );
    },
    ...CONVERGES,
  },
  {
    fault: "another's package is half-configured",
    start: async (scene) => {
      await scene.settle(EARLIER);
      await breakPackage(scene.host);
    },
    ...refused('host.dpkg'),
    mend: async ({ host }) => {
      await host.root('dpkg --purge lab-broken');
    },
  },
  {
    fault: 'the unit is masked',
    start: async (scene) => {
      await scene.settle(EARLIER);
      await maskUnit(scene.host);
    },
    ...refused('host.unit'),
    mend: async ({ host }) => {
      await host.root('systemctl unmask alloy');
    },
  },
  {
    fault: 'a unit in /etc shadows that of the package',
    start: earlier(
      'cp /usr/lib/systemd/system/alloy.service /etc/systemd/system/ && systemctl daemon-reload',
    ),
    ...refused('host.unit'),
    mend: async ({ host }) => {
      await host.root('rm /etc/systemd/system/alloy.service && systemctl daemon-reload');
    },
  },
  {
    fault: "others' drop-ins",
    moment: 'from the start',
    start: earlier(
      'mkdir -p /etc/systemd/system/alloy.service.d && printf "[Service]\\nEnvironment=THEIRS=1\\n" >/etc/systemd/system/alloy.service.d/10-theirs.conf && systemctl daemon-reload && systemctl restart alloy',
    ),
    ...CONVERGES,
    tells: /unit\.drop-ins/,
    except: /alloy\.service\.d|DropInPaths/,
    besides: /alloy\.service\.d|DropInPaths/,
  },
  {
    fault: "another's drop-in starts Alloy with a configuration of its own",
    start: async (scene) => {
      await scene.settle(EARLIER);
      await scene.host.root(
        'cp /etc/alloy/config.alloy /srv/other.alloy && chmod 0644 /srv/other.alloy && mkdir -p /etc/systemd/system/alloy.service.d && printf "[Service]\\nExecStart=\\nExecStart=/usr/bin/alloy run --storage.path=/var/lib/alloy/data /srv/other.alloy\\n" >/etc/systemd/system/alloy.service.d/10-theirs.conf && systemctl daemon-reload && systemctl restart alloy',
      );
    },
    ...refused('host.unit'),
    mend: async ({ host }) => {
      await host.root(
        'rm -r /etc/systemd/system/alloy.service.d && systemctl daemon-reload && rm /srv/other.alloy',
      );
    },
  },
  {
    fault: 'an edit was loaded, and the old file put back',
    moment: 'with its old times',
    start: async (scene) => {
      await scene.settle(TARGET);
      await scene.host.root(
        'cd /etc/alloy && cp -p config.alloy /root/ && echo "// edited" >>config.alloy && bash -c "exec 3<>/dev/tcp/127.0.0.1/12345; printf \'POST /-/reload HTTP/1.0\\r\\n\\r\\n\' >&3; grep -q 200 <&3" && cp -p /root/config.alloy . && rm /root/config.alloy',
      );
    },
    ...CONVERGES,
  },
  {
    fault: 'the unit has failed too often',
    moment: 'within its start limit',
    start: earlier(
      // once systemd refuses a restart, the result stays that of the last start (recorded: exit-code)
      'echo broken { >>/etc/alloy/config.alloy; n=0; while systemctl restart alloy && ! systemctl show alloy -p Result | grep start-limit-hit; do n=$((n + 1)); [ $n -lt 50 ] || exit 1; done',
    ),
    ...CONVERGES,
  },
  {
    fault: 'the service dies every five seconds',
    moment: 'a version that crashes',
    start: (scene) => scene.settle({ ...EARLIER, alloy: { version: '1.17.90' } }),
    ...CONVERGES,
  },
  {
    fault: 'all under /var/lib/alloy belongs to root',
    moment: 'and Alloy runs',
    start: earlier('chown -R root:root /var/lib/alloy'),
    ...CONVERGES,
  },
  {
    fault: 'all under /var/lib/alloy belongs to root',
    moment: 'Alloy cannot start, all else is as it should be',
    start: async (scene) => {
      await scene.settle(TARGET);
      await scene.host.root('systemctl stop alloy; chown -R root:root /var/lib/alloy');
    },
    ...CONVERGES,
  },
  {
    fault: 'config.alloy is a symbolic link',
    start: earlier(
      'cd /etc/alloy && mv config.alloy /root/real.alloy && ln -s /root/real.alloy config.alloy',
    ),
    ...refused('host.file'),
    mend: async ({ host }) => {
      await host.root('rm /etc/alloy/config.alloy; mv /root/real.alloy /etc/alloy/config.alloy');
    },
  },
  {
    fault: '/etc/default/alloy is a symbolic link',
    start: earlier('mv /etc/default/alloy /root/env && ln -s /root/env /etc/default/alloy'),
    ...refused('host.file'),
    mend: async ({ host }) => {
      await host.root('rm /etc/default/alloy; mv /root/env /etc/default/alloy');
    },
  },
  {
    fault: 'config.alloy is a folder',
    start: earlier('cd /etc/alloy && mv config.alloy /root/ && mkdir config.alloy'),
    ...refused('host.file'),
    mend: async ({ host }) => {
      await host.root('rmdir /etc/alloy/config.alloy');
    },
  },
  {
    fault: 'an unquoted blank in the environment file, which sh cannot read',
    moment: 'written by hand, --adopt',
    start: async (scene) => {
      await byTheRole(scene);
      await scene.host.root(
        'echo "EXTRA=one two" >>/etc/default/alloy; systemctl restart alloy; ! sh -ec ". /etc/default/alloy"',
      );
    },
    args: ['--adopt'],
    ...CONVERGES,
  },
  {
    fault: 'an unquoted blank in the environment file, and a configuration that does not start',
    moment: 'written by hand, --adopt',
    start: async (scene) => {
      await byTheRole(scene);
      await scene.host.root('echo "EXTRA=one two" >>/etc/default/alloy; systemctl restart alloy');
    },
    wanted: DOES_NOT_START,
    args: ['--adopt'],
    nextArgs: ['--adopt'],
    ...GOES_BACK,
  },
  {
    fault: 'both conffiles are deleted',
    moment: 'and Alloy runs',
    start: earlier('rm /etc/alloy/config.alloy /etc/default/alloy'),
    ...CONVERGES,
  },
  {
    fault: 'both conffiles are deleted, and a configuration that does not start',
    moment: 'Alloy is stopped',
    start: earlier('systemctl stop alloy; rm /etc/alloy/config.alloy /etc/default/alloy'),
    wanted: DOES_NOT_START,
    ...GOES_BACK,
  },
  {
    fault: 'the service is stopped and disabled',
    moment: 'all else is as it should be',
    start: async (scene) => {
      await scene.settle(TARGET);
      await scene.host.root('systemctl disable --now alloy');
    },
    ...CONVERGES,
  },
  {
    fault: 'the service is stopped and disabled, and a configuration that does not start',
    moment: 'from the start',
    start: earlier('systemctl disable --now alloy'),
    wanted: DOES_NOT_START,
    ...GOES_BACK,
  },
  {
    fault: 'purged before, and its link for the boot was left',
    moment: 'a configuration that does not start',
    start: earlier(
      'dpkg --force-hold --purge alloy; userdel alloy; rm -rf /var/lib/alloy /var/lib/alloyup /etc/alloy; ln -sf /lib/systemd/system/alloy.service /etc/systemd/system/multi-user.target.wants/alloy.service; systemctl daemon-reload; systemctl reset-failed alloy; true',
    ),
    wanted: DOES_NOT_START,
    ...GOES_BACK,
    besides: /wants\/alloy\.service$/,
  },
  {
    fault: 'an unfinished run of ours, whose undo never came',
    moment: 'killed before the restart',
    start: async (scene) => {
      await scene.settle(EARLIER);
      await leaveUnfinished(scene);
    },
    ...CONVERGES,
    tells: /run\.taken-back/,
  },
  {
    fault: 'an unfinished run of ours, and a configuration that does not start',
    moment: 'killed before the restart',
    start: async (scene) => {
      await scene.settle(EARLIER);
    },
    strike: leaveUnfinished,
    wanted: DOES_NOT_START,
    ...GOES_BACK,
  },
  {
    fault: 'none, a rollback of the newest run',
    moment: 'converged twice',
    start: 'converged',
    strike: (scene) => scene.settle(TARGET),
    verb: 'rollback',
    says: 'changed',
    exit: 0,
    ends: 'before',
  },
  {
    fault: "SIGKILL of the rollback's script",
    moment: 'while dpkg unpacks the old package',
    start: 'converged',
    strike: async (scene) => {
      await scene.settle(TARGET);
      await slowUnpack(scene.host);
    },
    verb: 'rollback',
    during: async ({ host }) => {
      await here(host);
      await slay(host, SCRIPT);
      goOn(host);
    },
    mend: ({ host }) => unslow(host),
    says: 'changed',
    exit: 0,
    ends: 'before',
  },
  {
    fault: 'the power fails in a rollback',
    moment: 'while dpkg unpacks the old package',
    start: 'converged',
    strike: async (scene) => {
      await scene.settle(TARGET);
      await slowUnpack(scene.host);
    },
    verb: 'rollback',
    during: async ({ host }) => {
      await here(host);
      await host.powerCut();
    },
    mend: ({ host }) => unslow(host),
    says: /^(changed|unknown \(apply\.unknown\))$/,
    exit: /^[01]$/,
    ends: 'before',
  },
];

/** A host whose os-release, or what dpkg says of its architecture, is another's. */
const posesAs = (file: string, script: string) =>
  ({
    start: 'bare',
    strike: async ({ host }: Scene) => {
      await host.root(`cp ${file} /root/own && { ${script}; } && ! cmp -s ${file} /root/own`);
    },
    mend: async ({ host }: Scene) => {
      await host.root(`cp /root/own ${file} && rm /root/own`);
    },
  }) as const;

const osRelease = (id: string, version: string, name: string): string =>
  `printf 'ID=${id}\\nVERSION_ID="${version}"\\nPRETTY_NAME="${name}"\\n' >/usr/lib/os-release`;

/** Systems that hosts are found to run. Refused ones are refused before anything is touched. */
export const ELSEWHERE: readonly Row[] = [
  {
    fault: 'os-release says Ubuntu 24.04',
    moment: 'a bare host',
    ...posesAs('/usr/lib/os-release', osRelease('ubuntu', '24.04', 'Ubuntu 24.04.3 LTS')),
    ...CONVERGES,
  },
  {
    fault: 'another distribution',
    ...posesAs('/usr/lib/os-release', osRelease('fedora', '43', 'Fedora Linux 43')),
    ...refused('host.unsupported'),
  },
  {
    fault: 'a Debian of long ago',
    ...posesAs('/usr/lib/os-release', osRelease('debian', '9', 'Debian GNU/Linux 9')),
    ...refused('host.unsupported'),
  },
  {
    fault: 'an architecture that Alloy is not built for',
    ...posesAs(
      '/var/lib/dpkg/status',
      "sed -i '/^Package: dpkg$/,/^$/s/^Architecture: .*/Architecture: s390x/' /var/lib/dpkg/status",
    ),
    // found out before a host is asked for more: nothing there is for it
    ...refused('repository.index'),
  },
  {
    fault: 'systemd does not run',
    start: 'bare',
    // it goes on, of course, and is seen again before the pictures are compared
    strike: async ({ host }) => {
      await host.root('mv /run/systemd/system /run/systemd/hidden');
    },
    during: async ({ host }, running) => {
      await running.done;
      await host.root('mv /run/systemd/hidden /run/systemd/system');
    },
    ...refused('host.unsupported'),
  },
];

/** A run that is killed where nothing of what should take it back is left but the mark. */
async function leaveUnfinished(scene: Scene): Promise<void> {
  const { host, lab } = scene;
  await slowRestart(host);
  const running = lab.startAlloyup(['apply', '--yes', '-i', scene.write()]);
  await here(host);
  running.kill('SIGKILL');
  await running;
  await host.root(
    'cd /var/lib/alloyup/runs/$(cat /var/lib/alloyup/armed) && mv program /root/program',
  );
  await slay(host, SCRIPT);
  await host.root(
    // it would be started again in a minute
    'n=0; while systemctl list-units --plain --no-legend --state=active,deactivating "alloyup-*" | grep .; do sleep 0.1; n=$((n + 1)); [ $n -lt 300 ] || exit 1; done; ' +
      'systemctl stop "alloyup-*"; ' +
      'mv /root/program /var/lib/alloyup/runs/$(cat /var/lib/alloyup/armed)/program && { systemctl reset-failed "alloyup-*"; true; }',
  );
  goOn(host);
  await unslow(host);
}
