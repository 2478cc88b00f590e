# Takes a program and its request from stdin and starts it: `perl -e TEXT RUN [PREFIX]`. The first line holds their
# sizes in bytes. Both go to memory, in a directory that must not be there yet; half of them is never started.
use strict;
my ($run, $prefix) = (@ARGV, '');
my $here = "$prefix/run/alloyup/$run";
sub give_up { my ($exit, $why) = @_; unlink "$here/program", "$here/request"; rmdir $here; print "alloyup: $why\n"; exit $exit }
umask 077;
$| = 1;
mkdir "$prefix/run/alloyup", 0700;
if (!mkdir $here, 0700) { print "alloyup: no room in /run\n"; exit 70 }
$SIG{$_} = sub { give_up(129, 'cut') } for qw(HUP INT TERM PIPE);
my ($program, $request) = (<STDIN> // '') =~ /^(\d+) (\d+)$/ or give_up(73, 'cut');
for (['program', $program], ['request', $request]) {
  my ($name, $size) = @$_;
  my $text;
  give_up(73, 'cut') if read(STDIN, $text, $size) != $size;
  open my $h, '>', "$here/$name" or give_up(70, 'no room in /run');
  print $h $text and close $h or give_up(70, 'no room in /run');
}
exec $^X, "$here/program", 'launch';
