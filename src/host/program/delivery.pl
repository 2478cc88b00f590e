# Reads what Alloy's own metrics say of the data that it sends, twice, and what its log says of failures. What that
# means is decided where the facts are read.
use strict;

# Seconds between the two readings.
our $DELIVERY_WAIT = 5;

# The families that src/plan/delivery.ts knows; a gateway's page of metrics is far too large to send.
my $FAMILIES = qr/^(?:process_start_time_seconds |prometheus_remote_storage_(?:samples_(?:failed_total|retried_total|pending|total)|queue_highest_(?:sent_)?timestamp_seconds)\{|loki_write_(?:(?:sent|dropped)_entries_total|batch_retries_total|request_duration_seconds_count)\{|otelcol_exporter_(?:queue_(?:size|capacity)|(?:sent|send_failed|enqueue_failed)_(?:log_records|spans|metric_points)_total)\{)/;
my $FAILURES = qr/msg="(?:non-recoverable error|Failed to send batch, retrying|final error sending batch|Exporting failed\.)[^"]*"/;

sub delivery_facts {
  my $unit = shift;
  my $read = sub {
    my ($status, $body) = http('GET', '/metrics', 10);
    return undef if $status != 200;
    my @lines = grep { $_ =~ $FAMILIES } split /\n/, $body;
    $#lines = 1999 if @lines > 2000;
    return [map { substr $_, 0, 1000 } @lines];
  };
  my $first = $read->() or return undef;
  return undef if !grep { !/^process_/ } @$first;
  pause($DELIVERY_WAIT);
  my $second = $read->() or return undef;
  return { first => $first, second => $second, seconds => $DELIVERY_WAIT, log => failures_logged($unit->{InvocationID} // '') };
}

# [seconds since the epoch, line]: the first and the last of each kind within the last fifteen minutes.
sub failures_logged {
  my $invocation = shift;
  my @only = length $invocation ? ("_SYSTEMD_INVOCATION_ID=$invocation") : ('-u', 'alloy');
  my (%seen, @kept);
  for (split /\n/, output_of(5, 'journalctl', @only, '--since=-15min', '-n', '5000', '-o', 'short-unix', '--no-pager', '-q')) {
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
