import { fail, isWritten, type Problem, type Result } from '../model/problem.ts';
import { assemble } from './assemble.ts';
import { framesOf } from './mask.ts';
import { flawsOf, present } from './problems.ts';
import { inventorySchema, type TemplateValue, type Written } from './schema.ts';
import { type Path, readTree, type Tree } from './tree.ts';
import { HOST_LIST, type WrittenInventory } from './written.ts';

/** What the flags say for every host of a list. */
export interface HostListFlags {
  readonly user?: string | undefined;
  readonly identity?: string | undefined;
  readonly template?: string | undefined;
  /** `KEY=VALUE` each; values are read as in an inventory: `true` and `10` are no texts, `"10"` is. */
  readonly vars?: readonly string[] | undefined;
}

/**
 * An inventory from `-i user@web-01:2222,[2001:db8::1]:22,web-[02:05],`; ranges as in a file. Places
 * count the columns of the list, as if it were a file of one line.
 */
export function parseHostList(list: string, flags: HostListFlags): Result<WrittenInventory> {
  const problems: Problem[] = [];
  const columns = new Map<string, number>();
  const hosts: Record<string, NonNullable<Written['hosts']>[string]> = Object.create(null);
  const place = (path: Path) => ({
    file: HOST_LIST,
    line: 1,
    column: columns.get(String(path[1])) ?? 1,
  });
  const complain = (message: string, hint: string, column: number): void => {
    problems.push({
      code: 'inventory.schema',
      message,
      hint,
      at: { file: HOST_LIST, line: 1, column },
    });
  };

  let column = 1;
  for (const item of list.split(',')) {
    const word = item.trim();
    const at = column + (item.length - item.trimStart().length);
    column += item.length + 1;
    if (word === '') continue;
    const parts = readItem(word);
    if (!parts) {
      complain(`"${word}" is not a host`, 'write it as [user@]host[:port]', at);
      continue;
    }
    const { user, port } = parts;
    // one machine may have several doors: 127.0.0.1:2201,127.0.0.1:2202
    const name =
      columns.has(parts.name) && port !== undefined ? `${parts.name}-${port}` : parts.name;
    if (columns.has(name)) {
      complain(`the host "${word}" stands twice in the list`, 'take one of them out', at);
      continue;
    }
    columns.set(name, at);
    const ssh = {
      ...(name === parts.name ? {} : { address: parts.name }),
      ...(user !== undefined ? { user } : {}),
      ...(port !== undefined ? { port } : {}),
    };
    hosts[name] = Object.keys(ssh).length === 0 ? null : { ssh };
  }

  const vars = readVars(flags.vars ?? [], problems);
  const defaults: Written['defaults'] = {
    ssh: {
      ...(flags.user !== undefined ? { user: flags.user } : {}),
      ...(flags.identity !== undefined ? { identity: flags.identity } : {}),
    },
    config: {
      ...(flags.template !== undefined ? { template: flags.template } : {}),
      ...(Object.keys(vars).length > 0 ? { vars } : {}),
    },
  };
  const written: Written = { defaults, hosts };
  const parsed = inventorySchema.safeParse(written);
  const tree: Tree = {
    value: written,
    place,
    source: () => undefined,
    problems: [],
    broken: false,
  };
  if (!parsed.success) {
    problems.push(...flawsOf(parsed.error.issues, tree).map(({ problem }) => nameFlag(problem)));
  }
  if (problems.length > 0) return fail(...present(problems, list));

  const made = assemble(written, { file: HOST_LIST, place, frame: framesOf(list) });
  if (made.problems.length > 0) return fail(...present(made.problems, list));
  return { ok: true, value: made.inventory };
}

function readItem(word: string): { name: string; user?: string; port?: number } | undefined {
  const [, user, host = ''] = /^(?:([^@]*)@)?(.*)$/s.exec(word) ?? [];
  if (user === '') return undefined;
  const who = user === undefined ? {} : { user };
  const bracketed = /^\[([0-9A-Fa-f:.%\w]*:[0-9A-Fa-f:.%\w]*:[^\]]*)\](?::(\d+))?$/.exec(host);
  if (bracketed) {
    return { name: bracketed[1]!, ...who, ...(bracketed[2] ? { port: Number(bracketed[2]) } : {}) };
  }
  if (/^[0-9A-Fa-f]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(%\w+)?$/.test(host))
    return { name: host, ...who };
  const named = /^((?:[^:[\]]|\[[^\]]*\])+)(?::(\d+))?$/.exec(host);
  if (!named) return undefined;
  return { name: named[1]!, ...who, ...(named[2] ? { port: Number(named[2]) } : {}) };
}

function readVars(written: readonly string[], problems: Problem[]): Record<string, TemplateValue> {
  const vars: Record<string, TemplateValue> = Object.create(null);
  for (const word of written) {
    const equals = word.indexOf('=');
    if (equals < 1) {
      problems.push({
        code: 'usage',
        message: `--var ${word} has no value`,
        hint: 'write --var KEY=VALUE',
      });
      continue;
    }
    vars[word.slice(0, equals)] = readValue(word.slice(equals + 1));
  }
  return vars;
}

/** A value that YAML cannot read, or reads as nothing, is a text: URLs, passwords with colons. */
function readValue(text: string): TemplateValue {
  if (!/^(true|false|-?\d+(\.\d+)?|[[{"'].*)$/s.test(text)) return text;
  const { value, broken, problems } = readTree(text, '--var');
  return broken || problems.length > 0 || value === null ? text : (value as TemplateValue);
}

/** What came from a flag is called by the flag. */
const nameFlag = (problem: Problem): Problem => {
  if (!isWritten(problem)) return problem;
  const flag = /^defaults\.(ssh\.user|ssh\.identity|config\.template|config\.vars)/.exec(
    problem.message,
  )?.[1];
  if (!flag) return problem;
  const { at: _, ...rest } = problem;
  return {
    ...rest,
    code: 'usage',
    message: problem.message.replace(
      `defaults.${flag}`,
      `--${flag.replace(/^.*\./, '').replace('vars', 'var')}`,
    ),
  };
};
