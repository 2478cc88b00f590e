# The run of one host, in one process: every program that is started costs the host more than all that
# is done in here. Settings (%in), texts (%text), contents and the plan's actions stand before it, written
# by shell/apply.ts; host.pl and the probe were read in before it. What most runs do without is in seldom.pl
# and wait.pl, and read when it is called for: perl takes longer to read a program than to run it.
# Each verb first notes what it needs to be taken back (undo.sh has the other half), then does its work.
# What is told is a line "NONCE VERB ..."; shell/records.ts reads it. perl-base only, and no modules.
use strict;
our (%in, %text, %content, @expect, @seen, @before, @steps, @components, @tolerate, @receipt);
our $S = '/var/lib/alloyup';
our $D = "$S/runs/$in{run}";
# contents of files, secrets among them: in memory only
our $C = "/run/alloyup/$in{run}";
my ($lock, $journal, $service_now, $package_now);
our $step;
# a package was at work
our $packaged;

# something was done that systemd would tell of
my $units_touched;

our $AUTOLOAD;
sub AUTOLOAD {
  my $name = $AUTOLOAD;
  if (!defined &systemctl_show) { evaluate("$text{wait}$text{seldom}1") or die $@ }
  die "no $name\n" if !defined &$name;
  goto &$name;
}

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
sub fail { my ($code, $text) = @_; say_line('problem', $code, $text); return 0 }
sub run { system(@_) == 0 }

# fsync(2) has a number of its own on each architecture; elsewhere sync(1) does it
sub flush {
  my $fsync = $alloyup_probe::nr{fsync};
  my @left = grep { my $h; !($fsync && sysopen($h, $_, 0) && syscall($fsync, fileno $h) == 0) } @_;
  return !@left || system('sync', @left) == 0 || system('sync') == 0;
}

sub take_lock {
  mkdir $S; mkdir "$S/runs";
  chmod(0700, $S, "$S/runs") == 2 or return 0;
  open $lock, '>>', "$S/lock" or return 0;
  # what this process starts holds the lock too, for as long as it lives
  fcntl $lock, 2, 0;
  flock $lock, 6 or wait_for_lock($lock) or return 0;
  return put("$S/lock.holder.t", "$in{run} $$ " . time . " $in{who}\n") && rename "$S/lock.holder.t", "$S/lock.holder";
}

# A run that was killed and whose undo has not run yet: first of all it is taken back. 0: there was none.
sub finish_earlier {
  my $earlier = word("$S/armed");
  return $earlier eq '' || $earlier eq $in{run} ? 0 : take_back($earlier);
}

sub helpers {
  mkdir $C, 0700; mkdir $D, 0700; mkdir "$C/content", 0700;
  my $host = "$text{host}$text{wait}sub unit { systemctl_show() }\nexit !asked(\@ARGV);\n";
  return put("$D/host.pl", $host) && (!defined $text{undo} || put("$D/undo.sh", $text{undo}) && chmod 0700, "$D/undo.sh");
}

sub owner_of { my @s = @_; my $u = getpwuid $s[4]; my $g = getgrgid $s[5]; (defined $u ? $u : $s[4]) . ':' . (defined $g ? $g : $s[5]) }
sub mode_of { sprintf '%04o', $_[2] & 07777 }

# path -> sha256 of its content, as far as this run has looked at it or written it
our %sum;
sub hashes {
  return () if !@_;
  open my $h, '-|', 'sha256sum', '--', @_ or return ();
  my @sums = map { /^\\?([0-9a-f]{64}) / ? $1 : () } <$h>;
  return close $h && @sums == @_ ? map { $_[$_] => $sums[$_] } 0 .. $#_ : ();
}

# path -> sha256, of what is as it was when the facts were read: whatever changes a file's content changes its
# ctime, but for what comes within one tick of the kernel's clock.
sub unchanged {
  my %same;
  for (@seen) {
    my ($path, $sha, $ctime, $size) = @$_;
    my $now = alloyup_probe::meta($path);
    next if $now->[0] ne 'file' || $now->[4] != $ctime || $now->[5] != $size || $ctime > $in{seen_at} - 100;
    $same{$path} = $sha;
    $alloyup_probe::known{$path} = [$ctime, $size, $sha];
  }
  return %same;
}

# systemd keeps this link as long as an invocation runs: while it is the one that the facts tell of, it
# need not be asked.
sub invocation { return readlink('/run/systemd/units/invocation:alloy.service') || '' }
sub service_state {
  return $service_now ||= $in{active} eq 'active' && length $in{invocation} && invocation() eq $in{invocation}
    ? { ActiveState => 'active', InvocationID => $in{invocation} } : unit();
}

sub stale { say_line('stale', shift); return 0 }

# What the plan was made from holds still.
sub check {
  my @files = grep { $_->[0] eq 'file' } @expect;
  my %asked = map { $_ => 1 } (map { $_->[2] ne '-' ? $_->[1] : () } @files), @receipt;
  %sum = unchanged();
  %sum = (%sum, hashes(grep { !$sum{$_} && !-l && -f _ } keys %asked));
  for (@files) {
    my (undef, $path, $sha, $mode, $owner) = @$_;
    my @s = lstat $path;
    if ($sha eq '-') { return stale("$path is there now") if @s; next }
    return stale("$path is gone, or no plain file any more") if !@s || !-f _;
    return stale("$path was changed") if ($sum{$path} || '') ne $sha;
    return stale("mode or owner of $path was changed") if mode_of(@s) . ' ' . owner_of(@s) ne "$mode $owner" && !owned($path, $mode, $owner);
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

# By /etc/passwd and /etc/group alone, as the facts tell it; users may come from elsewhere, too.
sub owned {
  my ($path, @want) = @_;
  probed(\&alloyup_probe::account);
  my (undef, $mode, $user, $group) = @{ alloyup_probe::meta($path) };
  return "$mode $user:$group" eq "@want";
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

# What the probe asks without starting a program; undef where it cannot tell. A signal has to wait: the probe
# would keep what ends a question to itself.
sub probed {
  my ($question, $signalled) = shift;
  local @SIG{qw(TERM INT HUP)} = (sub { $signalled = 1 }) x 3;
  local $SIG{ALRM} = sub { die "deadline\n" };
  my $said = alloyup_probe::try(5, $question);
  die SIGNALLED() if $signalled;
  return exists $said->{error} ? undef : $said;
}
sub unit { return probed(\&alloyup_probe::bus) || systemctl_show() }

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
  reserve("$D/reserve") or return 0;
  my $stage = stage_for('/etc/alloy') or return 0;
  index($stage, "$D/") == 0 || reserve("$stage/reserve") or return 0;
  my $active = service_state()->{ActiveState} || 'unknown';
  put("$D/service.was", "$active " . ($service_now->{InvocationID} || '') . "\n") && put("$D/components.before", '') or return 0;
  if ($in{check} eq 'http' && $active eq 'active' && before()) { put("$D/service.answered", '') }
  if (-e "$S/receipt.json") { link "$S/receipt.json", "$D/receipt.was" or copy("$S/receipt.json", "$D/receipt.was") or return 0 }
  open $journal, '>>', "$D/journal" or return 0;
  return arm_with($in{run}, "$D/undo.sh") && flush("$D/journal", $D);
}

sub reserve {
  my $path = shift;
  open my $h, '>', $path or return 0;
  my $fallocate = $alloyup_probe::nr{fallocate};
  # not every file system knows it
  return close $h if $fallocate && syscall($fallocate, fileno $h, 0, 0, 262144) == 0;
  return put($path, "\0" x 262144);
}

# The facts were read a moment ago.
sub fresh { my $age = time - $in{seen_at} / 1000; return $age > -1 && $age < 10 }

# What ran before, for the way back. Fresh facts tell it, too.
sub before {
  return asked('before', "$D/components.before") if !@before || !fresh();
  return put("$D/components.before", join '', map { "$_->[0]\t$_->[1]\n" } @before);
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
    $units_touched = 1 if $verb !~ /^(?:validate|reload)\z/ && ($rest[0] || '') !~ m{^/etc/alloy/};
    my $do = 'verb_' . $verb =~ tr/-/_/r;
    my $exit = (\&$do)->($n, @rest);
    return failed_step($exit) if $exit;
  }
  say_line('end', $step);
  return 1;
}

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
  remove_tree("$C/content", "$C/script", values %stage);
  unlink '/etc/systemd/system-generators/alloyup-undo', "$D/reserve";
  if (-e "$S/made-generators") { rmdir '/etc/systemd/system-generators'; unlink "$S/made-generators" }
  unlink "$S/armed";
  flush($S);
}

# The newest ten stay.
sub runs { opendir my $d, "$S/runs" or return (); return reverse sort grep { !/^\./ } readdir $d }
sub forget_old_runs {
  my @runs = runs();
  remove_tree(map { "$S/runs/$_" } splice @runs, 10) if @runs > 10;
  forget_kept_packages(@runs) if $packaged;
}

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

sub verb_file {
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
}

# The host's own judge, with the flags it knows. A gate, not a proof: of 31 recorded configurations that
# passed it 12 did not start.
sub verb_validate {
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
}

sub verb_reload { put("$D/reloaded", '') or return 1; return !asked('reload') }

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
  elsif (!all_well()) {
    asked('ready', 120) or return 0;
    asked('components-as', \@components, \@tolerate, "$D/components.before", 60, $in{known}) or return 0;
    package_state() if !defined $package_now || $packaged;
    asked('version', $package_now) or return 0;
  }
  return $in{service} ne 'restart' || asked('watch', $in{watch});
}

# The unit as the facts told it (launch.pl wrote it down), while the same invocation runs and this run has done
# nothing to units.
sub known_unit {
  return undef if $units_touched || !fresh() || invocation() ne $in{invocation};
  my %unit = map { split /=/, $_, 2 } split /\n/, slurp("$C/unit") || '';
  return ($unit{InvocationID} || '') eq $in{invocation} ? \%unit : undef;
}

# Most often nothing has to be waited for: all is asked at once, and serves as last words too. What is not
# plain is left to those who wait.
sub all_well {
  return 0 if $in{service} eq 'restart';
  my $said = probed(sub { alloyup_probe::service(known_unit()) }) or return 0;
  my ($unit, $process, $http) = map { $_ || {} } @$said{qw(unit process http)};
  my $list = $http->{components} || {};
  return 0 if ($unit->{ActiveState} || '') ne 'active' || $http->{error} || $http->{ready} != 200 || !$list->{well};
  return 0 if $unit->{InvocationID} ne service_state()->{InvocationID};
  package_state() if !defined $package_now || $packaged;
  my $runs = defined $http->{version} ? $http->{version} : ($process->{exe} || '') eq '/usr/bin/alloy' ? $package_now : '';
  return 0 if $runs ne $package_now =~ s/-\d+$//r && $runs ne $package_now;
  my %want = map { $_ => 1 } @components;
  my %there = map { $_ => 1 } @{ $list->{well} }, map { $_->[0] } @{ $list->{ill} };
  my %tolerate = map { $_ => 1 } @tolerate;
  return 0 if grep({ !$there{$_} } keys %want) || $in{known} && grep({ !$want{$_} } keys %there) || grep { !$tolerate{$_->[0]} } @{ $list->{ill} };
  $alloyup_probe::seen = $said;
  return 1;
}

# Which process has loaded which files. JSON is put together by hand: paths are ours, hashes are hex.
sub receipt {
  return 1 if $in{check} eq 'none';
  %sum = (%sum, hashes(grep { !$sum{$_} && -f } @receipt));
  my $files = join ',', map { defined $sum{$_} ? "\"$_\":\"$sum{$_}\"" : () } @receipt;
  my $groups = join ',', map { "\"$_\"" } groups_of('alloy');
  my $invocation = invocation() || unit()->{InvocationID};
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

# --- the three scripts ---------------------------------------------------------------------------

# What a script that comes to no good end at its very beginning leaves: nothing.
sub untouched { remove_tree($D, "$C/content") }

sub apply_run {
  take_lock() or return say_line('result', 'locked');
  my $end = eval { work() };
  unstoppable();
  # what was proven is not what there will be
  undef $alloyup_probe::seen if ($end || '') ne 'ok';
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

sub main {
  # what holds secrets is gone from here on; in its place is what systemd starts again (launch.pl)
  rename "$C/again", $0 or unlink $0;
  put("$C/pid", "$$\n");
  open STDIN, '<', '/dev/null';
  open STDOUT, '>>', "$C/log";
  open STDERR, '>&', \*STDOUT;
  $| = 1;
  evaluate("package alloyup_probe; $text{probe}; 1") or die $@;
  umask 077;
  $ENV{$_->[0]} = $_->[1] for [DEBIAN_FRONTEND => 'noninteractive'], [HOME => '/root'], [LC_ALL => 'C'],
    [PATH => '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    [ALLOYUP_NONCE => $in{nonce}], [ALLOYUP_ADDRESS => $in{address}], [ALLOYUP_PORT => $in{port}];
  $SIG{$_} = sub { die SIGNALLED() } for qw(TERM INT HUP);
  { apply => \&apply_run, settle => \&settle_run, rollback => \&rollback_run }->{$in{does}}->();
}
