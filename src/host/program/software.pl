# What else runs on this host that Alloy can collect from: only `init` asks. A port alone says nothing; the process that
# listens there has to be the one that usually does, and to listen where 127.0.0.1 reaches it.
use strict;

our %SERVERS = (5432 => ['postgres', 'postgres'], 3306 => ['mysql', 'mysqld', 'mariadbd'],
  6379 => ['redis', 'redis-server', 'valkey-server'], 11211 => ['memcached', 'memcached']);
our %LOGGERS = (nginx => ['nginx', '/var/log/nginx'], apache2 => ['apache', '/var/log/apache2']);

sub software_facts {
  # /proc has addresses as numbers of this machine
  my %reached = map { join('', map { sprintf '%08X', $_ } unpack 'L*', $_) => 1 }
    pack('x4'), pack('x16'), pack('C4', 127, 0, 0, 1), pack('x10 n C4', 0xffff, 127, 0, 0, 1);
  my (%sockets, %found);
  find_listening(sub { my ($on, $port, $socket) = @{ $_[0] }; push @{ $sockets{$port} }, $socket if $SERVERS{$port} && $reached{$on}; return 0 });
  my $own = readlink at('/proc/self/ns/pid');
  for my $pid (grep { /^\d+\z/ } names_in('/proc')) {
    my $name = first_line("/proc/$pid/comm", 64) // next;
    for my $port (keys %sockets) {
      my ($what, @names) = @{ $SERVERS{$port} };
      $found{$what} = 1 if !$found{$what} && grep({ $_ eq $name } @names) && has_open($pid, @{ $sockets{$port} });
    }
    my ($what, $logs) = @{ $LOGGERS{$name} || next };
    # one in a container writes its logs there
    $found{$what} = 1 if -d at($logs) && (readlink at("/proc/$pid/ns/pid") // '') eq ($own // '');
  }
  # without the group nobody but root may use the socket
  $found{docker} = 1 if grep({ -S at($_) } '/run/docker.sock', '/var/run/docker.sock') && (read_file('/etc/group') // '') =~ /^docker:/m;
  return [sort keys %found];
}
