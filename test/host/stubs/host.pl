# Stands for the programs of a host below a prefix ($ENV{TEST_ROOT}): called by the name of one of them. dpkg itself is the
# real one, told to work below the prefix.
use strict;
my $root = $ENV{TEST_ROOT};
my ($name) = $0 =~ m{([^/]+)\z};
my $etc = "$root/etc";
my $state = "$root/test/state";
sub slurp { open my $h, '<', shift or return ''; local $/; my $t = <$h>; return defined $t ? $t : '' }
sub spill { my ($path, $text) = @_; open my $h, '>', $path or die "$path: $!\n"; print $h $text; close $h }
sub get { return slurp("$state/$_[0]") }
sub set { mkdir "$root/test"; mkdir $state; spill("$state/$_[0]", $_[1]) }
open my $log, '>>', "$root/test/calls"; print $log join(' ', $name, @ARGV), "\n"; close $log;
my @dpkg = ('/usr/bin/dpkg', "--root=$root", '--force-not-root', '--force-script-chrootless', '--force-bad-path', "--log=$root/test/dpkg.log");

# the account files, line by line
sub edit {
  my ($file, $f) = @_;
  my $text = slurp("$etc/$file");
  return if !-e "$etc/$file";
  spill("$etc/$file-", $text);
  spill("$etc/$file", join '', map { "$_\n" } $f->(split /\n/, $text));
}

my %do = (
  systemctl => sub {
    my @words = grep { !/^--/ } @ARGV;
    my $verb = shift @words;
    my $link = "$etc/systemd/system/multi-user.target.wants/alloy.service";
    if ($verb eq 'show') {
      my $active = get('active') || 'inactive';
      # after a restart it is found alive so many times
      if ($ENV{TEST_DIES_AFTER} && get('restarted')) { set('found', 1 + (get('found') || 0)); set('invocation', 'i-again') if get('found') > $ENV{TEST_DIES_AFTER} }
      my %unit = (LoadState => 'loaded', ActiveState => $active, SubState => $active eq 'active' ? 'running' : 'dead', UnitFileState => -l $link ? 'enabled' : 'disabled',
        NeedDaemonReload => get('reload-needed') || 'no', InvocationID => get('invocation'), NRestarts => 0, Result => $active eq 'failed' ? 'exit-code' : 'success', MainPID => get('pid') || 0, ExecMainStatus => $active eq 'failed' ? 1 : 0);
      print map { "$_=$unit{$_}\n" } sort keys %unit;
      print map { "EnvironmentFiles=$_\n" } split /\n/, get('environment-files');
    }
    elsif ($verb eq 'is-system-running') { print get('system') || 'running', "\n" }
    elsif ($verb eq 'is-enabled') { exit !-l $link }
    elsif ($verb eq 'enable') { system 'mkdir', '-p', "$etc/systemd/system/multi-user.target.wants"; symlink '/lib/systemd/system/alloy.service', $link }
    elsif ($verb eq 'disable') { unlink $link }
    elsif ($verb eq 'mask') { symlink '/dev/null', "$etc/systemd/system/alloy.service" }
    elsif ($verb eq 'unmask') { unlink "$etc/systemd/system/alloy.service" }
    elsif ($verb eq 'daemon-reload') { }
    elsif ($verb eq 'stop' && $words[0] eq 'alloy') {
      if (($ENV{TEST_SIGNAL_ON} || '') eq 'stop' && !get('signalled')) { set('signalled', 1); kill 'TERM', getppid; select undef, undef, undef, 0.3 }
      set('active', 'inactive'); set('invocation', '') }
    elsif ($verb eq 'restart') {
      if (get('broken')) { set('active', get('broken')); set('broken', ''); exit 1 }
      set('active', 'active'); set('invocation', 'i' . time . $$); set('restarted', time);
    }
  },
  # runs the job in the foreground, and what is to be run after it when it was killed
  'systemd-run' => sub {
    my @post;
    while ($ARGV[0] =~ /^-/) { my $option = shift @ARGV; next if $option ne '-p'; my $p = shift @ARGV; @post = ('/bin/sh', '-c', $1) if $p =~ m{^ExecStopPost=/bin/sh -c "(.*)"\z} }
    my $exit = system @ARGV;
    set('killed', 1) if $exit & 127;
    { local $ENV{SERVICE_RESULT} = $exit & 127 ? 'signal' : $exit ? 'exit-code' : 'success'; delete local $ENV{TEST_KILL_AT}; system @post if !$ENV{TEST_NO_STOP_POST} }
    exit 0;
  },
  'dpkg' => sub { exec @dpkg, @ARGV },
  'dpkg-query' => sub { exec '/usr/bin/dpkg-query', "--admindir=$root/var/lib/dpkg", @ARGV },
  'apt-get' => sub {
    my ($verb) = grep { /^(?:update|install|indextargets)$/ } @ARGV;
    if ($verb eq 'indextargets') { my $said = get('apt-says'); print STDERR $said; exit(length $said ? 100 : 0) }
    my $lists = "$root/var/lib/apt/lists";
    if ($verb eq 'update') { exit 100 if get('no-network'); spill("$lists/apt.grafana.com_dists_stable_$_.new", time . $$), rename "$lists/apt.grafana.com_dists_stable_$_.new", "$lists/apt.grafana.com_dists_stable_$_" for qw(InRelease main_binary-amd64_Packages); exit 0 }
    system 'rm', '-rf', glob "$root/var/lib/alloyup/runs/*/kept" if $ENV{TEST_LOSE_KEPT};
    my ($version) = map { /^alloy=(.*)/ ? $1 : () } @ARGV;
    my $deb = "$root/var/cache/apt/archives/alloy_${version}_all.deb";
    if (!-e $deb) { print "E: Version '$version' for 'alloy' was not found\n"; exit 100 }
    exit system(@dpkg, '--force-confdef', '--force-confold', '--force-hold', '--force-downgrade', '-i', $deb) >> 8;
  },
  'apt-config' => sub { },
  'usermod' => sub { my $group = $ARGV[2]; edit($_, sub { map { my @f = split /:/, $_, -1; $f[3] = join ',', grep({ length } split /,/, $f[3]), 'alloy' if $f[0] eq $group; join ':', @f } @_ }) for qw(group gshadow) },
  'userdel' => sub {
    edit($_, sub { grep { !/^alloy:/ } @_ }) for qw(passwd shadow);
    edit($_, sub { map { my @f = split /:/, $_, -1; $f[3] = join ',', grep { $_ ne 'alloy' } split /,/, $f[3]; join ':', @f } grep { !/^alloy:/ } @_ }) for qw(group gshadow);
  },
  'groupdel' => sub { edit($_, sub { grep { !/^alloy:/ } @_ }) for qw(group gshadow) },
  'getent' => sub { my ($line) = grep { /^alloy:/ } split /\n/, slurp("$etc/$ARGV[0]"); exit 2 if !defined $line; print "$line\n" },
  'id' => sub {
    my ($gid) = slurp("$etc/passwd") =~ /^alloy:[^:]*:\d+:(\d+)/m or exit 1;
    print join(' ', map { my @f = split /:/, $_, -1; $f[2] eq $gid || grep({ $_ eq 'alloy' } split /,/, $f[3]) ? $f[0] : () } split /\n/, slurp("$etc/group")), "\n";
  },
  'alloy' => sub { if ($ARGV[1] ne '--help' && slurp($ARGV[-1]) =~ /crash on me/) { print STDERR "panic: runtime error: index out of range\n\ngoroutine 1 [running]:\n"; exit 2 }
    if ($ARGV[1] ne '--help' && slurp($ARGV[-1]) =~ /refuse me/) { print "Error: refused in $ARGV[-1]\n"; exit 1 } },
  'journalctl' => sub { print get('journal') || qq({"MESSAGE":"what Alloy said","_SYSTEMD_INVOCATION_ID":"@{[get('invocation')]}"}\n) },
);
$do{$name}->();
