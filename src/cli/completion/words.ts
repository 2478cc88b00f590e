/** A line as far as it is typed. */
export interface TypedWords {
  /** Without the command's own name; the last one is being typed. */
  readonly words: readonly string[];
  /** The beginning of the last word that bash keeps: it replaces only what follows ":" or "=". */
  readonly handled: string;
}

/** Splits a command line as bash does, as far as completion needs it: quotes, backslashes, blanks. */
export function typedWords(line: string): TypedWords {
  const words: string[] = [];
  let word = '';
  let begun = false;
  let quote = '';
  let handled = 0;
  for (let i = 0; i < line.length; i += 1) {
    const char = line[i]!;
    if (quote !== '') {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"') {
        i += 1;
        word += line[i] ?? '';
      } else word += char;
    } else if (char === ' ' || char === '\t') {
      if (begun) words.push(word);
      word = '';
      begun = false;
      handled = 0;
    } else {
      begun = true;
      if (char === '"' || char === "'") quote = char;
      else if (char === '\\') {
        i += 1;
        word += line[i] ?? '';
      } else {
        word += char;
        if (char === ':' || char === '=') handled = word.length;
      }
    }
  }
  return { words: [...words, word].slice(1), handled: word.slice(0, handled) };
}
