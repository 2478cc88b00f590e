import type { Position, Result } from '../model/problem.ts';
import { type AnsibleBuilder, type AnsibleInventory, ansibleBuilder } from './ansible.ts';
import { pythonLiteral } from './ansible-literal.ts';
import { present } from './problems.ts';

/** `[web]`, `[web:vars]`, `[web:children]  # why`. */
const SECTION = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/;
const CHILD = /^([^:\]\s]+)\s*(?:#.*)?$/;

/** Sections `[x:vars]` and `[x:children]` speak of groups that may be declared further down. */
interface Pending {
  readonly group: string;
  readonly at: Position;
  readonly because: string;
}

/** Reads an Ansible inventory in INI style, as Ansible's own plugin does. */
export function parseAnsibleIni(text: string, file: string): Result<AnsibleInventory> {
  const builder = ansibleBuilder({ file, line: 1, column: 1 });
  const declared = new Set(['all', 'ungrouped']);
  const pending: Pending[] = [];
  let group = 'ungrouped';
  let kind = 'hosts';

  text.split('\n').forEach((raw, i) => {
    const line = raw.trim();
    const at: Position = { file, line: i + 1, column: raw.length - raw.trimStart().length + 1 };
    if (line === '' || /^[#;]/.test(line)) return;
    const section = SECTION.exec(line);
    if (section) {
      group = section[1]!;
      kind = section[2] ?? 'hosts';
      if (kind === 'hosts' || kind === 'children') {
        declared.add(group);
        builder.group(group, at);
      } else if (kind === 'vars')
        pending.push({ group, at, because: `[${group}:vars] is for a group that is not there` });
      else
        builder.complain(
          `the section [${group}:${kind}] is none of Ansible's`,
          'write [group], [group:vars] or [group:children]',
          at,
        );
      return;
    }
    if (line.startsWith('[') && !/^\[[^\]]*:[^\]]*\]/.test(line)) {
      builder.complain(
        `"${line}" is no name of a section`,
        'write [group], without blanks inside the brackets',
        at,
      );
      return;
    }
    if (kind === 'hosts') readHost(line, group, at, builder);
    else if (kind === 'children') {
      const child = CHILD.exec(line)?.[1];
      if (child === undefined) {
        builder.complain(`"${line}" is no name of a group`, 'name one group a line', at);
        return;
      }
      pending.push({ group: child, at, because: `there is no group "${child}"` });
      builder.group(child, at);
      builder.group(group, at).children.add(child);
    } else if (kind === 'vars') readVariable(line, group, at, builder);
  });
  for (const { group: name, at, because } of pending) {
    if (!declared.has(name)) builder.complain(because, `declare it: [${name}]`, at);
  }
  const value = builder.finish();
  return builder.problems.length > 0
    ? { ok: false, problems: present(builder.problems, text) }
    : { ok: true, value };
}

function readHost(line: string, group: string, at: Position, builder: AnsibleBuilder): void {
  const words = shellWords(line);
  if (words === null) {
    builder.complain('a quote in this line is not closed', 'close it on the same line', at);
    return;
  }
  const [pattern, ...assignments] = words;
  if (pattern === undefined) return;
  const names = builder.addHosts(group, pattern.text, { ...at, column: at.column + pattern.start });
  for (const { text, start } of assignments) {
    const place = { ...at, column: at.column + start };
    const equals = text.indexOf('=');
    if (equals < 0) {
      builder.complain(
        `"${text}" is no variable`,
        'write name=value, and quote a value with blanks: name="a b"',
        place,
      );
      continue;
    }
    const value = pythonLiteral(text.slice(equals + 1));
    for (const name of names) builder.setHost(name, text.slice(0, equals), value, place);
  }
}

function readVariable(line: string, group: string, at: Position, builder: AnsibleBuilder): void {
  const equals = line.indexOf('=');
  if (equals < 0) {
    builder.complain(`"${line}" is no variable`, 'write name=value', at);
    return;
  }
  const key = line.slice(0, equals).trim();
  builder.setGroup(group, key, pythonLiteral(line.slice(equals + 1).trim()), at);
}

interface Word {
  readonly text: string;
  /** Columns from the start of the line. */
  readonly start: number;
}

/** Words as Python's shlex splits them, comments left out; null: a quote stays open. */
export function shellWords(line: string): readonly Word[] | null {
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
    if (char === '#') break;
    if (/\s/.test(char)) {
      end();
      continue;
    }
    if (start < 0) start = i;
    if (char === '"' || char === "'") quote = char;
    else if (char === '\\') {
      i += 1;
      text += line[i] ?? '';
    } else text += char;
  }
  end();
  return quote === '' ? words : null;
}
