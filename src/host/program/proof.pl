# The proof at the end of a run: Alloy is up, with exactly the components that the configuration makes.
use strict;
our (%in, $STATE, %group_of);

# A unit that has failed, or restarts again and again, will not come up by waiting.
sub why_not_running {
  my $unit = unit();
  my $active = $unit->{ActiveState} // '';
  return { reason => 'unit-failed', result => $unit->{Result}, status => $unit->{ExecMainStatus} } if $active eq 'failed';
  return { reason => 'restarting', times => $unit->{NRestarts} } if ($unit->{NRestarts} || 0) >= 2;
  return { reason => 'not-running' } if $active eq 'inactive';
  return undef;
}

sub journal_of_run { our $restarted_at; my $since = shift; return journal_since($restarted_at || $since) }

# $pid: the process that should answer; 0: systemd knows, and it is asked too when another one answers.
sub wait_ready {
  my ($limit, $pid) = @_;
  my ($since, $looked) = (time, 0);
  while (1) {
    my ($status, $why) = http('GET', '/-/ready', 5);
    my $other = $status == 200 ? other_listener($pid || unit()->{MainPID}) : undef;
    return if $status == 200 && !defined $other;
    if (defined $other) { ($status, $why) = (0, "$other answers there"); $pid = 0 }
    if (time - $looked >= 1) {
      $looked = time;
      my $dead = why_not_running();
      fail('alloy.start', $dead, journal_of_run($since)) if $dead;
    }
    fail('alloy.unready', $status ? { reason => 'status', seconds => $limit, status => $status } : { reason => 'no-answer', seconds => $limit, said => $why }, journal_of_run($since))
      if time - $since > $limit;
    waiting('for Alloy to be ready', $since, $limit);
    pause(0.1);
  }
}

# The weaker check: the unit is active and its port is open.
sub wait_listening {
  my $limit = shift;
  my $since = time;
  while (1) {
    my $unit = unit();
    return if ($unit->{ActiveState} // '') eq 'active' && eval { connect_alloy(5) } && !defined other_listener($unit->{MainPID});
    my $dead = why_not_running();
    fail('alloy.start', $dead, journal_of_run($since)) if $dead && time - $since > 1;
    fail('alloy.unready', { reason => 'not-listening', seconds => $limit }, journal_of_run($since)) if time - $since > $limit;
    waiting('for Alloy to listen', $since, $limit);
    pause(0.2);
  }
}

# What is wrong with the components that run: {missing, unexpected, unhealthy, young}, lists of ids and
# [id, health, message]. A component is good when it is healthy, tolerated, or no worse than it was before.
sub judge_components {
  my ($found, $expected, $tolerate, $before) = @_;
  my %there = map { $_->[0] => $_ } @$found;
  my %want = map { $_ => 1 } @{ $expected->{ids} };
  my %tolerated = map { $_ => 1 } @$tolerate;
  my %was = map { @$_[0, 1] } @$before;
  my (@unhealthy, @young);
  for my $id (sort keys %there) {
    my $health = $there{$id}[1];
    next if $health eq 'healthy' || $tolerated{$id};
    my $then = $was{$id};
    next if defined $then && $then ne 'healthy' && $then ne 'unknown' && ($health ne 'exited' || $then eq 'exited');
    # one that has not evaluated yet only needs time
    if ($health eq 'unknown') { push @young, $id } else { push @unhealthy, $there{$id} }
  }
  return { missing => [grep { !$there{$_} } sort keys %want], unexpected => [$expected->{known} ? grep { !$want{$_} } sort keys %there : ()],
    unhealthy => \@unhealthy, young => \@young };
}

sub wait_components {
  my ($expected, $tolerate, $before, $limit) = @_;
  my $since = time;
  while (1) {
    my $found = components();
    my $judged = $found && judge_components($found, $expected, $tolerate, $before);
    my $bad = $judged && grep { @$_ } @$judged{qw(missing unexpected unhealthy)};
    return if $judged && !$bad && !@{ $judged->{young} };
    # A component that fails its evaluation is unhealthy at once. Its health is written a moment after the answer to
    # a reload, hence the two seconds.
    if ($bad && time - $since >= 2 || time - $since > $limit) {
      fail('alloy.components', { reason => 'no-list', seconds => $limit }, journal_of_run($since)) if !$found;
      fail('alloy.components', { reason => 'different', seconds => $limit, %$judged }, journal_of_run($since));
    }
    waiting('for new components to start', $since, $limit);
    pause(0.2);
  }
}

sub check_version {
  my (undef, $installed) = dpkg_state();
  my ($running) = running();
  fail('alloy.version', { reason => 'unknown' }) if !defined $running;
  return if $running eq upstream_version($installed) || $running eq $installed;
  fail('alloy.version', { reason => 'different', running => $running, installed => $installed });
}

# A service that was restarted has to stay up. Gives the unit that did.
sub watch {
  my $limit = shift;
  my $since = time;
  my $first = unit();
  # as long as its process lives nothing was restarted, and systemd need not be asked
  my $alive = sub { return ((read_file("/proc/$first->{MainPID}/stat", 4096) // '') =~ /.*\) (.*)/s ? (split ' ', $1)[19] : undef) // '' };
  my $born = $alive->();
  while (1) {
    my $over = time - $since >= $limit;
    if ($over || $born eq '' || $alive->() ne $born) {
      my $unit = unit();
      fail('alloy.start', { reason => 'died', seconds => $limit }, journal_of_run($since))
        if $unit->{InvocationID} ne $first->{InvocationID} || $unit->{NRestarts} ne $first->{NRestarts} || $unit->{ActiveState} ne 'active';
      return $unit if $over;
    }
    pause(0.5);
    waiting('to see whether Alloy stays up', $since, $limit);
  }
}

# Dies when Alloy is not up; see the fields of Proof in src/model/plan.ts. $was: the notes of what ran before. Gives the
# unit if it was restarted.
sub prove {
  my ($proof, $was, $apart) = @_;
  return undef if $proof->{check} eq 'none';
  if ($proof->{check} eq 'service') { wait_listening(120) } else { wait_ready(120, $proof->{service} eq 'restart' ? 0 : $was->{service}{MainPID}) }
  # by now it is Alloy: between fork and exec systemd's own process stands there
  check_command() if $proof->{service} eq 'restart';
  if ($proof->{check} eq 'http') {
    wait_components($proof->{components}, $proof->{tolerate}, $was->{components} || [], 60);
    check_version();
  }
  my $unit = $proof->{service} eq 'restart' ? watch($proof->{watch}) : undef;
  wait_cluster($proof->{cluster}, $apart) if $proof->{cluster};
  return $unit;
}

# A drop-in may start Alloy with something else than the files that were written.
sub check_command {
  my @argv = words_of(unit()->{MainPID} // 0);
  return if !@argv || grep { $_ eq '/etc/alloy/config.alloy' } @argv;
  fail('alloy.start', { reason => 'other-configuration', command => join ' ', @argv });
}

# Names of the groups that a process runs with; what /etc/group says by now may be more.
sub groups_of_process {
  my $status = read_file("/proc/$_[0]/status", 8192) // return ();
  my %id = map { $_ => 1 } $status =~ /^Gid:\t(\d+)/m, map { split } $status =~ /^Groups:(.*)/m;
  read_accounts();
  return map { $group_of{$_} // $_ } sort { $a <=> $b } keys %id;
}

# Which process has loaded which files.
sub write_receipt {
  my ($proof, $unit) = @_;
  return if $proof->{check} eq 'none';
  my %sum = hashes_of(@{ $proof->{receipt} });
  my @groups = groups_of_process($unit->{MainPID});
  my %unhealthy = map { @$_[0, 1] } grep { $_->[1] ne 'healthy' } @{ $proof->{check} eq 'http' && components() || [] };
  # the encoder knows strings alone, and these two are numbers
  my $json = encode({ run => $in{run}, invocation => $unit->{InvocationID}, files => \%sum, groups => \@groups, unhealthy => \%unhealthy });
  $json =~ s/\A\{/{"schema":1,"at":@{[time]}000,/;
  replace_file("$STATE/receipt.json", "$json\n");
}
