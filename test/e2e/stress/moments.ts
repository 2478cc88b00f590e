import { existsSync, readFileSync } from 'node:fs';
import type { LabHost } from '../../../lab/host.ts';
import { until } from '../../../lab/run.ts';

/** Makes a host slow where a fault shall strike, and waits for the moment. A reset takes it all back. */

/** Seconds that a host stays at a place it was made slow at, unless `goOn` was called. */
const STAY_S = 60;

const FIRST_ONCE = (mark: string, seconds: number): string =>
  `[ -e /var/tmp/${mark} ] || { : >/var/tmp/${mark}; : >/run/lab-here; n=0; until [ -e /run/lab-go ] || [ $n = ${seconds * 10} ]; do sleep 0.1; n=$((n + 1)); done; }`;

/** Puts `body` before a program of the system; apt sets a path of its own for dpkg, so in its very place. */
const before = async (host: LabHost, program: string, body: string): Promise<void> => {
  host.write('/run/lab-wrapper', `#!/bin/sh\n${body}\nexec ${program}.lab-real "$@"\n`, 0o755);
  await host.root(`cp -a ${program} ${program}.lab-real && cp /run/lab-wrapper ${program}`);
};

/** dpkg has begun to unpack: the package is half-installed. Only the first time. */
export const slowUnpack = (host: LabHost, seconds = STAY_S): Promise<void> =>
  before(
    host,
    '/usr/bin/dpkg-deb',
    `case $* in *fsys-tarfile*) ${FIRST_ONCE('lab-unpack', seconds)} ;; esac`,
  );

/** The package's postinst is at work: the package is half-configured. */
export const slowConfigure = (host: LabHost, seconds = STAY_S): Promise<void> =>
  before(host, '/usr/sbin/usermod', FIRST_ONCE('lab-configure', seconds));

/**
 * The same for a program that our own scripts call, which look into this folder first. It lies in /bin or
 * in /usr/bin, by the suite.
 */
const inFront = (host: LabHost, name: string, body: string): Promise<void> => {
  const own = `for one in /usr/bin /bin; do [ ! -x $one/${name} ] || exec $one/${name} "$@"; done`;
  host.write(`/usr/local/sbin/${name}`, `#!/bin/sh\n${body}\n${own}\n`, 0o755);
  return Promise.resolve();
};

/** All is written, and the service was not yet told. */
export const slowRestart = (host: LabHost, seconds = STAY_S): Promise<void> =>
  inFront(
    host,
    'systemctl',
    `case "$1 $2" in "restart alloy") ${FIRST_ONCE('lab-restart', seconds)} ;; esac`,
  );

/**
 * All is written, and the service does not answer when it is asked to read it again: Alloy stands still
 * from `alloy validate` on. Whoever lets it go on is no part of the run, which may be killed meanwhile.
 */
export const slowReload = (host: LabHost, seconds = STAY_S): Promise<void> => {
  const watch = [
    'until [ "$(stat -c %i /etc/alloy/config.alloy)" != "$1" ]; do sleep 0.02; done; : >/run/lab-here',
    `n=0; until [ -e /run/lab-go ] || [ $n = ${seconds * 10} ]; do sleep 0.1; n=$((n + 1)); done; kill -CONT "$2"`,
  ].join('; ');
  const stop = [
    'pid=$(systemctl show alloy -p MainPID --value)',
    `systemd-run -q --collect --unit lab-reload sh -c '${watch}' x "$(stat -c %i /etc/alloy/config.alloy)" "$pid"`,
    'kill -STOP "$pid"',
  ].join('; ');
  return inFront(
    host,
    'alloy',
    `[ "$1" != validate ] || [ -e /var/tmp/lab-reload ] || { : >/var/tmp/lab-reload; ${stop}; }`,
  );
};

/** The plan is made, and the run is about to look whether all is still as planned: its unit stays at its start. */
export const slowCheck = async (host: LabHost, seconds = STAY_S): Promise<void> => {
  host.write('/run/lab-check', `${FIRST_ONCE('lab-check', seconds)}\n`);
  host.write(
    '/run/systemd/system/alloyup-.service.d/lab.conf',
    '[Service]\nExecStartPre=/bin/sh /run/lab-check\n',
  );
  await host.root('systemctl daemon-reload');
};

/** The place that the host was made slow at is reached. */
export const here = (host: LabHost): Promise<true> =>
  until(`${host.name} never came to the moment`, 120, async () => {
    const { exitCode } = await host.root('test -e /run/lab-here', { reject: false });
    return exitCode === 0 ? true : undefined;
  });

/** An event like this stands in a run's log. */
export const heard = (log: string, event: RegExp): Promise<true> =>
  until(`no event like ${event}`, 120, () =>
    existsSync(log) && event.test(readFileSync(log, 'utf8')) ? true : undefined,
  );

/** Ends the stay. */
export const goOn = (host: LabHost): void => host.write('/run/lab-go', '');

/** The lab's own slow programs, which are not the product's doing. */
export const unslow = async (host: LabHost): Promise<void> => {
  await host.root(
    'cd /usr/local/sbin && rm -f systemctl alloy; rm -rf /run/systemd/system/alloyup-.service.d; ' +
      'for one in /usr/bin/dpkg-deb /usr/sbin/usermod; do [ ! -e $one.lab-real ] || mv $one.lab-real $one; done',
  );
};

/** The run's job: its shell and all that it has started. */
export const SCRIPT = /\/run\/alloyup\/[^ ]*\/program run/;

/** SIGKILL, and their end. @throws Error when nothing matches: the row would not be what it says */
export const slay = async (host: LabHost, pattern: RegExp): Promise<void> => {
  const met = new Set(host.processes(pattern).map(({ pid }) => pid));
  if (host.kill(pattern) === 0) throw new Error(`nothing like ${pattern} runs on ${host.name}`);
  await until(`${pattern} outlives its SIGKILL on ${host.name}`, 30, () =>
    host.processes(pattern).some(({ pid }) => met.has(pid)) ? undefined : true,
  );
};

/** An Alloy that was just started is ready, and has laid out its data; one that is off stays as it is. */
export const settled = (host: LabHost): Promise<true> =>
  until(
    `the Alloy of ${host.name} does not get ready`,
    120,
    async () => {
      const { stdout } = await host.root('systemctl is-active alloy', { reject: false });
      if (/^(inactive|failed|unknown)?$/.test(stdout)) return true;
      return (await host.http('/-/ready'))?.status === 200 ? true : undefined;
    },
    100,
  );

/** /var/lib/alloyup is a disk of its own with so many kilobytes left. */
export const little = async (host: LabHost, kilobytes: number): Promise<void> => {
  const folder = '/var/lib/alloyup';
  await host.root(
    `mkdir -p /mnt/s && mount -t tmpfs -o size=4M,mode=0700 tmpfs /mnt/s && cp -a ${folder}/. /mnt/s/ && ` +
      `head -c $(( $(df --output=avail -k /mnt/s | tail -n 1) - ${kilobytes} ))k /dev/zero >/mnt/s/filler && mount --bind /mnt/s ${folder}`,
  );
};

/** /etc is a disk of its own, so that it can be filled. */
export const etcOfItsOwn = async (host: LabHost): Promise<void> => {
  await host.root(
    'mkdir -p /mnt/e && mount -t tmpfs -o size=16M,mode=0755 tmpfs /mnt/e && cp -a /etc/. /mnt/e/ && mount --bind /mnt/e /etc',
  );
};

export const readOnly = async (host: LabHost, folder: string): Promise<void> => {
  await host.root(`mount --bind ${folder} ${folder} && mount -o remount,bind,ro ${folder}`);
};

/** Takes the last three back. */
export const unmount = async (host: LabHost, folder: string): Promise<void> => {
  await host.root(`umount -l ${folder}`);
};
