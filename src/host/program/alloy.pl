# Speaks with the Alloy that runs on this host, over HTTP.
use strict;
our %in;

# (family, sockaddr) of where Alloy listens, as this host reaches it.
sub alloy_address {
  my ($address, $port) = @{ $in{listen} }{qw(address port)};
  if ($address =~ /:/) {
    my ($head, $tail) = map { [split /:/] } split(/::/, $address, 2), '';
    my @words = $address =~ /::/ ? (@$head, (0) x (8 - @$head - @$tail), @$tail) : @$head;
    return 10, pack 'S n N n8 N', 10, $port, 0, (map { hex } @words), 0;
  }
  my $ip = gethostbyname $address or die "$address cannot be resolved\n";
  return 2, pack 'S n a4 x8', 2, $port, $ip;
}

# A connected socket. Dies with the reason.
sub connect_alloy {
  my $limit = shift;
  my ($family, $address) = alloy_address();
  socket my $s, $family, 1, 0 or die "$!\n";
  # F_SETFL, O_NONBLOCK: the deadline is ours
  fcntl $s, 4, 2048;
  if (!connect $s, $address) {
    # EINPROGRESS
    die "$!\n" if $! != 115;
    vec(my $ready = '', fileno $s, 1) = 1;
    select undef, $ready, undef, $limit or die "no connection within $limit s\n";
    # SOL_SOCKET, SO_ERROR
    $! = unpack 'i', getsockopt $s, 1, 4;
    die "$!\n" if $!;
  }
  return $s;
}

# One request on a connection of its own. (status, body), or (0, reason) when nobody answered.
# $each is called about four times a second while the answer is awaited. Whoever took the port may answer: each byte
# is looked at once.
sub http {
  my ($method, $path, $limit, $each) = @_;
  my $end = time + $limit;
  my $s = eval { connect_alloy($limit < 5 ? $limit : 5) };
  if (!$s) { my $why = $@; chomp $why; return (0, $why) }
  my $host = "$in{listen}{address}:$in{listen}{port}";
  syswrite $s, "$method $path HTTP/1.1\r\nHost: $host\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  my ($all, $head, $whole) = ('', '');
  while (1) {
    vec(my $ready = '', fileno $s, 1) = 1;
    if (select $ready, undef, undef, 0.25) {
      my $before = length $all;
      last if !sysread($s, $all, 65536, $before) || length $all > 8 << 20;
      if ($head eq '') {
        my $at = index $all, "\r\n\r\n", $before > 3 ? $before - 3 : 0;
        last if $at < 0 && length $all > 1 << 16;
        $head = substr $all, 0, $at + 4 if $at >= 0;
        $whole = length($head) + $1 if $head =~ /^content-length:\s*(\d{1,9})\s*$/mi;
      }
      # a server that keeps the connection open all the same
      last if defined $whole && length $all >= $whole;
    } else { $each->() if $each }
    return (0, "no answer within $limit s") if time > $end;
  }
  my ($status) = $head =~ m{^HTTP/1\.\d (\d+)} or return (0, length $all ? 'the answer is not HTTP' : 'no answer');
  my $body = substr $all, length $head;
  return ($status, $head =~ /^transfer-encoding:\s*chunked/mi ? unchunked($body) : $body);
}

# What stands in the chunks of a body (RFC 9112, 7.1), as far as they are whole numbers of bytes.
sub unchunked {
  my $body = shift;
  my ($text, $at) = ('', 0);
  while ((my $end = index $body, "\r\n", $at) >= 0) {
    my ($size) = substr($body, $at, 64) =~ /\A([0-9a-fA-F]{1,8})(?![0-9a-fA-F])/;
    last if !hex($size // 0);
    $text .= substr $body, $end + 2, hex $size;
    $at = $end + 4 + hex $size;
    last if $at > length $body;
  }
  return $text;
}

# The first TCP port that listens and of which $is_wanted is true, as [address, port, socket]: the address in hex, the
# socket as /proc/PID/fd calls it. Ports that listen come first in these files, which are read a line at a time and no
# further than needed: for what comes then, the kernel walks its whole table of connections, which takes milliseconds.
sub find_listening {
  my $is_wanted = shift;
  FILE: for my $file ('tcp', 'tcp6') {
    sysopen my $h, at("/proc/net/$file"), 2048 or next;
    my $text = '';
    while (sysread $h, $text, 128, length $text) {
      while ($text =~ s/^(.*)\n//) {
        my ($local, $state, $inode) = (split ' ', $1)[1, 3, 9];
        # the table's head has no address
        my ($on, $port) = ($local // '') =~ /^([0-9A-F]+):([0-9A-F]+)\z/ or next;
        next FILE if $state ne '0A';
        my $found = [$on, hex $port, "socket:[$inode]"];
        return $found if $is_wanted->($found);
      }
    }
  }
  return undef;
}

# Whether a listening port is the one where Alloy should listen.
sub is_there {
  my ($on, $port) = @{ $_[0] };
  return 0 if $port != $in{listen}{port};
  my ($family, $address) = alloy_address();
  my $ip = join '', map { sprintf '%08X', $_ } unpack 'L*', $family == 2 ? substr $address, 4, 4 : substr $address, 8, 16;
  return $on =~ /^0+\z/ || $on eq $ip;
}

sub has_open {
  my ($pid, @sockets) = @_;
  return grep { my $open = readlink at("/proc/$pid/fd/$_") // ''; grep { $_ eq $open } @sockets } names_in("/proc/$pid/fd");
}

# Pid of a process that listens where Alloy should; undef: none is known.
sub listener {
  my @sockets;
  find_listening(sub { my $it = shift; push @sockets, $it->[2] if is_there($it); return 0 });
  for (@sockets ? grep { /^\d+\z/ } names_in('/proc') : ()) { return $_ if has_open($_, @sockets) }
  return undef;
}

# undef: this process listens there. Else who does, in words: what it answers says nothing of Alloy.
sub other_listener {
  my $pid = shift // 0;
  my %open = map { readlink at("/proc/$pid/fd/$_") // '' => 1 } names_in("/proc/$pid/fd");
  return undef if find_listening(sub { my $it = shift; return $open{ $it->[2] } && is_there($it) });
  my $other = listener() // return 'another process';
  return sprintf '%s (pid %d)', first_line("/proc/$other/comm", 64) || '?', $other;
}

# [id, health, message] of each component; undef when nobody answers, or in a form that is not Alloy's.
sub components {
  my ($status, $body) = http('GET', '/api/v0/web/components', 10);
  return undef if $status != 200;
  my $list = eval { decode($body) };
  return undef if ref $list ne 'ARRAY';
  my @found;
  for (@$list) {
    return undef if ref $_ ne 'HASH';
    my ($id, $health) = ($_->{localID}, $_->{health} || {});
    return undef if !defined $id || ref $id || ref $health ne 'HASH' || grep { ref } @$health{qw(state message)};
    push @found, [$id, $health->{state} || 'unknown', substr $health->{message} // '', 0, 2000];
  }
  return \@found;
}

# What the process that runs says of itself: (its version, "1.18.1"; the sha256 of the configuration that it has tried
# last). undef for what it does not say.
sub running {
  my ($status, $body) = http('GET', '/metrics', 10);
  my ($version) = $body =~ /^alloy_build_info\{[^}\n]*\bversion="v?([^"\n]{1,100})"/m;
  my ($hash) = $body =~ /^alloy_config_hash\{[^}\n]*\bsha256="([0-9a-f]{64})"/m;
  return ($version, $hash);
}

# The version of the program in a Debian version: without the epoch and the packager's revision, and with
# "~rc.1" written as upstream does.
sub upstream_version {
  my $v = shift;
  $v =~ s/^\d+://;
  $v =~ s/-[^-]*\z//;
  $v =~ tr/~/-/;
  return $v;
}
