# The user alloy and its groups. Whatever changed them (a package's script, usermod, userdel), the undo gives
# the account files back as they were, as far as alloy is concerned: what others changed meanwhile stays.
use strict;
our (%in, $DIR);

my @FILES = qw(passwd group shadow gshadow subuid subgid);

# The account files and the backups ("passwd-") that useradd and its kin rewrite.
sub keep_accounts {
  my $n = shift;
  my $directory = "$DIR/accounts.$n";
  mkdir at($directory), 0700;
  my @there = grep { kind_of("/etc/$_") eq 'file' } map { ($_, "$_-") } @FILES;
  run_program('cp', '-a', '-t', at($directory), '--', map { at("/etc/$_") } @there) or die "the account files cannot be copied\n" if @there;
  sync_paths((map { "$directory/$_" } @there), $directory);
  note($n, 'accounts', { map { $_ => 1 } @there });
}

sub restore_accounts {
  my ($n, $last) = @_;
  my $there = $last->{accounts} or return;
  my $directory = "$DIR/accounts.$n";
  my $locks = hold_locks('/etc/.pwd.lock');
  remove_halves();
  for my $file (grep { $there->{$_} } @FILES) {
    my $was = read_file("$directory/$file");
    my $now = read_file("/etc/$file") // '';
    my $restored = account_text($file, $was, $now);
    if ($restored ne $now && $restored eq $was) { put_back("$directory/$file", "/etc/$file") }
    elsif ($restored ne $now) {
      # a copy keeps mode and owner
      my $stage = stage_for("/etc/$file");
      copy(kind_of("/etc/$file") eq 'file' ? "/etc/$file" : "$directory/$file", "$stage/$file");
      open my $h, '>', at("$stage/$file") or die "$stage/$file: $!\n";
      write_all($h, $restored) && close $h or die "$stage/$file: $!\n";
      sync_paths("$stage/$file");
      move_to("$stage/$file", "/etc/$file");
    }
    # with the file its backup, too
    next if $restored ne $was;
    if ($there->{"$file-"}) { put_back("$directory/$file-", "/etc/$file-") if (read_file("/etc/$file-") // '') ne read_file("$directory/$file-") }
    else { unlink at("/etc/$file-") }
  }
}

# A useradd that was killed leaves its half-written copy, named by its pid, and its lock.
sub remove_halves {
  for my $name (names_in('/etc')) {
    my ($file, $pid) = $name =~ /^(\w+)\.(lock|\d+)\z/ or next;
    next if !grep { $_ eq $file } @FILES;
    $pid = first_line("/etc/$name", 64) =~ /^(\d+)/ ? $1 : next if $pid eq 'lock';
    unlink at("/etc/$name") if !-d "/proc/$pid";
  }
}

# $now, with the lines and memberships of alloy as in $was.
sub account_text {
  my ($file, $was, $now) = @_;
  my %line_of = map { /^([^:]*):/ ? ($1 => $_) : () } split /\n/, $was;
  my $is_group = $file eq 'group' || $file eq 'gshadow';
  my @others = map { my ($name) = /^([^:]*):/; $is_group && defined $name && defined $line_of{$name} ? with_member($line_of{$name}, $_) : $_ }
    grep { !/^alloy:/ } split /\n/, $now;
  my @others_were = grep { !/^alloy:/ } split /\n/, $was;
  return $was if join("\n", @others) eq join "\n", @others_were;
  return join '', map { "$_\n" } @others, $line_of{alloy} // ();
}

# A group's line, with alloy among its members exactly if it was.
sub with_member {
  my ($was, $now) = @_;
  my $members = sub { return split /,/, (split(/:/, $_[0], -1))[3] // '' };
  my $belongs = grep { $_ eq 'alloy' } $members->($was);
  my @members = $members->($now);
  return $now if !$belongs == !grep { $_ eq 'alloy' } @members;
  my @others = grep { $_ ne 'alloy' } @members;
  return $was if $belongs && "@others" eq join ' ', grep { $_ ne 'alloy' } $members->($was);
  my @fields = split /:/, $now, -1;
  $fields[3] = join ',', @others, $belongs ? 'alloy' : ();
  return join ':', @fields;
}

sub groups_of_alloy { return split ' ', output_of(10, 'id', '-nG', 'alloy') }

# --- actions -----------------------------------------------------------------------------------------

sub do_join_groups {
  my ($n, $action) = @_;
  keep_accounts($n);
  my %member = map { $_ => 1 } groups_of_alloy();
  must('usermod', '-a', '-G', $_, 'alloy') for grep { !$member{$_} } @{ $action->{groups} };
}
sub undo_join_groups { my ($n, $action, $last) = @_; restore_accounts($n, $last) }

sub do_delete_account {
  my $n = shift;
  keep_accounts($n);
  must('userdel', 'alloy') if length output_of(10, 'getent', 'passwd', 'alloy');
  # userdel takes the user's own group along
  must('groupdel', 'alloy') if length output_of(10, 'getent', 'group', 'alloy');
}
sub undo_delete_account { my ($n, $action, $last) = @_; restore_accounts($n, $last) }
