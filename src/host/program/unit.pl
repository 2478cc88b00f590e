# The service alloy.service, through systemctl: what it is, the actions that change it, and how it is put back.
use strict;
our (%in, $DIR, $MEMORY, $ROOT);

my @PROPERTIES = qw(LoadState ActiveState SubState UnitFileState FragmentPath DropInPaths NeedDaemonReload
  InvocationID NRestarts Result MainPID ExecMainStatus ExecMainStartTimestamp ExecStart EnvironmentFiles);
# What an inventory can set of the service.
my @SETTINGS = qw(StartLimitIntervalUSec StartLimitBurst RestartUSec TimeoutStopUSec MemoryHigh MemoryMax
  CPUQuotaPerSecUSec TasksMax LimitNOFILE Nice);

# {property => value}; {} when systemd does not answer.
sub unit {
  # an older systemctl knows no finer time than seconds, which reads as earlier: a file then counts as not loaded
  for my $format (['--timestamp=us+utc'], []) {
    local @ENV{qw(TZ LC_ALL)} = qw(UTC C);
    my ($text, $exit) = said_by(8, 'systemctl', 'show', 'alloy.service', @$format, '-p', join ',', @PROPERTIES, @SETTINGS);
    if (!$exit) {
      my %unit;
      # EnvironmentFiles has a line for each
      for (split /\n/, $text) { my ($name, $value) = split /=/, $_, 2; $unit{$name} = defined $unit{$name} ? "$unit{$name}\n$value" : $value }
      return \%unit;
    }
    # a pid 1 that hangs is not asked twice
    last if $exit == 124;
  }
  return {};
}

# [path, which of the variables in the unit's command it sets], in the order in which systemd reads them.
sub environment_files {
  my $unit = shift;
  my @files;
  for (split /\n/, $unit->{EnvironmentFiles} // '') {
    my ($path) = /^(.*) \(ignore_errors=\w+\)\z/ or next;
    my $text = read_file($path, 1 << 16) // '';
    push @files, [$path, grep { $text =~ /^\s*(?:export\s+)?$_\s*=/m } 'CONFIG_FILE', 'CUSTOM_ARGS'];
  }
  return \@files;
}

# "Mon 2026-11-30 02:20:33.123456 UTC" as milliseconds since the epoch; 0 for anything else.
sub milliseconds_of {
  my ($year, $month, $day, $h, $m, $s, $fraction) = ($_[0] // '') =~ /(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(\.\d+)? UTC/ or return 0;
  # days since 1970-01-01, with March as the first month
  $year-- if $month < 3;
  my $days = 365 * $year + int($year / 4) - int($year / 100) + int($year / 400) + int((153 * ($month + ($month > 2 ? -3 : 9)) + 2) / 5) + $day - 719469;
  return (($days * 24 + $h) * 60 + $m) * 60_000 + $s * 1000 + int(1000 * ($fraction || 0));
}

# A systemd that cannot be asked any more is going down, too.
sub going_down {
  my ($state) = said_by(20, 'systemctl', 'is-system-running');
  return $state !~ /^(?:initializing|starting|running|degraded|maintenance)\b/;
}

# What Alloy has logged since then, the reason of a failure first. The last words of the process that ran before the
# run are none, unless it still runs.
sub journal_since {
  my (undef, $last) = read_journal();
  my $before = $last->{0}{service}{InvocationID} // '';
  my @all = map { eval { decode($_) } // () } split /\n/, output_of(10, 'journalctl', '-u', 'alloy', '-o', 'json',
    '--output-fields=MESSAGE,_SYSTEMD_INVOCATION_ID', '--no-pager', '-n', 400, '--since', "\@$_[0]");
  my @new = grep { ($_->{_SYSTEMD_INVOCATION_ID} // $before) ne $before } @all;
  # journald gives what is no UTF-8 as a list of bytes
  my @lines = map { my $m = $_->{MESSAGE}; ref $m ? join '', map { chr } @$m : $m // () } @new ? @new : @all;
  my @ranked = map { my $rank = $_; grep { rank_of($_) == $rank } @lines } 0 .. 3;
  return join "\n", splice @ranked, 0, 25;
}

sub rank_of { my $line = shift; return $line =~ /^Error:/ ? 0 : $line =~ /\blevel=error\b/ ? 1 : $line =~ /\blevel=warn\b/ ? 2 : 3 }

# --- actions ---------------------------------------------------------------------------------------

# It is slow. After a change below /etc/systemd it is made whatever systemd says: 247 and 252 need none for the first
# drop-in in a new directory, and then do not know it.
sub do_daemon_reload {
  my ($n, $action) = @_;
  if ($action->{ifNeeded}) {
    my $unit = unit();
    return if ($unit->{LoadState} // '') eq 'loaded' && $unit->{NeedDaemonReload} eq 'no';
  }
  must('systemctl', 'daemon-reload');
}

sub is_enabled { return quietly('systemctl', '--quiet', 'is-enabled', 'alloy') }

sub do_enable {
  my $n = shift;
  return if is_enabled();
  note($n, 'was', 'disabled');
  must('systemctl', '--quiet', 'enable', 'alloy');
}
sub undo_enable { my ($n, undef, $notes) = @_; quietly('systemctl', 'disable', 'alloy') if $notes->{was} }

sub do_disable {
  my $n = shift;
  return if !is_enabled();
  note($n, 'was', 'enabled');
  must('systemctl', '--quiet', 'disable', 'alloy');
}
sub undo_disable { my ($n, undef, $notes) = @_; quietly('systemctl', 'enable', 'alloy') if $notes->{was} }

sub do_unmask { my $n = shift; note($n, 'was', 'masked'); must('systemctl', '--quiet', 'unmask', 'alloy') }
sub undo_unmask { my ($n, undef, $notes) = @_; quietly('systemctl', 'mask', 'alloy') if $notes->{was} }

# The configuration is read again. 60 s is Alloy's own deadline for flushing to a remote_write that cannot be
# reached; 150 s leave room for two.
sub do_reload {
  my $n = shift;
  note($n, 'reloaded', 1) if defined $n;
  my $since = time;
  my ($status, $body) = http('POST', '/-/reload', 150, sub { waiting('for Alloy to flush', $since, 60) });
  return if $status == 200;
  fail('alloy.reload', { reason => 'no-answer', said => $body }, journal_since($since)) if !$status;
  fail('alloy.reload', { reason => 'refused', status => $status }, $body);
}

sub do_restart {
  our $restarted_at = time;
  # it also forgets the starts of the last seconds: a service that died too often would be refused one more
  quietly('systemctl', 'reset-failed', 'alloy');
  # systemd exits 1 within the start-limit window for a configuration that is good by now: what runs decides
  service_command('restart');
}

sub do_stop {
  my $exit = service_command('stop');
  fail('apply.failed', { reason => 'stop', exit => $exit }) if $exit;
}

# A stop takes 20 s where a target cannot be reached, then systemd kills it: nobody should have to wonder.
sub service_command {
  my $verb = shift;
  my $since = time;
  my $pid = fork // die "fork: $!\n";
  if (!$pid) { exec 'systemctl', $verb, 'alloy' or kill 9, $$ }
  while (waitpid($pid, 1) == 0) {
    pause(0.05);
    waiting('for Alloy to stop', $since, 20);
    next if time - $since <= 100;
    kill 9, $pid;
    fail('alloy.start', { reason => 'systemctl-hangs', verb => $verb, seconds => 100 }, journal_since($since));
  }
  return $? >> 8;
}

# --- how the service is put back: last of all, since before the files are back it would start on what failed ---

# Notes what runs, so that the undo can tell what to put back.
sub note_service {
  my $unit = shift;
  my $active = $unit->{ActiveState} or die "systemd does not answer\n";
  note(0, 'service', { map { $_ => $unit->{$_} // '' } qw(ActiveState InvocationID MainPID) });
  return if $active ne 'active' || defined other_listener($unit->{MainPID});
  my $found = $in{check} eq 'http' ? components() : undef;
  if ($found) { note(0, 'components', [map { [@$_[0, 1]] } @$found]) }
  # else it has listened elsewhere
  else { note(0, 'listening', 1) }
}

# True when it runs as it did. $mode: see undo_run.
sub undo_service {
  my ($notes, $reloaded, $mode) = @_;
  my $was = $notes->{service} or return 1;
  my $now = unit();
  my $active = $now->{ActiveState} // '';
  if ($was->{ActiveState} ne 'active') {
    if ($active eq 'active' || $active eq 'activating') {
      # at a boot or a shutdown nothing is waited for
      quietly('systemctl', $mode eq 'boot' || $mode eq 'stop' ? '--no-block' : (), 'stop', 'alloy');
    }
    quietly('systemctl', 'reset-failed', 'alloy');
    return 1;
  }
  # Alloy's own start comes after ours
  return 1 if $mode eq 'boot';
  if ($active eq 'active' && ($now->{InvocationID} // '') eq $was->{InvocationID}) {
    return 1 if !$reloaded;
    # a refused reload may have been applied in part: the old file has to be loaded again
    return 1 if eval { do_reload(); 1 } && same_components($notes);
  }
  if ($mode eq 'stop') { quietly('systemctl', 'reset-failed', 'alloy'); quietly('systemctl', '--no-block', 'restart', 'alloy'); return 1 }
  return eval { do_restart(); 1 } && ($notes->{components} ? eval { wait_ready(120); 1 } && same_components($notes) : eval { $notes->{listening} ? wait_listening(120) : watch(3); 1 });
}

# The components that ran before run again, in no worse health.
sub same_components {
  my $notes = shift;
  my $before = $notes->{components} or return 1;
  return eval { wait_components({ ids => [map { $_->[0] } @$before], known => 1 }, [], $before, 90); 1 };
}
