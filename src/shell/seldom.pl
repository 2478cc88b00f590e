# What a run seldom needs, read in when it is called for (AUTOLOAD of apply.pl): verbs of a first install,
# of a removal and of packages; the way back.
use strict;
our (%in, %text, %sum, $S, $D, $C, $step, $packaged);

# The lock of this host, held by another run.
sub wait_for_lock {
  my ($since, $told, $run, $holder) = (time, -1, '', 'another run');
  until (flock $_[0], 6) {
    # in words that stay the same as long as it is the same run: a wait is told once
    my ($now_run, undef, $begun, $who) = split / /, word("$S/lock.holder"), 4;
    if (defined $who && $now_run ne $run) {
      my $age = time - $begun;
      ($run, $holder) = ($now_run, "run $now_run of $who, begun " . ($age < 120 ? "$age s" : int($age / 60) . ' minutes') . ' ago');
    }
    my $waited = time - $since;
    return fail('apply.locked', "held by $holder; waited $waited s for it") if $waited >= $in{lock_wait};
    say_line('wait', $told = $waited, $in{lock_wait}, "for $holder") if $waited != $told;
    nap(0.1);
  }
  return 1;
}

# --- verbs --------------------------------------------------------------------------------------

sub verb_delete { my ($n, $path) = @_; save($n, $path) or return 1; delete $sum{$path}; return -e $path ? tried(unlink($path), $path) : 0 }

sub verb_mode {
  my ($n, $path, $mode, $owner) = @_;
  if (-l $path) { fail('host.file', "$path is a symbolic link"); return 1 }
  my @s = lstat $path or return tried(0, $path);
  my @ids = ids($owner) or return 1;
  put("$D/$n.mode", mode_of(@s) . " $s[4]:$s[5]\n") or return 1;
  return tried(chown(@ids, $path) && chmod(oct $mode, $path), $path);
}

sub verb_folder {
  my ($n, $path, $mode, $owner) = @_;
  if (-l $path) { fail('host.file', "$path is a symbolic link"); return 1 }
  return verb_mode(@_) if -d $path;
  put("$D/$n.absent", '') or return 1;
  my @ids = ids($owner) or return 1;
  my @made;
  for (my $p = $path; !-d $p; $p = parent($p)) { push @made, $p }
  umask 022;
  my $ok = !grep { !mkdir $_ } reverse @made;
  umask 077;
  return tried($ok && chown(@ids, $path) && chmod(oct $mode, $path), $path);
}

sub verb_delete_tree { my ($n, $path) = @_; return !remove_tree($path) }

sub verb_enable { my $n = shift; return 0 if run(qw(systemctl --quiet is-enabled alloy)); put("$D/$n.was-disabled", '') or return 1; return !run(qw(systemctl --quiet enable alloy)) }

sub verb_disable { my $n = shift; return 0 if !run(qw(systemctl --quiet is-enabled alloy)); put("$D/$n.was-enabled", '') or return 1; return !run(qw(systemctl --quiet disable alloy)) }

sub verb_unmask { my $n = shift; put("$D/$n.was-masked", '') or return 1; return !run(qw(systemctl --quiet unmask alloy)) }

# a package's scripts have mostly done it already, and it is dear
sub verb_daemon_reload {
  my %unit = map { chomp; split /=/, $_, 2 } `systemctl show alloy -p LoadState,NeedDaemonReload`;
  return 0 if $unit{LoadState} eq 'loaded' && $unit{NeedDaemonReload} eq 'no';
  return !run(qw(systemctl daemon-reload));
}

sub verb_restart { $ENV{ALLOYUP_SINCE} = time; put("$D/since", "$ENV{ALLOYUP_SINCE}\n") or return 1; return !asked('restart') }

sub verb_stop { return !asked('stop') }

# Packages and accounts, the work of other programs, are in packages.sh.
sub verb_packages {
  my ($n, $verb, @rest) = @_;
  if (!-e "$C/packages.sh") { put("$C/packages.sh", $text{packages}) or return 1 }
  # what works under dpkg's lock
  asked('lock', 300) or return 1 if $verb =~ /^(mend-dpkg|refresh|install|uninstall)\z/;
  $packaged = 1;
  %sum = ();
  system 'sh', "$C/packages.sh", $verb, $n, @rest;
  return $? >> 8 || ($? ? 1 : 0);
}

# A kept package is some hundred megabytes once it is replaced, and only the newest runs are ever taken
# back: three keep theirs. (`glob` stands in here alone: perl loads a module for it as soon as it reads it.)
sub forget_kept_packages {
  my @kept = map { glob "$S/runs/$_/*.kept" } @_;
  remove_tree(splice @kept, 3) if @kept > 3;
}

# --- the way back -------------------------------------------------------------------------------

sub copy { system('cp', '-a', '--', @_) == 0 }
sub failed_step { say_line('fail', $step || 'service', shift); return 0 }

# The way back from a failure, or from a script that ends where it should not.
sub give_up {
  if (word("$S/armed") ne $in{run}) { disarm(); return say_line('result', 'failed') }
  if (!$in{rollback}) { finish('failed'); return say_line('result', 'failed') }
  # an orderly shutdown kills whoever takes long, and starts nothing: the boot after it does it in peace
  return if going_down();
  run('sh', "$D/undo.sh", 'inline');
}

# A systemd that cannot be asked any more is going down, too.
sub going_down { return `systemctl is-system-running 2>/dev/null` !~ /^(initializing|starting|running|degraded|maintenance)/ }

sub take_back {
  my $earlier = shift;
  say_line('earlier', $earlier);
  return 'done' if run('sh', "$S/runs/$earlier/undo.sh", 'inline');
  fail('apply.stuck', "the unfinished run $earlier could not be taken back");
  return 'stuck';
}

# The files are still what the run wrote; otherwise somebody's later work would be lost.
sub untouched_since {
  my $run = shift;
  my @after = map { [split / /, word($_), 2] } glob "$S/runs/$run/*.after";
  my %sum = hashes(grep { -f } map { $_->[1] } @after);
  for (@after) {
    my ($hash, $path) = @$_;
    return stale("$path was changed since run $run") if ($sum{$path} || '') ne $hash;
  }
  return 1;
}

# Down to and including $in{to_run}, newest first; runs that changed nothing or were taken back are passed.
sub roll_back {
  my $rolled;
  for my $run (runs()) {
    next if word("$S/runs/$run/verdict") !~ /^(ok|failed)\z/;
    last if length $in{to_run} && $run lt $in{to_run};
    untouched_since($run) or return say_line('result', 'stale');
    say_line('earlier', $run);
    # its words are told under the nonce of today, also when somebody has to end what we began (launch.pl)
    my $undo = slurp("$S/runs/$run/undo.sh");
    $undo =~ s/^NONCE=.*/NONCE='$in{nonce}'/mg if defined $undo;
    if (!(defined $undo && put("$C/undo.sh", $undo) && put("$C/undoes", $run) && arm_with($run, "$S/runs/$run/undo.sh"))) {
      disarm();
      fail('apply.failed', 'the way back could not be prepared');
      return say_line('result', 'failed');
    }
    run('sh', "$C/undo.sh", 'rollback') or return say_line('result', 'stuck');
    $rolled = $run;
    last if !length $in{to_run} || $run eq $in{to_run};
  }
  return say_line('result', 'rolled-back') if $rolled;
  fail('run.missing', 'this host has no run to take back' . (length $in{to_run} ? " down to $in{to_run}" : ''));
  say_line('result', 'failed');
}

sub settle_run {
  take_lock() or return say_line('result', 'locked');
  helpers() or return;
  my $earlier = finish_earlier();
  say_line('result', $earlier eq 'stuck' ? 'stuck' : 'ok');
  remove_tree($D);
}

sub rollback_run {
  take_lock() or return say_line('result', 'locked');
  helpers() or return;
  if (finish_earlier() eq 'stuck') { remove_tree($D); say_line('result', 'stuck'); return last_words() }
  roll_back();
  remove_tree($D);
  last_words();
}

