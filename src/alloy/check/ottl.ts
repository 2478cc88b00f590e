/** Words that may stand before a bracket without being called. */
const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'where', 'in']);

type Problem = readonly [message: string, hint: string];

/** What is surely wrong with an OTTL statement or condition; it is not parsed, only looked over. */
export function ottlProblem(text: string, kind: 'statement' | 'condition'): Problem | undefined {
  if (text.trim() === '') return undefined;
  const open: string[] = [];
  const closes: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
  let calls = 0;
  let i = 0;
  while (i < text.length) {
    const char = text[i]!;
    if (char === '"') {
      const end = stringEnd(text, i);
      if (end < 0) return ['a string in this OTTL statement is not closed', 'Close it with "'];
      i = end;
      continue;
    }
    if (closes[char]) open.push(closes[char]);
    else if (char === ')' || char === ']' || char === '}') {
      if (open.pop() !== char) {
        return [`"${char}" closes nothing in this OTTL statement`, 'Balance the brackets'];
      }
    } else if (/[A-Za-z_]/.test(char)) {
      const word = /^[A-Za-z_][A-Za-z0-9_.]*/.exec(text.slice(i))![0];
      const called = /^\s*\(/.test(text.slice(i + word.length));
      if (called && !KEYWORDS.has(word)) {
        const first = calls === 0 && text.slice(0, i).trim() === '';
        calls++;
        const problem = nameProblem(word, kind === 'statement' && first);
        if (problem) return problem;
      }
      i += word.length;
      continue;
    }
    i++;
  }
  if (open.length > 0) {
    return [
      `"${open.at(-1)}" is missing in this OTTL statement`,
      'Close every bracket that is opened',
    ];
  }
  if (kind === 'statement' && calls === 0) {
    return [
      'an OTTL statement begins with a function, as in set(...)',
      'Write set(attributes["key"], "value")',
    ];
  }
  return undefined;
}

function nameProblem(word: string, editor: boolean): Problem | undefined {
  const upper = /^[A-Z]/.test(word);
  if (editor && upper) {
    return [
      `editor names must start with a lowercase letter but got '${word}'`,
      `Begin the statement with an editor such as set(...), and use ${word} inside it`,
    ];
  }
  if (!editor && !upper) {
    return [
      `converter names must start with an uppercase letter but got '${word}'`,
      `Write ${word[0]!.toUpperCase()}${word.slice(1)}, if that is the converter you mean`,
    ];
  }
  return undefined;
}

/** Index behind the closing quote; -1 without one. */
function stringEnd(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return -1;
}
