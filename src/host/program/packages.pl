# The package alloy, through apt-get and dpkg: the actions, and how dpkg's state is put back without a network.
use strict;
our (%in, $DIR, $STATE);

my @DPKG = ('dpkg', '--force-confdef', '--force-confold', '--force-downgrade', '--force-hold');
sub dpkg { local $ENV{DEBIAN_FRONTEND} = 'noninteractive'; return must(@DPKG, @_) }

# apt is asked about the repository's list alone: another source that is broken is none of our business.
sub apt_get {
  return run_program('apt-get', '-q', '-y', '-o', "Dir::Etc::sourcelist=$in{list}", '-o', 'Dir::Etc::sourceparts=-', '-o', 'APT::Get::List-Cleanup=0',
    '-o', 'APT::Update::Error-Mode=any', '-o', 'Acquire::Retries=2', '-o', 'Acquire::http::Timeout=30', '-o', 'Acquire::https::Timeout=30',
    '-o', 'Dpkg::Options::=--force-confdef', '-o', 'Dpkg::Options::=--force-confold', '-o', "DPkg::Lock::Timeout=$in{lockWait}", @_);
}

# (status, version, what is wanted), in dpkg's words; "absent" also for a package it knows by name alone.
sub dpkg_state {
  my ($status, $version, $want) = split / /, output_of(20, 'dpkg-query', '-W', '-f', '${db:Status-Status} ${Version} ${db:Status-Want}', 'alloy'), 3;
  return ('absent', '', '') if !defined $status || $status eq 'not-installed';
  return ($status, $version // '', $want // '');
}

sub dpkg_flag { return output_of(20, 'dpkg-query', '-W', '-f', '${db:Status-Eflag}', 'alloy') }
sub conffiles { return output_of(20, 'dpkg-query', '-W', '-f', '${Conffiles}\n', 'alloy') }

# --- the index ---------------------------------------------------------------------------------------

my $LISTS = '/var/lib/apt/lists';

sub do_refresh {
  my $n = shift;
  wait_for_dpkg($in{lockWait});
  keep_lists($n);
  apt_get('update') or end_action();
}
sub undo_refresh { my ($n, $action, $last) = @_; restore_lists($last) }

# The repository's own lists by second names; apt puts new files in their place.
sub keep_lists {
  my $n = shift;
  my @lists = grep { kind_of("$LISTS/$_") eq 'file' } names_in($LISTS);
  my @ours = grep { index($_, "$in{index}_") == 0 } @lists;
  mkdir at("$DIR/lists.$n"), 0700;
  for (@ours) { unlink at("$DIR/lists.$n/$_"); link at("$LISTS/$_"), at("$DIR/lists.$n/$_") or copy("$LISTS/$_", "$DIR/lists.$n/$_") }
  note($n, 'lists', { directory => "$DIR/lists.$n", names => \@lists, ours => \@ours });
}

sub restore_lists {
  my $lists = shift->{lists} or return;
  my %known = map { $_ => 1 } @{ $lists->{names} };
  for (names_in($LISTS)) { unlink at("$LISTS/$_") if !$known{$_} && $_ ne 'lock' && kind_of("$LISTS/$_") eq 'file' }
  for (@{ $lists->{ours} }) {
    my ($copy, $list) = ("$lists->{directory}/$_", "$LISTS/$_");
    next if kind_of($copy) ne 'file' || "@{[(lstat at($copy))[0, 1]]}" eq "@{[(lstat at($list))[0, 1]]}";
    # the lists are a cache: where they are full, they can be fetched again
    eval { put_back($copy, $list); 1 } or unlink at($list);
  }
}

# --- actions -----------------------------------------------------------------------------------------

# The action failed, and what it ran said why.
sub end_action { our $exit_code = $? >> 8 || 1; die "failed\n" }

sub do_configure_dpkg { wait_for_dpkg($in{lockWait}); dpkg('--configure', '-a') }

sub do_install {
  my ($n, $action) = @_;
  wait_for_dpkg($in{lockWait});
  keep_package($n);
  keep_lists($n);
  my @install = ('install', '--no-install-recommends', '--allow-downgrades', '--allow-change-held-packages', '--reinstall', "alloy=$action->{version}");
  return if apt_get(@install);
  # the index may be older than the plan: it is fetched once, and then it is tried again
  wait_for_dpkg($in{lockWait});
  apt_get('update') && apt_get(@install) or end_action();
}
sub undo_install { my ($n, $action, $last, $all) = @_; undo_package($n, $last, $all); restore_lists($last) }

sub do_uninstall {
  my ($n, $action) = @_;
  wait_for_dpkg($in{lockWait});
  keep_package($n);
  dpkg($action->{purge} ? '--purge' : '--remove', 'alloy');
}
sub undo_uninstall { my ($n, $action, $last, $all) = @_; undo_package($n, $last, $all) }

sub do_hold {
  my ($n, $action) = @_;
  note($n, 'selection', output_of(20, 'dpkg', '--get-selections', 'alloy'));
  must_read($action->{held} ? "alloy hold\n" : "alloy install\n", 'dpkg', '--set-selections');
}
sub undo_hold { my ($n, $action, $last) = @_; restore_selection($last) }

sub restore_selection {
  my $selection = shift->{selection} // '';
  must_read($selection, 'dpkg', '--set-selections') if length $selection && output_of(20, 'dpkg', '--get-selections', 'alloy') ne $selection;
}

# --- what an undo needs to know of the package -------------------------------------------------------------

my @CONFFILES = ('/etc/alloy/config.alloy', '/etc/default/alloy');
my $WANTS = '/etc/systemd/system/multi-user.target.wants/alloy.service';

# What dpkg lays beside a conffile that it was told to keep.
sub beside_conffiles { return grep { /\.dpkg-\w+\z/ } (map { "/etc/alloy/$_" } names_in('/etc/alloy')), map { "/etc/default/$_" } grep { /^alloy\./ } names_in('/etc/default') }

sub keep_package {
  my $n = shift;
  my ($status, $version) = dpkg_state();
  keep_accounts($n);
  note($n, 'selection', output_of(20, 'dpkg', '--get-selections', 'alloy'));
  for (@CONFFILES, beside_conffiles()) { keep($n, $_) if kind_of($_) =~ /^(?:file|absent)\z/ }
  note($n, 'absent', $WANTS) if kind_of($WANTS) eq 'absent';
  for my $path ('/etc/alloy', '/var/lib/alloy') {
    my @s = lstat at($path);
    note($n, 'directory', @s ? [$path, mode_of(@s), @s[4, 5]] : [$path]);
  }
  note($n, 'conffiles', conffiles());
  keep_package_files($n) if $status ne 'absent' && $status ne 'half-installed';
  # the last word: without it nothing of the package was touched
  note($n, 'package', [$status, $version]);
}

# The files of the installed package by second names, which cost nothing until dpkg replaces them: a .deb can be
# built from them as dpkg-repack does. The repository may be out of reach by then, or never have had it.
sub keep_package_files {
  my $n = shift;
  my $root = "$DIR/package";
  remove_tree($root);
  mkdir at($_), 0755 or die "$_: $!\n" for $root, "$root/DEBIAN";
  chmod 0755, map { at($_) } $root, "$root/DEBIAN";
  for my $path (grep { m{^/.} && $_ ne '/.' } split /\n/, output_of(60, 'dpkg-query', '-L', 'alloy')) {
    my $kind = kind_of($path);
    if ($kind eq 'directory') { keep_directory($root, $path) }
    elsif ($kind ne 'absent') { keep_directory($root, parent_of($path)); link at($path), at("$root$path") or copy($path, "$root$path") }
  }
  # A conffile has to be in the .deb; what the administrator made of it is put back afterwards. Where it is not what
  # the package shipped it must not be taken for that either, or the next upgrade would replace it without a word:
  # then some other text stands for what we do not have, and dpkg is given back the hash that it knew.
  my %shipped = conffiles() =~ m{^\s*(/\S+) ([0-9a-f]{32})}mg;
  for my $path (sort keys %shipped) {
    next if output_of(20, 'md5sum', '--', at($path)) =~ /^\\?\Q$shipped{$path}\E /;
    unlink at("$root$path");
    keep_directory($root, parent_of($path));
    write_file("$root$path", "# What the package shipped here is not known any more ($shipped{$path}).\n");
    chmod 0644, at("$root$path");
  }
  write_file("$root/DEBIAN/conffiles", join '', map { "$_\n" } sort keys %shipped);
  my $control = output_of(20, 'dpkg-query', '-s', 'alloy');
  $control =~ s/^(?:Status|Config-Version):.*\n//mg;
  $control =~ s/^Conffiles:\n(?: .*\n)*//m;
  write_file("$root/DEBIAN/control", $control);
  chmod 0644, at("$root/DEBIAN/control");
  for (qw(preinst postinst prerm postrm triggers md5sums)) { copy("/var/lib/dpkg/info/alloy.$_", "$root/DEBIAN/$_") if kind_of("/var/lib/dpkg/info/alloy.$_") eq 'file' }
}

# A directory of the package, made anew with mode and owner.
sub keep_directory {
  my ($root, $path) = @_;
  return if -d at("$root$path");
  keep_directory($root, parent_of($path)) if parent_of($path) ne '/';
  my @s = stat at($path) or return;
  mkdir at("$root$path"), 0755 or die "$root$path: $!\n";
  chown @s[4, 5], at("$root$path");
  chmod $s[2] & 07777, at("$root$path");
}

# --- and how it is put back -------------------------------------------------------------------------------

# A package that was found half done stays as dpkg has finished it: nobody wants that back.
sub undo_package {
  my ($n, $last, $all) = @_;
  my ($was, $version) = @{ $last->{package} || return };
  my ($now, $now_version) = dpkg_state();
  if ($was eq 'absent') { package_gone() if $now ne 'absent' }
  elsif ($was eq 'config-files') {
    if ("$now $now_version" ne "$was $version") {
      quietly('systemctl', 'stop', 'alloy');
      # the version of what was removed is dpkg's only memory of it
      install_kept();
      dpkg('--remove', 'alloy');
    }
  }
  elsif ($now ne 'installed' || $now_version ne $version) {
    if (-d at("$DIR/package/DEBIAN")) { install_kept() } else { unpack_again(); dpkg('--configure', 'alloy') }
  }
  if ($was ne 'absent') {
    # installing it has released a hold
    restore_selection($last);
    restore_conffile_hashes($last->{conffiles} // '');
  }
  my %noted = map { $_ => 1 } @{ $all->{absent} || [] }, map { $_->[0] } @{ $all->{kept} || [] };
  unlink at($_) for grep { !$noted{$_} } beside_conffiles();
  restore_kept($all);
  restore_accounts($n, $last);
  for (@{ $all->{directory} || [] }) {
    my ($path, @mode) = @$_;
    if (@mode) { restore_mode($path, @mode) }
    elsif ($was eq 'absent') { $path eq '/etc/alloy' ? rmdir at($path) : remove_tree($path) }
  }
}

# Off the host, as if it had never been there.
sub package_gone {
  quietly('systemctl', 'stop', 'alloy');
  unpack_again();
  dpkg('--force-remove-reinstreq', '--purge', 'alloy') if (dpkg_state())[0] ne 'absent';
  # an entry of a package that is not there, only with what was wanted of it
  must_read("alloy unknown\n", 'dpkg', '--set-selections') if quietly('dpkg-query', '-W', 'alloy');
}

# dpkg was killed while it unpacked: what lies about is known to nobody but the same package, unpacked again. apt
# keeps what it has fetched, so this needs no network.
sub unpack_again {
  my ($status, $version) = dpkg_state();
  return if $status ne 'half-installed' && dpkg_flag() ne 'reinst-required';
  clear_half_unpacked();
  for my $deb (grep { /^alloy_.*\.deb\z/ } names_in('/var/cache/apt/archives')) {
    my $path = at("/var/cache/apt/archives/$deb");
    my $fetched = output_of(20, 'dpkg-deb', '-f', $path, 'Version');
    chomp $fetched;
    next if length $version && $fetched ne $version;
    return if eval { dpkg('--unpack', $path); 1 };
  }
}

# Where dpkg has died, its own leavings stand in its way.
sub clear_half_unpacked { unlink map { at("/var/lib/dpkg/tmp.ci/$_") } names_in('/var/lib/dpkg/tmp.ci') }

# The .deb is built only now, when it is needed; not compressed.
sub install_kept {
  my $deb = "$DIR/package.deb";
  clear_half_unpacked() if dpkg_flag() eq 'reinst-required';
  quietly('dpkg-deb', '--build', '-Znone', '--root-owner-group', at("$DIR/package"), at($deb)) or must('dpkg-deb', '--build', '-Znone', at("$DIR/package"), at($deb));
  dpkg('-i', at($deb));
  unlink at($deb);
}

# There is no other way to tell dpkg what it knew before a package was built again. Under dpkg's own locks, and only
# while no journal of it waits to be written.
sub restore_conffile_hashes {
  my %shipped = shift =~ m{^\s*(/\S+) ([0-9a-f]{32})}mg;
  my $locks = hold_locks('/var/lib/dpkg/lock-frontend', '/var/lib/dpkg/lock');
  return if grep { /^\d+\z/ } names_in('/var/lib/dpkg/updates');
  my $path = '/var/lib/dpkg/status';
  my $all = read_file($path) // return;
  my ($head, $own, $rest) = $all =~ /\A(.*?^)(Package: alloy\n.*?\n)(\n.*)?\z/ms or return;
  my $before = $own;
  $own =~ s/^ (\Q$_\E) [0-9a-f]{32}/ $1 $shipped{$_}/m for keys %shipped;
  return if $own eq $before;
  write_file("$path.alloyup", $head . $own . ($rest // ''));
  chmod 0644, at("$path.alloyup");
  move_to("$path.alloyup", $path);
}
