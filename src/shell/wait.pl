# What the apply and undo scripts wait for, and ask systemd and dpkg's lock; behind host.pl. Says how long
# it waits as "NONCE wait SECONDS LIMIT WHAT".
#   before FILE                         component ids and health, one "id<TAB>health" a line; 1: nobody answers
#   reload                              POST /-/reload; the answer's text on failure (host.pl)
#   ready LIMIT                         until /-/ready says 200 and the unit lives
#   service LIMIT                       the weaker check: unit active and the port open
#   components WANT TOLERATE BEFORE LIMIT KNOWN   the set that runs is the one that was asked for; -as: two lists, not files
#   watch SECONDS                       the unit does not restart
#   keep FOLDER                         puts the files named on stdin there, by second names
#   version WANT                        the process that runs is this version
#   restart | stop                      through systemctl, telling what it waits for
#   lock LIMIT                          until nobody holds dpkg's lock
#   conffiles FILE                      dpkg knows these hashes of alloy's conffiles ("PATH MD5" lines) as shipped
# Exit 0 good, 1 bad with "NONCE problem CODE TEXT" and "NONCE detail TEXT" lines.
use strict;
our ($nonce, $address, $port, $begun, $told);

# JSON into perl values; \u stays as it is written (ids are plain ASCII).
sub json { my $t = shift; value(\$t) }
sub value {
  my $r = shift;
  $$r =~ /\G\s+/gc;
  if ($$r =~ /\G\{/gc) {
    my %h;
    until ($$r =~ /\G\s*\}/gc) {
      $$r =~ /\G\s*,?\s*"((?:[^"\\]++|\\.)*+)"\s*:/gc or die "json\n";
      my $k = $1; $h{$k} = value($r);
    }
    return \%h;
  }
  if ($$r =~ /\G\[/gc) {
    my @a;
    until ($$r =~ /\G\s*\]/gc) { $$r =~ /\G\s*,/gc; last if $$r =~ /\G\s*\]/gc; push @a, value($r) }
    return \@a;
  }
  if ($$r =~ /\G"((?:[^"\\]++|\\.)*+)"/gc) { my $s = $1; $s =~ s/\\(["\\\/])/$1/g; $s =~ s/\\n/\n/g; $s =~ s/\\t/\t/g; return $s }
  return $1 if $$r =~ /\G(-?[\d.eE+-]+|true|false|null)/gc;
  die "json\n";
}

# id -> [health, message]; undef when nobody answers.
sub components {
  my ($status, $body) = http('GET', '/api/v0/web/components', 10);
  return undef if $status != 200;
  my $list = eval { json($body) } or return undef;
  return undef if ref $list ne 'ARRAY';
  my %found;
  for (@$list) {
    my $h = $_->{health} || {};
    $found{$_->{localID}} = [$h->{state} || 'unknown', $h->{message} || ''];
  }
  return \%found;
}

sub lines { my $f = shift; open my $h, '<', $f or return (); my @l = <$h>; chomp @l; grep { length } @l }

sub systemctl_show {
  open my $h, '-|', 'systemctl', 'show', 'alloy', '-p', 'ActiveState,SubState,Result,NRestarts,InvocationID,MainPID,ExecMainStatus' or return {};
  my %u = map { chomp; split /=/, $_, 2 } <$h>;
  close $h;
  return \%u;
}

sub journal {
  my $since = $ENV{ALLOYUP_SINCE} || $begun;
  open my $h, '-|', 'journalctl', '-u', 'alloy', '-o', 'cat', '--no-pager', '-n', 25, '--since', "\@$since" or return '';
  local $/; my $text = <$h>; close $h;
  return defined $text ? $text : '';
}

# A unit that has failed, or restarts again and again, will not come up by waiting.
sub dies {
  my $u = unit();
  return "the service failed: $u->{Result}, status $u->{ExecMainStatus}" if $u->{ActiveState} eq 'failed';
  return "the service died and was restarted $u->{NRestarts} times" if $u->{NRestarts} >= 2;
  return 'the service is not running' if $u->{ActiveState} eq 'inactive';
  return undef;
}

sub do_before {
  open my $out, '>', $_[0] or bad('apply.failed', "$_[0]: $!");
  my $found = components() or die BAD();
  print $out "$_\t$found->{$_}[0]\n" for sort keys %$found;
}

sub do_ready {
  my $limit = shift;
  my ($status, $why, $looked) = (0, '', 0);
  while (1) {
    ($status, $why) = http('GET', '/-/ready', 5);
    last if $status == 200;
    if (time - $looked >= 1) { $looked = time; my $dead = dies(); bad('alloy.start', "Alloy does not start: $dead", journal()) if $dead }
    bad('alloy.unready', "Alloy is not ready after $limit s: " . ($status ? "/-/ready answers $status" : "$address:$port $why"), journal()) if time - $begun > $limit;
    waiting('for Alloy to be ready', $limit);
    nap(0.1);
  }
}

sub do_service {
  my $limit = shift;
  while (1) {
    my $u = unit();
    if ($u->{ActiveState} eq 'active') {
      my $peer = sockaddr();
      socket my $s, unpack('S', $peer), 1, 0;
      return if connect $s, $peer;
    }
    my $dead = dies(); bad('alloy.start', "Alloy does not start: $dead", journal()) if $dead && time - $begun > 1;
    bad('alloy.unready', "nothing listens on $address:$port after $limit s", journal()) if time - $begun > $limit;
    waiting('for Alloy to listen', $limit);
    nap(0.2);
  }
}

sub do_components {
  my ($want, $tolerate, @rest) = @_;
  asked('components-as', [lines($want)], [lines($tolerate)], @rest) or die BAD();
}

sub do_components_as {
  my ($want, $tolerate, $before, $limit, $known) = @_;
  my %want = map { $_ => 1 } @$want;
  my %tolerate = map { $_ => 1 } @$tolerate;
  my %before = map { split /\t/ } lines($before);
  while (1) {
    my $found = components();
    my (@missing, @surplus, @ill, @young);
    if ($found) {
      @missing = grep { !$found->{$_} } sort keys %want;
      @surplus = $known ? grep { !$want{$_} } sort keys %$found : ();
      for my $id (sort keys %$found) {
        my $state = $found->{$id}[0];
        next if $state eq 'healthy' || $tolerate{$id};
        next if defined $before{$id} && $before{$id} ne 'healthy' && $before{$id} ne 'unknown' && $state ne 'exited';
        next if defined $before{$id} && $before{$id} eq $state && $state ne 'unknown';
        push @{ $state eq 'unknown' ? \@young : \@ill }, $id;
      }
      return if !@missing && !@surplus && !@ill && !@young;
    }
    # a component that fails its evaluation is unhealthy at once; only the young get better by waiting.
    # Health is written a moment after the answer to a reload, hence the two seconds.
    if ((time - $begun >= 2 && ($found && (@ill || @missing || @surplus))) || time - $begun > $limit) {
      my @why;
      push @why, 'missing: ' . join ', ', @missing if @missing;
      push @why, 'not asked for, yet running: ' . join ', ', @surplus if @surplus;
      push @why, map { "$_ is $found->{$_}[0]: $found->{$_}[1]" } @ill;
      push @why, "not started within $limit s: " . join ', ', @young if @young;
      push @why, "$address:$port does not list its components" if !$found;
      my $n = @missing + @surplus + @ill + @young;
      bad('alloy.components', $n == 1 ? "one component is not as the configuration asks" : "$n components are not as the configuration asks", join "\n", @why, journal());
    }
    waiting('for new components to start', $limit);
    nap(0.2);
  }
}

sub do_watch {
  my $limit = shift;
  my $first = unit();
  # as long as its process lives, nothing was restarted; to ask systemd each time would cost more than all else
  my $alive = sub { open my $h, '<', "/proc/$first->{MainPID}/stat" or return ''; my $stat = <$h> || ''; return (split ' ', substr $stat, rindex($stat, ')') + 2)[19] || '' };
  my $born = $alive->();
  while (1) {
    my $over = time - $begun >= $limit;
    if ($over || !$born || $alive->() ne $born) {
      my $u = unit();
      bad('alloy.start', "Alloy died within the $limit s that it was watched", journal())
        if $u->{InvocationID} ne $first->{InvocationID} || $u->{NRestarts} ne $first->{NRestarts} || $u->{ActiveState} ne 'active';
      return if $over;
    }
    nap(0.5);
    waiting('to see whether Alloy stays up', $limit);
  }
}

# The package's files, named on stdin, under this folder: by a second name where that can be, folders anew.
sub do_keep {
  my $root = shift;
  my $folder;
  $folder = sub {
    my $path = shift;
    return if -d "$root$path";
    (my $above = $path) =~ s{/[^/]*\z}{};
    $folder->($above) if length $above;
    my $mode = (stat $path)[2];
    mkdir "$root$path" and chmod +(defined $mode ? $mode : 0755) & 07777, "$root$path" or die "$root$path: $!\n";
  };
  for my $path (<STDIN>) {
    chomp $path;
    next if $path eq '/.';
    if (-d $path && !-l $path) { $folder->($path) }
    elsif (-e $path || -l $path) {
      (my $above = $path) =~ s{/[^/]*\z}{};
      $folder->($above) if length $above;
      link $path, "$root$path" or system('cp', '-a', '--', $path, "$root$path") == 0 or die "$path: not kept\n";
    }
  }
}

sub do_version {
  my $want = shift;
  my ($status, $body) = http('GET', '/metrics', 10);
  my ($runs) = $body =~ /^alloy_build_info\{[^}]*\bversion="v?([^"]+)"/m;
  $want =~ s/-\d+$//;
  bad('alloy.version', 'Alloy does not tell its version at /metrics') if !defined $runs;
  bad('alloy.version', "Alloy $runs runs, $want is installed") if $runs ne $want;
}

# There is no other way to tell dpkg what it knew before a package was built again. Under dpkg's own
# locks, and only while no journal of it waits to be written.
sub do_conffiles {
  my %md5 = map { m{^\s*(/\S+) ([0-9a-f]{32})} ? ($1 => $2) : () } lines($_[0]);
  my @held;
  for my $f ('lock-frontend', 'lock') {
    open my $h, '+<', "/var/lib/dpkg/$f" or next;
    my $l = pack 's s x4 q q i x4', 1, 0, 0, 0, 0;
    for (1 .. 40) { last if fcntl $h, 6, $l; nap(0.25) }
    push @held, $h;
  }
  die BAD() if grep { m{/\d+$} } glob '/var/lib/dpkg/updates/*';
  my $status = '/var/lib/dpkg/status';
  open my $in, '<', $status or die BAD();
  local $/;
  my $all = <$in>;
  my ($head, $own, $rest) = $all =~ /\A(.*?^)(Package: alloy\n.*?\n)(\n.*)?\z/ms or die BAD();
  my $before = $own;
  $own =~ s/^ (\Q$_\E) [0-9a-f]{32}/ $1 $md5{$_}/m for keys %md5;
  return if $own eq $before;
  open my $out, '>', "$status.alloyup" or die BAD();
  print $out $head, $own, defined $rest ? $rest : '' or die BAD();
  close $out or die BAD();
  chmod 0644, "$status.alloyup";
  system 'sync', "$status.alloyup";
  rename "$status.alloyup", $status or die BAD();
}

sub do_restart { systemctl('restart') }

sub do_stop { systemctl('stop') }

sub do_lock {
  my $limit = shift;
  while (1) {
    my $holder;
    for my $f ('/var/lib/dpkg/lock-frontend', '/var/lib/dpkg/lock', '/var/lib/apt/lists/lock') {
      open my $h, '<', $f or next;
      my $l = pack 's s x4 q q i x4', 1, 0, 0, 0, 0;
      fcntl $h, 5, $l or next;
      my ($type, $pid) = (unpack 's s x4 q q i', $l)[0, 4];
      $holder = $pid if $type != 2;
    }
    return if !defined $holder;
    my $name = 'a process'; if (open my $h, '<', "/proc/$holder/comm") { chomp($name = <$h>) }
    bad('apply.locked', "$name (pid $holder) still holds the lock of dpkg after $limit s") if time - $begun > $limit;
    waiting("for the dpkg lock of $name (pid $holder)", $limit);
    nap(0.25);
  }
}

# A stop takes 20 s where a target is unreachable (then systemd kills it): nobody should wonder.
sub systemctl {
  my $verb = shift;
  # forgets the starts of the last ten seconds, too: a service that dies at once is refused one more of them
  system 'systemctl reset-failed alloy 2>/dev/null' if $verb eq 'restart';
  my $pid = fork;
  die "fork: $!\n" if !defined $pid;
  if (!$pid) { exec 'systemctl', $verb, 'alloy'; exit 127 }
  my $since = time;
  while (waitpid($pid, 1) == 0) {
    nap(0.05);
    waiting('for Alloy to stop', 20, $since);
    if (time - $since > 100) { kill 9, $pid; bad('alloy.start', "systemctl $verb alloy did not return within 100 s", journal()) }
  }
  # restart tells 1 within the start-limit window for a configuration that is good by now: what counts is what runs
  return if $verb eq 'restart' || $? == 0;
  bad('apply.failed', "systemctl $verb alloy ended with " . ($? >> 8));
}

