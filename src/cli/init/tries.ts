import { collector } from '../../engine/session.ts';
import type { Host } from '../../model/host.ts';
import { type Problem, ToolError } from '../../model/problem.ts';
import { createTransport } from '../../transport/create.ts';
import type { Terminal } from '../terminal.ts';
import { sshOptionsOf } from '../trust/meet.ts';
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
}

/** Logs in on each host and sees how root is reached there. Changes nothing. */
export async function tryLogins(hosts: readonly Host[], terminal: Terminal): Promise<Logins> {
  const transport = createTransport(sshOptionsOf(terminal));
  const problems: Problem[] = [];
  const found = new Set<string>();
  const left = [...hosts];
  const signal = new AbortController().signal;
  const worker = async (): Promise<void> => {
    for (let host = left.shift(); host !== undefined; host = left.shift()) {
      try {
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
        found.add(out.text().trim());
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        problems.push(error.problem);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(FORKS, hosts.length) }, worker));
  await transport.close();
  const least = (['password', 'passwordless', 'none'] as const).find((one) => found.has(one));
  return { problems, tried: hosts.length, root: least ?? null };
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
