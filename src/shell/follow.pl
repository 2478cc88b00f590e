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
my ($buffer, $quiet, $parent, $began) = ('', 0, getppid, time);
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
  $quiet = $n || !$pid || -e "/proc/$pid" ? 0 : $quiet + 1;
  exit 137 if $quiet > 1800;
  # most runs are over by then; a long one is not looked at that often
  select undef, undef, undef, time - $began < 3 ? 0.03 : 0.1;
}
