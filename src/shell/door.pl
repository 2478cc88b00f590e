# Stands behind a program that perl reads from stdin, and waits there for the next one: a line with its
# length in bytes, then its text. A second sudo and perl would cost the host more than either program does.
# Nobody is waited for longer than six hours.
sub door {
  $| = 1;
  $SIG{ALRM} = 'DEFAULT';
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
