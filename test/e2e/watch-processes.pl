# Reads the command line and the environment of every process of the machine, those in containers
# included, over and over, and tells in which of them one of the needles stands. The needles come on
# stdin, in hex, one a line: our own arguments must not hold what we look for.
# Prints "hit PID UID WHERE NEEDLE COMMAND" once for each finding, and "samples N SECONDS LONGEST-GAP"
# when stdin ends.
use strict;
use warnings;
use Time::HiRes 'time';
$| = 1;
# On a busy machine, too, it has to look often; allowed to root alone. 144: sched_setscheduler of
# x86_64, 1: SCHED_FIFO, where the machine leaves time for that.
eval { setpriority 0, 0, -20 };
my $priority = pack 'i', 1;
syscall 144, 0, 1, $priority if `uname -m` =~ /x86_64/;
use constant EVERY => 0.01;
my (@needles, $open);
while (<STDIN>) { chomp; last if $_ eq ''; push @needles, pack 'H*', $_ }
my $any = join '|', map { quotemeta } @needles;
# by pid: its command line as last seen, and that file, which stays open: reading it again costs a third
my (%seen, %file, %told);
my ($samples, $longest, $begun) = (0, 0, time);
my ($last, $next) = ($begun, $begun);
sub slurp { sysopen my $h, shift, 0 or return undef; my ($v, $n) = ('', 1); $n = sysread $h, $v, 65536, length $v while $n; $v }
sub told {
  my ($pid, $where, $text, $command) = @_;
  for my $i (0 .. $#needles) {
    next if index($text, $needles[$i]) < 0;
    (my $words = substr $command, 0, 300) =~ s/[^!-~]/ /g;
    next if $told{"$pid $where $i $words"}++;
    my $uid = (stat "/proc/$pid")[4];
    print "hit $pid ", $uid // '?', " $where $i $words\n";
  }
}
print "ready\n";
while (1) {
  opendir my $d, '/proc' or die;
  my %now;
  for my $pid (grep { /^\d/ } readdir $d) {
    my ($command, $h, $n) = ('', $file{$pid});
    $n = sysread $h, $command, 65536 if $h;
    # a new one, also under the number of one that is over
    $n = sysread $h, $command, 65536 if !$n && sysopen $h, "/proc/$pid/cmdline", 0;
    # of a kernel thread, or over
    next if !$n;
    $n = sysread $h, $command, 65536, length $command while $n;
    sysseek $h, 0, 0;
    $now{$pid} = $h;
    # an exec changes both; the environment alone never changes
    next if defined $seen{$pid} && $seen{$pid} eq $command;
    $seen{$pid} = $command;
    told($pid, 'cmdline', $command, $command) if $command =~ /$any/;
    my $environ = slurp("/proc/$pid/environ");
    told($pid, 'environ', $environ, $command) if defined $environ && $environ =~ /$any/;
  }
  delete @seen{grep { !$now{$_} } keys %seen};
  %file = %now;
  $samples++;
  my $now = time;
  $longest = $now - $last if $now - $last > $longest;
  $last = $now;
  $next = $next + EVERY > $now ? $next + EVERY : $now;
  my $in = '';
  vec($in, fileno STDIN, 1) = 1;
  # at least a moment for everybody else
  my $rest = $next - $now;
  last if select($in, undef, undef, $rest > 0.001 ? $rest : 0.001) && !sysread STDIN, my $end, 1;
}
printf "samples %d %.3f %.3f\n", $samples, $last - $begun, $longest;
