import type { Stage } from './problems.ts';

/** What the log of an ssh(1) at DEBUG1 tells of a login. */
export interface LoginLog {
  /** How far it came. */
  readonly stage: Exclude<Stage, 'limit'>;
  /** Keys that were offered, in words: `key ~/.ssh/id_ed25519`, `agent key SHA256:...`. */
  readonly offered: readonly string[];
  /** The one that the server took, or the method that needed none. */
  readonly by: string | null;
  /** What the server would still have taken when it refused. */
  readonly methods: readonly string[];
  /** What ssh, its ProxyCommand and its helpers said to people, in order. */
  readonly said: readonly string[];
}

const KEY =
  /^debug1: (Offering public key|Server accepts key): (.*) ([A-Z0-9-]+) (SHA256:\S+)(.*)$/;

/** Total: what it does not know it takes for words to people. `home` is shown as `~`. */
export function readLoginLog(text: string, home: string): LoginLog {
  let stage: LoginLog['stage'] = 'tcp';
  let by: string | null = null;
  let methods: readonly string[] = [];
  const offered: string[] = [];
  const said: string[] = [];
  for (const row of text.split(/\r?\n/)) {
    if (/^debug1: (Connection established|Executing proxy command|Local version string)/.test(row))
      stage = 'greeting';
    else if (/^debug1: Remote protocol version/.test(row)) stage = 'login';
    const [, event, name = '', type = '', print = '', more = ''] = KEY.exec(row) ?? [];
    if (event !== undefined) {
      const label = labelOf(name, `${type} ${more}`, print, home);
      if (event.startsWith('Offering')) offered.push(label);
      else by = label;
    }
    const [, method] = /^Authenticated to .* using "([^"]+)"/.exec(row) ?? [];
    if (method !== undefined) {
      if (method !== 'publickey') by = method;
      continue;
    }
    const [, list] = /Permission denied \(([^)]*)\)/.exec(row) ?? [];
    if (list !== undefined) methods = list.split(',');
    if (row.trim() !== '' && !/^(debug[123]:|OpenSSH_[\d.]+)/.test(row)) said.push(row.trimEnd());
  }
  return { stage, offered, by, methods, said };
}

function labelOf(name: string, more: string, print: string, home: string): string {
  const path = name.startsWith(`${home}/`) ? `~${name.slice(home.length)}` : name;
  const kind = /-CERT\b/.test(more) ? 'certificate' : 'key';
  if (!/\bagent\b/.test(more)) return `${kind} ${path}`;
  return `agent key ${name.startsWith('/') ? path : `${print}${name === '' ? '' : ` (${name})`}`}`;
}
