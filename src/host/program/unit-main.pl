# What systemd starts, by the first argument of the program in /run/alloyup/RUN or in a run's own directory.
use strict;
our (%in, $DIR, $STATE, $MEMORY);
our ($RUN) = $0 =~ m{/([^/]+)/program\z};

sub unit_main {
  my ($verb, $mode) = @_;
  prepare_environment();
  return run_main() if $verb eq 'run';
  return stop_main('stop') if $verb eq 'stop';
  return !undo_main($mode) if $verb eq 'undo';
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
  # else the machine is going down, and the boot after it undoes the run
  write_file("$here/done", '') if armed_run() eq '';
  return 0;
}

sub speak_into_log {
  my $here = shift;
  open STDIN, '<', '/dev/null';
  open STDOUT, '>>', at("$here/log");
  # who was killed in the middle of a line must not spoil ours
  print "\n" if (read_file("$here/log") // '') =~ /[^\n]\z/;
  open STDERR, '>&', \*STDOUT;
  $| = 1;
}

# `program stop` (ExecStopPost) and the guard: the run was cut off. What it left unfinished is undone by
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
