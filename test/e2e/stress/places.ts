import { execa } from 'execa';
import { answerAsAlloy } from '../../../lab/faults.ts';
import { pipeline } from '../helpers.ts';
import { goOn, here, readOnly, slowUnpack, unmount, unslow } from './moments.ts';
import type { Row, Scene } from './row.ts';
import { EARLIER } from './wanted.ts';

const CONVERGES = { says: 'changed', exit: 0, ends: 'converged' } as const;
const refused = (code: string) =>
  ({ says: `failed (${code})`, exit: 1, ends: 'before', moment: 'from the start' }) as const;

const earlier =
  (then: string): Row['start'] =>
  async (scene) => {
    await scene.settle(EARLIER);
    await scene.host.root(then);
  };

const CONFIG = '/etc/alloy/config.alloy';
const chattr = ({ host }: Scene, flag: '+i' | '-i', path: string) =>
  execa('chattr', [flag, host.path(path)]);

const pinned = (pin: string): Row['start'] =>
  earlier(`printf '${pin}' >/etc/apt/preferences.d/alloy`);
const PINS = /^\/etc\/apt\/preferences\.d/;

/** Answers all that the proof asks, in place of the service. */
const intrude = ({ host }: Scene): Promise<void> =>
  answerAsAlloy(host, '1.18.1', ['prometheus.scrape.self', 'prometheus.remote_write.metrics']);
const leave = async ({ host }: Scene): Promise<void> => {
  await host.root('systemctl stop lab-as-alloy && rm -r /run/lab-as-alloy');
};

/** Where a run has to write is not as it should be, or something else decides what Alloy is and does. */
export const PLACES: readonly Row[] = [
  {
    fault: 'config.alloy is immutable',
    start: 'converged',
    strike: async (scene) => {
      await chattr(scene, '+i', CONFIG);
    },
    ...refused('host.disk'),
    mend: async (scene) => {
      await chattr(scene, '-i', CONFIG);
    },
  },
  {
    fault: '/etc/alloy is immutable',
    start: 'converged',
    strike: async (scene) => {
      await chattr(scene, '+i', '/etc/alloy');
    },
    ...refused('host.disk'),
    mend: async (scene) => {
      await chattr(scene, '-i', '/etc/alloy');
    },
  },
  {
    fault: '/var/lib is read-only',
    start: 'bare',
    strike: ({ host }) => readOnly(host, '/var/lib'),
    ...refused('host.disk'),
    mend: ({ host }) => unmount(host, '/var/lib'),
  },
  {
    fault: 'no inodes are left where runs are kept',
    start: 'bare',
    strike: async ({ host }) => {
      await host.root(
        'mkdir -p /var/lib/alloyup && mount -t tmpfs -o nr_inodes=4 tmpfs /var/lib/alloyup',
      );
    },
    ...refused('host.disk'),
    mend: ({ host }) => unmount(host, '/var/lib/alloyup'),
  },
  {
    fault: '/var/lib/alloyup is a file',
    start: 'bare',
    strike: async ({ host }) => {
      await host.root('touch /var/lib/alloyup');
    },
    ...refused('host.file'),
    mend: async ({ host }) => {
      await host.root('rm /var/lib/alloyup');
    },
  },
  {
    fault: '/etc/alloy is a symbolic link to a directory of root',
    start: earlier('mv /etc/alloy /srv/alloy && ln -s /srv/alloy /etc/alloy'),
    ...refused('host.file'),
    mend: async ({ host }) => {
      await host.root('rm /etc/alloy && mv /srv/alloy /etc/alloy');
    },
  },
  {
    fault: '/etc/alloy is a mount, and its group can write there',
    start: earlier('cp -a /etc/alloy /srv/alloy && mount --bind /srv/alloy /etc/alloy'),
    ...refused('host.file'),
    mend: async ({ host }) => {
      await host.root('umount /etc/alloy && rm -r /srv/alloy');
    },
  },
  {
    fault: '/var/lib/alloy is there already, a disk of root',
    moment: 'a bare host',
    start: async ({ host }) => {
      await host.root('mkdir -p /var/lib/alloy/lost+found');
    },
    ...CONVERGES,
    except: /^\/var\/lib\/alloy\/(lost\+found|\.[a-z_]+)$/,
    besides: /^\/var\/lib\/alloy\/(lost\+found|\.[a-z_]+)$/,
  },
  {
    fault: "a pin of apt's prefers another version",
    moment: 'from the start',
    start: pinned('Package: alloy\\nPin: version 1.17.*\\nPin-Priority: 1001\\n'),
    ...CONVERGES,
    tells: /apt\.pin/,
    except: PINS,
    besides: PINS,
  },
  {
    fault: "a pin of apt's forbids the version",
    moment: 'from the start',
    start: pinned('Package: alloy\\nPin: version 1.18.1-1\\nPin-Priority: -1\\n'),
    ...CONVERGES,
    tells: /apt\.pin/,
    except: PINS,
    besides: PINS,
  },
  {
    fault: "another's EnvironmentFile changes the arguments",
    start: earlier(
      'echo CUSTOM_ARGS=--server.http.listen-addr=127.0.0.1:9999 >/etc/alloy.env && mkdir -p /etc/systemd/system/alloy.service.d && printf "[Service]\\nEnvironmentFile=/etc/alloy.env\\n" >/etc/systemd/system/alloy.service.d/10-theirs.conf && systemctl daemon-reload',
    ),
    ...refused('host.unit'),
    mend: async ({ host }) => {
      await host.root(
        'rm -r /etc/systemd/system/alloy.service.d /etc/alloy.env && systemctl daemon-reload',
      );
    },
  },
  {
    fault: "another process answers on Alloy's port as Alloy does",
    start: 'bare',
    strike: intrude,
    ...refused('host.port'),
    // that is what answers
    except: /^components\//,
    mend: leave,
  },
  {
    fault: "another process comes to answer on Alloy's port as Alloy does",
    moment: 'dpkg unpacks a first install',
    start: 'bare',
    strike: ({ host }) => slowUnpack(host),
    during: async (scene) => {
      await here(scene.host);
      await intrude(scene);
      goOn(scene.host);
    },
    says: 'rolled-back (alloy.start)',
    exit: 1,
    ends: 'before',
    // nothing of Alloy, and still what answers in its place
    except: /^components\//,
    mend: async (scene) => {
      await unslow(scene.host);
      await leave(scene);
    },
  },
  {
    fault: 'Alloy is to listen elsewhere, and its configuration does not start',
    moment: 'converged before',
    start: 'converged',
    wanted: {
      alloy: { version: '1.18.1', listen: '127.0.0.1:12399' },
      config: pipeline().replace('"30s"', '"30s"\n\tscrape_timeout  = "60s"'),
    },
    says: 'rolled-back (alloy.start)',
    exit: 1,
    ends: 'before',
  },
  {
    fault: 'the repository stands a second time, in a list of 100 KB',
    moment: 'from the start',
    start: earlier(
      'cd /etc/apt/sources.list.d && { yes "# a comment" | head -n 9000; cat grafana.list; } >other.list && [ $(stat -c %s other.list) -gt 100000 ]',
    ),
    ...CONVERGES,
    except: /other\.list$/,
    besides: /other\.list$/,
  },
];
