# The run of one host, in one process: every program that is started costs the host more than all that
# is done in here. Settings (%in), texts (%text), contents and the plan's actions stand before it, written
# by shell/apply.ts; host.pl, which asks a running Alloy, was read in there too.
# Each verb first notes what it needs to be taken back (undo.sh has the other half), then does its work.
# What is told is a line "NONCE VERB ..."; shell/records.ts reads it. perl-base only, and no modules.
use strict;
our (%in, %text, %content, @expect, @steps, @components, @tolerate, @receipt);
my $S = '/var/lib/alloyup';
my $D = "$S/runs/$in{run}";
# contents of files, secrets among them: in memory only
my $C = "/run/alloyup/$in{run}";
my ($lock, $journal, $step, $service_now, $package_now);
# a package was at work
my $packaged;

# --- beginning and end --------------------------------------------------------------------------

sub put {
  my ($path, $text) = @_;
  open my $h, '>', $path or return 0;
  my $left = length $text;
  while ($left) { my $n = syswrite($h, $text, $left, length($text) - $left) or return 0; $left -= $n }
  return close $h;
}
sub slurp { open my $h, '<', shift or return undef; local $/; my $v = <$h>; defined $v ? $v : '' }
sub word { my $v = slurp(shift); return '' if !defined $v; $v =~ s/\n.*//s; $v }
# links are not followed; false when something would not go
sub remove_tree {
  my $left = 0;
  for my $path (@_) {
    if (lstat $path && -d _) {
      opendir my $d, $path or next;
      $left++ if !remove_tree(map { "$path/$_" } grep { $_ ne '.' && $_ ne '..' } readdir $d);
      rmdir $path or $left++;
    } elsif (-e _ || -l $path) { unlink $path or $left++ }
  }
  return !$left;
}
sub copy { system('cp', '-a', '--', @_) == 0 }
sub fail { my ($code, $text) = @_; say_line('problem', $code, $text); return 0 }
sub run { system(@_) == 0 }

# fsync(2) has a number of its own on each architecture; elsewhere sync(1) does it
my $fsync;
sub fsync_number {
  sysopen my $h, '/proc/self/exe', 0 or return 0;
  sysread $h, my $elf, 20;
  return { 62 => 74, 183 => 82, 243 => 82, 40 => 118 }->{ unpack 'x18 v', $elf } || 0;
}
sub flush {
  $fsync = fsync_number() if !defined $fsync;
  my @left = grep { my $h; !($fsync && sysopen($h, $_, 0) && syscall($fsync, fileno $h) == 0) } @_;
  return !@left || system('sync', @left) == 0 || system('sync') == 0;
}

sub take_lock {
  mkdir $S; mkdir "$S/runs";
  chmod(0700, $S, "$S/runs") == 2 or return 0;
  open $lock, '>>', "$S/lock" or return 0;
  # what this process starts holds the lock too, for as long as it lives
  fcntl $lock, 2, 0;
  my ($since, $told, $run, $holder) = (time, -1, '', 'another run');
  until (flock $lock, 6) {
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
  return put("$S/lock.holder.t", "$in{run} $$ " . time . " $in{who}\n") && rename "$S/lock.holder.t", "$S/lock.holder";
}

# A run that was killed and whose undo has not run yet: first of all it is taken back. 0: there was none.
sub finish_earlier {
  my $earlier = word("$S/armed");
  return 0 if $earlier eq '' || $earlier eq $in{run};
  say_line('earlier', $earlier);
  return 'done' if run('sh', "$S/runs/$earlier/undo.sh", 'inline');
  fail('apply.stuck', "the unfinished run $earlier could not be taken back");
  return 'stuck';
}

sub helpers {
  mkdir $C, 0700; mkdir $D, 0700; mkdir "$C/content", 0700;
  return put("$D/host.pl", $text{host}) && (!defined $text{undo} || put("$D/undo.sh", $text{undo}) && chmod 0700, "$D/undo.sh");
}

sub owner_of { my @s = @_; my $u = getpwuid $s[4]; my $g = getgrgid $s[5]; (defined $u ? $u : $s[4]) . ':' . (defined $g ? $g : $s[5]) }
sub mode_of { sprintf '%04o', $_[2] & 07777 }

# path -> sha256 of its content, as far as this run has looked at it or written it
my %sum;
sub hashes {
  return () if !@_;
  open my $h, '-|', 'sha256sum', '--', @_ or return ();
  my @sums = map { /^\\?([0-9a-f]{64}) / ? $1 : () } <$h>;
  return close $h && @sums == @_ ? map { $_[$_] => $sums[$_] } 0 .. $#_ : ();
}

sub service_state { return $service_now ||= unit() }

sub stale { say_line('stale', shift); return 0 }

# What the plan was made from holds still.
sub check {
  my @files = grep { $_->[0] eq 'file' } @expect;
  my %asked = map { $_ => 1 } (map { $_->[2] ne '-' ? $_->[1] : () } @files), @receipt;
  %sum = hashes(grep { !-l && -f _ } keys %asked);
  for (@files) {
    my (undef, $path, $sha, $mode, $owner) = @$_;
    my @s = lstat $path;
    if ($sha eq '-') { return stale("$path is there now") if @s; next }
    return stale("$path is gone, or no plain file any more") if !@s || !-f _;
    return stale("$path was changed") if ($sum{$path} || '') ne $sha;
    return stale("mode or owner of $path was changed") if mode_of(@s) . ' ' . owner_of(@s) ne "$mode $owner";
  }
  for (grep { $_->[0] eq 'package' } @expect) {
    my (undef, $status, $version, $want) = @$_;
    my ($is, $number, $wanted) = package_state();
    my $held = $wanted eq 'hold' ? 'held' : 'free';
    return stale("the package is $is $number now") if "$is $number $held" ne "$status $version $want";
  }
  for (grep { $_->[0] eq 'invocation' } @expect) {
    return stale('the service was started or stopped') if (service_state()->{InvocationID} || '') ne $_->[1];
  }
  return 1;
}

# dpkg's status, version and selection of alloy
sub package_state {
  my ($status, $version, $want);
  if (my $dpkg = probed(\&alloyup_probe::dpkg)) {
    my $alloy = defined $dpkg->{alloy} ? $dpkg->{alloy} : '';
    ($want, $status) = $alloy =~ /^Status: (\S+) \S+ (\S+)$/m;
    ($version) = $alloy =~ /^Version: (\S+)$/m;
  } else {
    open my $keep, '>&', \*STDERR; open STDERR, '>', '/dev/null';
    if (open my $h, '-|', 'dpkg-query', '-W', '-f', '${db:Status-Status} ${Version} ${db:Status-Want}', 'alloy') { ($status, $version, $want) = split / /, <$h> || '', 3; close $h }
    open STDERR, '>&', $keep;
  }
  ($status, $version, $want) = ('absent', '-', '-') if !defined $status || $status eq 'not-installed';
  $package_now = $version = defined $version && length $version ? $version : '-';
  return ($status, $version, $want);
}

# What the probe asks without starting a program; undef where it cannot tell.
sub probed {
  my $question = shift;
  local $SIG{ALRM} = sub { die "deadline\n" };
  my $said = alloyup_probe::try(5, $question);
  return $said if !exists $said->{error};
  # it keeps what ends a question to itself
  die SIGNALLED() if "$said->{error}\n" eq SIGNALLED();
  return undef;
}

# A disk that is full or read-only is told now, while nothing was touched.
sub room {
  for my $folder (@_) {
    my ($file, $h) = "$folder/.alloyup-$in{run}";
    # the file is gone before it is filled: nothing is left of it whatever happens
    next if open($h, '>', $file) && unlink($file) && (syswrite($h, "\0" x 65536) || 0) == 65536;
    return fail('host.disk', "$folder cannot be written: $!");
  }
  return 1;
}

# A folder of root's own on the file system of $_[0], so that a rename is atomic and nobody else can put
# a link there: the first of ours that fits. As in undo.sh.
my %stage;
sub parent { my $p = shift; $p =~ s{/[^/]*\z}{}; length $p ? $p : '/' }
sub stage_for {
  my $parent = parent(shift);
  $parent = parent($parent) while !-d $parent;
  my @at = stat $parent or return undef;
  return $stage{$at[0]} if $stage{$at[0]};
  for my $stage ("$D/stage", map { "$_/.alloyup-$in{run}" } '/etc', '/usr', '/opt', $at[4] == 0 ? $parent : ()) {
    my @above = stat parent($stage) or next;
    next if $above[0] != $at[0];
    mkdir $stage, 0700;
    return $stage{$at[0]} = $stage if -d $stage && chmod 0700, $stage;
  }
  fail('host.file', "no folder of root is on the file system of $_[0]");
  return undef;
}

# Before the first change all that is needed to take the run back lies on the disk.
sub arm {
  put("$D/journal", '') && put("$D/journal.begun", '') or return 0;
  # undo gives it back first of all: the way back must not end at a disk that filled up meanwhile
  put("$D/reserve", "\0" x 262144) or return 0;
  my $stage = stage_for('/etc/alloy') or return 0;
  index($stage, "$D/") == 0 || put("$stage/reserve", "\0" x 262144) or return 0;
  my $active = service_state()->{ActiveState} || 'unknown';
  put("$D/service.was", "$active " . ($service_now->{InvocationID} || '') . "\n") && put("$D/components.before", '') or return 0;
  if ($in{check} eq 'http' && $active eq 'active' && asked('before', "$D/components.before")) { put("$D/service.answered", '') }
  if (-e "$S/receipt.json") { link "$S/receipt.json", "$D/receipt.was" or copy("$S/receipt.json", "$D/receipt.was") or return 0 }
  open $journal, '>>', "$D/journal" or return 0;
  return arm_with($in{run}, "$D/undo.sh") && flush("$D/journal", $D);
}

# From here on run $_[0] is taken back, by script $_[1], if ours should not come to its end.
sub arm_with {
  my ($run, $undo) = @_;
  # A reboot in the middle: a generator that makes a unit, but only for the next boot, when our folder in
  # /run is gone. A unit file would be read by each daemon-reload of a package's script, and another one,
  # which is dear, would be due for systemd to forget it.
  my ($folder, $generator) = qw(/etc/systemd/system-generators /etc/systemd/system-generators/alloyup-undo);
  umask 022;
  if (mkdir $folder) { put("$S/made-generators", '') }
  umask 077;
  put("$generator.t", <<"END") && chmod(0755, "$generator.t") && flush("$generator.t") && rename("$generator.t", $generator) && flush($folder) or return 0;
#!/bin/sh
# The next boot takes back alloyup's unfinished run.
[ ! -e '$C' ] || exit 0
mkdir -p "\$1/multi-user.target.wants" && ln -sf ../alloyup-undo.service "\$1/multi-user.target.wants/" || exit 1
cat >"\$1/alloyup-undo.service" <<'EOF'
[Unit]
Description=Take back alloyup's unfinished run
ConditionPathExists=/var/lib/alloyup/armed
Before=alloy.service
RequiresMountsFor=/var/lib/alloyup
[Service]
Type=oneshot
ExecStart=/bin/sh $undo boot
EOF
END
  return put("$S/armed.t", $run) && flush($undo, parent($undo) . '/host.pl', "$S/armed.t") && rename("$S/armed.t", "$S/armed") && flush($S);
}

# All actions of one change. From its note on an action must be taken back.
sub change {
  ($step, my @actions) = @_;
  say_line('begin', $step);
  for my $action (@actions) {
    my ($verb, $n, @rest) = @$action;
    syswrite $journal, "$n $step\n" or return failed_step(1);
    flush("$D/journal") or return failed_step(1);
    my $exit = do_action($verb, $n, @rest);
    return failed_step($exit) if $exit;
  }
  say_line('end', $step);
  return 1;
}
sub failed_step { say_line('fail', $step || 'service', shift); return 0 }

sub finish {
  my $verdict = shift;
  put("$D/verdict.t", "$verdict\n") && flush("$D/verdict.t") && rename "$D/verdict.t", "$D/verdict";
  audit($verdict);
  disarm();
  forget_old_runs();
}
sub audit {
  my @t = gmtime;
  open my $h, '>>', "$S/audit.log" or return;
  printf $h "%04d-%02d-%02dT%02d:%02d:%02dZ %s %s %s\n", $t[5] + 1900, $t[4] + 1, @t[3, 2, 1, 0], $in{run}, $in{who}, shift;
}

sub disarm {
  remove_tree("$C/content", values %stage);
  unlink '/etc/systemd/system-generators/alloyup-undo', "$D/reserve";
  if (-e "$S/made-generators") { rmdir '/etc/systemd/system-generators'; unlink "$S/made-generators" }
  unlink "$S/armed";
  flush($S);
}

# The newest ten stay. A kept package is some hundred megabytes once it is replaced, and only the
# newest runs are ever taken back: three keep theirs.
sub runs { opendir my $d, "$S/runs" or return (); return reverse sort grep { !/^\./ } readdir $d }
sub forget_old_runs {
  my @runs = runs();
  remove_tree(map { "$S/runs/$_" } splice @runs, 10) if @runs > 10;
  return if !$packaged;
  my @kept = map { glob "$S/runs/$_/*.kept" } @runs;
  remove_tree(splice @kept, 3) if @kept > 3;
}

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

# The probe once more, when all is done: what becomes of it changes nothing.
sub last_words {
  open STDERR, '>', '/dev/null';
  eval { alloyup_probe::main() };
}

# --- files --------------------------------------------------------------------------------------

# Keeps what is there; a link or anything else odd is refused. A second name of the same file keeps all of
# it, and costs nothing: what is written later is another file, which takes the name.
sub save {
  my ($n, $path) = @_;
  return fail('host.file', "$path is a symbolic link") if -l $path;
  if (!-e $path) { return put("$D/$n.absent", '') }
  return fail('host.file', "$path is not a plain file") if !-f $path;
  unlink "$D/$n.saved";
  if (!link $path, "$D/$n.saved") { copy($path, "$D/$n.saved") or return 0 }
  return !-l "$D/$n.saved" && -f "$D/$n.saved" && flush("$D/$n.saved", $D);
}

sub ids { my ($u, $g) = split /:/, shift; my ($uid, $gid) = (scalar getpwnam $u, scalar getgrnam $g); defined $uid && defined $gid ? ($uid, $gid) : complain("no such user or group: $u:$g") }
sub complain { print shift, "\n"; return () }
sub tried { $_[0] ? 0 : do { print "$_[1]: $!\n"; 1 } }

my %verb = (
  file => sub {
    my ($n, $path, $mode, $owner, $sha) = @_;
    save($n, $path) or return 1;
    my @made;
    for (my $p = parent($path); !-d $p; $p = parent($p)) { push @made, $p }
    if (@made) {
      put("$D/$n.parents", join '', map { "$_\n" } @made) or return 1;
      umask 022;
      my $ok = !grep { !mkdir $_ } reverse @made;
      umask 077;
      return tried(0, $made[-1]) if !$ok;
    }
    my $stage = stage_for($path) or return 1;
    my @ids = ids($owner) or return 1;
    my $new = "$stage/$n";
    unlink $new;
    put($new, $content{$n}) && chown(@ids, $new) && chmod(oct $mode, $new) && flush($new) or return tried(0, $path);
    put("$D/$n.after", "$sha $path\n");
    rename $new, $path or return tried(0, $path);
    $sum{$path} = $sha;
    return !flush(parent($path));
  },

  delete => sub { my ($n, $path) = @_; save($n, $path) or return 1; delete $sum{$path}; return -e $path ? tried(unlink($path), $path) : 0 },

  mode => sub {
    my ($n, $path, $mode, $owner) = @_;
    if (-l $path) { fail('host.file', "$path is a symbolic link"); return 1 }
    my @s = lstat $path or return tried(0, $path);
    my @ids = ids($owner) or return 1;
    put("$D/$n.mode", mode_of(@s) . " $s[4]:$s[5]\n") or return 1;
    return tried(chown(@ids, $path) && chmod(oct $mode, $path), $path);
  },

  folder => sub {
    my ($n, $path, $mode, $owner) = @_;
    if (-l $path) { fail('host.file', "$path is a symbolic link"); return 1 }
    return do_action('mode', @_) if -d $path;
    put("$D/$n.absent", '') or return 1;
    my @ids = ids($owner) or return 1;
    my @made;
    for (my $p = $path; !-d $p; $p = parent($p)) { push @made, $p }
    umask 022;
    my $ok = !grep { !mkdir $_ } reverse @made;
    umask 077;
    return tried($ok && chown(@ids, $path) && chmod(oct $mode, $path), $path);
  },

  'delete-tree' => sub { my ($n, $path) = @_; return !remove_tree($path) },

# --- configuration and service ------------------------------------------------------------------

  # The host's own judge, with the flags it knows. A gate, not a proof: of 31 recorded configurations that
  # passed it 12 did not start.
  validate => sub {
    my ($n, @flags) = @_;
    my ($config, $said) = ("$C/content/config.alloy", "$C/validate.said");
    put($config, $content{$n}) or return tried(0, $config);
    my $exit = within(60, $said, 'alloy', 'validate', @flags, $config);
    return 0 if !$exit;
    if (within(60, '/dev/null', 'alloy', 'validate', '--help')) { say_line('warning', 'this Alloy has no validate (it came with 1.9.0)'); return 0 }
    say_line('problem', 'alloy.validate', 'alloy validate refuses the configuration');
    my $text = slurp($said);
    $text =~ s/\Q$config\E/\/etc\/alloy\/config.alloy/g;
    my @lines = grep { !/collector server run finished/ } split /\n/, $text;
    say_line('detail', $_) for @lines > 40 ? @lines[0 .. 39] : @lines;
    return $exit;
  },

  enable => sub { my $n = shift; return 0 if run(qw(systemctl --quiet is-enabled alloy)); put("$D/$n.was-disabled", '') or return 1; return !run(qw(systemctl --quiet enable alloy)) },
  disable => sub { my $n = shift; return 0 if !run(qw(systemctl --quiet is-enabled alloy)); put("$D/$n.was-enabled", '') or return 1; return !run(qw(systemctl --quiet disable alloy)) },
  unmask => sub { my $n = shift; put("$D/$n.was-masked", '') or return 1; return !run(qw(systemctl --quiet unmask alloy)) },
  # a package's scripts have mostly done it already, and it is dear
  'daemon-reload' => sub {
    my %unit = map { chomp; split /=/, $_, 2 } `systemctl show alloy -p LoadState,NeedDaemonReload`;
    return 0 if $unit{LoadState} eq 'loaded' && $unit{NeedDaemonReload} eq 'no';
    return !run(qw(systemctl daemon-reload));
  },

  reload => sub { put("$D/reloaded", '') or return 1; return !asked('reload') },
  restart => sub { $ENV{ALLOYUP_SINCE} = time; put("$D/since", "$ENV{ALLOYUP_SINCE}\n") or return 1; return !asked('restart') },
  stop => sub { return !asked('stop') },
);

sub verbs { return keys %verb }

# What is rare, or is the work of other programs anyway, is in packages.sh; what works under dpkg's lock.
my %under_lock = map { $_ => 1 } qw(mend-dpkg refresh install uninstall);
sub do_action {
  my ($verb, $n, @rest) = @_;
  return $verb{$verb}->($n, @rest) if $verb{$verb};
  if (!-e "$C/packages.sh") { put("$C/packages.sh", $text{packages}) or return 1 }
  asked('lock', 300) or return 1 if $under_lock{$verb};
  $packaged = 1;
  %sum = ();
  system 'sh', "$C/packages.sh", $verb, $n, @rest;
  return $? >> 8 || ($? ? 1 : 0);
}

# The exit code of a program that has so many seconds; what it says goes to a file.
sub within {
  my ($seconds, $said, @argv) = @_;
  my $pid = fork;
  return 1 if !defined $pid;
  if (!$pid) { open STDOUT, '>', $said; open STDERR, '>&', \*STDOUT; exec @argv; exit 127 }
  my $ended = eval { local $SIG{ALRM} = sub { die "late\n" }; alarm $seconds; waitpid $pid, 0; alarm 0; 1 };
  alarm 0;
  if (!$ended) { kill 9, $pid; waitpid $pid, 0; return 124 }
  return $? >> 8 || ($? ? 1 : 0);
}

# Up means, all of it; see the proof's fields in src/model/plan.ts.
sub prove {
  return 1 if $in{check} eq 'none';
  if ($in{check} eq 'service') { asked('service', 120) or return 0 }
  else {
    asked('ready', 120) or return 0;
    asked('components-as', \@components, \@tolerate, "$D/components.before", 60, $in{known}) or return 0;
    package_state() if !defined $package_now || $packaged;
    asked('version', $package_now) or return 0;
  }
  return $in{service} ne 'restart' || asked('watch', $in{watch});
}

# Which process has loaded which files. JSON is put together by hand: paths are ours, hashes are hex.
sub receipt {
  return 1 if $in{check} eq 'none';
  %sum = (%sum, hashes(grep { !$sum{$_} && -f } @receipt));
  my $files = join ',', map { defined $sum{$_} ? "\"$_\":\"$sum{$_}\"" : () } @receipt;
  my $groups = join ',', map { "\"$_\"" } groups_of('alloy');
  my $invocation = readlink('/run/systemd/units/invocation:alloy.service') || unit()->{InvocationID};
  return put("$S/receipt.t", "{\"schema\":1,\"run\":\"$in{run}\",\"invocation\":\"$invocation\",\"files\":{$files},\"groups\":[$groups],\"at\":" . time . "000}\n")
    && flush("$S/receipt.t") && rename "$S/receipt.t", "$S/receipt.json";
}
sub groups_of {
  my $name = shift;
  my $primary = (getpwnam $name)[3];
  return '' if !defined $primary;
  my @groups;
  setgrent;
  while (my ($group, undef, $gid, $members) = getgrent) { push @groups, $group if $gid != $primary && grep { $_ eq $name } split / /, $members }
  endgrent;
  return (scalar getgrgid $primary, @groups);
}

# --- rollback -----------------------------------------------------------------------------------

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

# --- the three scripts ---------------------------------------------------------------------------

# What a script that comes to no good end at its very beginning leaves: nothing.
sub untouched { remove_tree($D, "$C/content") }

sub apply_run {
  take_lock() or return say_line('result', 'locked');
  my $end = eval { work() };
  unstoppable();
  if (!defined $end) { print $@ if $@ ne SIGNALLED(); failed_step(1) }
  if ($end && $end ne 'failed') { untouched($end) if $end ne 'ok'; say_line('result', $end eq 'full' ? 'failed' : $end) }
  else { give_up() }
  last_words();
}

# What is left to do is done to the end, whoever would like to stop it now. Not ignored, which all that is
# started from here would do too.
sub unstoppable { $SIG{$_} = sub { } for qw(TERM INT HUP) }

# How it ended: ok; stale or full, before anything was touched; failed, and has to be taken back.
sub work {
  helpers() or fail('host.disk', "no room for the run's files in $S or $C"), return 'full';
  finish_earlier() and stale('an unfinished run was taken back first'), return 'stale';
  check() or return 'stale';
  room(split / /, $in{room}) or return 'full';
  arm() or fail('apply.failed', 'the way back could not be prepared'), failed_step(1), return 'failed';
  for (@steps) { change(@$_) or return 'failed' }
  $step = 'service';
  prove() or failed_step(1), return 'failed';
  receipt() or fail('apply.failed', 'what was proven could not be written down'), return 'failed';
  unstoppable();
  finish('ok');
  return 'ok';
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

sub main {
  unlink $0;
  evaluate("package alloyup_probe; $text{probe}; 1") or die $@;
  my $systemctl = \&unit;
  # not its `unit`, which would keep a signal to itself and ask systemctl
  *unit = sub { probed(\&alloyup_probe::bus) || $systemctl->() };
  umask 077;
  $ENV{$_->[0]} = $_->[1] for [DEBIAN_FRONTEND => 'noninteractive'], [HOME => '/root'], [LC_ALL => 'C'],
    [PATH => '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    [ALLOYUP_NONCE => $in{nonce}], [ALLOYUP_ADDRESS => $in{address}], [ALLOYUP_PORT => $in{port}];
  open STDIN, '<', '/dev/null';
  open STDERR, '>&', \*STDOUT;
  $| = 1;
  $SIG{$_} = sub { die SIGNALLED() } for qw(TERM INT HUP);
  { apply => \&apply_run, settle => \&settle_run, rollback => \&rollback_run }->{$in{does}}->();
}
