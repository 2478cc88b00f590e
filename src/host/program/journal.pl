# The journal of a run: what was begun, and what it takes to undo it. Before the first change everything an undo
# needs is on the disk: this program, the plan without its contents, the journal, and a marker that says so.
# Each line is JSON: [number of the action, word, value]; number 0 is the run itself.
use strict;
our (%in, $STATE, $MEMORY, $ROOT);

# The directory of the run that is carried out or undone.
our $DIR;
our $journal;

# On the disk when this returns; nothing may be touched before its note is.
sub note {
  my ($n, $word, $value) = @_;
  stop_if_asked();
  # an undo notes nothing: it can be repeated as it is
  return 1 if !$journal;
  return write_all($journal, encode([$n, $word, $value]) . "\n") || die "$DIR/journal: $!\n";
}

sub open_journal {
  # O_WRONLY | O_CREAT | O_APPEND | O_DSYNC
  sysopen $journal, at("$DIR/journal"), 1 | 64 | 1024 | 4096, 0600 or die "$DIR/journal: $!\n";
}

# (numbers of the actions that were begun, in order; number => {word => last value}; number => {word => all values})
sub read_journal {
  my (@begun, %last, %all);
  for my $line (split /\n/, read_file("$DIR/journal") // '') {
    # a power failure may leave half a line at the end
    my $note = eval { decode($line) } or last;
    my ($n, $word, $value) = @$note;
    push @begun, $n if $word eq 'begin';
    $last{$n}{$word} = $value;
    push @{ $all{$n}{$word} }, $value;
  }
  return (\@begun, \%last, \%all);
}

# --- the marker ------------------------------------------------------------------------------------

my $GENERATORS = '/etc/systemd/system-generators';
my $GENERATOR = "$GENERATORS/alloyup-undo";

# From here on run $run is undone by its own program if this one should not come to its end. After a reboot in
# the middle a generator makes a unit, but only for that boot, when our directory in /run is gone: a unit file
# would be read by each daemon-reload of a package's script, and systemd would have to be made to forget it.
sub arm {
  my $run = shift;
  umask 022;
  if (!-d at($GENERATORS)) { write_file("$STATE/made-generators", ''); mkdir at($GENERATORS) }
  replace_file($GENERATOR, <<"END");
#!/bin/sh
[ ! -e '$MEMORY/$in{run}' ] || exit 0
mkdir -p "\$1/multi-user.target.wants" && ln -sf ../alloyup-undo.service "\$1/multi-user.target.wants/" || exit 1
cat >"\$1/alloyup-undo.service" <<'EOF'
[Unit]
Description=Undo alloyup's unfinished run
ConditionPathExists=$STATE/armed
Before=alloy.service
RequiresMountsFor=$STATE
[Service]
Type=oneshot
ExecStart=/usr/bin/perl $STATE/runs/$run/program undo boot
EOF
END
  chmod 0755, at($GENERATOR);
  umask 077;
  sync_paths($GENERATORS, "$STATE/runs", "$STATE/runs/$run");
  replace_file("$STATE/armed", $run);
  sync_paths($STATE);
}

sub armed_run { return first_line("$STATE/armed", 256) }

# Nothing of run $run is left to be undone.
sub disarm {
  my $run = shift;
  # halves of what a kill has cut off
  unlink map { at($_) } "$GENERATOR.new", "$STATE/armed.new", "$STATE/receipt.json.new", "$STATE/readable.json.new";
  my $generator = read_file($GENERATOR);
  if (!defined $generator || index($generator, "/runs/$run/") >= 0) {
    unlink at($GENERATOR);
    if (-e at("$STATE/made-generators")) { rmdir at($GENERATORS); unlink at("$STATE/made-generators") }
  }
  unlink at("$STATE/armed") if armed_run() eq $run;
  sync_paths($STATE);
}

# --- what is kept of a run ----------------------------------------------------------------------------

# $who is told in the audit log: when, which run, started by whom, how it ended.
sub write_verdict {
  my ($verdict, $by) = @_;
  replace_file("$DIR/verdict", "$verdict\n");
  my @t = gmtime;
  open my $h, '>>', at("$STATE/audit.log") or return;
  printf $h "%04d-%02d-%02dT%02d:%02d:%02dZ %s %s %s%s\n", $t[5] + 1900, $t[4] + 1, @t[3, 2, 1, 0], $in{run}, $in{who}, $verdict, defined $by ? " by $by" : '';
}

sub runs { return reverse grep { !/^\./ } names_in("$STATE/runs") }

# The newest ten stay. A kept package is some hundred megabytes once it is replaced, and only the newest runs
# are ever undone: three keep theirs.
sub forget_old_runs {
  my @runs = runs();
  remove_tree(map { "$STATE/runs/$_" } splice @runs, 10) if @runs > 10;
  my @packages = grep { -d at($_) } map { "$STATE/runs/$_/package" } @runs;
  remove_tree(splice @packages, 3) if @packages > 3;
}

# All that is left are the audit log and the lock, which somebody may be waiting for.
sub forget_all_runs {
  # one that is gone in part must not be rolled back
  unlink map { at("$STATE/runs/$_/verdict") } runs();
  remove_tree(map { "$STATE/$_" } grep { !/^(?:audit\.log|lock)\z/ } names_in($STATE));
}
