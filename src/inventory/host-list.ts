import type { Problem, Result } from '../model/problem.ts';
import type { InventoryProblems } from '../model/problems/inventory-problems.ts';
import { framesOf } from './excerpt.ts';
import type { Inventory } from './members.ts';
import { validate } from './parse-inventory.ts';
import type { InventoryInput, TemplateValue } from './schema.ts';
import { type Path, readYaml } from './yaml.ts';

/** Takes the place of a file name in the positions of a host list. */
export const HOST_LIST = '-i';

/** `-i web-01,web-02,`: with a comma it is a list of hosts, not a file. */
export const isHostList = (inventory: string): boolean => inventory.includes(',');

/** Flags that set something for every host of a list. */
export interface HostListFlags {
  readonly user?: string | undefined;
  readonly identity?: string | undefined;
  readonly template?: string | undefined;
  /** `KEY=VALUE` each; `true` and `10` are typed as in an inventory, `"10"` is text. */
  readonly vars?: readonly string[] | undefined;
}

/**
 * An inventory from `-i user@web-01:2222,[2001:db8::1]:22,web-[02:05],`; ranges as in a file.
 * Positions count the columns of the list, as if it were a file of one line.
 */
export function parseHostList(list: string, flags: HostListFlags): Result<Inventory> {
  const problems: Problem[] = [];
  const columns = new Map<string, number>();
  const hosts: Record<string, NonNullable<InventoryInput['hosts']>[string]> = Object.create(null);
  const positionAt = (column: number) => ({ file: HOST_LIST, line: 1, column });

  let column = 1;
  for (const untrimmed of list.split(',')) {
    const item = untrimmed.trim();
    const at = column + (untrimmed.length - untrimmed.trimStart().length);
    column += untrimmed.length + 1;
    if (item === '') continue;
    const report = (params: InventoryProblems['inventory.schema']): void => {
      problems.push({ code: 'inventory.schema', params, at: positionAt(at) });
    };
    const parts = readItem(item);
    if (!parts) {
      report({ reason: 'list-item', item });
      continue;
    }
    const { user, port } = parts;
    // several SSH servers may share an address: 127.0.0.1:2201,127.0.0.1:2202
    const name =
      columns.has(parts.name) && port !== undefined ? `${parts.name}-${port}` : parts.name;
    if (columns.has(name)) {
      report({ reason: 'duplicate-list-item', item });
      continue;
    }
    columns.set(name, at);
    const ssh = {
      ...(name === parts.name ? {} : { address: parts.name }),
      ...(user === undefined ? {} : { user }),
      ...(port === undefined ? {} : { port }),
    };
    hosts[name] = Object.keys(ssh).length === 0 ? null : { ssh };
  }

  const { user, identity, template } = flags;
  const vars = readVars(flags.vars ?? [], problems);
  const input: InventoryInput = {
    defaults: {
      ssh: {
        ...(user === undefined ? {} : { user }),
        ...(identity === undefined ? {} : { identity }),
      },
      config: {
        ...(template === undefined ? {} : { template }),
        ...(Object.keys(vars).length > 0 ? { vars } : {}),
      },
    },
    hosts,
  };
  const place = (path: Path) => positionAt(columns.get(String(path[1])) ?? 1);
  return validate(input, { file: HOST_LIST, place, frame: framesOf(list), flagAt }, problems);
}

/** Every default comes from a flag. */
function flagAt([section, , key, ...inner]: Path): string | undefined {
  if (section !== 'defaults') return undefined;
  return key === 'vars' ? ['--var', inner.join('.')].join(' ').trimEnd() : `--${key}`;
}

function readItem(item: string): { name: string; user?: string; port?: number } | undefined {
  const [, user, host = ''] = /^(?:([^@]*)@)?(.*)$/s.exec(item) ?? [];
  if (user === '') return undefined;
  const withoutPort = /^[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%\w+)?$/.test(host);
  const [, name, port] = withoutPort
    ? [host, host]
    : (/^\[((?=[.%\w]*:[.%\w]*:)[^\]]*)\](?::(\d+))?$/.exec(host) ??
      /^((?:[^:[\]]|\[[^\]]*\])+)(?::(\d+))?$/.exec(host) ??
      []);
  if (name === undefined) return undefined;
  return {
    name,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

function readVars(flags: readonly string[], problems: Problem[]): Record<string, TemplateValue> {
  const vars: Record<string, TemplateValue> = Object.create(null);
  for (const flag of flags) {
    const equals = flag.indexOf('=');
    if (equals < 1)
      problems.push({ code: 'usage', params: { reason: 'var-without-value', variable: flag } });
    else vars[flag.slice(0, equals)] = readValue(flag.slice(equals + 1));
  }
  return vars;
}

/** What YAML cannot read, or reads as null, is text: a URL, a password with a colon. */
function readValue(text: string): TemplateValue {
  if (!/^(true|false|-?\d+(\.\d+)?|[[{"'].*)$/s.test(text)) return text;
  const { value, broken, problems } = readYaml(text, '--var');
  return broken || problems.length > 0 || value === null ? text : (value as TemplateValue);
}

/** Host names, one per line or separated by commas; null: the text is an inventory. */
export function namesIn(text: string): readonly string[] | null {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/s, '').trim())
    .filter((line) => line !== '');
  const isName = (line: string): boolean =>
    /^[\w.$@:,[\]-]+$/.test(line) && !/^\[[\w-]+\]$/.test(line) && !line.endsWith(':');
  return lines.length > 0 && lines.every(isName) ? lines : null;
}
