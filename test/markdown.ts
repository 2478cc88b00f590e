/** Contents of the fenced blocks of one language, or of all that have none. */
export const fencesOf = (text: string, language: string): readonly string[] =>
  [...text.matchAll(/^( *)```(\S*).*\n([\s\S]*?)^\1```$/gm)]
    .filter(([, , named]) => named === language)
    .map(([, indent, , block]) => block!.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));

/** The text without its fenced blocks. */
export const withoutFences = (text: string): string =>
  text.replace(/^( *)```[\s\S]*?^\1```$/gm, '');

/** What a link `#...` to each heading of a page says, as GitHub makes it. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading] of withoutFences(text).matchAll(/^#{1,6} +(.*)$/gm)) {
    const words = heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '');
    const slug = words
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n += 1) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

/**
 * Commands that a page tells to type: of shell blocks, of indented code, of steps in CI files, and those
 * in running text that begin with a program of ours. Continued lines are joined, comments gone.
 */
export function commandsOf(text: string): readonly string[] {
  const shell = fencesOf(text, 'sh').flatMap(linesOf);
  const indented = [...withoutFences(text).matchAll(/^ {4}(alloyup .*)$/gm)].map(
    ([, line]) => line!,
  );
  const steps = fencesOf(text, 'yaml')
    .flatMap(linesOf)
    .flatMap((line) => /^ *(?:- )?(?:run: )?(alloyup .*)$/.exec(line)?.slice(1) ?? []);
  const inline = [
    ...withoutFences(text).matchAll(/`((?:alloyup|npm|node build\.mjs|npx) [^`\n]+)`/g),
  ].map(([, code]) => code!);
  return [...shell, ...indented, ...steps, ...inline]
    .map((line) => line.replace(/\s+#.*$/, ''))
    .flatMap((line) => line.split('&&'))
    .map((command) => command.trim())
    .filter((command) => command !== '');
}

/** What is typed, a line each. Here-documents are what a command reads, not what is typed next. */
export const linesOf = (block: string): readonly string[] =>
  block
    .replace(/\\\n\s*/g, '')
    .replace(/<<-? *'?(\w+)'?\n[\s\S]*?^\1$/gm, '')
    .split('\n')
    .filter((line) => !/^\s*#/.test(line));

/** The commands that a line runs one after the other or piped, each as words, as a shell parts them. */
export function wordsOf(line: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  for (const [token, double, single] of line.matchAll(
    /\|\|?|\d?>>?\s*\S+|<\(|\)|"((?:\\.|[^"\\])*)"|'([^']*)'|[^\s|()<>"']+/g,
  )) {
    if (/^(?:\||<\()/.test(token)) commands.push([]);
    else if (!/^(?:\d?>|\))/.test(token)) commands.at(-1)!.push(double ?? single ?? token);
  }
  return commands.filter((words) => words.length > 0);
}
