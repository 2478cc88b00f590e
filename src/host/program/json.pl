# JSON to and from perl: objects are hashes, lists are arrays, everything else is a string of bytes or undef.
use strict;

sub encode {
  my $v = shift;
  return 'null' if !defined $v;
  return '[' . join(',', map { encode($_) } @$v) . ']' if ref $v eq 'ARRAY';
  return '{' . join(',', map { encode($_) . ':' . encode($v->{$_}) } sort keys %$v) . '}' if ref $v;
  $v =~ s/(["\\])/\\$1/g;
  $v =~ s/\n/\\n/g;
  $v =~ s/([\x00-\x1f])/sprintf '\u%04x', ord $1/ge;
  return "\"$v\"";
}

# Dies on anything that is not JSON, and on what no program writes: lists within lists, a hundred deep, and a
# million values would take this one's memory. true is 1, false and null are undef.
my $values;
sub decode {
  my $text = shift;
  $values = 0;
  my $value = decode_value(\$text, 0);
  $text =~ /\G\s*\z/gc or die "not JSON\n";
  return $value;
}

sub decode_value {
  my ($t, $depth) = @_;
  die "not JSON\n" if $depth > 100 || ++$values > 1_000_000;
  $$t =~ /\G\s+/gc;
  return decode_string($t) if $$t =~ /\G"/gc;
  if ($$t =~ /\G\{\s*/gc) {
    my %object;
    return \%object if $$t =~ /\G\}/gc;
    do {
      $$t =~ /\G\s*"/gc or die "not JSON\n";
      my $key = decode_string($t);
      $$t =~ /\G\s*:/gc or die "not JSON\n";
      $object{$key} = decode_value($t, $depth + 1);
    } while $$t =~ /\G\s*,/gc;
    $$t =~ /\G\s*\}/gc or die "not JSON\n";
    return \%object;
  }
  if ($$t =~ /\G\[\s*/gc) {
    my @list;
    return \@list if $$t =~ /\G\]/gc;
    do { push @list, decode_value($t, $depth + 1) } while $$t =~ /\G\s*,/gc;
    $$t =~ /\G\s*\]/gc or die "not JSON\n";
    return \@list;
  }
  return $1 if $$t =~ /\G(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)/gc;
  return $1 eq 'true' ? 1 : undef if $$t =~ /\G(true|false|null)/gc;
  die "not JSON\n";
}

my %escape = ('b' => "\b", 'f' => "\f", 'n' => "\n", 'r' => "\r", 't' => "\t");
sub decode_string {
  my $t = shift;
  my $from = pos $$t;
  # part by part: a group repeats 32,766 times at most in older perls, 65,534 in newer ones
  1 while $$t =~ /\G[^"\\]*+\\./gcs;
  $$t =~ /\G[^"\\]*+"/gc or die "not JSON\n";
  my $s = substr $$t, $from, pos($$t) - 1 - $from;
  return $s if index($s, '\\') < 0;
  $s =~ s{\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))}
         {defined $1 ? utf8_bytes(0x10000 + ((hex($1) - 0xd800) << 10) + hex($2) - 0xdc00)
          : defined $3 ? utf8_bytes(hex $3) : defined $escape{$4} ? $escape{$4} : $4}gse;
  return $s;
}

# One character as UTF-8; half of a surrogate pair is none, as in every other encoder.
sub utf8_bytes {
  my $n = shift;
  $n = 0xfffd if $n >= 0xd800 && $n < 0xe000;
  return chr $n if $n < 0x80;
  return pack 'C2', 0xc0 | $n >> 6, 0x80 | $n & 63 if $n < 0x800;
  return pack 'C3', 0xe0 | $n >> 12, 0x80 | $n >> 6 & 63, 0x80 | $n & 63 if $n < 0x10000;
  return pack 'C4', 0xf0 | $n >> 18, 0x80 | $n >> 12 & 63, 0x80 | $n >> 6 & 63, 0x80 | $n & 63;
}
