# Stands behind a program that perl reads from stdin, and waits there for the next one: a line with its
# length in bytes, then its text. A second sudo and perl would cost the host more than either program does.
# Nobody is waited for longer than six hours.
sub door {
  $| = 1;
  $SIG{ALRM} = 'DEFAULT';
  # a connection to systemd is dear, and the run can be asked for over the one there is; but not for long:
  # systemd keeps all that it tells in memory for us
  our $bus;
  my $in = '';
  vec($in, 0, 1) = 1;
  undef $bus if $bus && !select $in, undef, undef, 5;
  alarm 21600;
  my $length = <STDIN>;
  exit 0 if !defined $length;
  # half of it is none
  exit 74 if $length != read STDIN, my $text, $length;
  alarm 0;
  eval $text;
  die $@ if $@;
}
door();
__END__
