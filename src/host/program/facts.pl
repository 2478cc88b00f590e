# Reads what a host is: one line "NONCE {"type":"facts",...}". Every value is printed as it was found, as a
# string; src/host/facts.ts makes sense of it. Every question has a deadline, every size a limit, and a question
# that fails says why in its place. dpkg's status file and /proc are read directly: both are documented and
# stable, and starting a program for each would cost the host more than all the rest. The end-to-end tests hold
# those answers against dpkg-query, id and ps.
use strict;
our (%in, $ROOT, $STATE, %user_of, %group_of);

# What $f gives within so many seconds; else { error }.
sub try {
  my ($seconds, $f) = @_;
  local $SIG{ALRM} = sub { die "deadline\n" };
  my $found = eval { alarm $seconds; my $x = $f->(); alarm 0; $x };
  alarm 0;
  return $found if defined $found;
  $@ =~ /^(.*)/;
  return { error => $1 };
}

# "t" and text, or "b" and base64 where most of it is not text.
sub body_of {
  my $v = shift;
  return "t$v" if ($v =~ tr/ -~\n\t//c) * 8 <= length $v;
  my $pad = (3 - length($v) % 3) % 3;
  $v = pack 'u', $v;
  $v =~ s/^.//mg;
  $v =~ tr|` -_\n|AA-Za-z0-9+/|d;
  substr($v, -$pad) = '=' x $pad if $pad;
  return "b$v";
}

# path -> change time in milliseconds. perl knows whole seconds; then it is the latest it can have been.
our %changed_at;
# What not even root can write: immutable, or on something mounted read-only. perl's -w looks at modes alone.
our @fixed;
sub look_at {
  my %seen;
  (%changed_at, @fixed) = ();
  my @paths = grep { !$seen{$_}++ && lstat at($_) } @_;
  my @said = @paths ? split /\n/, output_of(5, 'find', (map { at($_) } @paths), '-maxdepth', 0, '(', '-writable', '-printf', '%C@\n', '-o', '-printf', '%C@ fixed\n', ')') : ();
  return if @said != @paths;
  %changed_at = map { $said[$_] =~ /^(\d+)\D?(\d{0,3})/; ($paths[$_] => $1 * 1000 + substr "${2}000", 0, 3) } 0 .. $#paths;
  @fixed = map { $said[$_] =~ / fixed$/ ? $paths[$_] : () } 0 .. $#paths;
}
sub fixed_among { look_at(@_); return @fixed }

# What a run writes to beside the files that were asked for.
my @PLACES = ($STATE, map { "/$_" } qw(etc etc/apt usr usr/bin usr/bin/alloy var/lib var/lib/dpkg var/cache/apt/archives));

# Directories that are mounted: what is moved there comes from elsewhere.
sub mounted_among { return grep { mount_of($_) eq $_ } @_ }

# kind, mode, user, group, change time in ms, size
sub meta {
  my $path = shift;
  my $kind = kind_of($path);
  return ['absent'] if $kind eq 'absent';
  my @s = lstat at($path) or return ['absent'];
  return [$kind, mode_of(@s), split(/:/, owner_of(@s)), $changed_at{$path} // $s[10] * 1000 + 999, $s[7]];
}

# meta, and the content of a plain file up to 256 KiB; beyond that its sha256 alone, and so of a secret one
# where the answer is kept in a log. Links are not followed.
sub file_fact {
  my $path = shift;
  my $meta = meta($path);
  return $meta if $meta->[0] ne 'file';
  my $sealed = $in{facts}{sealed} && grep { $_ eq $path } @{ $in{facts}{secret} };
  if ($meta->[5] > 1 << 18 || $sealed) { my %sum = hashes_of($path); return [@$meta, undef, $sum{$path}] }
  my @before = lstat at($path);
  sysopen my $h, at($path), 2048 or return $meta;
  my @opened = stat $h;
  return $meta if "@before[0, 1]" ne "@opened[0, 1]";
  my $v = '';
  1 while length $v < 1 << 18 && sysread $h, $v, 1 << 18, length $v;
  return [@$meta, body_of($v)];
}

# --- packages ----------------------------------------------------------------------------------------

# dpkg's status file, with what a dpkg that was cut off had yet to write there.
sub dpkg_status {
  my $s = read_file('/var/lib/dpkg/status') // die "no dpkg status\n";
  die "dpkg status is cut\n" if length $s && "\n\n" ne substr $s, -2;
  $s = "\n$s";
  my @updates = grep { /^\d+$/ } names_in('/var/lib/dpkg/updates');
  # a dpkg that is at work ends before a run begins
  for my $update (@updates && !dpkg_lock_holder() ? @updates : ()) {
    my $p = read_file("/var/lib/dpkg/updates/$update") // '';
    $p =~ s/^#.*\n//mg;
    $p =~ s/\n*\z/\n/;
    my ($name) = $p =~ /^(Package: .+\n)/m or next;
    my ($for) = ($p =~ /^(Architecture: .+\n)/m, '');
    $s =~ s/\n\Q$name\E(?:.+\n)*?\Q$for\E(?:.+\n)*/\n$p/ or $s .= "$p\n";
  }
  return ($s, scalar @updates);
}

sub dpkg_facts {
  my ($s, $updates) = dpkg_status();
  my $of = sub {
    my $at = index $s, "\nPackage: $_[0]\n";
    return $at < 0 ? undef : substr $s, $at + 1, index($s, "\n\n", $at) - $at;
  };
  my ($arch) = ($of->('dpkg') // '') =~ /^Architecture: (\S+)/m;
  my $alloy = $of->('alloy');
  $alloy =~ s/^Description:.*\n(?: .*\n)*//m if defined $alloy;
  my @broken;
  while ($s =~ /\nStatus: \w+ (?!ok (?:installed|config-files|not-installed)\n)(.*)/g) {
    my ($state, $at) = ($1, rindex $s, "\nPackage: ", $-[0]);
    push @broken, [substr($s, $at + 10, index($s, "\n", $at + 1) - $at - 10), $state];
  }
  return { arch => $arch // '', alloy => $alloy, broken => \@broken, journal => $updates };
}

# [path, file] of the configurations that Alloy reads from there: of a directory all that lie directly in it.
sub configurations_at {
  my $path = shift;
  $path =~ s{/+\z}{};
  return [map { [$_, file_fact($_)] } kind_of($path) eq 'directory' ? map { "$path/$_" } grep { /\.alloy\z/ } names_in($path) : $path];
}

sub apt_facts {
  my ($host, $keyring) = @{ $in{facts} }{qw(repository keyring)};
  my (@sources, @preferences, %rings);
  my $main = '/etc/apt/sources.list';
  for my $path ($main, map { "$main.d/$_" } grep { /^[\w.-]+\.(?:list|sources)$/ } names_in("$main.d")) {
    my $text = read_file($path, (1 << 20) + 1);
    next if !defined $text || index($text, $host) < 0;
    # half a file would be written back as the whole
    die "$path is larger than 1 MB\n" if length $text > 1 << 20;
    push @sources, [$path, $text];
    $rings{$1} = 1 while $text =~ m{\bsigned-by\s*[=:]\s*(/[^\s\],]+)}gi;
  }
  $rings{$keyring} = 1;
  $main = '/etc/apt/preferences';
  for my $path ($main, map { "$main.d/$_" } grep { /^[\w.-]+$/ && (!/\./ || /\.pref$/) } names_in("$main.d")) {
    my $text = read_file($path, 1 << 16);
    push @preferences, [$path, $text] if defined $text && ($text =~ /\balloy\b/ || index($text, $host) >= 0);
  }
  return { sources => \@sources, preferences => \@preferences, rings => { map { $_ => file_fact($_) } keys %rings },
    listed => scalar(grep { index($_, "${host}_") == 0 } names_in('/var/lib/apt/lists')) };
}

# Names of other installed packages that the repository's index has; it may lie there compressed.
sub packages_from_repository {
  my ($status) = dpkg_status();
  my %installed = map { $_ => 1 } $status =~ /\nPackage: (\S+)\nStatus: \w+ ok installed\n/g;
  my %found;
  for (grep { /_Packages(?:\.\w+)?\z/ && index($_, "$in{facts}{index}_") == 0 } names_in('/var/lib/apt/lists')) {
    my $index = output_of(30, '/usr/lib/apt/apt-helper', 'cat-file', at("/var/lib/apt/lists/$_"));
    $found{$_} = 1 for grep { $installed{$_} && $_ ne 'alloy' } $index =~ /^Package: (\S+)$/mg;
  }
  return [sort keys %found];
}

# --- the service -------------------------------------------------------------------------------------

# The words of its command line; a process may have rewritten them as one text.
sub words_of { my $pid = shift; return grep { length } split /[\0 ]/, read_file("/proc/$pid/cmdline", 1 << 16) // '' }

sub process_facts {
  my ($pid, $started) = @_;
  return undef if !$pid || !-d at("/proc/$pid");
  my ($rss) = (read_file("/proc/$pid/status", 8192) // '') =~ /^VmRSS:\s+(\d+)/m;
  return { pid => $pid, started => $started, exe => readlink at("/proc/$pid/exe"),
    argv => [words_of($pid)], rss => $rss };
}

sub http_facts {
  my $process = shift;
  return port_owner() if !$process;
  my ($ready, $why) = http('GET', '/-/ready', 5);
  return { ready => 0, healthy => 0, error => $why } if !$ready;
  my $other = other_listener($process->{pid});
  return { ready => 0, healthy => 0, error => "$other answers there", owner => $other } if defined $other;
  # healthy blocks during a reload
  my ($healthy, $body) = http('GET', '/-/healthy', 5);
  my ($version, $hash) = running();
  return { ready => $ready, healthy => $healthy, $healthy == 200 ? () : (body => substr $body, 0, 4000),
    components => components(), version => $version, hash => $hash };
}

# Nothing of ours runs: whoever listens there is in the way.
sub port_owner {
  my $s = eval { connect_alloy(2) };
  if (!$s) { $@ =~ /^(.*)/; return { ready => 0, healthy => 0, error => $1 } }
  my $pid = listener();
  return { ready => 0, healthy => 0, owner => defined $pid && first_line("/proc/$pid/comm", 64) || '?' };
}

sub service_facts {
  my $unit = unit();
  die "deadline\n" if !%$unit;
  my $pid = $unit->{MainPID};
  my $process = process_facts($pid, milliseconds_of($unit->{ExecMainStartTimestamp}));
  $unit->{EnvironmentFiles} = environment_files($unit);
  my $http = $in{facts}{http} ? http_facts($process) : undef;
  my $delivery = $in{facts}{delivery} && $http && ($http->{ready} // 0) == 200 ? delivery_facts($unit) : undef;
  my $cluster = $in{facts}{cluster} && $http && ($http->{ready} // 0) == 200 ? cluster_facts() : undef;
  return { unit => $unit, process => $process, http => $http, delivery => $delivery, cluster => $cluster };
}

# --- the rest ----------------------------------------------------------------------------------------

sub account_facts {
  my (%has, $primary, @of, $uid, $home);
  for (split /\n/, read_file('/etc/passwd') // '') {
    my @f = split /:/;
    ($uid, $primary, $home) = @f[2, 3, 5] if @f > 5 && $f[0] eq 'alloy';
  }
  for (split /\n/, read_file('/etc/group') // '') {
    my @f = split /:/;
    next if @f < 3;
    $has{$f[0]} = 1;
    push @of, $f[0] if defined $primary && $f[2] eq $primary || grep { $_ eq 'alloy' } split /,/, $f[3] // '';
  }
  return { user => defined $primary ? 1 : '', uid => $uid, home => $home, group => $has{alloy}, of => \@of, known => [grep { $has{$_} } @{ $in{facts}{groups} }] };
}

# directory => [free bytes, free inodes]
sub free_room {
  my @paths = grep { -d at($_) } '/usr', '/etc', '/var', '/tmp';
  my @sizes = @paths ? split /\n/, output_of(3, 'stat', '-f', '-c', '%a %S %c %d', '--', map { at($_) } @paths) : ();
  # a file system that makes inodes as it needs them counts none
  return @sizes == @paths ? { map { my ($free, $size, $all, $inodes) = split / /, $sizes[$_]; ($paths[$_] => [$free * $size, $all ? $inodes : undef]) } 0 .. $#paths } : {};
}

sub own_facts {
  my $holder;
  if (sysopen my $h, at("$STATE/lock"), 2048) {
    # shared and without waiting; let go at once. EAGAIN: somebody has it
    $holder = read_file("$STATE/lock", 1024) || '?' if !flock($h, 5) && $! == 11;
  }
  my @runs = reverse names_in("$STATE/runs");
  return { holder => $holder, armed => read_file("$STATE/armed", 256), receipt => read_file("$STATE/receipt.json", 1 << 18),
    readable => read_file("$STATE/readable.json", 1 << 20),
    runs => [map { [$_, read_file("$STATE/runs/$_/verdict", 64)] } splice @runs, 0, 10] };
}

# The file in which a sudo above us keeps what it is sent (log_input); undef: it keeps nothing. It holds that
# file open, wherever its rules come from.
sub sudo_log {
  my $pid = getppid;
  for (1 .. 4) {
    my ($name, $up) = (read_file("/proc/$pid/stat", 4096) // '') =~ /\((.*)\) \S (\d+)/s or return undef;
    if ($name eq 'sudo') {
      for my $to (grep { defined } map { readlink at("/proc/$pid/fd/$_") } names_in("/proc/$pid/fd")) {
        return $to if $to =~ m{/(?:stdin|ttyin)$};
      }
    }
    $pid = $up;
  }
  return undef;
}

# What `doctor` asks beyond the facts of a run.
sub extra_facts {
  my ($host, $port) = @{ $in{facts}{extras} };
  my $synchronized = output_of(5, 'timedatectl', 'show', '-p', 'NTPSynchronized', '--value');
  chomp $synchronized;
  # without sudo nobody keeps what it is given
  my $user = $ENV{SUDO_USER} // '';
  my $rules = length $user ? output_of(5, 'sudo', '-n', '-l', '-U', $user) : '';
  return { ntp => $synchronized, logInput => $rules =~ /(?:^|[ ,])log_input(?:[ ,]|$)/m ? 1 : '',
    unreachable => why_unreachable($host, $port) };
}

# Why no connection to the repository is to be had; undef: there is one, or apt has a proxy of its own.
sub why_unreachable {
  my ($host, $port) = @_;
  return undef if output_of(5, 'apt-config', 'dump') =~ /^acquire::https?::proxy\b/mi;
  # bash, since perl-base resolves no IPv6 name
  my ($said, $exit) = said_by(5, 'bash', '--norc', '-c', 'exec 2>&1 3<>"/dev/tcp/$0/$1"', $host, $port);
  return undef if $exit == 0 || $exit == 127;
  return 'no answer within 5 s' if $exit == 124;
  return $said =~ /^.*: (.+)$/m ? $1 : 'unknown';
}

sub facts {
  my %f = (v => 1, secret => $in{facts}{secret});
  if ($> && $ROOT eq '') { $f{error} = 'not root'; return \%f }
  read_accounts();
  my @files = @{ $in{facts}{files} };
  my %directories = map { m{^(.+)/} ? ($1 => 1) : () } @files, '/etc/alloy/x', '/var/lib/alloy/x', '/var/lib/alloy/data/x', "$STATE/x";
  look_at(@files, keys %directories, @PLACES);
  $f{fixed} = \@fixed;
  $f{mounted} = [mounted_among(keys %directories)];
  $f{dpkg} = try(5, \&dpkg_facts);
  # in the middle of the second that perl knows
  $f{now} = time . '500';
  $f{account} = try(5, \&account_facts);
  $f{os} = read_file('/etc/os-release', 1 << 14);
  $f{systemd} = systemd_runs() ? 1 : 0;
  $f{host} = first_line('/proc/sys/kernel/hostname', 256);
  $f{boot} = first_line('/proc/sys/kernel/random/boot_id', 64);
  ($f{uptime}) = (read_file('/proc/uptime', 64) // '') =~ /^(\d+)/;
  $f{missing} = [grep { my $tool = $_; !grep { -x at("$_/$tool") } '/usr/sbin', '/usr/bin', '/sbin', '/bin' } @{ $in{facts}{tools} }];
  my $lock = try(3, sub { dpkg_lock_holder() || [] });
  $f{lock} = $lock;
  $f{apt} = try(5, \&apt_facts);
  $f{files} = { map { $_ => file_fact($_) } @files };
  $f{directories} = { map { $_ => meta($_) } keys %directories };
  if ($f{systemd}) { my $service = try(45, \&service_facts); %f = (%f, $service->{error} ? (unit => $service) : %$service) }
  # what it waits for is asked for
  $f{flow} = flow_facts($f{unit}) if $in{facts}{flow} && ref $f{http} && ($f{http}{ready} // 0) == 200;
  $f{free} = try(5, \&free_room);
  $f{own} = try(5, \&own_facts);
  $f{sudoLog} = sudo_log();
  $f{reads} = try(12, \&reads_facts) if $in{facts}{reads};
  $f{readable} = readable_facts() if $in{facts}{readable};
  $f{extras} = try(20, \&extra_facts) if $in{facts}{extras};
  $f{configurations} = try(5, sub { configurations_at($in{facts}{configurations}) }) if defined $in{facts}{configurations};
  $f{software} = try(10, \&software_facts) if $in{facts}{software};
  $f{packages} = try(60, \&packages_from_repository) if defined $in{facts}{index};
  return \%f;
}

sub print_facts { record(type => 'facts', facts => facts()) }
