# The lock of a run on this host, and the locks of dpkg and apt.
use strict;
our (%in, $STATE);

# True with the lock; else how the run ended is told: somebody else has it, or it cannot be had here at all.
sub locked {
  my $taken = eval { take_lock($in{lockWait}) };
  return 1 if $taken;
  say_why($@) if !defined $taken;
  result(defined $taken ? 'locked' : 'failed');
  return 0;
}

sub no_lock { fail('host.disk', { reason => 'not-writable', directory => $STATE, said => "$!" }) }

# A flock: it dies with its process, so there is no stale lock. False when another run keeps it.
sub take_lock {
  my $limit = shift;
  for ($STATE, "$STATE/runs") {
    next if mkdir at($_), 0700;
    my $kind = kind_of($_);
    no_lock() if $kind eq 'absent';
    fail('host.file', { reason => 'not-a-directory', path => $_ }) if $kind ne 'directory';
    chmod 0700, at($_);
  }
  our $lock;
  open $lock, '+>>', at("$STATE/lock") or no_lock();
  # F_SETFD: what this process starts holds the lock too, for as long as it lives
  fcntl $lock, 2, 0;
  my ($since, $run, $holder) = (time, '', {});
  until (flock $lock, 6) {
    # EAGAIN
    no_lock() if $! != 11;
    my ($now, undef, $begun, $who) = split / /, first_line("$STATE/lock", 1024), 4;
    # in words that stay the same as long as it is the same run
    if (defined $who && $now ne $run) { ($run, $holder) = ($now, { run => $now, who => $who, seconds => time - $begun }) }
    if (time - $since >= $limit) { problem('apply.locked', { reason => 'run', seconds => time - $since, %$holder }); return 0 }
    waiting($run eq '' ? 'for another run' : "for run $run of $holder->{who}", $since, $limit, 0);
    pause(0.1);
  }
  # who holds it stands in the file itself
  truncate $lock, 0;
  syswrite $lock, "$in{run} $$ " . time . " $in{who}\n";
  return 1;
}

my @DPKG_LOCKS = map { "/var/$_" } 'lib/dpkg/lock-frontend', 'lib/dpkg/lock', 'lib/apt/lists/lock', 'cache/apt/archives/lock';

# struct flock of 64-bit kernels: type (1: write), whence, start, length, pid
sub write_lock { return pack 's s x4 q q i x4', 1, 0, 0, 0, 0 }

# [pid, command] of whoever holds a lock of dpkg or apt, asked without taking it; undef: nobody does.
sub dpkg_lock_holder {
  for my $path (@DPKG_LOCKS) {
    sysopen my $h, at($path), 2048 or next;
    # F_GETLK
    fcntl $h, 5, my $lock = write_lock() or next;
    my ($type, $pid) = (unpack 's s x4 q q i', $lock)[0, 4];
    return [$pid, first_line("/proc/$pid/comm", 64) || '?'] if $type != 2;
  }
  return undef;
}

sub wait_for_dpkg {
  my $limit = shift;
  my $since = time;
  while (my $holder = dpkg_lock_holder()) {
    my ($pid, $command) = @$holder;
    fail('apply.locked', { reason => 'dpkg', pid => $pid, command => $command, seconds => $limit }) if time - $since > $limit;
    waiting("for the dpkg lock of $command (pid $pid)", $since, $limit);
    pause(0.25);
  }
}

# Takes locks of other programs (fcntl), waits up to ten seconds for each, and gives the handles: letting go of
# them lets go of the locks.
sub hold_locks {
  my @held;
  for my $path (@_) {
    open my $h, '+<', at($path) or next;
    # F_SETLK
    for (1 .. 40) { last if fcntl $h, 6, my $lock = write_lock(); pause(0.25) }
    push @held, $h;
  }
  return \@held;
}
