# What user alloy can read, asked as that user: the kernel decides, by modes, groups and ACLs, with the groups that the
# plan is going to add. Directories that others may write to are walked without root's rights.
use strict;
our (%in, $ROOT, $STATE, %uid_of, %gid_of, %user_of, %group_of);

# Nobody's: stands for a user that there is not yet.
my $NOBODY = 65533;

# (uid, gid, further gids), as they will be.
sub ids_of_alloy {
  my ($uid, $gid);
  for (split /\n/, read_file('/etc/passwd') // '') { my @f = split /:/; ($uid, $gid) = @f[2, 3] if @f > 5 && $f[0] eq 'alloy' }
  # the package's scripts add a new user to these
  my %joins = map { $_ => 1 } @{ $in{facts}{groups} }, defined $uid ? () : ('adm', 'systemd-journal');
  my @gids;
  for (split /\n/, read_file('/etc/group') // '') {
    my @f = split /:/;
    push @gids, $f[2] if @f > 2 && $f[2] =~ /^\d+\z/ && ($joins{$f[0]} || defined $uid && grep { $_ eq 'alloy' } split /,/, $f[3] // '');
  }
  return ($uid // $NOBODY, $gid // $NOBODY, @gids);
}

# What $f gives as user alloy, within so many seconds; undef: it did not, or nobody can become that user.
sub as_alloy {
  my ($seconds, $f) = @_;
  my ($uid, $gid, @gids) = ids_of_alloy();
  my $pid = open my $h, '-|';
  return undef if !defined $pid;
  if (!$pid) {
    $SIG{$_} = 'DEFAULT' for qw(TERM INT HUP PIPE ALRM);
    alarm $seconds + 2;
    open STDERR, '>', '/dev/null';
    $( = $gid; $) = join ' ', $gid, $gid, @gids;
    ($<, $>) = ($uid, $uid);
    if ($< == $uid && $> == $uid && eval { print encode($f->()); 1 }) { $| = 1; print '' }
    # nothing that stands behind is run
    kill 9, $$;
  }
  my $text = '';
  1 while length $text < 1 << 22 && sysread $h, $text, 65536, length $text;
  kill 9, $pid;
  close $h;
  return eval { decode($text) };
}

# --- what the configuration names ----------------------------------------------------------------------------------

# Why a path cannot be had, with what stands in the way: ['absent'], ['denied', path, search or read or write].
sub obstacle {
  my ($path, $links) = @_;
  my $so_far = '';
  for my $name (split m{/}, substr $path, 1) {
    my $here = $so_far eq '' ? '/' : $so_far;
    $so_far .= "/$name";
    next if stat at($so_far);
    my $denied = $! == 13;
    if (!lstat at($so_far)) { return $! == 13 ? ['denied', $here, 'search'] : ['absent'] }
    my $to = readlink at($so_far);
    return ['absent'] if !defined $to || !$denied || ++$links > 10;
    return obstacle($to =~ m{^/} ? $to : ($here eq '/' ? '' : $here) . "/$to", $links);
  }
  return undef;
}

# Nothing is opened but plain files and directories: others may be woken by it.
sub refused {
  my $path = shift;
  my $why = obstacle($path, 0);
  return $why if $why;
  stat at($path) or return ['absent'];
  if (-d _) { opendir my $d, at($path) or return ['denied', $path, 'read']; return undef }
  if (-f _) { sysopen my $h, at($path), 2048 or return ['denied', $path, 'read']; return undef }
  my $verb = -S _ ? 'write' : 'read';
  return run_program('test', $verb eq 'write' ? '-w' : '-r', at($path)) ? undef : ['denied', $path, $verb];
}

# One name and one part of a pattern: *, ?, [a-z], [^a] and \.
sub fits {
  my ($part, $name) = @_;
  my ($p, $n, $star, $from) = (0, 0, -1, 0);
  while ($n < length $name) {
    my $c = substr $part, $p, 1;
    my $next;
    if ($c eq '*') { ($star, $from) = (++$p, $n); next }
    if ($c eq '?') { $next = $p + 1 }
    elsif ($c eq '[') { $next = class_fits($part, $p, substr $name, $n, 1) }
    elsif ($c ne '') {
      my $at = $c eq '\\' ? $p + 1 : $p;
      $next = $at + 1 if substr($part, $at, 1) eq substr $name, $n, 1;
    }
    if ($next) { ($p, $n) = ($next, $n + 1) }
    elsif ($star < 0) { return 0 }
    else { ($p, $n) = ($star, ++$from) }
  }
  $p++ while substr($part, $p, 1) eq '*';
  return $p == length $part;
}

# Where the pattern goes on behind a class that has the character; 0: it does not.
sub class_fits {
  my ($part, $p, $char) = @_;
  my $not = substr($part, ++$p, 1) =~ /[!^]/ ? $p++ + 1 : 0;
  my ($has, $first) = (0, $p);
  while ($p < length $part && (substr($part, $p, 1) ne ']' || $p == $first)) {
    $p++ if substr($part, $p, 1) eq '\\';
    my $low = substr $part, $p++, 1;
    my $high = $low;
    if (substr($part, $p, 1) eq '-' && substr($part, $p + 1, 1) ne ']') { $high = substr $part, $p + 1, 1; $p += 2 }
    $has = 1 if $char ge $low && $char le $high;
  }
  return $p >= length $part || !$has == !$not ? 0 : $p + 1;
}

# A whole path and the parts of a pattern; ** stands for any number of names.
sub path_fits {
  my ($parts, $names) = @_;
  my ($part, @parts) = @$parts;
  return !@$names if !defined $part;
  if ($part eq '**') { return 1 if grep { path_fits(\@parts, [@$names[$_ .. $#$names]]) } 0 .. @$names; return 0 }
  my ($name, @names) = @$names;
  return defined $name && fits($part, $name) && path_fits(\@parts, \@names);
}

# How many names are looked at in all, and how many paths are told of each pattern.
my $LOOKS = 20_000;
my $TOLD = 3;
our $looks = 0;

# Files that match, and what is closed on the way, in %$found.
sub search {
  my ($base, $parts, $found) = @_;
  return if $looks > $LOOKS;
  my ($part, @rest) = @$parts;
  if ($part !~ /[*?\[\\]/) { return match("$base/$part", \@rest, $found) }
  my $d;
  if (!opendir $d, at($base eq '' ? '/' : $base)) { $found->{closed}{$base} = [$base, 'read'] if $! == 13; return }
  my @names = sort grep { $_ ne '.' && $_ ne '..' } readdir $d;
  closedir $d;
  search($base, \@rest, $found) if $part eq '**' && @rest;
  for my $name (@names) {
    return if ++$looks > $LOOKS;
    if ($part eq '**') {
      my $path = "$base/$name";
      # links to directories are not followed here: they may lead in circles
      if (lstat at($path) and -d _) { search($path, $parts, $found) }
      elsif (!@rest) { match($path, [], $found) }
    }
    elsif (fits($part, $name)) { match("$base/$name", \@rest, $found) }
  }
}

sub match {
  my ($path, $rest, $found) = @_;
  if (@$rest) {
    my $is = stat at($path);
    my $why = !$is && $! == 13 ? obstacle($path, 0) : undef;
    if ($why && $why->[0] eq 'denied') { $found->{closed}{$why->[1]} = [@$why[1, 2]] }
    return search($path, $rest, $found) if $is && -d _;
    return;
  }
  return if grep { path_fits($_, [split m{/}, substr $path, 1]) } @{ $found->{exclude} };
  my $why = refused($path);
  return if $why && $why->[0] eq 'absent';
  return if !$why && !(stat at($path) and -f _);
  $found->{files}++;
  return if !$why;
  $found->{denied}++;
  push @{ $found->{told} }, [@$why[1, 2]] if @{ $found->{told} } < $TOLD;
}

# [state, files, of them unreadable, [what stands in the way]], where state is ok, absent, denied, none or unknown.
sub read_fact {
  my $read = shift;
  if (!$read->{parts}) {
    my $why = refused($read->{path});
    return !$why ? ['ok', 1, 0, []] : $why->[0] eq 'absent' ? ['absent', 0, 0, []] : ['denied', 1, 1, [barrier(@$why[1, 2])]];
  }
  my %found = (files => 0, denied => 0, told => [], closed => {}, exclude => $read->{exclude} || []);
  search('', $_, \%found) for @{ $read->{parts} };
  my @closed = map { $found{closed}{$_} } sort keys %{ $found{closed} };
  my $state = @closed || $found{denied} ? 'denied' : $looks > $LOOKS ? 'unknown' : $found{files} ? 'ok' : 'none';
  my @why = (@closed, @{ $found{told} });
  splice @why, $TOLD if @why > $TOLD;
  return [$state, $found{files}, $found{denied}, [map { barrier(@$_) } @why]];
}

# [path, kind, mode, user, group, what is refused]; the mode is '' where not even that can be seen.
sub barrier {
  my ($path, $refused) = @_;
  $path = '/' if $path eq '';
  my @s = stat at($path);
  return [$path, @s ? (-d _ ? 'directory' : -S _ ? 'socket' : 'file', mode_of(@s), split(/:/, owner_of(@s))) : ('file', '', '', ''), $refused];
}

sub reads_facts {
  my $reads = $in{facts}{reads};
  return as_alloy(8, sub {
    my $end = time + 6;
    return { map { $_->{path} => time < $end ? read_fact($_) : ['unknown', 0, 0, []] } @$reads };
  }) || {};
}

# --- what it is to be given ----------------------------------------------------------------------------------------

# path => [kind, how many files and directories, how many lack our ACL], and the directories above that it cannot search.
sub tree_fact {
  my $path = shift;
  my $kind = kind_of($path);
  return [$kind, 0, 0, []] if $kind ne 'file' && $kind ne 'directory';
  my @above;
  for (my $up = parent_of($path); $up ne '/'; $up = parent_of($up)) { unshift @above, $up }
  my @held = map { my ($way, $held) = way_to($_); [$_, hold($way)] } @above;
  my $closed = as_alloy(3, sub { return [map { chdir $_->[1] ? () : $_->[0] } @held] }) || [];
  my $uid = $uid_of{alloy};
  my ($all, $lack) = (0, 0);
  each_node($path, [], sub {
    $all += @_;
    if (!defined $uid) { $lack += @_; return }
    my @acls = acls_of(map { $_->[1] } @_);
    for (0 .. $#_) { $lack++ if !has_rights($acls[$_][1], $uid, $_[$_][2]) }
  });
  return [$kind, $all, $lack, $closed];
}

sub readable_facts {
  my $tool = !grep { my $tool = $_; !grep { -x at("$_/$tool") } '/usr/sbin', '/usr/bin', '/sbin', '/bin' } 'setfacl', 'getfacl';
  my $end = time + 30;
  my %trees;
  # what is in the way is part of the answer
  local $in{nonce} = '';
  for my $path ($tool ? @{ $in{facts}{readable} } : ()) {
    my $left = $end - time;
    $trees{$path} = $left > 0 ? try($left, sub { tree_fact($path) }) : { error => 'deadline' };
  }
  return { tool => $tool ? 1 : '', trees => \%trees };
}
