# Starts the script of run $ARGV[0] away from the login session, then follows its log: follow.pl stands
# behind this text. All of it is constant: what a unit or an argument vector holds, every user of the host
# may read. Says `ready` first, so that nothing secret is sent to a sudo that has not let us in; the script
# then comes on stdin. perl-base only, and no modules.
use strict;
my $run = $ARGV[0];
my $d = "/run/alloyup/$run";
$| = 1;
sub announce { print "alloyup: $_[0]\n" }
sub quit { my ($exit, $why) = @_; announce($why); exit $exit }
sub clear { system 'rm', '-rf', '--', @_ if @_ }
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
announce('ready');
my ($end, $whole) = ('', 0);
if (open my $script, '>', "$d/script") {
  $whole = 1;
  while (sysread STDIN, my $part, 65536) {
    $whole &&= print $script $part;
    $end = substr $end . $part, -200;
  }
  $whole &&= close $script;
}
# a script that was cut on the wire is not started; no log: follow.pl took the folder away, nobody waits any more
if (!$whole || $end !~ /\n#end \Q$run\E\n\z/ || !spill("$d/log")) { clear($d); quit(73, 'cut') }
# The first start does the run; systemd starts it again a minute after both the run and its ExecStopPost
# were killed. A run that takes another one back (roll_back of apply.pl) names it in `undoes`.
my $start = spill("$d/job", 'd=$1', '[ ! -e "$d/pid" ] || exec /bin/sh "$d/stop" "$d" guard',
  'echo $$ >"$d/pid"', 'exec perl "$d/script" >>"$d/log" 2>&1 </dev/null')
  && spill("$d/stop", 'd=$1; r=${d##*/}; u=/var/lib/alloyup/runs/$r/undo.sh',
  '[ ! -e "$d/undoes" ] || { read -r r <"$d/undoes"; u=$d/undo.sh; }',
  'armed() { a=; read -r a 2>/dev/null </var/lib/alloyup/armed; [ "$a" = "$r" ]; }',
  'e=0; ! armed || sh "$u" "${2:-stop}" >>"$d/log" 2>&1 </dev/null || e=1',
  '[ ! -e "$d/script" ] && [ ! -e "$d/content" ] || rm -rf "$d/script" "$d/content"', 'if armed; then exit $e; fi', ': >"$d/done"',
  # taken back: there is nothing left to be started again for
  '[ "${SERVICE_RESULT:-success}" = success ] || systemctl --no-block stop "alloyup-${d##*/}.service"');
$SIG{$_} = 'DEFAULT' for qw(HUP INT TERM PIPE);
if (!$start || system 'systemd-run', '--quiet', '--collect', "--unit=alloyup-$run", "--description=alloyup $run",
  '-p', "ExecStopPost=/bin/sh $d/stop $d", '-p', 'RuntimeMaxSec=3600', '-p', 'TimeoutStopSec=600',
  '-p', 'Restart=on-failure', '-p', 'RestartSec=60', '/bin/sh', "$d/job", $d) {
  clear($d);
  quit(71, 'no unit');
}
announce('started');
sweep();
# the same connection follows the log; a later one may pick it up at any byte
@ARGV = ($run, 0);
