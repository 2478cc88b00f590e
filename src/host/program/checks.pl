# Actions that change nothing but can stop a run: what the host itself thinks of what it is about to get.
use strict;
our (%in, $MEMORY);

# The host's own `alloy validate`, with the flags it knows. A gate, not a proof: of 31 recorded configurations that
# passed it, 12 did not start.
sub do_validate {
  my ($n, $action) = @_;
  my $file = "$MEMORY/$in{run}/content/config.alloy";
  mkdir at(parent_of($file)), 0700;
  write_file($file, $in{content}{$n});
  my ($said, $exit) = said_by(60, 'sh', '-c', 'exec "$@" 2>&1', 'sh', 'alloy', 'validate', @{ $action->{flags} }, at($file));
  return if !$exit;
  # a bug of Alloy (a declare whose argument begins with _), which says nothing about the configuration
  if ($said =~ /^(?:panic|fatal error): (.*)/m) { record(type => 'warning', warning => { code => 'alloy.crashed', params => { reason => 'validate', version => undef, said => $1 } }); return }
  if (!quietly('alloy', 'validate', '--help')) { record(type => 'warning', warning => { code => 'alloy.no-validate', params => { reason => 'too-old' } }); return }
  my $path = at($file);
  $said =~ s{\Q$path\E}{/etc/alloy/config.alloy}g;
  my @lines = grep { !/collector server run finished/ } split /\n/, $said;
  splice @lines, 40;
  our $exit_code = $exit;
  fail('alloy.validate', { reason => $exit == 124 ? 'no-answer' : 'refused' }, join "\n", @lines);
}

# apt stops at the first source it cannot read. One that it refused before is none of our business.
sub do_check_sources {
  my ($n, $action) = @_;
  my ($said, $exit) = said_by(60, 'sh', '-c', 'exec "$@" 2>&1', 'sh', 'apt-get', '-q', 'indextargets');
  return if !$exit;
  our $exit_code = $exit;
  my @errors = grep { /^E: / } split /\n/, $said;
  for my $ours (@{ $action->{paths} }, $action->{url}) {
    fail('apply.failed', { reason => 'apt-refuses', paths => $action->{paths} }, join "\n", @errors) if grep { index($_, $ours) >= 0 } @errors;
  }
}

# The package's maintainer scripts read the environment file as sh does, under `set -e`: a value with an unquoted
# blank, which systemd takes, breaks the next upgrade half way (recorded).
sub do_check_environment {
  my $path = '/etc/default/alloy';
  return if kind_of($path) eq 'absent';
  my ($said, $exit) = said_by(20, 'env', '-i', "PATH=$ENV{PATH}", 'sh', '-c', 'exec 2>&1; set -e; . "$0"', at($path));
  return if !$exit;
  # what sh says quotes the line, and a line may hold a secret: only its number is passed on
  fail('host.file', { reason => 'not-for-sh', path => $path, line => $said =~ /alloy: (?:line )?(\d+):/ ? $1 : '' });
}
