# What the members of a cluster say of each other. A member that sees nobody else is ready and healthy all the same, so
# the names that each of them sees are compared, over the addresses at which they reach each other.
use strict;
our (%in);

# Seconds until all members see each other; one that lost the others tries again every minute.
our $CLUSTER_WAIT = 90;
# Seconds after which nobody waits for what was wrong before.
our $OLD_FAULTS_WAIT = 15;

# [name, address, is itself, state] of each peer that Alloy sees; undef when nobody answers.
sub peers {
  my $limit = shift;
  my ($status, $body) = http('GET', '/api/v0/web/peers', $limit);
  return undef if $status != 200;
  my $list = eval { decode($body) };
  return undef if ref $list ne 'ARRAY' || grep { ref $_ ne 'HASH' || !defined $_->{name} } @$list;
  $#$list = 999 if @$list > 1000;
  return [map { [$_->{name}, $_->{addr} // '', $_->{isSelf} ? 1 : '', $_->{state} // ''] } @$list];
}

# (the cluster that Alloy is in, whether it works yet); undef: in none.
sub cluster_of {
  my ($status, $body) = http('GET', '/metrics', 10);
  my ($name) = $body =~ /^cluster_node_peers\{[^}\n]*\bcluster_name="([^"\n]*)"/m;
  my ($ready) = $body =~ /^cluster_ready_for_traffic\{[^}\n]*\} (\S+)/m;
  return ($name, $ready // 1);
}

# For status, and for what a run does next.
sub cluster_facts {
  my $peers = peers(5) or return undef;
  my ($name, $ready) = cluster_of();
  return { name => $name, ready => $ready ? 1 : '', peers => $peers };
}

# What a member says: { self, names }, the names of the participants that it sees. undef: it does not answer, or it is
# in no cluster of this name.
sub member_view {
  my ($cluster, $member, $limit) = @_;
  local $in{listen} = $member;
  my $peers = peers($limit) or return undef;
  our %cluster_named;
  # a member that is changed later keeps its name until then
  my $key = "$member->{address} $member->{port}";
  $cluster_named{$key} //= (cluster_of())[0];
  return undef if ($cluster_named{$key} // '') ne $cluster;
  my ($self) = map { $_->[0] } grep { $_->[2] } @$peers;
  return { self => $self // '', names => [map { $_->[0] } grep { $_->[3] eq 'participant' } @$peers] };
}

# Inventory name => view, of all members that answer. Those that were not seen before the run began, such as the ones of a
# cluster that is only being set up, are not waited for.
sub cluster_views {
  my $cluster = shift;
  our %cluster_named = ();
  my %known = map { $_ => 1 } @{ $cluster->{known} }, $cluster->{self};
  my %views;
  for my $member (@{ $cluster->{members} }) {
    my $name = $member->{name};
    my $view = member_view($cluster->{name}, $name eq $cluster->{self} ? $in{listen} : $member, $known{$name} ? 3 : 1);
    $views{$name} = $view if $view;
  }
  return \%views;
}

# [who, what, whom] for each thing that is wrong: a member of $known that is gone, one that does not see a name that
# another one sees, or a name that two of them have.
sub cluster_faults {
  my ($views, @known) = @_;
  my (%names, %owners);
  for my $host (sort keys %$views) {
    my $view = $views->{$host};
    $names{$_} = 1 for @{ $view->{names} }, $view->{self};
    push @{ $owners{ $view->{self} } }, $host;
  }
  my @faults = map { [$_, 'gone', ''] } grep { !$views->{$_} } @known;
  for my $host (sort keys %$views) {
    my %sees = map { $_ => 1 } @{ $views->{$host}{names} };
    push @faults, map { [$host, 'misses', $_] } grep { !$sees{$_} } sort keys %names;
  }
  push @faults, map { [join(', ', @{ $owners{$_} }), 'double', $_] } grep { @{ $owners{$_} } > 1 } sort keys %owners;
  return @faults;
}

# Before the first change: what is wrong with the cluster already, and is not this run's to answer for.
sub faults_before {
  my $cluster = shift or return {};
  my @known = grep { $_ ne $cluster->{self} } @{ $cluster->{known} };
  return { map { join("\t", @$_) => 1 } cluster_faults(cluster_views($cluster), @known) };
}

# Waits until all members see each other. What was wrong before fails no run, unless it is about this host: it may be what
# a later host's change mends.
sub wait_cluster {
  my ($cluster, $before) = @_;
  my $self = $cluster->{self};
  my $since = time;
  while (1) {
    my @faults = cluster_faults(cluster_views($cluster), $self, grep { $_ ne $self } @{ $cluster->{known} });
    my @new = grep { !$before->{ join "\t", @$_ } || $_->[1] ne 'double' && grep({ $_ eq $self } @$_[0, 2]) } @faults;
    return if !@faults;
    return if !@new && time - $since >= $OLD_FAULTS_WAIT;
    fail('alloy.cluster', { reason => 'apart', cluster => $cluster->{name}, seconds => $CLUSTER_WAIT, faults => \@new }, journal_of_run($since))
      if time - $since > $CLUSTER_WAIT;
    waiting('for the members of the cluster to see each other', $since, $CLUSTER_WAIT);
    pause(0.5);
  }
}
