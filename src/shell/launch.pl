# Starts the script of run $ARGV[0], which comes on stdin, away from the login session, then follows its
# log: follow.pl stands behind this text, and door.pl has read both. What a unit's settings hold, every user
# of the host may read: nothing secret is in here. perl-base only, and no modules.
use strict;
my $run = $ARGV[0];
my $d = "/run/alloyup/$run";
$| = 1;
sub announce { print "alloyup: $_[0]\n" }
sub quit { my ($exit, $why) = @_; announce($why); exit $exit }
sub clear {
  for my $path (@_) {
    if (!-l $path && -d _ && opendir my $d, $path) { clear(map { "$path/$_" } grep { !/^\.\.?\z/ } readdir $d); rmdir $path }
    else { unlink $path }
  }
}
sub spill { my ($path, @lines) = @_; open my $h, '>', $path or return 0; print $h map { "$_\n" } @lines; return close $h }
sub first_line { open my $h, '<', shift or return ''; my $l = <$h>; $l = '' if !defined $l; chomp $l; return $l }
umask 077;
-d '/run/systemd/system' or quit(74, 'no systemd');
$> == 0 or quit(77, 'not root');

# What earlier runs left in memory: the newest four that are over stay, for a controller that may still
# come back for the end of their log; one that was cut while it was launched goes as soon as neither its
# launcher nor its unit is alive.
sub sweep {
  opendir my $all, '/run/alloyup' or return;
  my $kept = 0;
  for my $other (reverse sort grep { !/^\./ && $_ ne $run } readdir $all) {
    my $old = "/run/alloyup/$other";
    if (-e "$old/done") { clear($old) if ++$kept > 4; next }
    my @s = stat $old or next;
    my $launcher = first_line("$old/launcher");
    next if time - $s[9] < 60 || $launcher && -e "/proc/$launcher";
    clear($old) if `systemctl show alloyup-$other -p ActiveState --value` =~ /^inactive/;
  }
}

mkdir '/run/alloyup', 0700;
mkdir $d, 0700 or quit(70, 'no room in /run');
# whoever sent it is gone before all of it came: half a script may hold secrets
$SIG{$_} = sub { clear($d); exit 129 } for qw(HUP INT TERM PIPE);
spill("$d/launcher", $$);
# all but the last line may be here long before the run begins (stageScript of engine/script-run.ts); as in
# door.pl, systemd's connection is not kept open for long
our ($bus, $unit);
$SIG{ALRM} = sub { undef $bus; $SIG{ALRM} = $SIG{TERM}; alarm 21600 };
alarm 5;
my ($end, $whole) = ('', 0);
if (open my $script, '>', "$d/script") {
  $whole = 1;
  # what door.pl has read already lies in perl's own buffer
  while (read STDIN, my $part, 65536) {
    $whole &&= print $script $part;
    $end = substr $end . $part, -200;
  }
  $whole &&= close $script;
}
alarm 0;
# a script that was cut on the wire is not started; no log: follow.pl took the folder away, nobody waits any more
if (!$whole || $end !~ /\n#end \Q$run\E\n\z/ || !spill("$d/log")) { clear($d); quit(73, 'cut') }
# The first start does the run, and puts `again` in the place of its script: systemd starts it again a minute
# after both the run and its ExecStopPost were killed. A run that takes another one back (roll_back) names it
# in `undoes`.
spill("$d/unit", map { "$_=$unit->{$_}" } keys %$unit) if $unit && !$unit->{error};
my $start = spill("$d/again", "exec '/bin/sh', '$d/stop', '$d', 'guard'")
  && spill("$d/stop", 'd=$1; r=${d##*/}; u=/var/lib/alloyup/runs/$r/undo.sh',
  '[ ! -e "$d/undoes" ] || { read -r r <"$d/undoes"; u=$d/undo.sh; }',
  'armed() { a=; read -r a 2>/dev/null </var/lib/alloyup/armed; [ "$a" = "$r" ]; }',
  'e=0; ! armed || sh "$u" "${2:-stop}" >>"$d/log" 2>&1 </dev/null || e=1',
  '[ ! -e "$d/script" ] && [ ! -e "$d/content" ] || rm -rf "$d/script" "$d/content"', 'if armed; then exit $e; fi', ': >"$d/done"',
  # taken back: there is nothing left to be started again for
  '[ "${SERVICE_RESULT:-success}" = success ] || systemctl --no-block stop "alloyup-${d##*/}.service"');
$SIG{$_} = 'DEFAULT' for qw(HUP INT TERM PIPE ALRM);
my @job = ('/usr/bin/perl', "$d/script");
my @stop = ('/bin/sh', "$d/stop", $d);

# As `systemd-run --collect` would make it, which costs the host as much as the unit itself: one call of
# systemd's own socket (D-Bus without a bus).
sub pad { $_[0] .= "\0" x (-length($_[0]) % $_[1]) }
sub text { pad($_[0], 4); $_[0] .= pack 'L/a* x', $_[1] }
# an array of what &$each adds to $_[0]; its items begin at multiples of $align
sub array {
  my (undef, $align, $each) = @_;
  pad($_[0], 4);
  my $at = length $_[0];
  $_[0] .= "\0" x 4;
  pad($_[0], $align);
  my $from = length $_[0];
  $each->();
  substr($_[0], $at, 4) = pack 'L', length($_[0]) - $from;
}
sub start_unit {
  my $body = '';
  text($body, $_) for "alloyup-$run.service", 'fail';
  array($body, 8, sub {
    for ([Description => 's', "alloyup $run"], [CollectMode => 's', 'inactive-or-failed'], [Restart => 's', 'on-failure'],
      [RestartUSec => 't', 60e6], [RuntimeMaxUSec => 't', 3600e6], [TimeoutStopUSec => 't', 600e6],
      [ExecStart => 'a(sasb)', \@job], [ExecStopPost => 'a(sasb)', \@stop]) {
      my ($name, $type, $value) = @$_;
      pad($body, 8);
      text($body, $name);
      $body .= pack 'C/a* x', $type;
      if ($type eq 's') { text($body, $value) }
      elsif ($type eq 't') { pad($body, 8); $body .= pack 'Q', $value }
      else {
        array($body, 8, sub {
          text($body, $value->[0]);
          array($body, 4, sub { text($body, $_) for @$value });
          pad($body, 4);
          $body .= "\0" x 4;
        });
      }
    }
  });
  # no units beside it
  pad($body, 4);
  $body .= "\0" x 4;
  pad($body, 8);
  my $head = '';
  for ([1, 'o', '/org/freedesktop/systemd1'], [2, 's', 'org.freedesktop.systemd1.Manager'], [3, 's', 'StartTransientUnit'], [8, 'g', 'ssa(sv)a(sa(sv))']) {
    pad($head, 8);
    $head .= pack('C C a x', $_->[0], 1, $_->[1]) . pack $_->[1] eq 'g' ? 'C/a* x' : 'L/a* x', $_->[2];
  }
  my $call = pack('a C C C L L L', 'l', 1, 0, 1, length $body, 99, length $head) . $head;
  pad($call, 8);
  local $SIG{PIPE} = 'IGNORE';
  my ($s, $said) = ($bus, '');
  my $known = $s && syswrite $s, "$call$body";
  if (!$known) {
    socket $s, 1, 1, 0 or return;
    connect $s, pack 'S a*', 1, "/run/systemd/private\0" or return;
    syswrite $s, "\0AUTH EXTERNAL 30\r\nBEGIN\r\n$call$body";
  }
  my $until = sub {
    while (length $said < $_[0]) {
      vec(my $in = '', fileno $s, 1) = 1;
      (select $in, undef, undef, 20) && sysread $s, $said, 65536, length $said or return 0;
    }
    return 1;
  };
  # without a word it may have been taken in all the same: follow.pl will see
  until ($known || $said =~ s/\AOK \w+\r\n//) { return $said eq '' if $said =~ /\n/ || !$until->(1 + length $said) }
  # of what else it tells, only the answer counts: taken in (2) or refused (3)
  while ($until->(16)) {
    my ($type, $length, $fields) = unpack 'x C x2 L x4 L', $said;
    return $type == 2 if $type == 2 || $type == 3;
    $length += $fields + 16 + -$fields % 8;
    $until->($length) or last;
    substr $said, 0, $length, '';
  }
  return 1;
}
if (!$start || !start_unit() && system 'systemd-run', '--quiet', '--collect', "--unit=alloyup-$run", "--description=alloyup $run",
  '-p', "ExecStopPost=@stop", '-p', 'RuntimeMaxSec=3600', '-p', 'TimeoutStopSec=600',
  '-p', 'Restart=on-failure', '-p', 'RestartSec=60', @job) {
  clear($d);
  quit(71, 'no unit');
}
undef $bus;
announce('started');
sweep();
# the same connection follows the log; a later one may pick it up at any byte
@ARGV = ($run, 0);
