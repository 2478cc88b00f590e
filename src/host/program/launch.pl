# How a run is started away from the login, and what systemd starts when it was killed. Both lie beside the program
# in /run/alloyup/RUN, in memory: request (goes when it is read), log, pid, done. What a unit's settings hold, every
# user of the host may read: nothing secret is in here.
use strict;
our (%in, $DIR, $STATE, $MEMORY, $ROOT, $RUN);

# `program launch`: starts the unit, then follows the log to its end.
sub launch_main {
  my $here = "$MEMORY/$RUN";
  if (!systemd_runs()) { remove_tree($here); print "alloyup: no systemd\n"; return 74 }
  if ($> && $ROOT eq '') { remove_tree($here); print "alloyup: not root\n"; return 77 }
  write_file("$here/launcher", $$);
  write_file("$here/log", '');
  my $perl = $^X;
  # A minute after the run and its ExecStopPost were both killed, systemd starts it again.
  my @unit = ('systemd-run', '--quiet', '--collect', "--unit=alloyup-$RUN", "--description=alloyup $RUN",
    '-p', "ExecStopPost=$perl " . at("$here/program") . ' stop', '-p', 'RuntimeMaxSec=3600', '-p', 'TimeoutStopSec=600',
    '-p', 'Restart=on-failure', '-p', 'RestartSec=60', $perl, at("$here/program"), 'run');
  if (!run_program(@unit)) { remove_tree($here); print "alloyup: no unit\n"; return 71 }
  print "alloyup: started\n";
  sweep();
  return follow($RUN, 0);
}

# What earlier runs left in memory: the newest four that are over stay, for a controller that may still come back for
# the end of their log; one that was cut off while it was launched goes when neither its launcher nor its unit lives.
sub sweep {
  my $over = 0;
  for my $other (reverse grep { $_ ne $RUN } names_in($MEMORY)) {
    my $old = "$MEMORY/$other";
    if (-e at("$old/done")) { remove_tree($old) if ++$over > 4; next }
    my @s = stat at($old) or next;
    my $launcher = first_line("$old/launcher", 64);
    next if time - $s[9] < 60 || length $launcher && -d at("/proc/$launcher");
    remove_tree($old) if output_of(20, 'systemctl', 'show', "alloyup-$other", '-p', 'ActiveState', '--value') =~ /^inactive/;
  }
}

# `program run`: what the unit does.
sub run_main {
  my $here = "$MEMORY/$RUN";
  # it was read already: systemd has started us again
  my $request = read_file("$here/request") // return stop_main('guard');
  %in = %{ decode($request) };
  unlink at("$here/request");
  $DIR = "$STATE/runs/$RUN";
  write_file("$here/pid", "$$\n");
  speak_into_log($here);
  stop_on_signals();
  { apply => \&apply_run, settle => \&settle_run, rollback => \&rollback_run }->{ $in{do} }->();
  return 0;
}

sub speak_into_log {
  my $here = shift;
  open STDIN, '<', '/dev/null';
  open STDOUT, '>>', at("$here/log");
  open STDERR, '>&', \*STDOUT;
  $| = 1;
}

# `program stop` (ExecStopPost) and the guard: the run has ended, however it did. What it left unfinished is undone by
# the program in that run's own directory; a rollback names the run that it undoes.
sub stop_main {
  my $mode = shift;
  my $here = "$MEMORY/$RUN";
  speak_into_log($here);
  my ($run, $nonce) = split /\n/, read_file("$here/undoes", 1024) // $RUN;
  local $ENV{ALLOYUP_NONCE} = $nonce if defined $nonce;
  my $failed = 0;
  ($in{run}, $DIR) = ($RUN, "$STATE/runs/$RUN");
  if (armed_run() eq $run) { $failed = !run_program($^X, program_of($run), 'undo', $mode) }
  else {
    # killed before it touched anything, or after all was done
    if ($run eq $RUN && kind_of($DIR) eq 'directory') { if (kind_of("$DIR/verdict") eq 'absent') { leave_untouched() } else { tidy() } }
    disarm($run);
  }
  remove_tree("$here/request", "$here/content");
  return $failed if armed_run() eq $run;
  write_file("$here/done", '');
  # undone: there is nothing left to be started again for
  quietly('systemctl', '--no-block', 'stop', "alloyup-$RUN.service") if ($ENV{SERVICE_RESULT} // 'success') ne 'success';
  return 0;
}
