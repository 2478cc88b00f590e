import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import { openDeadline } from '../model/deadline.ts';
import type { Command } from '../model/plan.ts';
import type { Connection, StartOptions, Transport } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import { ToolError } from '../model/problem.ts';
import { type CommandChannel, commandChannel } from './command-channel.ts';
import type { Hop } from './hops.ts';
import { hostKeyNames } from './host-key-policy.ts';
import { typeOf } from './known-hosts.ts';
import type { Stage } from './problems.ts';
import * as problems from './problems.ts';

export type Limits = Parameters<Transport['connect']>[1];

/** An authenticated connection to one SSH server. */
export interface Session {
  /** Why it ended; undefined while it lives. */
  ended(): string | undefined;
  onEnd(listener: () => void): void;
  run(argv: Command, channel: CommandChannel, options: StartOptions): void;
  /** Safe to call twice. Never throws. */
  close(): void;
}

/** What tells the two SSH clients apart. Everything else about a login is written once, in `logins`. */
export interface SshClient<S extends Session> {
  readonly via: Connection['via'];
  /** Logins in progress at once, over all hosts; the time of whoever waits for a place does not run yet. */
  readonly handshakes: number;
  /**
   * Finds what to log in with, and returns what makes one attempt. May ask a person for a
   * passphrase, so no deadline runs yet.
   *
   * @param jump the session on the jump host before this hop; null: the hop is reached from here
   * @throws ToolError `ssh.auth` | `ssh.unsupported`
   */
  prepare(hop: Hop, jump: S | null): Promise<(attempt: Attempt) => Promise<Outcome<S>>>;
  /** Ends whatever sessions and logins are left. */
  close(): Promise<void>;
}

export interface Attempt {
  /** Host keys that earlier attempts were shown and did not trust: types not to ask for again. */
  readonly rejected: readonly Uint8Array[];
  readonly timeoutMs: number;
  readonly onStage: (stage: Stage) => void;
  /** Aborted when the time is up. */
  readonly signal: AbortSignal;
}

/** How an attempt ended, unless it threw a ToolError that another attempt would not change. */
export type Outcome<S> =
  /** `by`: `key ~/.ssh/id_ed25519` */
  | { readonly kind: 'in'; readonly session: S; readonly by: string }
  /** The server closed the connection before the handshake: worth another try. */
  | { readonly kind: 'dropped' }
  | { readonly kind: 'host-key'; readonly shown: readonly Uint8Array[]; readonly problem: Problem }
  /** The handshake failed, possibly for want of a host key of a type not rejected yet. */
  | { readonly kind: 'failed'; readonly error: ToolError };

type Limit = <T>(work: () => Promise<T>) => Promise<T>;

/** sshd's default MaxStartups starts to drop connections at 10 that have not logged in. */
const HANDSHAKES_PER_ENDPOINT = 8;
const MAX_DROPS = 8;
const BACKOFF_MS = 150;

export type Logins = ReturnType<typeof logins>;

/** Logs in with one client: in order, in time, within limits, and once for each jump host. */
export function logins<S extends Session>(client: SshClient<S>) {
  const handshakes = pLimit(client.handshakes);
  /** Endpoints with logins in progress: of tens of thousands, the others would be kept for nothing. */
  const endpoints = new Map<string, { readonly handshakes: Limit; logins: number }>();
  const jumpHosts = new Map<string, Promise<S>>();

  return {
    /** @throws ToolError as `Transport.connect` says. */
    async connect(hops: readonly Hop[], limits: Limits, why: string | null): Promise<Connection> {
      const { endpoint } = hops.at(-1)!;
      const { session, by } = await reach(hops, limits);
      const { via } = client;
      const where = problems.endpointText(endpoint);
      const through = hops.slice(0, -1).map((hop) => `, through ${textOf(hop)}`);
      const description = `${via} ${where}, ${by}${through.join('')}`;
      return connectionOver(session, where, { via, description, why });
    },
    jumpHost,
    async close(): Promise<void> {
      const close = (session: S): void => session.close();
      for (const joined of jumpHosts.values()) joined.then(close, () => undefined);
      jumpHosts.clear();
      await client.close();
    },
  };

  async function reach(hops: readonly Hop[], limits: Limits) {
    const hop = hops.at(-1)!;
    const jump = await jumpHost(hops.slice(0, -1), limits).catch((error: unknown) => {
      throw limits.signal.aborted ? new ToolError(problems.loginInterrupted(hop.endpoint)) : error;
    });
    return logIn(hop, jump, limits);
  }

  /** The shared session on the last of `hops`; null where there are none. @throws ToolError `ssh.*` */
  async function jumpHost(hops: readonly Hop[], limits: Limits): Promise<S | null> {
    if (hops.length === 0) return null;
    const id = JSON.stringify(
      hops.map(({ alias, endpoint, identities }) => [alias, endpoint, identities]),
    );
    let joined = jumpHosts.get(id);
    if (!joined) {
      // not this host's signal: other hosts wait for the jump host too
      const mine = reach(hops, { ...limits, signal: new AbortController().signal }).then(
        ({ session }) => session,
      );
      joined = mine;
      jumpHosts.set(id, mine);
      const forget = (): void => void jumpHosts.delete(id);
      mine.then(
        (session) => session.onEnd(forget),
        (error) => {
          // a wrong key stays wrong: no reason to try it again for each of a thousand hosts
          if (!(error instanceof ToolError) || error.problem.transient) forget();
        },
      );
    }
    try {
      return await unlessAborted(joined, limits.signal);
    } catch (error) {
      if (limits.signal.aborted) throw error;
      throw problems.ofJumpHost(error, textOf(hops.at(-1)!));
    }
  }

  async function logIn(hop: Hop, jump: S | null, limits: Limits) {
    const { endpoint, pin } = hop;
    const attempt = await client.prepare(hop, jump);
    const where = `${endpoint.host}:${endpoint.port}`;
    const at = endpoints.get(where) ?? {
      handshakes: pLimit(HANDSHAKES_PER_ENDPOINT) as Limit,
      logins: 0,
    };
    at.logins += 1;
    endpoints.set(where, at);
    const limit: Limit = (work) => at.handshakes(() => handshakes(work));
    const clock = openDeadline(limits.signal);
    const { signal } = clock;
    const rejected: Uint8Array[] = [];
    let stage: Stage = 'tcp';
    let drops = 0;

    const onStage = (now: Stage): void => {
      stage = now;
    };
    const attemptOnce = (): Promise<Outcome<S>> => {
      // waiting for the first free place is not the host's fault
      clock.start(limits.timeoutMs);
      return attempt({ rejected, timeoutMs: limits.timeoutMs, onStage, signal });
    };
    try {
      for (;;) {
        const outcome = await whenFree(limit, signal, attemptOnce);
        switch (outcome.kind) {
          case 'in':
            return outcome;
          case 'dropped':
            drops += 1;
            if (drops >= MAX_DROPS) throw new ToolError(problems.dropped(endpoint, drops));
            await delay(backoff(drops), undefined, { signal });
            break;
          case 'host-key': {
            const types = rejected.map(typeOf);
            const fresh = outcome.shown.filter((key) => !types.includes(typeOf(key)));
            rejected.push(...fresh);
            // the pinned key may be another of the host's keys
            if (pin === null || fresh.length === 0) throw new ToolError(outcome.problem);
            break;
          }
          case 'failed':
            if (pin === null || rejected.length === 0) throw outcome.error;
            throw new ToolError(problems.pinMismatch(hostKeyNames(hop)[0], pin, rejected));
        }
      }
    } catch (error) {
      if (limits.signal.aborted) throw new ToolError(problems.loginInterrupted(endpoint));
      if (!clock.passed) throw error;
      if (drops > 0) throw new ToolError(problems.dropped(endpoint, drops));
      throw new ToolError(problems.tooSlow(endpoint, stage, limits.timeoutMs));
    } finally {
      clock.close();
      at.logins -= 1;
      if (at.logins === 0) endpoints.delete(where);
    }
  }
}

const backoff = (drops: number): number =>
  BACKOFF_MS * 2 ** Math.min(drops, 5) * (0.5 + Math.random());

const textOf = ({ endpoint }: Hop): string => problems.endpointText(endpoint);

/** @throws the signal's reason when it is aborted first */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

/** Runs `work` when `limit` has a free place. @throws the signal's reason when it is aborted before that. */
function whenFree<T>(limit: Limit, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    limit(() => {
      signal.removeEventListener('abort', giveUp);
      signal.throwIfAborted();
      return work();
    }).then(resolve, reject);
  });
}

/** @param where where its commands run, for people */
export function connectionOver(
  session: Session,
  where: string,
  about: Pick<Connection, 'via' | 'description' | 'why'>,
): Connection {
  let current: CommandChannel | undefined;
  session.onEnd(() => current?.failed(problems.lost(where, session.ended()!)));
  return {
    ...about,
    start(argv, options) {
      if (current && !current.settled) {
        throw new Error(`a second command was started on ${about.description}`);
      }
      const channel = commandChannel(options, where);
      current = channel;
      // what it was sent and what it has said are not kept for as long as the login
      const forget = (): void => {
        if (current === channel) current = undefined;
      };
      channel.exit.then(forget, forget);
      const ended = session.ended();
      if (ended === undefined) session.run(argv, channel, options);
      else channel.failed(problems.lost(where, ended));
      return channel;
    },
    close() {
      current?.close();
      session.close();
    },
  };
}
