/** More alternatives of one pattern are not looked at. */
const MOST = 64;

/** It matches names, rather than being one. */
export const isPattern = (path: string): boolean => /[*?[{\\]/.test(path);

/** The alternatives of a pattern with braces, `/var/log/{a,b}.log`, without them. */
export function alternatives(pattern: string): readonly string[] {
  const found: string[] = [];
  const queue = [pattern];
  while (queue.length > 0 && found.length < MOST) {
    const one = queue.shift()!;
    const braces = firstBraces(one);
    if (!braces) found.push(one);
    else
      queue.unshift(
        ...braces.parts
          .slice(0, MOST)
          .map((part) => `${one.slice(0, braces.start)}${part}${one.slice(braces.end)}`),
      );
  }
  return found;
}

/** The parts between the first braces and where these stand; undefined: there are none, or they are not closed. */
function firstBraces(pattern: string) {
  let depth = 0;
  let start = -1;
  let from = 0;
  const parts: string[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at];
    if (char === '\\') at += 1;
    else if (char === '{') {
      depth += 1;
      if (depth === 1) [start, from] = [at, at + 1];
    } else if (char === ',' && depth === 1) {
      parts.push(pattern.slice(from, at));
      from = at + 1;
    } else if (char === '}' && depth > 0) {
      depth -= 1;
      if (depth === 0) return { start, end: at + 1, parts: [...parts, pattern.slice(from, at)] };
    }
  }
  return undefined;
}

/** The names of a path, or the parts of a pattern without braces. */
export const partsOfPath = (path: string): readonly string[] => path.split('/').filter(Boolean);
