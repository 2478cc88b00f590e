# Sends the log of run $ARGV[0] from byte $ARGV[1] on, until the run is over (0; how it ended is in the
# log). 137: it was killed and nobody took it back within three minutes. 72: the host knows nothing of it.
# 76: the host went down in between, and only the verdict was left. 75: ten minutes are over, come again. No `tail --pid`: that one never ends when the pid is already gone.
my ($run, $from) = @ARGV;
my $d = "/run/alloyup/$run";
$| = 1; $SIG{PIPE} = sub { exit 141 };
my $log = "$d/log";
if (!-e $log) {
  # after a reboot only the verdict is left, as soon as it was taken back
  my $until = time + 180;
  select undef, undef, undef, 0.2 while first('/var/lib/alloyup/armed') eq $run && time < $until;
  if (open my $v, '<', "/var/lib/alloyup/runs/$run/verdict") { print 'alloyup: verdict ', <$v>; exit 76 }
  # a script that is still on its way shall not be started once we have said that it never was: the
  # launcher fails where its folder is taken or gone
  mkdir '/run/alloyup', 0700;
  exit 72 if mkdir $d, 0700;
  for (1 .. 50) { last if -e $log; select undef, undef, undef, 0.1 }
  exit 72 if !-e $log && rename $d, "$d.cut";
}
open my $in, '<', $log or exit 72;
sysseek $in, $from, 0;
my ($buffer, $parent, $began, $alive) = ('', getppid, time, time);
# the kernel tells when something happens there (inotify); where it does not, it is looked at every so often
my $wake;
if (open my $self, '<', '/proc/self/exe') {
  read $self, my $elf, 20;
  my $calls = { 62 => [294, 254], 183 => [26, 27], 243 => [26, 27] }->{ unpack 'x18 v', $elf };
  my $fd = $calls ? syscall $calls->[0], 0 : -1;
  # changed, moved there, made
  open $wake, '<&=', $fd if $fd >= 0 && syscall($calls->[1], $fd, $d, 0x182) >= 0;
}
sub drain { my $n = 0; while (my $got = sysread $in, $buffer, 65536) { my $at = 0; $at += syswrite(STDOUT, $buffer, $got - $at, $at) || exit 141 while $at < $got; $n += $got } $n }
sub first { open my $f, '<', shift or return ''; my $l = <$f>; defined $l ? $l : '' }
while (1) {
  my $over = -e "$d/done";
  my $n = drain();
  exit 0 if $over;
  exit 141 if getppid != $parent;
  exit 75 if time - $began > 600;
  # killed together with the unit that should have taken it back: its second start will
  my $pid = first("$d/pid") + 0;
  $alive = time if $n || !$pid || -e "/proc/$pid";
  exit 137 if time - $alive > 180;
  my $any = '';
  vec($any, fileno $wake, 1) = 1 if $wake;
  # without a kernel that tells: most runs are over within three seconds, and a long one is not looked at that often
  select($any, undef, undef, $wake ? 0.5 : time - $began < 3 ? 0.03 : 0.1) and sysread $wake, my $event, 65536;
}
