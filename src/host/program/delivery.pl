# Reads what Alloy's own metrics say of the data that it sends, and what its log says of failures: twice for `status`,
# again and again while a host is watched after a change. What that means is decided where the readings are read.
use strict;
our (%in, $MEMORY);

# Seconds between the two readings.
our $DELIVERY_WAIT = 5;
# And between those of a watch.
our $WATCH_PAUSE = 3;

# The families that src/plan/delivery.ts knows; a gateway's page of metrics is far too large to send.
my $FAMILIES = qr/^(?:process_start_time_seconds |prometheus_remote_storage_(?:samples_(?:failed_total|retried_total|pending|total)|queue_highest_(?:sent_)?timestamp_seconds)\{|loki_write_(?:(?:sent|dropped)_entries_total|batch_retries_total|request_duration_seconds_count)\{|otelcol_exporter_(?:queue_(?:size|capacity)|(?:sent|send_failed|enqueue_failed)_(?:log_records|spans|metric_points)_total)\{)/m;
my $FAILURES = qr/msg="(?:non-recoverable error|Failed to send batch, retrying|final error sending batch|Exporting failed\.)[^"]*"/;

# undef: nobody answers.
sub delivery_metrics {
  my ($families, $most) = @_ ? @_ : ($FAMILIES, 2000);
  my ($status, $body) = http('GET', '/metrics', 10);
  return undef if $status != 200;
  my @lines;
  while (@lines < $most && $body =~ /($families.{0,900})/g) { push @lines, $1 }
  return \@lines;
}

sub delivery_facts {
  my $unit = shift;
  my $first = delivery_metrics() or return undef;
  return undef if !grep { !/^process_/ } @$first;
  pause($DELIVERY_WAIT);
  my $second = delivery_metrics() or return undef;
  return { first => $first, second => $second, seconds => $DELIVERY_WAIT, log => failures_logged($unit->{InvocationID} // '', '-15min') };
}

# Hundredths of a second since the start of the system; undef where that cannot be read.
sub uptime { return (read_file('/proc/uptime', 64) // '') =~ /^([\d.]+) / ? $1 : undef }

# Two readings of the series that were asked for, and of those of delivery, so many seconds apart. `cut`: there are more
# than are sent.
my $MOST_SERIES = 5000;
sub flow_facts {
  my $unit = shift;
  my ($names, $seconds) = (join('|', map { quotemeta } @{ $in{facts}{flow}{series} }), $in{facts}{flow}{seconds});
  my $families = qr/(?:$FAMILIES|^(?:$names)\{)/m;
  my $first = delivery_metrics($families, $MOST_SERIES) or return undef;
  my $at = uptime();
  pause($seconds);
  my $second = delivery_metrics($families, $MOST_SERIES) or return undef;
  my $then = uptime();
  my $cut = grep { @$_ >= $MOST_SERIES } $first, $second;
  return { first => $cut ? [] : $first, second => $cut ? [] : $second, seconds => defined $at && defined $then ? $then - $at : $seconds,
    cut => $cut ? 1 : '', log => failures_logged($unit->{InvocationID} // '', '-15min') };
}

# Tells readings for so many seconds, or until $over gives something, which is given back. The first one tells of
# failures that were logged before, the others of those since.
sub watch_delivery {
  my ($limit, $over) = @_;
  my ($since, $next, $from) = (time, 0, '-15min');
  our $read = 0;
  while (1) {
    if (time >= $next) {
      my $lines = delivery_metrics();
      if ($lines) {
        record(type => 'reading', at => time, lines => $lines, log => failures_logged(unit()->{InvocationID} // '', $from));
        $from = "\@$since";
        $read = 1;
      }
      $next = time + $WATCH_PAUSE;
    }
    my $word = $over->();
    return $word if defined $word;
    return undef if time - $since >= $limit;
    pause(0.2);
  }
}

# For whoever listens; it ends with them.
sub watch_main {
  $SIG{PIPE} = 'DEFAULT';
  $| = 1;
  watch_delivery($in{seconds}, sub { undef });
  return 0;
}

# A run that requires delivery stands when it is told so in its directory, by whoever reads what is told here. Else it
# is undone: also when nobody is there any more.
sub await_delivery {
  my $limit = shift;
  my $word = watch_delivery($limit, sub { my $said = first_line("$MEMORY/$in{run}/word", 64); return length $said ? $said : undef });
  return if ($word // '') eq 'ok';
  our $read;
  fail('alloy.delivery', defined $word ? { reason => 'not-confirmed' } : { reason => $read ? 'no-word' : 'unseen', seconds => $limit });
}

# [seconds since the epoch, line]: the first and the last of each kind since then, in journalctl's words.
sub failures_logged {
  my ($invocation, $since) = @_;
  my @only = length $invocation ? ("_SYSTEMD_INVOCATION_ID=$invocation") : ('-u', 'alloy');
  my (%seen, @kept);
  for (split /\n/, output_of(5, 'journalctl', @only, "--since=$since", '-n', '5000', '-o', 'short-unix', '--no-pager', '-q')) {
    my ($at, $line) = /^(\d+)\S* \S+ \S+: (.*)/ or next;
    my ($what) = $line =~ /($FAILURES)/ or next;
    my %of = $line =~ /\b(component_id|url|host)=(\S+)/g;
    my $kind = join ' ', $what, map { $of{$_} // '' } 'component_id', 'url', 'host';
    # [first, last]
    my $pair = $seen{$kind} //= do { push @kept, [], []; [@kept[-2, -1]] };
    @{ $pair->[@{ $pair->[0] } ? 1 : 0] } = ($at, substr $line, 0, 1000);
    last if @kept > 200;
  }
  return [grep { @$_ } @kept];
}
