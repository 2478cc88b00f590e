# The access of user alloy to directories of others, by POSIX ACLs: on each directory and file of a tree, for what is
# made there later, and to search the directories above. Others may write there: everything is reached by handles, and
# no link is followed.
use strict;
our (%in, $DIR, $STATE, %uid_of);

# --- an ACL: entry as getfacl writes it, "default:user:998:" => 7, without its bits -----------------------------

my @LETTERS = ([r => 4], [w => 2], [x => 1]);
sub bits_of { my $text = shift; my $bits = 0; $bits |= $_->[1] for grep { index($text, $_->[0]) >= 0 } @LETTERS; return $bits }
sub letters_of { my $bits = shift; return join '', map { $bits & $_->[1] ? $_->[0] : '-' } @LETTERS }
sub acl_text { my $acl = shift; return join '', map { "$_" . letters_of($acl->{$_}) . "\n" } sort keys %$acl }
sub acl_from { return { map { /^(.*:)([rwx-]{3})\z/ ? ($1 => bits_of($2)) : () } split /\n/, shift } }

# Gives a user these rights, and nobody else more than before, although the mask that binds them all becomes wider.
sub add_rights {
  my ($acl, $kind, $uid, $bits) = @_;
  my ($own, $mask) = ("${kind}user:$uid:", "${kind}mask::");
  my @bound = grep { $_ ne $own && /^\Q$kind\E(?:user:[^:]+|group:[^:]*):\z/ } keys %$acl;
  if (defined $acl->{$mask} && ($acl->{$mask} & $bits) != $bits) {
    $acl->{$_} &= $acl->{$mask} for grep { defined $acl->{$_} } @bound, $own;
    delete $acl->{$mask};
  }
  $acl->{$own} |= $bits;
  return if defined $acl->{$mask};
  my $all = 0;
  $all |= $acl->{$_} for @bound, $own;
  $acl->{$mask} = $all;
}

# $rights: of the thing itself, and of what is made in it later; 0: none.
sub acl_with {
  my ($acl, $uid, $rights) = @_;
  my %new = %$acl;
  add_rights(\%new, '', $uid, $rights->[0]);
  return \%new if !$rights->[1];
  if (!defined $new{'default:user::'}) { $new{"default:$_"} = $acl->{$_} for 'user::', 'group::', 'other::' }
  add_rights(\%new, 'default:', $uid, $rights->[1]);
  return \%new;
}

# Without what acl_with has given. A mask that nobody needs any more goes, and the group keeps what it had under it.
sub acl_without {
  my ($acl, $uid) = @_;
  my %new = %$acl;
  for my $kind ('', 'default:') {
    next if !defined delete $new{"${kind}user:$uid:"};
    next if grep { /^\Q$kind\E(?:user|group):[^:]+:\z/ } keys %new;
    my $mask = delete $new{"${kind}mask::"};
    $new{"${kind}group::"} &= $mask if defined $mask;
    # what was taken from the directory itself
    next if $kind eq '' || grep { $new{"default:$_"} != $new{$_} } 'user::', 'group::', 'other::';
    delete @new{map { "default:$_" } 'user::', 'group::', 'other::'};
  }
  return \%new;
}

sub has_rights {
  my ($acl, $uid, $rights) = @_;
  for (['', $rights->[0]], ['default:', $rights->[1]]) {
    my ($kind, $bits) = @$_;
    return 0 if $bits && (($acl->{"${kind}user:$uid:"} // 0) & ($acl->{"${kind}mask::"} // 7) & $bits) != $bits;
  }
  return 1;
}

# --- reading and setting them ----------------------------------------------------------------------------------

sub way_of { return "/proc/$$/fd/" . fileno shift }

# ([flags, acl]), of each of these handles.
sub acls_of {
  my @ways = map { way_of($_) } @_;
  my @said = @ways ? split /\n\n/, output_of(60, 'getfacl', '-n', '-p', '-E', '--', @ways) : ();
  @said == @ways or die "getfacl failed\n";
  return map { [/^# flags: (\S+)/m ? $1 : '---', acl_from($_)] } @said;
}

# [handle, flags, acl], in one go. Without its flags a set-group-ID bit would be lost.
sub acls_input { return join "\n", map { '# file: ' . way_of($_->[0]) . "\n# flags: $_->[1]\n" . acl_text($_->[2]) } @_ }

# --- what lies in a tree ----------------------------------------------------------------------------------------

my $MOST = 100_000;
my $DEEPEST = 200;
my $BATCH = 200;

# O_PATH: nothing is opened, only held.
sub hold { my $way = shift; sysopen my $h, $way, 1 << 21 | no_follow() or return undef; return $h }

# Calls $f with lists of [path, handle, rights to have]: first the directories above (to search), then a path and what
# lies below it on the same file system. A file with several names may be anybody's: it is left out.
sub each_node {
  my ($path, $above, $f) = @_;
  my (@batch, $device);
  my $count = 0;
  my $flush = sub { $f->(@batch) if @batch; @batch = () };
  my $take = sub { push @batch, [@_]; $flush->() if @batch >= $BATCH };
  for my $directory (grep { kind_of($_) eq 'directory' } @$above) {
    my ($way, $held) = way_to($directory);
    my $h = hold($way);
    $take->($directory, $h, [1, 0]) if $h && -d $h;
  }
  my $visit;
  $visit = sub {
    my ($way, $name, $depth) = @_;
    # gone, or exchanged
    my $h = hold($way) or return;
    my @s = stat $h;
    $device = $s[0] if !defined $device;
    return if $s[0] != $device || !(-d _ || -f _ && $s[3] == 1);
    $count++ < $MOST && $depth < $DEEPEST or die "too large\n";
    if (!-d _) { return $take->($name, $h, [4, 0]) }
    $take->($name, $h, [5, 5]);
    opendir my $d, way_of($h) or return;
    my @names = grep { $_ ne '.' && $_ ne '..' } readdir $d;
    closedir $d;
    $visit->(way_of($h) . "/$_", "$name/$_", $depth + 1) for @names;
  };
  my ($way, $held) = kind_of($path) eq 'absent' ? () : way_to($path);
  fail('host.file', { reason => 'symlink', path => $path }) if defined $way && -l $way;
  my $done = eval { $visit->($way, $path, 0) if defined $way; $flush->(); 1 };
  # it holds itself
  undef $visit;
  $done or die $@;
  return $count;
}

sub inode_of { my @s = stat shift; return "$s[0]:$s[1]" }

# Changes the ACLs of a tree: $wanted->(inode, acl, rights) gives the new one. $before hears of each batch first.
sub change_acls {
  my ($path, $above, $wanted, $before) = @_;
  each_node($path, $above, sub {
    my @nodes = @_;
    my @acls = acls_of(map { $_->[1] } @nodes);
    my @changes;
    for (0 .. $#nodes) {
      my ($name, $h, $rights) = @{ $nodes[$_] };
      my ($flags, $acl) = @{ $acls[$_] };
      my $inode = inode_of($h);
      my $new = $wanted->($inode, $acl, $rights);
      push @changes, [$h, $flags, $new, $inode, $acl] if acl_text($new) ne acl_text($acl);
    }
    return if !@changes;
    $before->(@changes) if $before;
    must_read(acls_input(@changes), 'setfacl', '--restore=-');
  });
}

# The file system takes ACLs: a file without a name there is given one, or one whose name is gone at once.
sub takes_acls {
  my $path = shift;
  my ($way, $held) = way_to($path);
  fail('host.file', { reason => 'symlink', path => $path }) if -l $way;
  my $directory = hold(-d $way ? $way : parent_of($way)) or return 1;
  my $named = way_of($directory) . "/.alloyup-$in{run}.acl";
  my $file;
  # O_WRONLY | O_TMPFILE, else O_WRONLY | O_CREAT | O_EXCL
  sysopen $file, way_of($directory), 1 | 1 << 22 | no_follow() >> 1, 0600 or sysopen($file, $named, 1 | 64 | 128, 0600) && unlink $named or return 1;
  return quietly('setfacl', '-m', 'u:0:r', '--', way_of($file));
}

# --- the action --------------------------------------------------------------------------------------------------

# path => { uid, search: directories above that were given, too }, of all that we have given.
my $GIVEN = "$STATE/readable.json";
sub given { my $text = read_file($GIVEN, 1 << 20); return defined $text && eval { decode($text) } || {} }

sub do_acl {
  my ($n, $action) = @_;
  my $path = $action->{path};
  my $given = given();
  my $old = $given->{$path};
  read_accounts();
  my $uid = ($action->{gives} ? undef : $old->{uid}) // $uid_of{alloy} // die "there is no user alloy\n";
  my @above = @{ $action->{search} };
  my $was = kind_of($GIVEN) eq 'file' ? read_file($GIVEN, 1 << 20) : undef;
  # what is made later in a tree that was not given before has its ACL from us
  my $fresh = 1;
  if (kind_of($path) ne 'absent') {
    my ($way, $held) = way_to($path);
    my ($is) = acls_of(hold($way) || die "$path: $!\n");
    $fresh = '' if defined $is->[1]{"user:$uid:"};
  }
  note($n, 'acl', { uid => $uid, fresh => $fresh, given => $was });
  # O_WRONLY | O_CREAT | O_APPEND | O_DSYNC
  sysopen my $saved, at("$DIR/acls.$n"), 1 | 64 | 1024 | 4096, 0600 or die "$DIR/acls.$n: $!\n";
  sync_paths($DIR);
  if ($action->{gives}) { $given->{$path} = { uid => $uid, search => [keys %{ { map { $_ => 1 } @above, @{ $old->{search} || [] } } }] } }
  else { delete $given->{$path} }
  replace_file($GIVEN, encode($given));
  change_acls($path, \@above,
    $action->{gives}
    ? sub { my ($inode, $acl, $rights) = @_; return has_rights($acl, $uid, $rights) ? $acl : acl_with($acl, $uid, $rights) }
    : sub { return acl_without($_[1], $uid) },
    sub { write_all($saved, join '', map { encode([$_->[3], acl_text($_->[4]), acl_text($_->[2])]) . "\n" } @_) or die "$DIR/acls.$n: $!\n" });
}

# What is as we left it becomes as it was; of what somebody changed since only our part goes.
sub undo_acl {
  my ($n, $action, $last) = @_;
  my $noted = $last->{acl} or return;
  my ($uid, $fresh, $given) = @$noted{qw(uid fresh given)};
  my %saved = map { my $entry = eval { decode($_) }; $entry ? ($entry->[0] => $entry) : () } split /\n/, read_file("$DIR/acls.$n") // '';
  change_acls($action->{path}, $action->{search}, sub {
    my ($inode, $acl, $rights) = @_;
    my ($was, $left) = $saved{$inode} ? @{ $saved{$inode} }[1, 2] : ();
    if (!defined $was) { return $fresh && $action->{gives} ? acl_without($acl, $uid) : $acl }
    my $is = acl_text($acl);
    return acl_from($was) if $is eq $left || $is eq $was;
    return $action->{gives} ? acl_without($acl, $uid) : acl_with($acl, $uid, $rights);
  }) if %saved;
  if (defined $given) { replace_file($GIVEN, $given) } else { unlink at($GIVEN) }
}
