import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import type { Problem } from '../model/problem.ts';
import { ToolError } from '../model/problem.ts';
import type { Offers } from './keys.ts';
import type { KnownHosts, KnownKey } from './known-hosts.ts';
import { keysOf, knownName } from './known-hosts.ts';
import type { LoginResult } from './login.ts';
import { NeedsOpenssh } from './needs-openssh.ts';
import * as say from './problems.ts';
import type { Leg } from './route.ts';

/** The names under which a server's key may be kept, the best first. */
export function namesOf({ endpoint, settings }: Leg): readonly [string, ...string[]] {
  if (settings.hostKeyAlias !== null) return [settings.hostKeyAlias.toLowerCase()];
  const name = knownName(endpoint.host, endpoint.port);
  return endpoint.port === 22 ? [name] : [name, knownName(endpoint.host, 22)];
}

export function knownKeys(known: KnownHosts | null, leg: Leg): readonly KnownKey[] {
  if (known === null) return [];
  for (const name of namesOf(leg)) {
    const keys = keysOf(known.keys, name, 'first');
    if (keys.length > 0) return keys;
  }
  return [];
}

/** @throws ToolError `ssh.auth` | `ssh.unsupported` when there is nothing to log in with; then `opening` is let go. */
export async function usableOffers(
  gathering: Promise<Offers>,
  opening: Promise<Duplex>,
  { endpoint, keys }: Leg,
): Promise<Offers['offers']> {
  try {
    const { offers, problems, needsOpenssh } = await gathering;
    if (offers.length > 0) return offers;
    if (needsOpenssh[0]) throw new NeedsOpenssh(endpoint.host, needsOpenssh[0]);
    const [problem, ...others] = problems;
    if (problem) throw new ToolError(problem, ...others);

    const looked = [
      ...(keys.agentKeys ? [keys.agent === null ? 'no agent runs' : 'the agent has none'] : []),
      `none of ${keys.files.map((path) => path.replace(/^.*\//, '')).join(', ')} is in ~/.ssh`,
    ];
    throw new ToolError(say.noKey(endpoint, looked.join(' and ')));
  } catch (error) {
    opening.then(
      (socket) => socket.destroy(),
      () => undefined,
    );
    throw error;
  }
}

/** Every key was refused. @throws NeedsOpenssh where there is more to offer than the built-in client can. */
export function refusal(
  { endpoint, settings }: Leg,
  { offered, methods, tooMany }: Extract<LoginResult, { kind: 'refused' }>,
  { problems, needsOpenssh }: Offers,
): Problem {
  if (tooMany) return say.tooManyKeys(endpoint, offered);
  const problem = say.refused(endpoint, offered, methods, problems);
  const only = needsOpenssh[0] ?? settings.needsOpenssh.forLogin[0];
  if (only !== undefined) throw new NeedsOpenssh(endpoint.host, only, problem);
  return problem;
}

/** A stream to the next leg, made by the server of the one before. */
export function forward(client: Client, from: Leg, to: Leg, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const refuse = (why: string): void =>
      reject(new ToolError(say.notForwarded(from.endpoint, to.endpoint, why)));
    try {
      client.forwardOut('127.0.0.1', 0, to.endpoint.host, to.endpoint.port, (error, stream) => {
        signal.removeEventListener('abort', abort);
        if (error) return refuse(error.message);
        stream.on('error', () => undefined);
        if (signal.aborted) stream.destroy();
        else resolve(stream);
      });
    } catch (error) {
      signal.removeEventListener('abort', abort);
      refuse((error as Error).message);
    }
  });
}

export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
