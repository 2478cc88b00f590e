# Actions on files and directories, each with its undo, and how an original is kept and put back.
use strict;
our (%in, $DIR, $STATE, $ROOT);

# --- staging: a directory that belongs to root alone, on the file system of $path -----------------------

# What is complete there is renamed into place in one step, and nobody else can put a link in its way.
our %stage_of;
sub stage_for {
  my $path = shift;
  my $parent = parent_of($path);
  $parent = parent_of($parent) while !-d at($parent);
  my @s = stat at($parent);
  my $place = "$s[0] " . mount_of($parent);
  return $stage_of{$place} if $stage_of{$place};
  my $is_ours = $s[4] == $> && !($s[2] & 022);
  for my $stage ("$DIR/stage", map { "$_/.alloyup-$in{run}" } '/etc', '/usr', '/opt', $is_ours ? $parent : ()) {
    my ($device) = stat at(parent_of($stage)) or next;
    next if "$device " . mount_of(parent_of($stage)) ne $place;
    note(0, 'stage', $stage);
    next if !mkdir at($stage), 0700 and kind_of($stage) ne 'directory';
    return $stage_of{$place} = $stage;
  }
  fail('host.file', { reason => 'no-staging', path => $path });
}

# An undo must not fail on a disk that has filled up meanwhile: this much is given back before it begins.
sub reserve_room {
  my $stage = stage_for('/etc/alloy');
  for my $path ("$DIR/reserve", index($stage, $DIR) ? "$stage/reserve" : ()) {
    # it need not outlast a power failure, which gives the room back
    open my $h, '>', at($path) or die "$path: $!\n";
    write_all($h, "\0" x 262144) && close $h or die "$path: $!\n";
  }
}
sub release_room { unlink at("$DIR/reserve"), at("/etc/.alloyup-$in{run}/reserve") }

# A disk that is full or read-only is reported now, while nothing was touched.
sub check_room {
  for my $directory (@_) {
    my $file = "$directory/.alloyup-$in{run}.room";
    my $h;
    # the file is gone before it is filled: nothing of it is left whatever happens
    next if open($h, '>', at($file)) && unlink(at($file)) && (syswrite($h, "\0" x 65536) || 0) == 65536;
    fail('host.disk', { reason => 'not-writable', directory => $directory, said => "$!" });
  }
}

# --- originals ---------------------------------------------------------------------------------------

# Keeps what is at a path, or notes that nothing is. A link or anything else odd is refused.
our $kept = 0;
sub keep {
  my ($n, $path) = @_;
  my $kind = kind_of($path);
  return note($n, 'absent', $path) if $kind eq 'absent';
  fail('host.file', { reason => $kind eq 'symlink' ? 'symlink' : 'not-a-file', path => $path }) if $kind ne 'file';
  my $copy = "$DIR/kept/" . ++$kept;
  mkdir at("$DIR/kept"), 0700;
  copy($path, $copy);
  # it may have been exchanged between the two looks
  fail('host.file', { reason => 'symlink', path => $path }) if kind_of($copy) ne 'file';
  sync_paths($copy, "$DIR/kept");
  note($n, 'kept', [$path, $copy]);
}

sub restore_kept {
  my $all = shift;
  delete_file($_) for @{ $all->{absent} || [] };
  put_back(reverse @$_) for @{ $all->{kept} || [] };
}

# Nothing has happened to it, or it is back already.
sub is_same {
  my ($copy, $path) = @_;
  my @was = lstat at($copy) or return 0;
  my @is = lstat at($path) or return 0;
  # mode, owner, group, size, time
  return !(grep { $was[$_] != $is[$_] } 2, 4, 5, 7, 9) && (read_file($copy) // '') eq (read_file($path) // '');
}

# A file with its mode, owner and times, in one step.
sub put_back {
  my ($copy, $path) = @_;
  return if is_same($copy, $path);
  my $stage = stage_for($path);
  remove_tree("$stage/back");
  copy($copy, "$stage/back");
  sync_paths("$stage/back");
  make_directories(parent_of($path));
  move_to("$stage/back", $path);
}

# A directory and those above it, as far as they are missing; each is noted where $n is given.
sub make_directories {
  my ($path, $n) = @_;
  my @missing;
  for (; !-d at($path); $path = parent_of($path)) { unshift @missing, $path }
  for (@missing) {
    note($n, 'made', $_) if defined $n;
    my ($way, $held) = way_to($_);
    my $mask = umask 022;
    my $made = mkdir $way, 0755;
    umask $mask;
    $made or die "$_: $!\n";
  }
}

sub remove_made {
  my $all = shift;
  for (grep { kind_of($_) eq 'directory' } reverse @{ $all->{made} || [] }) { my ($way, $held) = way_to($_); rmdir $way }
}

# --- a file ------------------------------------------------------------------------------------------

sub do_file {
  my ($n, $action) = @_;
  my $path = $action->{path};
  keep($n, $path);
  make_directories(parent_of($path), $n);
  my $new = stage_for($path) . "/$n";
  write_file($new, $in{content}{$n});
  own($new, $action->{mode}, "$action->{user}:$action->{group}");
  note($n, 'after', [$path, $action->{sha256}]);
  move_to($new, $path);
  sync_paths(parent_of($path));
}

sub undo_file { my ($n, $action, $last, $all) = @_; restore_kept($all); remove_made($all) }

sub do_delete {
  my ($n, $action) = @_;
  my $path = $action->{path};
  keep($n, $path);
  note($n, 'after', [$path, '']);
  delete_file($path);
}

sub undo_delete { my ($n, $action, $last, $all) = @_; restore_kept($all) }

# --- mode and owner ----------------------------------------------------------------------------------

sub do_mode {
  my ($n, $action) = @_;
  my $path = $action->{path};
  fail('host.file', { reason => 'symlink', path => $path }) if kind_of($path) eq 'symlink';
  my @s = lstat at($path) or die "$path: $!\n";
  note($n, 'mode', [mode_of(@s), @s[4, 5]]);
  own($path, $action->{mode}, "$action->{user}:$action->{group}");
}

sub undo_mode {
  my ($n, $action, $last) = @_;
  restore_mode($action->{path}, @{ $last->{mode} }) if $last->{mode};
}

sub restore_mode {
  my ($path, $mode, $uid, $gid) = @_;
  set_mode($path, $mode, $uid, $gid) if kind_of($path) =~ /^(?:file|directory)\z/;
}

# --- a directory -------------------------------------------------------------------------------------

sub do_directory {
  my ($n, $action) = @_;
  make_directories($action->{path}, $n) if kind_of($action->{path}) eq 'absent';
  do_mode($n, $action);
}

sub undo_directory { my ($n, $action, $last, $all) = @_; undo_mode($n, $action, $last) if !$all->{made}; remove_made($all) }

# --- a directory with all that is in it -----------------------------------------------------------------

# It goes when the run is proven; until then it lies beside, so that it can come back.
sub do_delete_tree {
  my ($n, $action) = @_;
  my $path = $action->{path};
  return if kind_of($path) eq 'absent';
  fail('host.file', { reason => 'symlink', path => $path }) if kind_of($path) eq 'symlink';
  my $aside = stage_for($path) . "/tree.$n";
  note($n, 'aside', $aside);
  rename at($path), at($aside) or fail('host.file', { reason => 'not-movable', path => $path, said => "$!" });
}

sub undo_delete_tree {
  my ($n, $action, $last) = @_;
  my $aside = $last->{aside};
  return if !defined $aside || kind_of($aside) eq 'absent';
  # a package's script may have made it anew
  remove_tree($action->{path});
  move_to($aside, $action->{path});
}

# --- the owner of a directory and of all below it, links not followed ---------------------------------------

sub do_own_tree {
  my ($n, $action) = @_;
  my ($path, $user, $group) = @$action{qw(path user group)};
  fail('host.file', { reason => 'symlink', path => $path }) if kind_of($path) eq 'symlink';
  my @others = (at($path), '-xdev', '!', '(', '-user', $user, '-group', $group, ')');
  my $owners = output_of(600, 'find', @others, '-printf', '%U:%G %p\0');
  write_file("$DIR/owners.$n", $owners);
  note($n, 'owners', "$DIR/owners.$n");
  # from within each directory, so that none can be exchanged for a link on the way
  must('find', @others, '-execdir', 'chown', '-h', '--', "$user:$group", '{}', '+') if length $owners;
}

sub undo_own_tree {
  my ($n, $action, $last) = @_;
  my $path = at($action->{path});
  for (split /\0/, defined $last->{owners} ? read_file($last->{owners}) // '' : '') {
    my ($uid, $gid, $below) = /^(\d+):(\d+) (.*)\z/s or next;
    next if $below ne $path && index($below, "$path/");
    # gone, or exchanged for something else
    my ($way, $held) = eval { way_to(substr $below, length $ROOT) } or next;
    must('chown', '-h', '--', "$uid:$gid", $way) if lstat $way and join(':', (lstat _)[4, 5]) ne "$uid:$gid";
  }
}
