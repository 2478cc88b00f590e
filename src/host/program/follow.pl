# Sends the log of a run from a byte on, until the run is over. A run that waits for a word is told it first. The exit code says how that ended:
#   0    over; how it went is in the log
#   72   this host knows nothing of the run
#   75   ten minutes are over: ask again
#   76   the host has rebooted since, and only the verdict is left: "alloyup: verdict WORD"
#   137  it was killed, and nobody undid it within three minutes
use strict;
our ($STATE, $MEMORY);

sub follow {
  my ($run, $from, $word) = @_;
  my $here = "$MEMORY/$run";
  $| = 1;
  $SIG{PIPE} = sub { exit 141 };
  if (!-e at("$here/log")) {
    my $until = time + 180;
    pause(0.2) while first_line("$STATE/armed", 256) eq $run && time < $until;
    my $verdict = first_line("$STATE/runs/$run/verdict", 64);
    if ($verdict ne '') { print "alloyup: verdict $verdict\n"; return 76 }
    # a program that is still on its way must not start once we have said that it never did: where its directory is
    # taken, it fails
    mkdir at($MEMORY), 0700;
    return 72 if mkdir at($here), 0700;
    for (1 .. 50) { last if -e at("$here/log"); pause(0.1) }
    return 72 if !-e at("$here/log") && rename at($here), at("$here.cut");
  }
  # the first word counts
  replace_file("$here/word", "$word\n") if defined $word && !-e at("$here/word");
  open my $log, '<', at("$here/log") or return 72;
  sysseek $log, $from, 0;
  my ($parent, $began, $alive) = (getppid, time, time);
  while (1) {
    my $over = -e at("$here/done");
    my $sent = 0;
    while (sysread $log, my $part, 65536) { write_all(\*STDOUT, $part) or return 141; $sent += length $part }
    return 0 if $over;
    # nobody reads any more
    return 141 if getppid != $parent;
    return 75 if time - $began > 600;
    # killed together with the unit that should have undone it: its second start will
    my $pid = first_line("$here/pid", 64);
    $alive = time if $sent || $pid eq '' || -d at("/proc/$pid");
    return 137 if time - $alive > 180;
    # most runs are over within three seconds, and a long one is not looked at that often
    pause(time - $began < 3 ? 0.03 : 0.1);
  }
}
