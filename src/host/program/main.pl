# What the program is asked to do: by its first argument where it lies in a directory of a run, else by the request
# that stands behind it on stdin.
use strict;
our (%in, $ROOT);
our ($RUN) = $0 =~ m{/([^/]+)/program\z};

sub main {
  my ($verb, $mode) = @_;
  umask 077;
  $SIG{PIPE} = 'IGNORE';
  $ENV{LC_ALL} = 'C';
  @ENV{qw(HOME PATH)} = ('/root', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin') if $ROOT eq '';
  @ENV{qw(DEBIAN_FRONTEND)} = ('noninteractive');
  return launch_main() if $verb eq 'launch';
  return run_main() if $verb eq 'run';
  return stop_main('stop') if $verb eq 'stop';
  return !undo_main($mode) if $verb eq 'undo';
  $ROOT = $in{root} if defined $in{root};
  if ($in{do} eq 'facts') { print_facts(); return 0 }
  return follow($in{run}, $in{from});
}

sub read_request { local $/; %in = %{ decode(<main::DATA>) } }
