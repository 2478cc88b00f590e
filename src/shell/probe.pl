# Reads what a host is and prints it as one line: "NONCE facts JSON". perl-base only, no module and, on
# the usual path, no other process: each costs the host more than all the rest. Every value is printed as
# a string, as it was found; shell/probe.ts puts our settings (%in) before and reads the line.
# Every question has a deadline, every size a limit; a question that fails says why in its place.
# Comments stand on lines of their own: they are taken out before the script is sent.
use strict;
# set by the head that shell/probe.ts writes
our (%in, @files, @secret, @groups, @tools);
# set by apply.pl, which has read this in: sums of files, and what it has just been told
our (%known, $seen);
# for launch.pl, which stands behind door.pl: systemd's socket, left open, and what it said
our ($bus, $unit);
my ($R, $arch, %uid, %gid) = ($in{root}, '');
# system calls, by the machine that this perl was built for
our %nr = numbers();

sub numbers {
  sysopen my $h, '/proc/self/exe', 0 or return ();
  sysread $h, my $elf, 20;
  my %of = (62 => [332, 137, 228, 74, 285], 183 => [291, 43, 113, 82, 47], 243 => [291, 43, 113, 82, 47], 40 => [0, 0, 0, 118, 0]);
  my $machine = $of{unpack 'x18 v', $elf} or return ();
  return map { (qw(statx statfs clock fsync fallocate))[$_] => $machine->[$_] } 0 .. 4;
}

# what EXPR gives within the deadline; else { error }
sub try {
  my ($s, $f) = @_;
  my $r = eval { alarm $s; my $x = $f->(); alarm 0; $x };
  alarm 0;
  return $r if defined $r;
  $@ =~ /^(.*)/;
  return { error => $1 };
}

# JSON in plain ASCII whatever the bytes; the reader takes the characters as bytes
sub json {
  my $v = shift;
  return 'null' if !defined $v;
  return '[' . join(',', map { json($_) } @$v) . ']' if ref $v eq 'ARRAY';
  return '{' . join(',', map { json($_) . ':' . json($v->{$_}) } keys %$v) . '}' if ref $v;
  $v =~ s/(["\\])/\\$1/g;
  $v =~ s/\n/\\n/g;
  $v =~ s/([^ -~])/sprintf '\u%04x', ord $1/ge;
  return "\"$v\"";
}

# content of a file: "t" and text, or "b" and base64 where most of it is no text
sub body {
  my $v = shift;
  return "t$v" if ($v =~ tr/ -~\n\t//c) * 8 <= length $v;
  my $pad = (3 - length($v) % 3) % 3;
  $v = pack 'u', $v;
  $v =~ s/^.//mg;
  $v =~ tr|` -_\n|AA-Za-z0-9+/|d;
  substr($v, -$pad) = '=' x $pad if $pad;
  return "b$v";
}

# a file of the system's own; undef when it is not there. 2048: a FIFO must not hold us up
sub slurp {
  my ($path, $cap) = @_;
  sysopen my $h, "$R$path", 2048 or return undef;
  return undef if !-f $h;
  my $v = '';
  1 while length $v < $cap && sysread $h, $v, $cap - length $v, length $v;
  return $v;
}

sub names { opendir my $d, "$R$_[0]" or return (); my @n = sort grep { !/^\.\.?$/ } readdir $d; @n }

# The output of a program, with a deadline of its own. The pid stands outside of the block with the
# deadline: leaving that block would close the handle, and that waits for the child.
sub run {
  my ($s, @argv) = @_;
  my ($pid, $h);
  open my $err, '>&', \*STDERR;
  open STDERR, '>', '/dev/null';
  my $r = try($s, sub {
    $pid = open $h, '-|', @argv or die "$argv[0]: $!\n";
    local $/;
    my $v = <$h>;
    die "$argv[0] said nothing\n" if !defined $v;
    $v;
  });
  open STDERR, '>&', $err;
  kill 9, $pid if ref $r && $pid;
  return $r;
}

sub kind { -l _ ? 'symlink' : -f _ ? 'file' : -d _ ? 'directory' : 'other' }

# kind, mode, user, group, ctime in ms, size
sub meta {
  my $path = "$R$_[0]";
  my @s = lstat $path or return ['absent'];
  my ($kind, $ms, $b) = (kind(), $s[10] * 1000 + 999, "\0" x 256);
  # statx(2) knows more than the second, where it is allowed; else say the latest it can have been
  if ($nr{statx} && !syscall $nr{statx}, -100, $path, 256, 2047, $b) {
    my ($sec, $ns) = unpack 'x96 q L', $b;
    $ms = $sec * 1000 + int $ns / 1e6;
  }
  return [$kind, sprintf('%04o', $s[2] & 07777), $uid{$s[4]} // $s[4], $gid{$s[5]} // $s[5], $ms, $s[7]];
}

# meta, and the content of a plain file up to 256 KiB; beyond, its sha256, and so of a secret one where
# the answer is kept in a log. Links are not followed.
sub file {
  my $path = shift;
  my $m = meta($path);
  return $m if $m->[0] ne 'file';
  my @s = lstat "$R$path";
  if ($s[7] > 1 << 18 || $in{sealed} && grep { $_ eq $path } @secret) {
    my $k = $known{$path};
    return [@$m, undef, $k->[2]] if $k && $m->[4] == $k->[0] && $m->[5] == $k->[1];
    my $sum = run(10, 'sha256sum', '--', "$R$path");
    return [@$m, undef, ref $sum ? undef : $sum =~ /^\\?(\w{64})/];
  }
  sysopen my $h, "$R$path", 2048 or return $m;
  my @t = stat $h;
  return $m if "@s[0, 1]" ne "@t[0, 1]";
  my $v = '';
  1 while length $v < 1 << 18 && sysread $h, $v, 1 << 18, length $v;
  return [@$m, body($v)];
}

# --- packages -----------------------------------------------------------------------------------

my ($dpkg, $dpkg_was);
sub dpkg {
  # dpkg never writes into this file, but puts another in its place
  my ($inode, $meta) = ((lstat "$R/var/lib/dpkg/status")[1], meta('/var/lib/dpkg/status'));
  my $now = join ' ', $inode // '', @$meta[0, 4, 5], names('/var/lib/dpkg/updates');
  return $dpkg if $dpkg && $now eq $dpkg_was;
  my $s = slurp('/var/lib/dpkg/status', 1 << 26);
  die "no dpkg status\n" if !defined $s;
  die "dpkg status is cut\n" if length $s && "\n\n" ne substr $s, -2;
  $s = "\n$s";
  # What dpkg had yet to write there when it was cut off. One that is at work ends before a run begins.
  my @j = grep { /^\d+$/ } names('/var/lib/dpkg/updates');
  for my $u (@j && !@{ locked() } ? @j : ()) {
    my $p = slurp("/var/lib/dpkg/updates/$u", 1 << 20) // '';
    $p =~ s/^#.*\n//mg;
    $p =~ s/\n*\z/\n/;
    my ($name) = $p =~ /^(Package: .+\n)/m or next;
    my ($for) = ($p =~ /^(Architecture: .+\n)/m, '');
    $s =~ s/\n\Q$name\E(?:.+\n)*?\Q$for\E(?:.+\n)*/\n$p/ or $s .= "$p\n";
  }
  my $of = sub {
    my $at = index $s, "\nPackage: $_[0]\n";
    $at < 0 ? undef : substr $s, $at + 1, index($s, "\n\n", $at) - $at;
  };
  ($arch) = (($of->('dpkg') // '') =~ /^Architecture: (\S+)/m);
  my $alloy = $of->('alloy');
  $alloy =~ s/^Description:.*\n(?: .*\n)*//m if defined $alloy;
  my @broken;
  while ($s =~ /\nStatus: \w+ (?!ok (?:installed|config-files|not-installed)\n)(.*)/g) {
    my ($state, $at) = ($1, rindex $s, "\nPackage: ", $-[0]);
    push @broken, [substr($s, $at + 10, index($s, "\n", $at + 1) - $at - 10), $state];
  }
  $dpkg_was = $now;
  return $dpkg = { arch => $arch, alloy => $alloy, broken => \@broken, journal => scalar @j };
}

# Who holds a lock of dpkg or apt, asked without taking it: F_GETLK, and a struct of 64-bit kernels.
sub locked {
  for my $path (map { "$R/var/$_" } 'lib/dpkg/lock-frontend', 'lib/dpkg/lock', 'lib/apt/lists/lock', 'cache/apt/archives/lock') {
    sysopen my $f, $path, 2048 or next;
    my $l = pack 's s x4 q q i x4', 1, 0, 0, 0, 0;
    fcntl $f, 5, $l or next;
    my ($type, $pid) = (unpack 's s x4 q q i', $l)[0, 4];
    next if $type == 2;
    my $name = slurp("/proc/$pid/comm", 64);
    return [$pid, ($name // '?') =~ /(.*)/];
  }
  return [];
}

sub apt {
  my (@sources, @prefs, %rings);
  my $d = '/etc/apt/sources.list';
  for my $path ($d, map { "$d.d/$_" } grep { /^[\w.-]+\.(?:list|sources)$/ } names("$d.d")) {
    my $v = slurp($path, 1 << 16);
    next if !defined $v || index($v, $in{repository}) < 0;
    push @sources, [$path, $v];
    $rings{$1} = 1 while $v =~ m{\bsigned-by\s*[=:]\s*(/[^\s\],]+)}gi;
  }
  $rings{$in{keyring}} = 1;
  $d = '/etc/apt/preferences';
  for my $path ($d, map { "$d.d/$_" } grep { /^[\w.-]+$/ && (!/\./ || /\.pref$/) } names("$d.d")) {
    my $v = slurp($path, 1 << 16);
    push @prefs, [$path, $v] if defined $v && ($v =~ /\balloy\b/ || index($v, $in{repository}) >= 0);
  }
  return { sources => \@sources, preferences => \@prefs, rings => { map { $_ => file($_) } keys %rings },
    listed => scalar(grep { index($_, "$in{repository}_") == 0 } names('/var/lib/apt/lists')) };
}

# --- the service --------------------------------------------------------------------------------

my @unit = qw(Unit.LoadState Unit.ActiveState Unit.SubState Unit.UnitFileState Unit.FragmentPath Unit.DropInPaths
  Unit.NeedDaemonReload Unit.InvocationID Service.NRestarts Service.Result Service.MainPID Service.ExecMainStatus);

# systemd's own socket (D-Bus without a bus): all questions in one write
sub bus {
  my $pad = sub { $_[0] .= "\0" x (-length($_[0]) % $_[1]) };
  socket my $s, 1, 1, 0 or die "$!\n";
  connect $s, pack 'S a*', 1, "/run/systemd/private\0" or die "connect: $!\n";
  my ($q, $n) = ("\0AUTH EXTERNAL 30\r\nBEGIN\r\n", 0);
  for (@unit) {
    my ($interface, $name) = split /\./;
    my $h = '';
    for ([1, 'o', '/org/freedesktop/systemd1/unit/alloy_2eservice'], [2, 's', 'org.freedesktop.DBus.Properties'], [3, 's', 'Get'], [8, 'g', 'ss']) {
      $pad->($h, 8);
      $h .= pack('C C a x', $_->[0], 1, $_->[1]) . pack $_->[1] eq 'g' ? 'C/a* x' : 'L/a* x', $_->[2];
    }
    my $b = pack 'L/a* x', "org.freedesktop.systemd1.$interface";
    $pad->($b, 4);
    $b .= pack 'L/a* x', $name;
    my $m = pack('a C C C L L L', 'l', 1, 0, 1, length $b, ++$n, length $h) . $h;
    $pad->($m, 8);
    $q .= $m . $b;
  }
  syswrite $s, $q;
  my ($b, %u) = ('');
  my $need = sub { while (length $b < $_[0]) { sysread $s, $b, 65536, length $b or die "cut\n" } };
  until ($b =~ s/^OK \w+\r\n//) {
    die "refused\n" if $b =~ /\n/;
    $need->(1 + length $b);
  }
  for (@unit) {
    $need->(16);
    my ($type, $length, $fields) = unpack 'x C x2 L x4 L', $b;
    my $head = 16 + $fields;
    $head += -$head % 8;
    $need->($head + $length);
    my $v = substr $b, $head, $length;
    substr $b, 0, $head + $length, '';
    redo if $type == 4;
    die "error\n" if $type != 2;
    my $sig = unpack 'C/a', $v;
    my $at = 2 + length $sig;
    $at += -$at % 4;
    my ($key) = /(\w+)$/;
    if ($sig eq 'as') {
      my ($end, @all) = $at + 4 + unpack "x$at L", $v;
      for ($at += 4; $at < $end; $at += 5 + length $all[-1]) { $at += -$at % 4; push @all, unpack "x$at L/a", $v }
      $u{$key} = join ' ', @all;
    } else {
      $u{$key} = unpack $sig =~ /[ubi]/ ? "x$at L" : "x$at L/a", $v;
      $u{$key} = unpack 'H*', $u{$key} if $sig eq 'ay';
    }
  }
  $bus = $s if !$in{sealed};
  return \%u;
}

sub unit {
  my $u = try(5, \&bus);
  # a pid 1 that does not answer will not answer systemctl either
  return $unit = $u if !$u->{error} || $u->{error} eq 'deadline';
  my $v = run(8, 'systemctl', 'show', 'alloy.service', '-p', join ',', map { /(\w+)$/ } @unit);
  return ref $v ? $v : { map { split /=/, $_, 2 } split /\n/, $v };
}

sub process {
  my $pid = shift;
  my $stat = slurp("/proc/$pid/stat", 4096);
  return undef if !defined $stat;
  # the name in brackets may hold anything: count from the last one
  my @f = split ' ', substr $stat, rindex($stat, ')') + 2;
  # never later than it was, whoever was at work between two readings: then a file would count as read
  my ($booted) = sort { $b <=> $a } map { my $now = clock(0); $now - clock(7) } 1 .. 3;
  my ($rss) = (slurp("/proc/$pid/status", 8192) || '') =~ /^VmRSS:\s+(\d+)/m;
  return { pid => $pid, started => int(($booted + $f[19] / 100) * 1000), exe => readlink "/proc/$pid/exe",
    argv => [split /\0/, slurp("/proc/$pid/cmdline", 1 << 16)], rss => $rss };
}

# --- http ---------------------------------------------------------------------------------------

sub peer {
  my ($a, $port) = @in{qw(address port)};
  if ($a =~ /:/) {
    my ($head, $tail) = map { [split /:/] } split /::/, $a, 2;
    my @tail = @{$tail // []};
    return 10, pack 'S n N n8 N', 10, $port, 0, (map { hex } @$head, (0) x (8 - @$head - @tail), @tail), 0;
  }
  my $ip = gethostbyname $a or die "$a: unknown name\n";
  return 2, pack 'S n a4 x8', 2, $port, $ip;
}

sub dial {
  my ($family, $to) = peer();
  socket my $s, $family, 1, 0 or die "$!\n";
  connect $s, $to or die "$!\n";
  return $s;
}

# Takes one whole answer off the front of what came: [status, body].
sub answer {
  my ($b, $end) = @_;
  my $at = index $$b, "\r\n\r\n";
  return if $at < 0;
  my ($head, $rest) = (substr($$b, 0, $at), substr $$b, $at + 4);
  my ($status) = $head =~ m{^HTTP/1\.\d (\d+)} or die "no HTTP\n";
  if ($head =~ /^content-length:\s*(\d+)/mi) {
    return if length $rest < $1;
    $$b = substr $rest, $1;
    return [$status, substr $rest, 0, $1];
  }
  if ($head =~ /^transfer-encoding:\s*chunked/mi) {
    my ($v, $p) = ('', 0);
    while (substr($rest, $p, 20) =~ /^([0-9a-f]+)[^\r]*\r\n/i) {
      my $n = hex $1;
      $p += $+[0] + $n + 2;
      return if length $rest < $p;
      if (!$n) { $$b = substr $rest, $p; return [$status, $v] }
      $v .= substr $rest, $p - $n - 2, $n;
    }
    return;
  }
  return if !$end;
  $$b = '';
  return [$status, $rest];
}

# Asks for all paths in one write; a server that hangs up in between is dialled again. What has come
# before a deadline stays in @$got.
sub ask {
  my ($got, @paths) = @_;
  while (@$got < @paths) {
    my ($had, $b, $s, $end) = (scalar @$got, '', dial());
    syswrite $s, join '', map { "GET $paths[$_] HTTP/1.1\r\nHost: alloy\r\n" . ($_ == $#paths ? "Connection: close\r\n\r\n" : "\r\n") } $had .. $#paths;
    while (@$got < @paths) {
      my $one = answer(\$b, $end);
      if ($one) { push @$got, $one; next }
      last if $end;
      die "too long\n" if length $b > 1 << 22;
      $end = !sysread $s, $b, 65536, length $b;
    }
    die "no answer\n" if @$got == $had;
  }
  return 1;
}

# Names of the healthy, [name, state, message] of the others; the whole text where it is not as we know it.
sub components {
  my ($n, @well, @ill) = scalar(() = $_[0] =~ /"localID"/g);
  while ($_[0] =~ /"localID":"((?:[^"\\]++|\\.)*+)"(?:(?!"localID").)*?"health":\{"state":"(\w+)","message":"((?:[^"\\]++|\\.)*+)"/gs) {
    if ($2 eq 'healthy') { push @well, $1 } else { push @ill, [$1, $2, substr $3, 0, 2000] }
  }
  return $n == @well + @ill && $_[0] =~ /^\s*\[/ ? { well => \@well, ill => \@ill } : { raw => $_[0] };
}

sub http {
  my ($runs, $renewed) = @_;
  my (%h, @got);
  if ($runs) {
    my @paths = ('/-/ready', '/api/v0/web/components', '/-/healthy', $renewed ? '/metrics' : ());
    my $r = try(5, sub { ask(\@got, @paths) });
    $h{error} = $r->{error} if ref $r;
    $h{ready} = $got[0] ? $got[0][0] : 0;
    $h{healthy} = $got[2] ? $got[2][0] : 0;
    $h{body} = substr $got[2][1], 0, 4000 if $h{healthy} && $h{healthy} != 200;
    $h{components} = try(5, sub { components($got[1][1]) }) if $got[1] && $got[1][0] == 200;
    $h{version} = $1 if $got[3] && $got[3][1] =~ /^alloy_build_info\{[^}\n]*\bversion="v?([^"]*)"/m;
    return \%h;
  }
  # nothing of ours runs: whoever answers there stands in the way
  my $s = try(2, \&dial);
  return { ready => 0, healthy => 0, error => $s->{error} } if ref $s eq 'HASH';
  my ($inode, $port) = ('', sprintf ':%04X', $in{port});
  for ('tcp', 'tcp6') {
    for (split /\n/, slurp("/proc/net/$_", 1 << 22) || '') {
      my @f = split;
      $inode = "socket:[$f[9]]" if $f[3] eq '0A' && substr($f[1], -5) eq $port;
    }
  }
  for my $pid ($inode ? grep { /^\d+$/ } names('/proc') : ()) {
    for (names("/proc/$pid/fd")) {
      next if (readlink "$R/proc/$pid/fd/$_" || '') ne $inode;
      return { ready => 0, healthy => 0, owner => (slurp("/proc/$pid/comm", 64) || '?') =~ /(.*)/ };
    }
  }
  return { ready => 0, healthy => 0, owner => '?' };
}

# `$_[0]`: the unit as it is known to be
sub service {
  my %f = (unit => $_[0] || unit());
  my $pid = $f{unit}{MainPID};
  $f{process} = process($pid) if $pid;
  if ($in{http}) {
    my $exe = ($f{process} || {})->{exe};
    $f{http} = http($pid, $pid && (!defined $exe || $exe ne '/usr/bin/alloy'));
  }
  return \%f;
}

# --- the rest -----------------------------------------------------------------------------------

sub account {
  my (%has, $primary, @of);
  for (split /\n/, slurp('/etc/passwd', 1 << 24) || '') {
    my @f = split /:/;
    next if @f < 4;
    $uid{$f[2]} = $f[0] if !defined $uid{$f[2]};
    $primary = $f[3] if $f[0] eq 'alloy';
  }
  for (split /\n/, slurp('/etc/group', 1 << 24) || '') {
    my @f = split /:/;
    next if @f < 3;
    $gid{$f[2]} = $f[0] if !defined $gid{$f[2]};
    $has{$f[0]} = 1;
    push @of, $f[0] if (defined $primary && $f[2] eq $primary) || ",$f[3]," =~ /,alloy,/;
  }
  return { user => defined $primary, group => $has{alloy}, of => \@of, known => [grep { $has{$_} } @groups] };
}

sub free {
  my %free;
  for my $path ('/usr', '/etc', '/var') {
    my ($at, $b) = ("$R$path", "\0" x 256);
    if ($nr{statfs} && !syscall $nr{statfs}, $at, $b) {
      my ($size, $blocks) = (unpack 'q5', $b)[1, 4];
      $free{$path} = $size * $blocks;
    } else {
      my $v = run(3, 'stat', '-f', '-c', '%a %S', '--', $at);
      $free{$path} = $1 * $2 if $v =~ /^(\d+) (\d+)/;
    }
  }
  return \%free;
}

sub own {
  my ($s, $holder) = '/var/lib/alloyup';
  # 5: shared, and without waiting; let go at once
  if (sysopen my $h, "$R$s/lock", 2048) {
    $holder = slurp("$s/lock.holder", 1024) || '?' if !flock $h, 5;
  }
  my @runs = reverse names("$s/runs");
  return { holder => $holder, armed => slurp("$s/armed", 256), receipt => slurp("$s/receipt.json", 1 << 18),
    runs => [map { [$_, slurp("$s/runs/$_/verdict", 64)] } splice @runs, 0, 10] };
}

# The file in which a sudo above us keeps all that it is sent (log_input); undef: it keeps nothing. It
# holds that file open, wherever its rules come from.
sub sudo_log {
  my $pid = getppid;
  for (1 .. 4) {
    my ($name, $up) = (slurp("/proc/$pid/stat", 4096) // '') =~ /\((.*)\) \S (\d+)/s or return undef;
    if ($name eq 'sudo') {
      for my $to (grep { defined } map { readlink "$R/proc/$pid/fd/$_" } names("/proc/$pid/fd")) {
        return $to if $to =~ m{/(?:stdin|ttyin)$};
      }
    }
    $pid = $up;
  }
  return undef;
}

# Seconds by a clock of the kernel: 0 is the time of day, 7 the time since boot, with sleep. Not from
# /proc/uptime where it can be helped: a container may be told its own age there.
sub clock {
  my ($which, $v) = (shift, "\0" x 16);
  if (!$nr{clock} || syscall $nr{clock}, $which, $v) {
    return time if !$which;
    return 0.01 + (split ' ', slurp('/proc/uptime', 99))[0];
  }
  my ($s, $ns) = unpack 'q q', $v;
  return $s + $ns / 1e9;
}

sub main {
  $SIG{ALRM} = sub { die "deadline\n" };
  $SIG{PIPE} = 'IGNORE';
  my %f = (v => 1, secret => \@secret);
  if ($> && $R eq '') { $f{error} = 'not root' }
  else {
    $f{dpkg} = try(5, \&dpkg);
    $f{now} = sprintf '%.0f', clock(0) * 1000;
    $f{account} = try(5, \&account);
    $f{os} = slurp('/etc/os-release', 1 << 14);
    $f{systemd} = -d "$R/run/systemd/system" ? 1 : 0;
    ($f{host}) = (slurp('/proc/sys/kernel/hostname', 256) || '') =~ /(.*)/;
    ($f{boot}) = (slurp('/proc/sys/kernel/random/boot_id', 64) || '') =~ /(.*)/;
    ($f{uptime}) = (slurp('/proc/uptime', 64) || '') =~ /^(\d+)/;
    $f{missing} = [grep { my $t = $_; !grep { -x "$R$_/$t" } '/usr/sbin', '/usr/bin', '/sbin', '/bin' } @tools];
    $f{lock} = try(3, \&locked);
    $f{apt} = try(5, \&apt);
    $f{files} = { map { $_ => file($_) } @files };
    my %dirs = map { m{^(.+)/} ? ($1 => 1) : () } @files, '/etc/alloy/x', '/var/lib/alloy/x', '/var/lib/alloy/data/x';
    $f{folders} = { map { $_ => meta($_) } keys %dirs };
    %f = (%f, %{ $seen || service() }) if $f{systemd};
    $f{free} = try(5, \&free);
    $f{own} = try(5, \&own);
    $f{sudoLog} = sudo_log();
  }
  print "$in{nonce} facts ", json(\%f), "\n";
}

# apply.pl reads it in for its questions
main() unless caller;
