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
  const limits = () => ({ timeoutMs: LOGIN_MS, signal: world.abandon });
  const options = { limits, onConnected: () => undefined };
  const one = async (host: Host): Promise<readonly Problem[]> => {
    const session = createSession(world.transport, host, options);
    const done = await resultOf(() => work(host, session, world)).finally(session.close);
    return done.ok ? [] : done.problems.map((problem) => ({ host: host.name, ...problem }));
  };
  const all = pLimit(FORKS).map(hosts, one);
  return (await all.finally(() => world.transport.close())).flat();
}

/** What a URL is used for: Prometheus's remote write, Loki's push, or these signals by OTLP. */
export type Use = 'remote-write' | 'loki' | readonly ('metrics' | 'logs' | 'traces')[];

/** What the question with this ID asks a URL for; null: nothing that can be tried. */
export function useOf(id: string, template: unknown): Use | null {
  switch (id) {
    case 'metrics_url':
      return 'remote-write';
    case 'logs_url':
      return template === 'otlp-gateway' ? ['logs'] : 'loki';
    case 'logs_otlp_url':
      return ['logs'];
    case 'traces_url':
      return ['traces'];
    case 'otlp_url':
      return ['metrics', 'logs', 'traces'];
    default:
      return null;
  }
}

interface Trial {
  readonly url: string;
  readonly what: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** What Alloy will send, without any data in it. */
function trialsOf(url: string, use: Use): readonly Trial[] {
  if (use === 'loki') {
    const headers = { 'content-type': 'application/json' };
    return [{ url, what: "Loki's push", headers, body: '{"streams":[]}' }];
  }
  const type = { 'content-type': 'application/x-protobuf' };
  if (use === 'remote-write') {
    const version = { 'x-prometheus-remote-write-version': '0.1.0' };
    const headers = { ...type, 'content-encoding': 'snappy', ...version };
    // snappy's form of no bytes, which are an empty message of protobuf
    return [{ url, what: 'remote write', headers, body: Uint8Array.of(0) }];
  }
  return use.map((signal) => ({
    url: `${url.replace(/\/+$/, '')}/v1/${signal}`,
    what: `OTLP ${signal}`,
    headers: type,
    body: new Uint8Array(),
  }));
}

/**
 * Why a URL does not take, from this machine, what it will be sent; null: it does, or wants credentials
 * first. Sends no data.
 */
export async function checkUrl(url: string, use: Use): Promise<string | null> {
  const found = await Promise.all(trialsOf(url, use).map(tryOnce));
  return found.find((why) => why !== null) ?? null;
}

async function tryOnce({ url, what, headers, body }: Trial): Promise<string | null> {
  const deadline = openDeadline();
  deadline.start(URL_MS);
  try {
    const options = { method: 'POST', headers, body, redirect: 'manual' } as const;
    const answer = await fetch(url, { ...options, signal: deadline.signal });
    await answer.body?.cancel();
    return whyNot(answer.status, what);
  } catch (error) {
    const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
    if (deadline.passed) return `no response within ${URL_MS / 1000} s`;
    return cause?.code ?? cause?.message ?? message;
  } finally {
    deadline.close();
  }
}

/** Statuses of a server that has read an empty message and wants data, a tenant or credentials. */
const TAKES: readonly number[] = [400, 401, 403, 422, 429];

function whyNot(status: number, what: string): string | null {
  if ((status >= 200 && status < 300) || TAKES.includes(status)) return null;
  if (status >= 300 && status < 400) return `it redirects (${status})`;
  if (status >= 500) return `it reports an error (${status})`;
  return `nothing takes ${what} there (${status})`;
}
