# What a run says, and how it speaks with Alloy; the rest of it is in wait.pl, which stands behind it. Read
# into apply.pl, or laid on the host as one program with wait.pl: `perl host.pl VERB ...`, for undo.sh.
# perl-base only, and no modules: they cost more than all the rest.
use strict;
$| = 1;
$SIG{PIPE} = 'IGNORE';
our %in;
our ($nonce, $address, $port) = %in ? @in{qw(nonce address port)} : @ENV{qw(ALLOYUP_NONCE ALLOYUP_ADDRESS ALLOYUP_PORT)};
sub SIGNALLED () { "ended by a signal\n" }
sub BAD () { "bad\n" }
sub say_line { print join(' ', $nonce, @_), "\n" }
sub detail { say_line('detail', $_) for grep { length } split /\n/, substr shift, 0, 4000 }
sub bad { my ($code, $text, $detail) = @_; say_line('problem', $code, $text); detail($detail) if defined $detail; die BAD }
our ($begun, $told) = (time, 0);
# at most one line a second, and none in the first second: most waits are over by then
sub waiting { my ($what, $limit, $since) = @_; my $s = time - ($since || $begun);
  return if $s < 1 || $s == $told; $told = $s; say_line('wait', $s, $limit, $what) }
sub nap { select undef, undef, undef, shift }

sub sockaddr {
  return pack 'S n C4 x8', 2, $port, split /\./, $address if $address =~ /^[\d.]+$/;
  my ($head, $tail) = map { [split /:/, $_] } (split(/::/, $address, 2), '');
  my @words = $address =~ /::/ ? (@$head, (0) x (8 - @$head - @$tail), @$tail) : @$head;
  return pack 'S n N n8 N', 10, $port, 0, (map { hex } @words), 0;
}

# One request, one connection. Returns (status, body); status 0 and the reason when nobody answered.
# $each is called about every quarter of a second while the answer is awaited.
sub http {
  my ($method, $path, $limit, $each) = @_;
  my $peer = sockaddr();
  socket my $s, unpack('S', $peer), 1, 0 or return (0, "$!");
  my $end = time + $limit;
  eval { local $SIG{ALRM} = sub { die "no connection\n" }; alarm 5; connect $s, $peer or die "$!\n"; alarm 0; 1 }
    or do { my $why = $@; alarm 0; chomp $why; return (0, $why) };
  syswrite $s, "$method $path HTTP/1.1\r\nHost: $address:$port\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  my $all = '';
  while (1) {
    my $in = ''; vec($in, fileno $s, 1) = 1;
    if (select $in, undef, undef, 0.25) {
      my $n = sysread $s, $all, 65536, length $all;
      last if !$n || length $all > 8 << 20;
    } else {
      $each->() if $each;
      return (0, "no answer within $limit s") if time > $end;
    }
  }
  my ($head, $body) = split /\r\n\r\n/, $all, 2;
  my ($status) = ($head || '') =~ m{^HTTP/1\.\d (\d+)} or return (0, 'the answer is not HTTP');
  if ($head =~ /^transfer-encoding:\s*chunked/mi) {
    my ($rest, $text) = ($body, '');
    while ($rest =~ s/^([0-9a-fA-F]+)[^\r\n]*\r\n//) { my $n = hex $1 or last; $text .= substr $rest, 0, $n, ''; $rest =~ s/^\r\n// }
    $body = $text;
  }
  return ($status, defined $body ? $body : '');
}

# The configuration is read again. 60 s is Alloy's own flush deadline for an unreachable remote_write; 150 s
# leaves room for two.
sub do_reload {
  my $since = time;
  my ($status, $body) = http('POST', '/-/reload', 150, sub { waiting('for Alloy to flush', 60, $since) });
  return if $status == 200;
  bad('alloy.reload', $status ? "Alloy refused the configuration ($status)" : "Alloy did not answer the reload: $body", $status ? $body : journal());
}

# One verb; whether it went well. What did not was told.
sub asked {
  my ($verb, @rest) = @_;
  ($begun, $told) = (time, 0);
  my $do = 'do_' . $verb =~ tr/-/_/r;
  return 1 if eval { (\&$do)->(@rest); 1 };
  die $@ if $@ eq SIGNALLED;
  print $@ if $@ ne BAD;
  return 0;
}
