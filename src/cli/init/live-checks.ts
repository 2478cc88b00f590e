import pLimit from 'p-limit';
import { createSession, type Session } from '../../engine/session.ts';
import { runAsRoot, sudoProblem } from '../../engine/sudo.ts';
import type { World } from '../../engine/world.ts';
import { openDeadline } from '../../model/deadline.ts';
import type { Host } from '../../model/host.ts';
import { type Problem, ToolError } from '../../model/problem.ts';
import type { Secret } from '../../model/secret.ts';
import { createWorld } from '../create-world.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { resultOf } from '../usage.ts';

const LOGIN_MS = 15_000;
const URL_MS = 3000;
/** Logins at once. */
const FORKS = 16;

/** Prints how root is reached, whatever sudo says. */
const HOW_ROOT =
  'if [ "$(id -u)" = 0 ]; then echo none; elif sudo -n true 2>/dev/null; then echo passwordless; else echo password; fi';

/** Logs in to each host and finds out how root is reached there. Changes nothing. */
export async function checkLogins(hosts: readonly Host[], terminal: Terminal) {
  const found = new Map<Host, string>();
  const problems = await onEach(hosts, terminal, async (host, session, { abandon }) => {
    const asIs: Host = { ...host, sudo: { kind: 'none' } };
    const limits = { timeoutMs: LOGIN_MS, signal: abandon };
    const { out } = await runAsRoot(session, asIs, ['sh', '-c', HOW_ROOT], '', limits);
    found.set(host, out.trim());
  });
  const ways = [...found.values()];
  // of the host that makes it hardest
  const root = (['password', 'passwordless', 'none'] as const).find((way) => ways.includes(way));
  const withPassword = hosts.filter((host) => found.get(host) === 'password');
  return { problems, root: root ?? null, withPassword };
}

/** Checks that sudo accepts a password; returns one problem for each host where it does not. Changes nothing. */
export const checkSudo = (
  hosts: readonly Host[],
  password: Secret,
  terminal: Terminal,
): Promise<readonly Problem[]> =>
  onEach(hosts, terminal, async (host, session, { abandon }) => {
    const withPassword: Host = { ...host, sudo: { kind: 'password', password } };
    const limits = { timeoutMs: LOGIN_MS, signal: abandon };
    const { exit, err } = await runAsRoot(session, withPassword, ['true'], '', limits);
    if (exit.code === 0) return;
    throw new ToolError(
      sudoProblem(host, err, exit) ?? {
        code: 'sudo.refused',
        host: host.name,
        params: { reason: 'failed', address: host.address, exit: `${exit.code ?? exit.signal}` },
        detail: err.trim().split('\n').slice(-3).join('\n'),
      },
    );
  });

/** Works on a few hosts at a time; returns the problems of those that failed. */
export async function onEach(
  hosts: readonly Host[],
  terminal: Terminal,
  work: (host: Host, session: Session, world: World) => Promise<void>,
): Promise<readonly Problem[]> {
  const world = createWorld(terminal);
  const options = { timeoutMs: LOGIN_MS, signal: world.abandon, onConnected: () => undefined };
  const one = async (host: Host): Promise<readonly Problem[]> => {
    const session = createSession(world.transport, host, options);
    const done = await resultOf(() => work(host, session, world)).finally(session.close);
    return done.ok ? [] : done.problems;
  };
  const all = pLimit(FORKS).map(hosts, one);
  return (await all.finally(() => world.transport.close())).flat();
}

/** Why a URL does not respond from this machine; null: it does, whatever the status. */
export async function checkUrl(url: string): Promise<string | null> {
  const deadline = openDeadline();
  deadline.start(URL_MS);
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: deadline.signal });
    await answer.body?.cancel();
    return null;
  } catch (error) {
    const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
    if (deadline.passed) return `no response within ${URL_MS / 1000} s`;
    return cause?.code ?? cause?.message ?? message;
  } finally {
    deadline.close();
  }
}
