const CAPTURE = /<[A-Za-z_][A-Za-z0-9_]*>/g;

/** What Loki's pattern parser (`<ip> - <user> [<_>] ...`, as in stage.pattern) has against a pattern. */
export function lokiPatternProblem(pattern: string): string | undefined {
  const captures = [...pattern.matchAll(CAPTURE)];
  if (captures.every(([text]) => text === '<_>')) return 'at least one capture is required';
  const seen = new Set<string>();
  for (const [index, { 0: text, index: at }] of captures.entries()) {
    const next = captures[index + 1];
    if (next && next.index === at + text.length) {
      return `found consecutive capture '${text}${next[0]}': invalid expression`;
    }
  }
  for (const [text] of captures) {
    if (text === '<_>') continue;
    if (seen.has(text)) return `duplicate capture name (${text.slice(1, -1)}): invalid expression`;
    seen.add(text);
  }
  return undefined;
}
