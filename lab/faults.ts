import type { LabHost } from './host.ts';

/** Faults that hosts have in the field, for lab hosts. A reset removes all of them. */

/** Shell text that waits until the program in a unit has taken its lock or port. */
const HAS_IT =
  'n=0; until [ -e /run/lab-has-it ]; do sleep 0.1; n=$((n + 1)); [ $n -lt 200 ] || exit 1; done';

/** Another process holds dpkg's lock, as apt would. Resolves at once. */
export const holdDpkgLock = async (host: LabHost, seconds: number): Promise<void> => {
  // dpkg uses a POSIX lock, which flock(1) cannot take; this is struct flock on 64-bit Linux
  const program =
    'use Fcntl; open my $f, ">>", "/var/lib/dpkg/lock-frontend" or die; ' +
    'my $lock = pack "s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0; ' +
    'fcntl $f, F_SETLK, $lock or die; open my $mark, ">", "/run/lab-has-it"; sleep shift';
  await host.root(
    `rm -f /run/lab-has-it; systemd-run -q --unit lab-holds-dpkg perl -e '${program}' ${seconds}; ${HAS_IT}`,
  );
};

/** Another package whose configuration failed. */
export const breakPackage = async (host: LabHost): Promise<void> => {
  const folder = '/tmp/lab-broken';
  host.write(
    `${folder}/DEBIAN/control`,
    'Package: lab-broken\nVersion: 1\nArchitecture: all\nMaintainer: lab <lab@lab.invalid>\nDescription: fails\n',
  );
  host.write(`${folder}/DEBIAN/postinst`, '#!/bin/sh\nexit 1\n', 0o755);
  await host.root(`dpkg-deb -b ${folder} ${folder}.deb && ! dpkg -i ${folder}.deb`);
};

/** Another apt source that cannot be reached. */
export const breakSource = (host: LabHost): void =>
  host.write('/etc/apt/sources.list.d/other.list', 'deb https://gone.invalid stable main\n');

/** Puts a directory on its own file system with this many bytes free. */
export const fillDisk = async (host: LabHost, folder: string, free: string): Promise<void> => {
  await host.root(`mkdir -p ${folder} && mount -t tmpfs -o size=${free} tmpfs ${folder}`);
};

/** Another program listens on Alloy's port. */
export const takePort = async (host: LabHost, port = 12345): Promise<void> => {
  const program =
    'use IO::Socket::INET; my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", ' +
    'LocalPort => shift, Listen => 5, ReuseAddr => 1) or die; open my $mark, ">", "/run/lab-has-it"; sleep 600';
  await host.root(
    `rm -f /run/lab-has-it; systemd-run -q --unit lab-takes-port perl -e '${program}' ${port}; ${HAS_IT}`,
  );
};

/**
 * Another program answers on Alloy's port all that Alloy is asked, as the Alloy that is wanted would: ready, of
 * this version, with these components, all healthy.
 */
export const answerAsAlloy = async (
  host: LabHost,
  version: string,
  components: readonly string[],
): Promise<void> => {
  const list = components.map((id) => ({ localID: id, health: { state: 'healthy' } }));
  host.write('/run/lab-as-alloy/components', JSON.stringify(list));
  host.write('/run/lab-as-alloy/metrics', `alloy_build_info{version="v${version}"} 1\n`);
  host.write(
    '/run/lab-as-alloy/server',
    [
      'use IO::Socket::INET; $SIG{PIPE} = "IGNORE";',
      'sub text { open my $f, "<", "/run/lab-as-alloy/$_[0]" or die; local $/; scalar <$f> }',
      'my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 12345, Listen => 50, ReuseAddr => 1) or die;',
      'open my $mark, ">", "/run/lab-has-it";',
      'while (1) { my $c = $s->accept or next; my $asked = <$c>;',
      '  while (defined(my $line = <$c>)) { last if $line !~ /[^\\r\\n]/ }',
      '  my $body = $asked =~ m{web/components} ? text("components") : $asked =~ m{/metrics} ? text("metrics") : "ok";',
      '  print $c "HTTP/1.1 200 OK\\r\\nContent-Length: ", length $body, "\\r\\nConnection: close\\r\\n\\r\\n$body"; close $c }',
    ].join('\n'),
  );
  await host.root(
    `rm -f /run/lab-has-it; systemd-run -q --unit lab-as-alloy perl /run/lab-as-alloy/server; ${HAS_IT}`,
  );
};

/** How ops may become root: without a password, with one, or not at all. */
export const setSudo = async (
  host: LabHost,
  how: 'passwordless' | { readonly password: string } | 'refused',
): Promise<void> => {
  const rule =
    how === 'refused' ? '' : `ops ALL=(ALL) ${how === 'passwordless' ? 'NOPASSWD: ' : ''}ALL\n`;
  host.write('/etc/sudoers.d/ops', rule, 0o440);
  if (typeof how === 'object') await host.root('chpasswd', { input: `ops:${how.password}\n` });
};

/** The host was reinstalled under its old name, with another host key. */
export const changeHostKey = async (host: LabHost): Promise<void> => {
  await host.root(
    'cd /etc/ssh && rm -f ssh_host_* && ' +
      'ssh-keygen -q -t ed25519 -N "" -f ssh_host_ed25519_key && systemctl restart ssh',
  );
};

/** The unit is masked. */
export const maskUnit = async (host: LabHost, unit = 'alloy.service'): Promise<void> => {
  await host.root(`systemctl mask -q ${unit}`);
};
