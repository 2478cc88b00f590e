# What everything else stands on: paths, files, programs, and the lines the program prints.
# perl-base only and no modules: each costs a host more than it saves.
use strict;

# Every path is below this prefix: '' on a host, a directory in unit tests. It is wherever the program lies.
our $ROOT = $0 =~ m{\A(.*)/(?:run/alloyup|var/lib/alloyup/runs)/[^/]+/program\z} ? $1 : '';
# The request: what to do, as the controller asked for it.
our %in;

# State that survives a reboot, and what must not: file contents with secrets stay in memory.
our $STATE = '/var/lib/alloyup';
our $MEMORY = '/run/alloyup';

sub at { return "$ROOT$_[0]" }

sub parent_of { my $path = shift; $path =~ s{/[^/]*\z}{}; return length $path ? $path : '/' }

# --- places: where others may write, a look at a path says nothing about the next one -------------

# O_NOFOLLOW, whose number depends on the architecture: /proc/self is a link. O_DIRECTORY is half of it everywhere.
sub no_follow { our $no_follow ||= sysopen(my $h, '/proc/self', 131072) ? 32768 : 131072; return $no_follow }

# ("/proc/PID/fd/N/NAME", handle): the way to a path through its parent directory, for as long as the handle lives. A
# link on the way is followed only where root alone could put it.
sub way_to {
  my $path = shift;
  my ($name, @above) = reverse split m{/}, substr $path, 1;
  my ($so_far, $at) = ('');
  for ('', reverse @above) {
    my $way = length ? "/proc/$$/fd/" . fileno($at) . "/$_" : at('/');
    my @s = $at ? stat $at : ();
    my $ours = !@s || $s[4] == $> && !($s[2] & 022);
    $so_far .= "/$_" if length;
    sysopen my $next, $way, 2048 | no_follow() >> 1 | ($ours ? 0 : no_follow()) or -l $way ? fail('host.file', { reason => 'symlink', path => $so_far }) : die "$so_far: $!\n";
    $at = $next;
  }
  return ("/proc/$$/fd/" . fileno($at) . "/$name", $at);
}

# A handle of the file or directory itself. Dies where something else lies there.
sub open_in_place {
  my $path = shift;
  my ($way, $held) = way_to($path);
  sysopen my $h, $way, 2048 | no_follow() or -l $way ? fail('host.file', { reason => 'symlink', path => $path }) : die "$path: $!\n";
  -f $h || -d _ or fail('host.file', { reason => 'not-a-file', path => $path });
  return $h;
}

# The mount that a path lies on: no rename leaves it.
sub mount_of {
  my $path = shift;
  our @mounts;
  @mounts = sort { length $b <=> length $a } map { my $m = (split)[4] // ''; $m =~ s/\\(\d{3})/chr oct $1/ge; $m } split /\n/, read_file('/proc/self/mountinfo', 1 << 22) // '' if !@mounts;
  my ($mount) = grep { $path eq $_ || index($path, "$_/") == 0 } @mounts;
  return $mount // '/';
}

# --- files: all of these take paths of the host, without the prefix ------------------------------

# Up to $limit bytes; undef when there is no such plain file. O_NONBLOCK: a FIFO must not block us.
sub read_file {
  my ($path, $limit) = @_;
  $limit ||= 1 << 26;
  sysopen my $h, at($path), 2048 or return undef;
  return undef if !-f $h;
  my $text = '';
  1 while length $text < $limit && sysread $h, $text, $limit - length $text, length $text;
  return $text;
}

sub first_line { my $text = read_file(@_); return '' if !defined $text; $text =~ s/\n.*//s; return $text }

# A new file with mode 0600, on the disk when this returns (O_DSYNC). Dies where it cannot be written.
sub write_file {
  my ($path, $text) = @_;
  unlink at($path);
  # O_WRONLY | O_CREAT | O_EXCL | O_DSYNC
  sysopen my $h, at($path), 1 | 64 | 128 | 4096, 0600 or die "$path: $!\n";
  write_all($h, $text) && close $h or die "$path: $!\n";
  return 1;
}

sub write_all {
  my ($h, $text) = @_;
  my $done = 0;
  while ($done < length $text) { $done += syswrite($h, $text, length($text) - $done, $done) || return 0 }
  return 1;
}

# The same, but never half there: an old file stays until the new one is complete.
sub replace_file { my ($path, $text) = @_; write_file("$path.new", $text); return move_to("$path.new", $path) }

sub move_to {
  my ($from, $to) = @_;
  my ($from_way, $from_held, $to_way, $to_held) = (way_to($from), way_to($to));
  rename $from_way, $to_way or die "$to: $!\n";
  return 1;
}

# A file or a link; one that is not there is no error.
sub delete_file {
  my $path = shift;
  return 1 if kind_of($path) eq 'absent';
  my ($way, $held) = way_to($path);
  unlink $way or die "$path: $!\n";
  return 1;
}

sub names_in { opendir my $d, at($_[0]) or return (); return sort grep { $_ ne '.' && $_ ne '..' } readdir $d }

# False when something could not be removed. rm follows no link, whatever is exchanged while it walks.
sub remove_tree {
  my @there = grep { kind_of($_) ne 'absent' } @_;
  return !@there || quietly('rm', '-rf', '--one-file-system', '--', map { at($_) } @there);
}

# absent, file, symlink, directory or other
sub kind_of { return lstat at($_[0]) ? -l _ ? 'symlink' : -f _ ? 'file' : -d _ ? 'directory' : 'other' : 'absent' }

# A copy with mode, owner, times and attributes; a link is copied as a link.
sub copy {
  my ($from, $to) = @_;
  my ($from_way, $from_held, $to_way, $to_held) = (way_to($from), way_to($to));
  return run_program('cp', '-a', '-T', '--', $from_way, $to_way) || die "$from cannot be copied\n";
}

# Makes names and contents last through a power failure.
sub sync_paths { return run_program('sync', '--', map { at($_) } @_) || run_program('sync') }

# path -> sha256, of the plain files among these
sub hashes_of {
  my @paths = grep { kind_of($_) eq 'file' } @_;
  return () if !@paths;
  my @sums = map { /^\\?([0-9a-f]{64}) / ? $1 : () } split /\n/, output_of(60, 'sha256sum', '--', map { at($_) } @paths);
  return @sums == @paths ? map { $paths[$_] => $sums[$_] } 0 .. $#paths : ();
}

# --- owners: /etc/passwd and /etc/group first, so that facts, comparisons and changes agree -----------

our (%user_of, %uid_of, %group_of, %gid_of);
sub read_accounts {
  (%user_of, %uid_of, %group_of, %gid_of) = ();
  for ([passwd => \%user_of, \%uid_of], [group => \%group_of, \%gid_of]) {
    my ($file, $name_of, $id_of) = @$_;
    for (split /\n/, read_file("/etc/$file") || '') {
      my ($name, undef, $id) = split /:/;
      next if !defined $id || $id !~ /^\d+\z/;
      $name_of->{$id} = $name if !defined $name_of->{$id};
      $id_of->{$name} = $id if !defined $id_of->{$name};
    }
  }
}

sub owner_of { my @s = @_; return join ':', $user_of{$s[4]} // $s[4], $group_of{$s[5]} // $s[5] }
sub mode_of { return sprintf '%04o', $_[2] & 07777 }

# Gives a path this mode and owner ("user:group").
sub own {
  my ($path, $mode, $owner) = @_;
  my ($user, $group) = split /:/, $owner;
  read_accounts();
  my $uid = $uid_of{$user} // getpwnam $user;
  my $gid = $gid_of{$group} // getgrnam $group;
  die "there is no user $user\n" if !defined $uid;
  die "there is no group $group\n" if !defined $gid;
  return set_mode($path, $mode, $uid, $gid);
}

# What is there already is not touched.
sub set_mode {
  my ($path, $mode, $uid, $gid) = @_;
  my $h = open_in_place($path);
  my @s = stat $h;
  if ($s[4] != $uid || $s[5] != $gid) { chown $uid, $gid, $h or die "$path: $!\n" }
  # chown takes bits of the mode away
  if (mode_of(stat $h) ne $mode) { chmod oct $mode, $h or die "$path: $!\n" }
  return 1;
}

# --- programs, looked up in PATH -----------------------------------------------------------------

# True when it exits 0. Its output goes where ours goes.
sub run_program { return system(@_) == 0 }

sub quietly {
  open my $out, '>&', \*STDOUT; open my $err, '>&', \*STDERR;
  open STDOUT, '>', '/dev/null'; open STDERR, '>', '/dev/null';
  my $ok = run_program(@_);
  open STDOUT, '>&', $out; open STDERR, '>&', $err;
  return $ok;
}

# What it prints within so many seconds; '' when it fails or takes longer.
sub output_of {
  my ($seconds, @argv) = @_;
  my ($text, $exit) = said_by($seconds, @argv);
  return $exit == 0 ? $text : '';
}

# (output, exit code); 124 when it took too long, and then it is killed. Errors are dropped.
sub said_by {
  my ($seconds, @argv) = @_;
  my $pid = open my $h, '-|';
  return ('', 127) if !defined $pid;
  if (!$pid) {
    # nothing of ours is caught in the program that follows
    $SIG{$_} = 'DEFAULT' for qw(TERM INT HUP PIPE ALRM);
    open STDERR, '>', '/dev/null';
    open STDIN, '<', '/dev/null';
    { exec @argv }
    # without running what stands behind
    kill 9, $$;
  }
  my ($text, $end) = ('', time + $seconds);
  while (1) {
    vec(my $ready = '', fileno $h, 1) = 1;
    my $left = $end - time;
    if ($left <= 0) { kill 9, $pid; close $h; return ($text, 124) }
    next if !select $ready, undef, undef, $left < 1 ? 1 : $left;
    sysread $h, $text, 65536, length $text or last;
  }
  close $h;
  return ($text, $? >> 8 || ($? ? 1 : 0));
}

# Runs a program as part of an action, which ends there when the program fails.
our $exit_code = 1;
sub must {
  return 1 if run_program(@_);
  $exit_code = $? >> 8 || 1;
  die "$_[0] failed\n";
}

# The same, with this text on its standard input.
sub must_read {
  my ($text, @argv) = @_;
  local $SIG{PIPE} = 'IGNORE';
  open my $h, '|-', @argv or die "$argv[0]: $!\n";
  print $h $text;
  close $h or $exit_code = $? >> 8 || 1, die "$argv[0] failed\n";
  return 1;
}

sub systemd_runs { return -d at('/run/systemd/system') }

sub pause { stop_if_asked(); select undef, undef, undef, shift }

# Somebody wants this run to stop. From `unstoppable` on, what is left is carried to its end.
our ($stop_asked, $unstoppable) = (0, 0);
sub stop_if_asked { die "stopped by a signal\n" if $stop_asked && !$unstoppable }
sub stop_on_signals { $SIG{$_} = sub { $stop_asked = 1; stop_if_asked() } for qw(TERM INT HUP) }

# --- what the program prints ---------------------------------------------------------------------

# One line "NONCE {json}", in plain ASCII. Every byte of a value is one character there.
sub record {
  return if $in{nonce} eq '';
  my $json = encode({@_});
  $json =~ s/([\x7f-\xff])/sprintf '\u%04x', ord $1/ge;
  print "$in{nonce} $json\n";
}

# Something is wrong; $detail is what a program said about it.
sub problem {
  my ($code, $params, $detail) = @_;
  record(type => 'problem', problem => { code => $code, params => $params, defined $detail && length $detail ? (detail => substr $detail, 0, 4000) : () });
}

# The same, and the action, the check or the proof ends there.
sub fail { problem(@_); die "failed\n" }

# At most one line a second, and none in the first one: most waits are over by then. $silent: so many seconds instead.
our $waited = -1;
sub waiting {
  my ($what, $since, $limit, $silent) = @_;
  my $seconds = time - $since;
  return if $seconds < ($silent // 1) || $seconds == $waited;
  $waited = $seconds;
  record(type => 'wait', seconds => $seconds, limit => $limit, what => $what);
}
