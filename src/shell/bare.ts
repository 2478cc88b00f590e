/**
 * A program of ours as it is sent: without comments, indentation and `use strict`. Reading it costs perl more
 * than running it, and its mistakes were found before (`perl -cw` and the tests read it whole).
 */
export const bare = (source: string): string =>
  source.replace(/^[ \t]+/gm, '').replace(/^(?:#(?!!).*|use strict;)?\n/gm, '');
