# What a program from stdin is asked to do: by the request behind it.
use strict;
our (%in, $ROOT);

sub prepare_environment {
  umask 077;
  $SIG{PIPE} = 'IGNORE';
  $ENV{LC_ALL} = 'C';
  @ENV{qw(HOME PATH)} = ('/root', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin') if $ROOT eq '';
  $ENV{DEBIAN_FRONTEND} = 'noninteractive';
}

sub main {
  %in = %{ decode(scalar <main::DATA>) };
  $ROOT = $in{root} if defined $in{root};
  prepare_environment();
  return launch() if $in{do} eq 'launch';
  return follow($in{run}, $in{from}, $in{word}) if $in{do} eq 'follow';
  return watch_main() if $in{do} eq 'watch';
  print_facts();
  return 0;
}
