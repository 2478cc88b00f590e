# One run on this host: apply, settle (undo what an earlier run left unfinished), rollback (undo finished runs), and
# undo itself, which anybody may start: the run, systemd when it was killed, a boot.
use strict;
our (%in, $DIR, $STATE, $MEMORY, $ROOT, $journal, $exit_code, $unstoppable, %stage_of);

# The step that is being taken.
our $step;

sub result { record(type => 'result', result => shift) }

# What an action, a check or the proof died of; what is no problem yet is told as output.
sub say_why { my $why = shift; print $why if $why ne "failed\n"; return 0 }

# The first line of an error, without its end.
sub reason_of { my ($line) = $_[0] =~ /^(.*)/; return $line }

sub program_of { return at("$STATE/runs/$_[0]/program") }

# Does something with the directory of another run.
sub in_run { my ($run, $f) = @_; local $DIR = "$STATE/runs/$run"; return $f->() }

# Another run's own program undoes it. In a rollback it speaks with our nonce; else its steps are not ours to report.
sub undo_other {
  my ($run, $mode) = @_;
  local $ENV{ALLOYUP_NONCE} = $mode eq 'rollback' ? $in{nonce} : '';
  return run_program('perl', program_of($run), 'undo', $mode);
}

# A run that was killed and was not undone yet: first of all it is. 'done', 'stuck', or '' when there is none.
sub undo_unfinished {
  my $run = armed_run();
  return '' if $run eq '' || $run eq $in{run};
  record(type => 'earlier', run => $run);
  return 'done' if undo_other($run, 'inline');
  problem('apply.stuck', { reason => 'earlier-run', run => $run });
  return 'stuck';
}

# The run's own directory: everything that an undo needs, and no contents.
sub make_directory {
  mkdir at($DIR), 0700 or die "$DIR: $!\n";
  write_file("$DIR/program", read_file("$MEMORY/$in{run}/program"));
  write_file("$DIR/plan.json", encode({ map { $_ => $in{$_} } qw(run nonce who listen check list index actions) }));
}

# --- apply -------------------------------------------------------------------------------------------

sub apply_run {
  locked() or return;
  my $verdict = eval { prepare() } // 'failed';
  if ($verdict eq 'ready') {
    if (eval { carry_out(); 1 }) { result('ok') } else { say_why($@); give_up() }
  }
  elsif (armed_run() eq $in{run}) { say_why($@); give_up() }
  else {
    $unstoppable = 1;
    say_why($@) if $verdict eq 'failed';
    leave_untouched();
    result($verdict);
  }
  # what becomes of the last facts changes nothing
  eval { print_facts() };
}

# Nothing was touched, so nothing is left of the run.
sub leave_untouched { undef $journal; tidy(); remove_tree($DIR); disarm($in{run}) }

# Until the marker is set, nothing is touched. 'ready', or 'stale'.
sub prepare {
  eval { make_directory(); 1 } or fail('host.disk', { reason => 'not-writable', directory => $STATE, said => reason_of($@) });
  my $earlier = undo_unfinished();
  return 'stuck' if $earlier eq 'stuck';
  if ($earlier) { problem('apply.stale', { reason => 'unfinished-run' }); return 'stale' }
  my $unit = unit();
  my $why = why_stale($unit);
  if ($why) { problem('apply.stale', $why); return 'stale' }
  check_room($STATE, '/etc', $in{packaged} ? '/usr' : ());
  open_journal();
  note_service($unit);
  check_places();
  my $receipt = read_file("$STATE/receipt.json");
  write_file("$DIR/receipt.was", $receipt) if defined $receipt;
  eval { reserve_room(); arm($in{run}); 1 } or fail('apply.failed', { reason => 'not-armed' }, $@);
  return 'ready';
}

# What an action would fail at half way is told now, while nothing was touched.
sub check_places {
  my @actions = grep { defined $_->{path} } @{ $in{actions} };
  my @fixed = fixed_among(map { ($_->{path}, parent_of($_->{path})) } @actions);
  fail('host.disk', { reason => 'read-only', paths => \@fixed }) if @fixed;
  for (grep { $_->{do} eq 'acl' && $_->{gives} && kind_of($_->{path}) ne 'absent' } @actions) { fail('host.acl', { reason => 'unsupported', path => $_->{path} }) if !takes_acls($_->{path}) }
  stage_for($_) for '/etc/alloy/config.alloy', map { $_->{path} } grep { $_->{do} =~ /^(?:file|delete)/ } @actions;
}

# Why the plan is no longer true: the host is compared with what it was made from, at the files themselves.
sub why_stale {
  my $unit = shift;
  read_accounts();
  my @files = grep { $_->{of} eq 'file' } @{ $in{expect} };
  my %sum = hashes_of(map { $_->{path} } @files);
  for (@files) {
    my $path = $_->{path};
    my $kind = kind_of($path);
    if (!defined $_->{sha256}) { return { reason => 'file-appeared', path => $path } if $kind ne 'absent'; next }
    return { reason => 'file-gone', path => $path } if $kind ne 'file';
    return { reason => 'file-changed', path => $path } if ($sum{$path} // '') ne $_->{sha256};
    next if $_->{mode} eq '';
    my @s = lstat at($path);
    return { reason => 'owner-changed', path => $path } if mode_of(@s) ne $_->{mode} || owner_of(@s) ne $_->{owner};
  }
  for (grep { $_->{of} eq 'package' } @{ $in{expect} }) {
    my ($status, $version, $want) = dpkg_state();
    return { reason => 'package-changed', status => $status, version => $version }
      if $status ne $_->{status} || $version ne ($_->{version} // '') || ($want eq 'hold') != ($_->{held} ? 1 : 0);
  }
  for (grep { $_->{of} eq 'invocation' } @{ $in{expect} }) {
    return { reason => 'service-restarted' } if ($unit->{InvocationID} // '') ne $_->{id};
  }
  return undef;
}

sub carry_out {
  my $apart = faults_before($in{proof}{cluster});
  for my $action (@{ $in{actions} }) {
    if (($step // '') ne $action->{step}) {
      record(type => 'end', step => $step) if defined $step;
      $step = $action->{step};
      record(type => 'begin', step => $step);
    }
    perform($action);
  }
  record(type => 'end', step => $step) if defined $step;
  $step = 'service';
  my (undef, $last) = read_journal();
  my $restarted = prove($in{proof}, $last->{0}, $apart);
  await_delivery($in{proof}{delivery}) if $in{proof}{delivery};
  write_receipt($in{proof}, $restarted || $last->{0}{service});
  $unstoppable = 1;
  end_run('ok');
}

# From its note on, an action has to be undone.
sub perform {
  my $action = shift;
  $exit_code = 1;
  note($action->{n}, 'begin', $action->{step});
  my $do = 'do_' . $action->{do} =~ tr/-/_/r;
  (\&$do)->($action->{n}, $action);
}

sub end_run {
  my $verdict = shift;
  undef $journal;
  write_verdict($verdict);
  # from here on the run stands; until then it would have been undone
  disarm($in{run});
  tidy();
  our $forget_all;
  if ($forget_all && $verdict eq 'ok') { forget_all_runs() } else { forget_old_runs() }
}

# Nothing that a rollback would need stays. It is done once the run is proven.
sub do_forget_runs { our $forget_all = 1 }

# The way back from a failure.
sub give_up {
  $unstoppable = 1;
  record(type => 'fail', step => $step // 'service', exit => $exit_code);
  if (!$in{rollback}) { end_run('failed'); return result('failed') }
  # an orderly shutdown kills whoever takes long, and starts nothing: the boot after it undoes the run in peace
  return if going_down();
  undo_run('inline');
}

# --- undo --------------------------------------------------------------------------------------------

# Undoes the run of $DIR: whatever was begun, newest first, and the service last. It needs no network, and can be
# repeated. $mode: inline (from the run), rollback (a finished run, on request), stop (the run was killed), guard
# (systemd started the run again), boot (the machine went down in the middle). True when all is as it was.
sub undo_run {
  my $mode = shift;
  $unstoppable = 1;
  undef $journal;
  my ($begun, $last, $all) = read_journal();
  release_room();
  my $receipt = read_file("$DIR/receipt.was");
  if (defined $receipt) { replace_file("$STATE/receipt.json", $receipt) } else { unlink at("$STATE/receipt.json") }
  my %action = map { $_->{n} => $_ } @{ $in{actions} };
  my ($stuck, $undone) = (0, '');
  for my $n (reverse @$begun) {
    my $action = $action{$n};
    record(type => 'undone', step => $undone) if $undone ne '' && $undone ne $action->{step};
    $undone = $action->{step};
    my $undo = 'undo_' . $action->{do} =~ tr/-/_/r;
    next if !defined &$undo;
    next if eval { (\&$undo)->($n, $action, $last->{$n} || {}, $all->{$n} || {}); 1 };
    say_why($@);
    problem('apply.stuck', { reason => 'action', step => $action->{step}, action => $action->{do}, path => $action->{path} }, $@);
    $stuck = 1;
  }
  quietly('systemctl', 'daemon-reload') if systemd_runs();
  if (!undo_service($last->{0} || {}, scalar(grep { $_->{reloaded} } values %$last), $mode)) { problem('apply.stuck', { reason => 'service' }); $stuck = 1 }
  record(type => 'undone', step => $undone) if $undone ne '';
  my $verdict = $stuck ? 'stuck' : 'rolled-back';
  write_verdict($verdict, $mode);
  tidy();
  disarm($in{run});
  # the boot has made systemd read the unit that undid the run; it is made to forget it
  quietly('systemctl', 'daemon-reload') if $mode eq 'boot';
  result($verdict) if $mode ne 'rollback';
  return !$stuck;
}

# What staged the run's files, and what was moved aside.
sub tidy {
  my (undef, undef, $all) = read_journal();
  remove_tree("$MEMORY/$in{run}/content", "$DIR/reserve", @{ $all->{0}{stage} || [] }, values %stage_of);
  %stage_of = ();
}

# `program undo MODE`, from the directory of a run.
sub undo_main {
  my $mode = shift;
  my ($run) = $0 =~ m{/([^/]+)/program\z};
  $DIR = "$STATE/runs/$run";
  %in = %{ decode(read_file("$DIR/plan.json") // die "$DIR/plan.json is gone\n") };
  $in{nonce} = $ENV{ALLOYUP_NONCE} if defined $ENV{ALLOYUP_NONCE};
  if ($mode ne 'inline' && $mode ne 'rollback') {
    return 1 if armed_run() ne $run;
    return 1 if $mode eq 'stop' && going_down();
    open our $lock, '>>', at("$STATE/lock") or die "$STATE/lock: $!\n";
    fcntl $lock, 2, 0;
    my $since = time;
    until (flock $lock, 6) {
      # another run is alive, and undoes ours first of all
      return $mode eq 'guard' if time - $since > 20;
      pause(0.1);
    }
    return 1 if armed_run() ne $run;
    problem('apply.failed', { reason => 'killed' });
  }
  return undo_run($mode);
}

# --- settle and rollback -------------------------------------------------------------------------------------

sub settle_run {
  locked() or return;
  result(undo_unfinished() eq 'stuck' ? 'stuck' : 'ok');
}

# Why run $run cannot be undone without losing somebody's later work; undef: every file is still what it wrote.
sub why_touched {
  my $run = shift;
  my (undef, undef, $all) = in_run($run, \&read_journal);
  my %after = map { @$_ } map { @{ $_->{after} || [] } } values %$all;
  my %sum = hashes_of(keys %after);
  for my $path (sort keys %after) { return { reason => 'file-changed-since', path => $path, run => $run } if ($sum{$path} // '') ne $after{$path} }
  return undef;
}

# Finished runs, newest first, down to and including $in{toRun}, or the newest alone. Runs that changed nothing or
# were undone are passed over.
sub rollback_run {
  locked() or return;
  if (undo_unfinished() eq 'stuck') { result('stuck') } else { result(roll_back()) }
  eval { print_facts() };
}

sub roll_back {
  my $to = $in{toRun} // '';
  my $rolled = 0;
  for my $run (runs()) {
    last if length $to && $run lt $to;
    next if first_line("$STATE/runs/$run/verdict", 64) !~ /^(?:ok|failed)\z/;
    my $why = why_touched($run);
    if ($why) { problem('apply.stale', $why); return 'stale' }
    record(type => 'earlier', run => $run);
    # who has to end what we begin finds here which run it is, and with which nonce to speak
    write_file("$MEMORY/$in{run}/undoes", "$run\n$in{nonce}\n");
    if (!eval { arm($run); 1 }) { say_why($@); disarm($run); problem('apply.failed', { reason => 'not-armed' }); return 'failed' }
    undo_other($run, 'rollback') or return 'stuck';
    $rolled = 1;
    last if !length $to || $run eq $to;
  }
  return 'rolled-back' if $rolled;
  problem('run.missing', length $to ? { reason => 'not-found', run => $to } : { reason => 'none' });
  return 'failed';
}
