import { sudoProblem } from '../../engine/privilege.ts';
import { runAsRoot } from '../../engine/root-command.ts';
import { collector, createSession } from '../../engine/session.ts';
import type { Host } from '../../model/host.ts';
import type { Transport } from '../../model/ports.ts';
import { type Problem, ToolError } from '../../model/problem.ts';
import type { Secret } from '../../model/secret.ts';
import { createTransport } from '../../transport/create.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { sshOptionsOf } from '../trust/record-keys.ts';
import type { Known } from './question.ts';

const LOGIN_MS = 15_000;
const URL_MS = 3000;
/** Logins at once. */
const FORKS = 16;

/** Prints how root is reached, whatever sudo says. */
const WHO =
  'if [ "$(id -u)" = 0 ]; then echo none; elif sudo -n true 2>/dev/null; then echo passwordless; else echo password; fi';

export interface Logins {
  /** One of each host that did not let us in. */
  readonly problems: readonly Problem[];
  readonly tried: number;
  /** What the least of those that let us in allows; null: none did. */
  readonly root: Known['root'];
  /** Those whose sudo asks for a password. */
  readonly guarded: readonly Host[];
}

/** Logs in on each host and sees how root is reached there. Changes nothing. */
export async function tryLogins(hosts: readonly Host[], terminal: Terminal): Promise<Logins> {
  const found = new Map<Host, string>();
  const problems = await onEach(hosts, terminal, async (host, transport, signal) => {
    const connection = await transport.connect(host, { timeoutMs: LOGIN_MS, signal });
    const out = collector(1024);
    const channel = connection.start(['sh', '-c', WHO], {
      onOut: out.push,
      onErr: () => undefined,
      timeoutMs: LOGIN_MS,
      signal,
    });
    channel.end();
    await channel.exit.finally(() => connection.close());
    found.set(host, out.text().trim());
  });
  const ways = [...found.values()];
  const least = (['password', 'passwordless', 'none'] as const).find((one) => ways.includes(one));
  return {
    problems,
    tried: hosts.length,
    root: least ?? null,
    guarded: hosts.filter((host) => found.get(host) === 'password'),
  };
}

/** Whether sudo takes this password; gives one problem of each host where it does not. Changes nothing. */
export const trySudo = (
  hosts: readonly Host[],
  password: Secret,
  terminal: Terminal,
): Promise<readonly Problem[]> =>
  onEach(hosts, terminal, async (host, transport, signal) => {
    const session = createSession(transport, host, {
      timeoutMs: LOGIN_MS,
      signal,
      onConnected: () => undefined,
    });
    const asking = { ...host, sudo: { kind: 'password', password } } as const;
    const said = await runAsRoot(session, asking, ['true'], '', {
      timeoutMs: LOGIN_MS,
      signal,
    }).finally(() => session.close());
    if (said.exit.code === 0) return;
    throw new ToolError(
      sudoProblem(host, said.err) ?? {
        code: 'sudo.refused',
        message: `${host.name}: sudo failed (exit ${said.exit.code ?? said.exit.signal})`,
        hint: `try it by hand: ssh ${host.address} sudo true`,
        detail: said.err.trim().split('\n').slice(-3).join('\n'),
      },
    );
  });

/** A few hosts at a time; gives what went wrong with some of them. */
async function onEach(
  hosts: readonly Host[],
  terminal: Terminal,
  work: (host: Host, transport: Transport, signal: AbortSignal) => Promise<void>,
): Promise<readonly Problem[]> {
  const transport = createTransport(sshOptionsOf(terminal));
  const problems: Problem[] = [];
  const left = [...hosts];
  const { signal } = new AbortController();
  const worker = async (): Promise<void> => {
    for (let host = left.shift(); host !== undefined; host = left.shift()) {
      try {
        await work(host, transport, signal);
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        problems.push(error.problem);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(FORKS, hosts.length) }, worker));
  await transport.close();
  return problems;
}

/** Why nobody answers at a URL from this machine; null: somebody did, whatever the status. */
export async function tryUrl(url: string): Promise<string | null> {
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(URL_MS) });
    await answer.body?.cancel();
    return null;
  } catch (error) {
    const { name, cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
    if (name === 'TimeoutError') return `no answer within ${URL_MS / 1000} s`;
    return cause?.code ?? cause?.message ?? message;
  }
}
