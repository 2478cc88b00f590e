import { failWith, ok, type Position, type Result } from '../../model/problem.ts';
import { framesOf, withExcerpts } from '../excerpt.ts';
import { AnsibleBuilder, type AnsibleInventory } from './ansible-inventory.ts';
import { pythonLiteral } from './python-literal.ts';

/** `[web]`, `[web:vars]`, `[web:children]  # why`. */
const SECTION = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/;
const CHILD = /^([^:\]\s]+)\s*(?:#.*)?$/s;

/** Where Python ends a line, as far as an editor does, too. */
const LINE_END = /\r\n|[\n\r]/;

/** A group that is named before it is declared. */
interface Pending {
  readonly reason: 'undeclared-group' | 'vars-of-undeclared-group';
  readonly at: Position;
  readonly parents: readonly string[];
}

/** Reads an Ansible inventory in INI format, as Ansible's own plugin does. */
export function parseAnsibleIni(text: string, file: string): Result<AnsibleInventory> {
  const builder = new AnsibleBuilder(file);
  /** `[x:vars]` and `[x:children]` may name groups that are only declared further down. */
  const pending = new Map<string, Pending>();
  let group = 'ungrouped';
  let kind = 'hosts';

  const readHeader = (line: string, at: Position): void => {
    const [, name, suffix = 'hosts'] = SECTION.exec(line) ?? [];
    if (name === undefined) {
      builder.report({ reason: 'ini-header', written: line }, at);
      return;
    }
    group = name;
    kind = suffix;
    if (!/^(hosts|children|vars)$/.test(kind)) {
      builder.report({ reason: 'ini-section', written: `[${group}:${kind}]` }, at);
      return;
    }
    if (kind === 'vars' && !builder.hasGroup(name) && !pending.has(name))
      pending.set(name, { reason: 'vars-of-undeclared-group', at, parents: [] });
    builder.group(name, at);
    if (kind === 'vars') return;
    for (const parent of pending.get(name)?.parents ?? [])
      builder.group(parent, at).children.add(name);
    pending.delete(name);
  };
  const readChild = (line: string, at: Position): void => {
    const child = CHILD.exec(line)?.[1];
    if (child === undefined) {
      builder.report({ reason: 'ini-child', written: line }, at);
      return;
    }
    // the order of children is the order in which they are declared
    if (builder.hasGroup(child)) builder.group(group, at).children.add(child);
    else {
      const known = pending.get(child);
      const parents = [...(known?.parents ?? []), group];
      pending.set(child, { reason: 'undeclared-group', at: known?.at ?? at, parents });
    }
  };
  const readVariable = (line: string, at: Position): void => {
    const equals = line.indexOf('=');
    if (equals < 0) builder.report({ reason: 'ini-variable', written: line }, at);
    else {
      const value = pythonLiteral(line.slice(equals + 1).trim());
      builder.setGroup(group, line.slice(0, equals).trim(), value, at);
    }
  };

  text.split(LINE_END).forEach((untrimmed, i) => {
    const line = untrimmed.trim();
    if (line === '' || /^[#;]/.test(line)) return;
    const column = untrimmed.length - untrimmed.trimStart().length + 1;
    const at = { file, line: i + 1, column };
    if (SECTION.test(line) || /^\[.*\]$/.test(line)) readHeader(line, at);
    else if (kind === 'hosts') readHost(line, group, at, builder);
    else if (kind === 'children') readChild(line, at);
    else if (kind === 'vars') readVariable(line, at);
  });
  for (const [name, { reason, at }] of pending) builder.report({ reason, group: name }, at);
  const inventory = builder.finish();
  return builder.problems.length > 0
    ? failWith(withExcerpts(builder.problems, framesOf(text)))
    : ok(inventory);
}

function readHost(line: string, group: string, at: Position, builder: AnsibleBuilder): void {
  const words = shellWords(line);
  if (words === null) builder.report({ reason: 'ini-quote' }, at);
  const [pattern, ...assignments] = words ?? [];
  if (pattern === undefined) return;
  const placeOf = ({ start }: Word) => ({ ...at, column: at.column + start });
  const names = builder.addHosts(group, pattern.text, placeOf(pattern));
  for (const word of assignments) {
    const equals = word.text.indexOf('=');
    if (equals < 0) {
      builder.report({ reason: 'ini-host-variable', written: word.text }, placeOf(word));
      continue;
    }
    const key = word.text.slice(0, equals);
    const value = pythonLiteral(word.text.slice(equals + 1));
    for (const name of names) builder.setHost(name, key, value, placeOf(word));
  }
}

interface Word {
  readonly text: string;
  /** Offset in the line. */
  readonly start: number;
}

/** Splits a text as Python's shlex does; null where a quote or a backslash is left open. */
export function shellWords(
  line: string,
  { comments = true }: { readonly comments?: boolean } = {},
): readonly Word[] | null {
  const words: Word[] = [];
  let text = '';
  let start = -1;
  let quote = '';
  const end = (): void => {
    if (start >= 0) words.push({ text, start });
    text = '';
    start = -1;
  };
  for (let i = 0; i < line.length; i += 1) {
    const char = line[i]!;
    if (quote !== '') {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"' && /["\\]/.test(line[i + 1] ?? '')) {
        i += 1;
        text += line[i];
      } else text += char;
      continue;
    }
    if (comments && char === '#') break;
    if (/[ \t\r\n]/.test(char)) {
      end();
      continue;
    }
    if (start < 0) start = i;
    if (char === '"' || char === "'") quote = char;
    else if (char === '\\') {
      i += 1;
      if (i === line.length) return null;
      text += line[i];
    } else text += char;
  }
  end();
  return quote === '' ? words : null;
}
