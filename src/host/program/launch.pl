# How a run is started away from the login. The run's program and its request stand behind this one on stdin; they
# are laid into /run/alloyup/RUN, in memory, beside what comes later: log, pid, done. What a unit's settings hold,
# every user of the host may read: nothing secret is in there.
use strict;
our (%in, $MEMORY, $ROOT);

# Starts the unit, then follows the log to its end. The exit code, where no unit was started:
#   70   no room in /run, or the run is there already
#   71   systemd started no unit
#   73   the program or the request was cut short
#   74   there is no systemd
#   77   this is not root
sub launch {
  my $run = $in{run};
  my $here = "$MEMORY/$run";
  $| = 1;
  mkdir at($MEMORY), 0700;
  if (!mkdir at($here), 0700) { print "alloyup: no room in /run\n"; return 70 }
  my $give_up = sub { my ($exit, $why) = @_; remove_tree($here); print "alloyup: $why\n"; exit $exit };
  my @signals = qw(HUP INT TERM PIPE);
  @SIG{@signals} = (sub { $give_up->(129, 'cut') }) x @signals;
  for my $name ('program', 'request') {
    my $text;
    $give_up->(73, 'cut') if (read(main::DATA, $text, $in{$name}) || 0) != $in{$name};
    $give_up->(70, 'no room in /run') if !eval { write_file("$here/$name", $text) };
  }
  $give_up->(74, 'no systemd') if !systemd_runs();
  $give_up->(77, 'not root') if $> && $ROOT eq '';
  write_file("$here/launcher", $$);
  write_file("$here/log", '');
  @SIG{@signals} = ('DEFAULT') x @signals;
  my ($perl, $program, $done) = ($^X, map { at("$here/$_") } 'program', 'done');
  # A run that came to its end needs nobody to end it. A minute after the run and its ExecStopPost were both killed,
  # systemd starts it again.
  my @unit = ('systemd-run', '--quiet', '--collect', "--unit=alloyup-$run", "--description=alloyup $run",
    '-p', "ExecStopPost=/bin/sh -c \"[ -e $done ] || exec $perl $program stop\"", '-p', 'RuntimeMaxSec=3600', '-p', 'TimeoutStopSec=600',
    '-p', 'Restart=on-failure', '-p', 'RestartSec=60', $perl, $program, 'run');
  $give_up->(71, 'no unit') if !run_program(@unit);
  print "alloyup: started\n";
  sweep($run);
  return follow($run, 0);
}

# What earlier runs left in memory: the newest four that are over stay, for a controller that may still come back for
# the end of their log; one that was cut off while it was launched goes when neither its launcher nor its unit lives.
sub sweep {
  my $run = shift;
  my $over = 0;
  for my $other (reverse grep { $_ ne $run } names_in($MEMORY)) {
    my $old = "$MEMORY/$other";
    if (-e at("$old/done")) { remove_tree($old) if ++$over > 4; next }
    my @s = stat at($old) or next;
    my $launcher = first_line("$old/launcher", 64);
    next if time - $s[9] < 60 || length $launcher && -d at("/proc/$launcher");
    remove_tree($old) if output_of(20, 'systemctl', 'show', "alloyup-$other", '-p', 'ActiveState', '--value') =~ /^inactive/;
  }
}
